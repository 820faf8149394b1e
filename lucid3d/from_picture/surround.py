"""Continuing a photograph beyond its frame, so that it sits in a procedural world without a seam.

At its frame the photograph goes on, for a few degrees and along a ragged line, as its own mirror image: warped so that
nobody sees it twice and bent so that the horizon stays level, in a room mirrored along its walls so that edges run on
straight. A room's walls go on further as their own smooth colours, a close-up's backdrop with its own blurred shapes
strewn over them. Behind all of it stands the procedural world in the photograph's colours (see `grade`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.from_picture.picture import FARTHEST, GROUND, SKY, UPRIGHT, WATER, Layout
from lucid3d.from_picture.room_box import Box
from lucid3d.procedural.kit.arrays import f32
from lucid3d.procedural.kit.place import EYE_HEIGHT

Array = NDArray[np.float32]
MIRROR_REACH = {"outdoors": np.radians(6.0), "room": np.radians(9.0), "closeup": np.radians(3.0)}
"""How far beyond the frame the mirrored photograph has faded out, before the line is made ragged: symmetry over a wider
strip is seen at once."""
SKY_MIRROR = 0.5
"""Share of that for the sky: mirrored streaks of cloud make crosses."""
PLAIN_REACH = {"outdoors": np.radians(12.0), "room": np.radians(14.0), "closeup": np.radians(36.0)}
"""How far beyond it the canvas goes, and the smooth colours of walls or a backdrop have faded."""
WARP = 0.45
"""Mirrored places are displaced by up to this share of their distance from the frame."""
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
    plain_reach, mirror_reach = PLAIN_REACH[layout.kind], MIRROR_REACH[layout.kind]
    half_x = np.arctan(max(camera.cx, width - camera.cx) / f)
    half_y = np.arctan(max(camera.cy, height - camera.cy) / f)
    wide = min(half_x + plain_reach, max(WIDEST, half_x + 0.02))
    high = min(half_y + plain_reach, max(WIDEST, half_y + 0.02))
    pad_x, pad_y = int(f * np.tan(wide) - width / 2), int(f * np.tan(high) - height / 2)
    size = (height + 2 * pad_y, width + 2 * pad_x)
    frame = (slice(pad_y, pad_y + height), slice(pad_x, pad_x + width))
    x = (np.arange(size[1], dtype=np.float32) + 0.5 - pad_x)[None, :]
    y = (np.arange(size[0], dtype=np.float32) + 0.5 - pad_y)[:, None]
    u, v = (x - camera.cx) / f, (y - camera.cy) / f
    mirrored_x, beyond_x = _mirrored(x, camera.cx, f, width)
    # Keep the elevation above the horizon while the column is mirrored: the horizon runs on level.
    bend = np.sqrt(1 + ((mirrored_x - camera.cx) / f) ** 2) / np.sqrt(1 + u**2)
    level_y = layout.horizon + (y - layout.horizon) * bend
    mirrored_y, beyond_y = _mirrored(level_y, camera.cy, f, height)
    off = np.hypot(np.maximum(beyond_x, 0), np.maximum(beyond_y, 0))
    # Further out the mirror image is pushed about, more and more, except across the horizon.
    push = (WARP * f) * np.minimum(off, mirror_reach * 1.5)
    hold = np.clip(np.abs(v - (layout.horizon - camera.cy) / f) / 0.12, 0, 1)
    map_x = np.clip(mirrored_x - 0.5 + push * _ragged(u, v, seed + 1), 0, width - 1).astype(np.float32)
    map_y = np.clip(mirrored_y - 0.5 + push * hold * _ragged(u, v, seed + 2), 0, height - 1).astype(np.float32)
    column, row = np.rint(map_x).astype(np.int64), np.rint(map_y).astype(np.int64)

    def read(picture: Array) -> Array:
        result = cv2.remap(picture, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        return np.clip(result, 0, 1).astype(np.float32)

    if layout.box is not None:
        map_x, map_y = _along_the_walls(layout.box, camera, x, y, map_x, map_y)
        column, row = np.rint(map_x).astype(np.int64), np.rint(map_y).astype(np.int64)
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
    ragged = np.clip(np.exp(0.6 * _ragged(u, v, seed)), 0.4, 1.3)
    kinds = _kinds(layout, classes, depth, x, y, camera)
    reach = mirror_reach * ragged * np.where(classes == SKY, SKY_MIRROR, 1.0).astype(np.float32)
    if layout.kind == "closeup":  # a flower that the frame cuts is whole as its mirror image
        reach = np.where(layout.standing[row, column] & ~repeated, plain_reach, reach)
    mirror_share = _fading(off / reach)
    plain, has_plain = _plain(kinds, plate if layout.kind == "closeup" else color, frame)
    if layout.kind == "closeup":
        plain = _strewn(plain, behind, x, y, u, v, seed)
    color = np.where(has_plain[..., None], plain + (color - plain) * mirror_share[..., None], color)
    plate = np.where(has_plain[..., None], plain + (plate - plain) * mirror_share[..., None], plate)
    share = np.where(has_plain, _fading(off / plain_reach), mirror_share) * edge_fade(size)
    color[frame], plate[frame], share[frame] = image, behind, 1.0
    if layout.measured:
        depth = _eased(layout.depth[row, column], depth, mirror_share)
        depth[frame] = layout.depth
    wide_camera = Camera(size[1], size[0], f, f, camera.cx + pad_x, camera.cy + pad_y, camera.world_from_camera)
    return Canvas(
        wide_camera, color.astype(np.float32), share.astype(np.float32), classes.astype(np.uint8),
        depth.astype(np.float32), plate.astype(np.float32), plate_classes.astype(np.uint8), plate_depth,
    )  # fmt: skip


def _along_the_walls(box: Box, camera: Camera, x: Array, y: Array, map_x: Array, map_y: Array) -> tuple[Array, Array]:
    """Where to look up what lies beyond a room's frame (pixels): mirrored along each wall, floor and ceiling rather
    than in the picture, so that edges, boards and beams run on straight towards the viewer."""
    f = camera.fx
    right, down = (x - box.centre[0]) / f, (y - box.centre[1]) / f
    depth = box.depth(right, down)
    across, below = right * depth, down * depth
    wide = np.where(across < 0, box.centre[0], camera.width - 1 - box.centre[0]) / f
    high = np.where(below < 0, box.centre[1], camera.height - 1 - box.centre[1]) / f
    nearest = np.maximum(np.abs(across) / wide, np.abs(below) / high)  # where this line along the wall leaves the frame
    span = np.maximum(box.back - nearest, 1e-3)
    phase = np.mod(nearest - depth, 2 * span)
    looked_at = nearest + np.minimum(phase, 2 * span - phase)
    on_wall = (depth < 0.999 * box.back) & (depth < nearest) & (nearest < 0.97 * box.back)
    columns = np.where(on_wall, across / looked_at * f + box.centre[0] - 0.5, map_x)
    rows = np.where(on_wall, below / looked_at * f + box.centre[1] - 0.5, map_y)
    return (
        np.clip(columns, 0, camera.width - 1).astype(np.float32),
        np.clip(rows, 0, camera.height - 1).astype(np.float32),
    )


def _strewn(plain: Array, backdrop: Array, x: Array, y: Array, u: Array, v: Array, seed: int) -> Array:
    """A backdrop's smooth colours with its own blurred shapes strewn over them: turned copies of it, each counting in
    patches of its own, so that nothing is symmetric about the frame."""
    import cv2

    height, width = backdrop.shape[:2]
    smooth = f32(cv2.GaussianBlur(backdrop, (0, 0), 0.16 * width, borderType=cv2.BORDER_REFLECT))
    # Still further behind than what is in the picture.
    detail = f32(cv2.GaussianBlur(backdrop - smooth, (0, 0), 0.012 * width))
    rng = np.random.default_rng([seed, 23])
    total, weights = np.zeros_like(plain), np.zeros(plain.shape[:2], np.float32)
    for layer in range(4):
        turn, shift = rng.uniform(0, 2 * np.pi), rng.uniform(-0.5, 0.5, 2) * width
        dx, dy = x - width / 2, y - height / 2
        map_x = (np.cos(turn) * dx - np.sin(turn) * dy + width / 2 + shift[0]).astype(np.float32)
        map_y = (np.sin(turn) * dx + np.cos(turn) * dy + height / 2 + shift[1]).astype(np.float32)
        copy = f32(cv2.remap(detail, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
        weight = np.exp(5 * _ragged(0.5 * u, 0.5 * v, seed + 5 + layer)).astype(np.float32)
        total += weight[..., None] * copy
        weights += weight
    return f32(np.clip(plain + total / weights[..., None], 0, 1))


def _eased(measured: Array, beyond: Array, share: Array) -> Array:
    """z-depth that goes over from what was measured to what lies beyond the frame, in the inverse, as planes do."""
    with np.errstate(divide="ignore"):
        return f32(1 / (share / measured + (1 - share) / beyond))


def _fading(t: Array) -> Array:
    """1 at t <= 0, falling smoothly to 0 at t = 1."""
    t = np.clip(1 - t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _kinds(
    layout: Layout, classes: NDArray[np.uint8], depth: Array, x: Array, y: Array, camera: Camera
) -> NDArray[np.uint8]:
    """(H, W) numbers of what goes on in its own smooth colours, 0 = nothing: each face of a room, a close-up's
    backdrop. (The sky's go on all round, see `grade.sky_colours`.)"""
    if layout.kind == "closeup":
        return np.where(classes == UPRIGHT, 1, 0).astype(np.uint8)
    if layout.box is None:
        return np.zeros(classes.shape, np.uint8)
    box = layout.box
    across, down = depth * (x - box.centre[0]) / camera.fx, depth * (y - box.centre[1]) / camera.fx
    sides = [across < -0.98 * box.left, across > 0.98 * box.right, down > 0.98 * box.floor, down < -0.98 * box.ceiling]
    return np.select(sides, [2, 3, 4, 5], 1).astype(np.uint8)


def _plain(kinds: NDArray[np.uint8], color: Array, frame: tuple[slice, slice]) -> tuple[Array, NDArray[np.bool_]]:
    """The smooth colours of each kind, continued from the photograph, and where there are any."""
    import cv2

    result, found = color.copy(), np.zeros(kinds.shape, bool)
    inside = np.zeros(kinds.shape, np.float32)
    inside[frame] = 1
    columns = min(kinds.shape[1], 240)
    size = (columns, max(round(kinds.shape[0] * columns / kinds.shape[1]), 4))
    for kind in range(1, int(kinds.max()) + 1):
        known = (kinds == kind) * inside
        if known.sum() < 60:
            continue
        level = spread(
            f32(cv2.resize(color * known[..., None], size, interpolation=cv2.INTER_AREA)),
            f32(cv2.resize(known, size, interpolation=cv2.INTER_AREA)),
            (0.02, 0.05, 0.12, 0.3, 0.8),
            1.0,
        )
        where = kinds == kind
        result[where] = cv2.resize(level, kinds.shape[::-1], interpolation=cv2.INTER_CUBIC)[where]
        found |= where
    return np.clip(result, 0, 1).astype(np.float32), found


def spread(colors: Array, weights: Array, reaches: tuple[float, ...], flat: float) -> Array:
    """Weighted colours (h, w, 3) continued to where there are none: near neighbours first, then whatever there is.

    Args:
        reaches: widths of the blurs, as shares of the picture's width; `flat`: their height over their width.
    """
    import cv2

    level = np.zeros_like(colors)
    done = np.zeros(weights.shape, np.float32)
    for reach in reaches:
        sigma = {"sigmaX": reach * weights.shape[1], "sigmaY": reach * weights.shape[1] * flat}
        weight = cv2.GaussianBlur(weights, (0, 0), **sigma)
        mean = cv2.GaussianBlur(colors, (0, 0), **sigma)
        share = (1 - done) * np.clip((weight - 0.02) / 0.1, 0, 1)
        level += mean / np.maximum(weight, 1e-6)[..., None] * share[..., None]
        done += share
    rest = colors.sum(axis=(0, 1)) / max(float(weights.sum()), 1e-6)
    return f32(level + rest * (1 - done)[..., None])


def clean_plate(image: Array, layout: Layout) -> tuple[Array, NDArray[np.uint8]]:
    """The picture (H, W, 3) without the things in front, filled from beside them along the horizon, and its classes
    (H, W)."""
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
        level = spread(colors, weights, (0.01, 0.03, 0.09, 0.3, 0.9), flat)
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


def edge_fade(size: tuple[int, int], width: float = 0.06) -> Array:
    """1 inside (H, W), falling to 0 over the canvas's outermost share `width`, so that it never ends abruptly."""

    def ramp(n: int) -> NDArray[np.float64]:
        t = np.clip(np.minimum(np.arange(n), np.arange(n)[::-1]) / max(width * n, 1), 0, 1)
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
