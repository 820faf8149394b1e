"""Continuing a photograph beyond its frame, so that it sits in a world of rules without a seam.

At its frame the photograph goes on as its own mirror image, bent so that the horizon stays level; a few degrees further
out that fades, along a ragged line, into the world around, whose colours have been pulled to the photograph's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.procedural.picture import EYE_HEIGHT, FARTHEST, GROUND, SKY, UPRIGHT, WATER, Layout
from lucid3d.procedural.plants.shapes import f32

Array = NDArray[np.float32]
REACH = np.radians(24.0)
"""How far beyond the frame the mirrored photograph has faded out, before the line is made ragged."""
WIDEST = np.radians(74.0)
"""The canvas is a flat picture: it cannot reach 90 degrees from its axis."""


@dataclass
class Canvas:
    """The photograph and its continuation, seen from the first camera's place.

    Attributes:
        camera: a camera with the photograph's focal length and a wider frame; its pose is the first camera's.
        color: (H, W, 3) sRGB; inside the frame the photograph itself.
        share: (H, W) 1 where the photograph or its mirror image counts alone, 0 where the world around does.
        classes: (H, W) uint8, see `picture`.
        depth: (H, W) z-depth of the photograph and its continuation, +inf = sky.
        plate, plate_classes, plate_depth: the same without the things in front: what shows when they move aside.
    """

    camera: Camera
    color: Array
    share: Array
    classes: NDArray[np.uint8]
    depth: Array
    plate: Array
    plate_classes: NDArray[np.uint8]
    plate_depth: Array


def extend(image: Array, layout: Layout, camera: Camera, seed: int) -> Canvas:
    """The canvas of a photograph (H, W, 3) taken with `camera` (same size)."""
    import cv2

    f, height, width = camera.fx, camera.height, camera.width
    half_x = np.arctan(max(camera.cx, width - camera.cx) / f)
    half_y = np.arctan(max(camera.cy, height - camera.cy) / f)
    wide = min(half_x + REACH * 1.3, max(WIDEST, half_x + 0.02))
    high = min(half_y + REACH * 1.3, max(WIDEST, half_y + 0.02))
    pad_x, pad_y = int(f * np.tan(wide) - width / 2), int(f * np.tan(high) - height / 2)
    size = (height + 2 * pad_y, width + 2 * pad_x)
    x = (np.arange(size[1], dtype=np.float32) + 0.5 - pad_x)[None, :]
    y = (np.arange(size[0], dtype=np.float32) + 0.5 - pad_y)[:, None]
    mirrored_x, beyond_x = _mirrored(x, camera.cx, f, width)
    # Keep the elevation above the horizon while the column is mirrored: the horizon runs on level.
    bend = np.sqrt(1 + ((mirrored_x - camera.cx) / f) ** 2) / np.sqrt(1 + ((x - camera.cx) / f) ** 2)
    level_y = layout.horizon + (y - layout.horizon) * bend
    mirrored_y, beyond_y = _mirrored(level_y, camera.cy, f, height)
    map_x = np.ascontiguousarray(np.broadcast_to(mirrored_x, size) - 0.5, np.float32)
    map_y = np.ascontiguousarray(mirrored_y - 0.5, np.float32)
    column = np.clip(np.rint(map_x), 0, width - 1).astype(np.int64)
    row = np.clip(np.rint(map_y), 0, height - 1).astype(np.int64)

    def read(picture: Array) -> Array:
        result = cv2.remap(picture, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        return np.clip(result, 0, 1).astype(np.float32)

    behind, behind_classes = clean_plate(image, layout)
    color, plate = read(image), read(behind)
    classes, plate_classes = layout.classes[row, column], behind_classes[row, column]
    depth = _extended_depth(layout, classes, layout.depth[row, column] * np.broadcast_to(bend, size), x, y, camera)
    sampled = np.full(size, 3.4, np.float32)  # a close-up's backdrop
    plate_depth = _extended_depth(layout, plate_classes, sampled, x, y, camera)
    # Only what the frame itself cuts is continued as its mirror image; a tower within the picture is not repeated.
    repeated = layout.standing[row, column] & ~_cut_by_frame(
        layout.standing, row, column, beyond_x, beyond_y, x < camera.cx
    )
    color = np.where(repeated[..., None], plate, color)
    classes = np.where(repeated, plate_classes, classes)
    depth = np.where(repeated, plate_depth, depth)
    color[pad_y : pad_y + height, pad_x : pad_x + width] = image
    off = np.hypot(np.maximum(beyond_x, 0), np.maximum(beyond_y, 0))
    ragged = np.exp(0.45 * _ragged((x - camera.cx) / f, (y - camera.cy) / f, seed))
    t = np.clip(1 - off / (REACH * np.clip(ragged, 0.55, 1.3)), 0, 1)
    share = (t * t * (3 - 2 * t)).astype(np.float32)
    share *= _edge_fade(size)
    share[pad_y : pad_y + height, pad_x : pad_x + width] = 1.0
    wide_camera = Camera(size[1], size[0], f, f, camera.cx + pad_x, camera.cy + pad_y, camera.world_from_camera)
    return Canvas(
        wide_camera, color.astype(np.float32), share, classes.astype(np.uint8), depth.astype(np.float32),
        plate, plate_classes.astype(np.uint8), plate_depth,
    )  # fmt: skip


def clean_plate(image: Array, layout: Layout) -> tuple[Array, NDArray[np.uint8]]:
    """The picture without the things in front, filled from beside them along the horizon, and its classes."""
    import cv2

    height, width = image.shape[:2]
    classes = layout.classes.copy()
    rim = max(int(0.02 * width), 3) | 1  # leaves and soft edges reach beyond what was found
    standing = cv2.dilate(layout.standing.astype(np.uint8), np.ones((rim, rim), np.uint8)) > 0
    if not standing.any():
        return image.copy(), classes
    above = np.broadcast_to((np.arange(height) < layout.horizon)[:, None], (height, width))
    bands = [above, ~above] if layout.kind == "outdoors" else [np.ones((height, width), bool)]
    # The filling is smooth: work it out on a small picture.
    columns = min(width, 200)
    size = (columns, max(round(height * columns / width), 4))
    flat = 0.25 if layout.kind == "outdoors" else 1.0  # along the horizon rather than across it
    filled = image.copy()
    for band in bands:
        known = (band & ~standing).astype(np.float32)
        if known.mean() < 0.002:
            continue
        weights = f32(cv2.resize(known, size, interpolation=cv2.INTER_AREA))
        colors = f32(cv2.resize(image * known[..., None], size, interpolation=cv2.INTER_AREA))
        level = np.zeros_like(colors)
        done = np.zeros(weights.shape, np.float32)
        for spread in (0.01, 0.03, 0.09, 0.3, 0.9):  # near neighbours first, then whatever there is
            sigma = (spread * columns, spread * columns * flat)
            weight = cv2.GaussianBlur(weights, (0, 0), sigmaX=sigma[0], sigmaY=sigma[1])
            mean = cv2.GaussianBlur(colors, (0, 0), sigmaX=sigma[0], sigmaY=sigma[1])
            share = (1 - done) * np.clip((weight - 0.02) / 0.1, 0, 1)
            level += mean / np.maximum(weight, 1e-6)[..., None] * share[..., None]
            done += share
        level += f32(colors.sum(axis=(0, 1)) / weights.sum() * (1 - done)[..., None])
        hole = band & standing
        filled[hole] = cv2.resize(level, (width, height), interpolation=cv2.INTER_CUBIC)[hole]
    if layout.kind == "outdoors":
        has_sky = (layout.classes == SKY).mean() > 0.03
        classes[standing & above] = SKY if has_sky else UPRIGHT
        water = ((layout.classes == WATER).sum(axis=1) > (layout.classes == GROUND).sum(axis=1))[:, None]
        classes[standing & ~above & water] = WATER
        classes[standing & ~above & ~water] = GROUND
    return np.clip(filled, 0, 1).astype(np.float32), classes


def _cut_by_frame(
    standing: NDArray[np.bool_],
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    beyond_x: Array,
    beyond_y: Array,
    left: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Whether each mirrored pixel belongs to a thing that runs into the side of the frame that it is mirrored at."""
    height, width = standing.shape

    def run(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Standing pixels in a row from the first column on."""
        stop = ~mask
        length: NDArray[np.int64] = np.where(stop.any(axis=1), stop.argmax(axis=1), mask.shape[1])
        return length

    from_left, from_right = run(standing), run(standing[:, ::-1])
    from_top, from_bottom = run(standing.T), run(standing.T[:, ::-1])
    side = np.where(left, column < from_left[row], width - 1 - column < from_right[row])
    upper = row < height / 2
    end = np.where(upper, row < from_top[column], height - 1 - row < from_bottom[column])
    outside_x, outside_y = beyond_x > 0, beyond_y > 0
    result: NDArray[np.bool_] = (~outside_x | side) & (~outside_y | end)
    return result


def _edge_fade(size: tuple[int, int]) -> Array:
    """1 inside, falling to 0 over the canvas's outermost 6 %, so that it never ends abruptly."""

    def ramp(n: int) -> NDArray[np.float64]:
        t = np.clip(np.minimum(np.arange(n), np.arange(n)[::-1]) / max(0.06 * n, 1), 0, 1)
        return t * t * (3 - 2 * t)

    result: Array = (ramp(size[0])[:, None] * ramp(size[1])[None, :]).astype(np.float32)
    return result


def _mirrored(x: Array, centre: float, focal: float, size: int) -> tuple[Array, Array]:
    """Pixel coordinates reflected at 0 and `size` in angle, and how far beyond the edge they were (radians)."""
    angle = np.arctan((x - centre) / focal)
    low, high = np.arctan((0.0 - centre) / focal), np.arctan((size - centre) / focal)
    beyond = np.maximum(angle - high, low - angle)
    span = high - low
    phase = np.mod(angle - low, 2 * span)
    folded = low + np.where(phase > span, 2 * span - phase, phase)
    return (centre + focal * np.tan(folded)).astype(np.float32), beyond.astype(np.float32)


def _ragged(x: Array, y: Array, seed: int) -> Array:
    """Smooth noise over the image plane, about -1 to 1, in waves of 4 to 25 degrees."""
    rng = np.random.default_rng([seed, 17])
    total = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
    for frequency, weight in ((7.0, 0.5), (17.0, 0.35), (41.0, 0.25)):
        for _ in range(4):
            a, p = rng.uniform(0, 2 * np.pi, 2)
            total += (weight / 2 * np.sin(frequency * (np.cos(a) * x + np.sin(a) * y) + p)).astype(np.float32)
    return total


def _extended_depth(
    layout: Layout, classes: NDArray[np.uint8], sampled: Array, x: Array, y: Array, camera: Camera
) -> Array:
    """z-depth on the canvas: a room's box and the ground go on as they are, upright things as their mirror image."""
    f = camera.fx
    if layout.box is not None:
        return layout.box.depth((x - layout.box.centre[0]) / f, (y - layout.box.centre[1]) / f)
    if layout.kind == "closeup":
        return np.clip(sampled, 0.3, FARTHEST).astype(np.float32)
    below = np.maximum(np.broadcast_to((y - layout.horizon) / f, sampled.shape), 1e-6)
    plane = np.clip(EYE_HEIGHT / below, 0.3, FARTHEST)
    depth = np.where((classes == GROUND) | (classes == WATER), plane, sampled)
    depth = np.where(classes == SKY, np.inf, np.minimum(depth, plane))
    return depth.astype(np.float32)


@dataclass
class Grade:
    """Colours pulled from a drawn world to a photograph: per-channel gain and shift in CIE Lab, for sky and the rest,
    and smooth offsets near the photograph.

    Attributes:
        gain, shift: (2, 3): row 0 for the sky, row 1 for everything else.
        offset: (2, h, w, 3) sRGB offsets on a coarse canvas.
        blur: radians of blur that the photograph's own surroundings have.
    """

    gain: NDArray[np.float64]
    shift: NDArray[np.float64]
    offset: Array
    camera: Camera
    blur: float

    def apply(self, image: Array, sky: NDArray[np.bool_], directions: Array, pixels_per_radian: float) -> Array:
        """A drawn picture (H, W, 3) in the photograph's colours; `directions` (H, W, 3) in the first camera's frame."""
        import cv2

        toned = self._toned(image, sky)
        z = np.maximum(directions[..., 2], 1e-3)
        u = (directions[..., 0] / z * self.camera.fx + self.camera.cx - 0.5).astype(np.float32)
        v = (directions[..., 1] / z * self.camera.fy + self.camera.cy - 0.5).astype(np.float32)
        ahead = directions[..., 2] > 1e-3
        u[~ahead], v[~ahead] = -99, -99
        for i, part in ((0, sky), (1, ~sky)):
            if part.any():
                offset = cv2.remap(
                    self.offset[i], u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
                )
                toned[part] += offset[part]
        toned = np.clip(toned, 0, 1)
        sigma = self.blur * pixels_per_radian
        return f32(cv2.GaussianBlur(toned, (0, 0), sigma)) if sigma > 0.4 else toned

    def _toned(self, image: Array, sky: NDArray[np.bool_]) -> Array:
        import cv2

        lab = cv2.cvtColor(np.clip(image, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
        which = np.where(sky, 0, 1)
        lab = lab * self.gain[which] + self.shift[which]
        light = lab[..., 0]  # soft highlights: clouds must not burn out where the picture is brighter than the world
        lab[..., 0] = np.clip(np.where(light > 86, 86 + 13 * np.tanh((light - 86) / 13), light), 0, 100)
        result: Array = np.clip(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)
        return result


def match(canvas: Canvas, drawn: Array, drawn_sky: NDArray[np.bool_], coarse: Camera, blur: float) -> Grade:
    """Colours that make a drawn world (h, w, 3), seen over the canvas with the `coarse` camera, go with the picture."""
    import cv2

    size = (coarse.width, coarse.height)
    color = cv2.resize(canvas.color, size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(canvas.share, size, interpolation=cv2.INTER_AREA)
    sky = cv2.resize((canvas.classes == SKY).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    photo = cv2.cvtColor(color, cv2.COLOR_RGB2LAB)
    world = cv2.cvtColor(np.clip(drawn, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
    gain, shift = np.ones((2, 3)), np.zeros((2, 3))
    for i, (of_photo, of_world) in enumerate(((sky, drawn_sky), (~sky, ~drawn_sky))):
        inside = of_photo & (share > 0.6)
        if inside.sum() < 30:
            inside = share > 0.6  # a picture without sky: its general tone will do
        if of_world.sum() < 30 or inside.sum() < 30:
            continue
        mean_p, mean_w = photo[inside].mean(axis=0), world[of_world].mean(axis=0)
        spread_p, spread_w = photo[inside].std(axis=0) + 2, world[of_world].std(axis=0) + 2
        gain[i] = np.clip(spread_p / spread_w, 0.55, 1.25)
        shift[i] = mean_p - mean_w * gain[i]
    grade = Grade(gain, shift, np.zeros((2, coarse.height, coarse.width, 3), np.float32), coarse, blur)
    toned = grade._toned(drawn, drawn_sky)
    difference = np.clip(color - toned, -0.4, 0.4)
    reach = 0.16 * coarse.width
    for i, same in enumerate((sky & drawn_sky, ~sky & ~drawn_sky)):
        weight = (same * share).astype(np.float32)
        below = cv2.GaussianBlur(weight, (0, 0), reach)
        smooth = cv2.GaussianBlur(difference * weight[..., None], (0, 0), reach)
        grade.offset[i] = (
            smooth / (below + 0.02)[..., None] * _edge_fade((coarse.height, coarse.width))[..., None] ** 0.5
        )
    return grade
