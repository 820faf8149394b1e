"""Continuing a photograph beyond its frame, so that it sits in a world of rules without a seam.

At its frame the photograph goes on, for a few degrees and along a ragged line, as its own mirror image, warped so that
nobody sees it twice and bent so that the horizon stays level. What is of one kind (sky, a room's walls, the backdrop of
a close-up) goes on much further as its own smooth colours. Behind both stands the world of rules, whose colours have
been pulled to the photograph's, the sky's at every elevation; what is left of the difference at the frame is spread
outwards, as a membrane would.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.procedural.picture import EYE_HEIGHT, FARTHEST, GROUND, SKY, UPRIGHT, WATER, Layout
from lucid3d.procedural.plants.shapes import f32

Array = NDArray[np.float32]
MIRROR_REACH = {"outdoors": np.radians(8.0), "room": np.radians(5.0), "closeup": np.radians(18.0)}
"""How far beyond the frame the mirrored photograph has faded out, before the line is made ragged: symmetry over a wider
strip is seen at once (not so in what is out of focus)."""
PLAIN_REACH = {"outdoors": np.radians(30.0), "room": np.radians(24.0), "closeup": np.radians(36.0)}
"""How far beyond it the smooth colours of sky, walls or backdrop have."""
WARP = 0.45
"""Mirrored places are displaced by up to this share of their distance from the frame."""
CALMEST = (0.3, 0.55)
"""The least factor on the contrast of the drawn sky, and of everything else."""
LIVELIEST = (0.42, 1.05)
"""The most: the clouds of a drawn sky must not outshine the photograph's."""
MEMBRANE = 0.34
"""Share of the canvas's width, about what lies beside the photograph, over which the rest of the difference ebbs."""
PULL = (1.0, 0.75)
"""How far the mean colour of the drawn sky, and of everything else, goes to the photograph's: what lies around is not
what is in the picture."""
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
    mirror_share = _fading(off / (mirror_reach * ragged))
    kinds = _kinds(layout, classes, depth, x, y, camera)
    plain, has_plain = _plain(kinds, plate if layout.kind == "closeup" else color, frame)
    color = np.where(has_plain[..., None], plain + (color - plain) * mirror_share[..., None], color)
    plate = np.where(has_plain[..., None], plain + (plate - plain) * mirror_share[..., None], plate)
    share = np.where(has_plain, _fading(off / plain_reach), mirror_share) * _edge_fade(size)
    color[frame], plate[frame], share[frame] = image, behind, 1.0
    wide_camera = Camera(size[1], size[0], f, f, camera.cx + pad_x, camera.cy + pad_y, camera.world_from_camera)
    return Canvas(
        wide_camera, color.astype(np.float32), share.astype(np.float32), classes.astype(np.uint8),
        depth.astype(np.float32), plate.astype(np.float32), plate_classes.astype(np.uint8), plate_depth,
    )  # fmt: skip


def _fading(t: Array) -> Array:
    """1 at t <= 0, falling smoothly to 0 at t = 1."""
    t = np.clip(1 - t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _kinds(
    layout: Layout, classes: NDArray[np.uint8], depth: Array, x: Array, y: Array, camera: Camera
) -> NDArray[np.uint8]:
    """(H, W) numbers of what goes on in its own smooth colours, 0 = nothing: the sky, each face of a room, a
    close-up's backdrop."""
    if layout.kind == "closeup":
        return np.where(classes == UPRIGHT, 1, 0).astype(np.uint8)
    if layout.box is None:
        return np.where((classes == SKY) & (y < layout.horizon), 1, 0).astype(np.uint8)
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
        level = _spread(
            f32(cv2.resize(color * known[..., None], size, interpolation=cv2.INTER_AREA)),
            f32(cv2.resize(known, size, interpolation=cv2.INTER_AREA)),
            (0.02, 0.05, 0.12, 0.3, 0.8),
            1.0,
        )
        where = kinds == kind
        result[where] = cv2.resize(level, kinds.shape[::-1], interpolation=cv2.INTER_CUBIC)[where]
        found |= where
    return np.clip(result, 0, 1).astype(np.float32), found


def _spread(colors: Array, weights: Array, reaches: tuple[float, ...], flat: float) -> Array:
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
        level = _spread(colors, weights, (0.01, 0.03, 0.09, 0.3, 0.9), flat)
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


def _edge_fade(size: tuple[int, int], width: float = 0.06) -> Array:
    """1 inside, falling to 0 over the canvas's outermost share `width`, so that it never ends abruptly."""

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


@dataclass
class SkyProfile:
    """Mean colours of a sky by elevation.

    Attributes:
        up: (3,) unit vector upwards, in the first camera's frame.
        drawn, wanted: (`BANDS`, 3) CIE Lab from the horizon to the zenith: of the drawn sky, and of the photograph's.
    """

    up: Array
    drawn: Array
    wanted: Array

    def at(self, directions: Array) -> tuple[Array, Array]:
        """The two colours (N, 3) in `directions` (N, 3)."""
        length = np.maximum(np.linalg.norm(directions, axis=-1), 1e-9)
        band = np.degrees(np.arcsin(np.clip(directions @ self.up / length, 0, 1))) * ((BANDS - 1) / 90)
        nodes = np.arange(BANDS)
        drawn, wanted = (
            np.stack([np.interp(band, nodes, table[:, k]) for k in range(3)], axis=-1).astype(np.float32)
            for table in (self.drawn, self.wanted)
        )
        return drawn, wanted


BANDS = 46
"""Elevations of a sky's profile, two degrees apart."""


def sky_profile(canvas: Canvas, panorama: Array, panorama_sky: NDArray[np.bool_], up: Array) -> SkyProfile | None:
    """How the sky's colour goes with elevation in the drawn `panorama` (h, 2h, 3) and in the photograph; None where
    either has no sky."""
    import cv2

    lab = f32(cv2.cvtColor(np.clip(panorama, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB))
    rows = panorama.shape[0]
    elevation = np.broadcast_to((90 - (np.arange(rows) + 0.5) / rows * 180)[:, None], panorama_sky.shape)
    drawn = _banded(lab, panorama_sky & (elevation > 0), elevation)
    scale = 160 / canvas.camera.width
    camera = canvas.camera.resized(160, max(round(canvas.camera.height * scale), 8))
    size = (camera.width, camera.height)
    small = f32(cv2.resize(canvas.color, size, interpolation=cv2.INTER_AREA))
    color = f32(cv2.cvtColor(small, cv2.COLOR_RGB2LAB))
    sky = cv2.resize((canvas.classes == SKY).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.9
    near = cv2.resize(canvas.share, size, interpolation=cv2.INTER_AREA) > 0.4
    rays = camera.rays()
    rise: Array = f32(np.degrees(np.arcsin(np.clip((rays / np.linalg.norm(rays, axis=-1, keepdims=True)) @ up, -1, 1))))
    wanted = _banded(color, sky & near & (rise > 0), rise)
    if drawn is None or wanted is None:
        return None
    top = int(np.percentile(rise[sky & near], 98) * (BANDS - 1) / 90)
    wanted[top:] = wanted[top] + 0.5 * (drawn[top:] - drawn[top])  # beyond the photograph as the drawn sky goes
    return SkyProfile(up, drawn, wanted)


def _banded(lab: Array, where: NDArray[np.bool_], elevation: NDArray[np.floating]) -> Array | None:
    """(`BANDS`, 3) mean colours by elevation in degrees, smoothed; None where there are too few."""
    from scipy.ndimage import gaussian_filter1d

    if where.sum() < 60:
        return None
    band = np.rint(elevation[where] * ((BANDS - 1) / 90)).astype(int)
    count = np.bincount(band, minlength=BANDS)[:BANDS]
    known = np.flatnonzero(count > 3)
    if not len(known):
        return None
    mean = [np.bincount(band, lab[where][:, k], BANDS)[known] / count[known] for k in range(3)]
    filled = np.stack([np.interp(np.arange(BANDS), known, m) for m in mean], axis=-1)
    return f32(gaussian_filter1d(filled, 1.5, axis=0, mode="nearest"))


@dataclass
class Grade:
    """Colours pulled from a drawn world to a photograph: per-channel gain and shift in CIE Lab, for sky and the rest,
    and smooth offsets near the photograph.

    Attributes:
        gain, shift: (2, 3): row 0 for the sky, row 1 for everything else.
        profile: the sky's colours by elevation, from which its own detail is an offset; or None, then `shift` counts.
        offset: (2, h, w, 3) sRGB offsets on a coarse canvas.
        blur: radians of blur that the photograph's own surroundings have.
    """

    gain: NDArray[np.float64]
    shift: NDArray[np.float64]
    profile: SkyProfile | None
    offset: Array
    camera: Camera
    blur: float

    def apply(self, image: Array, sky: NDArray[np.bool_], directions: Array, pixels_per_radian: float) -> Array:
        """A drawn picture (H, W, 3) in the photograph's colours; `directions` (H, W, 3) in the first camera's frame."""
        import cv2

        toned = self._toned(image, sky, directions)
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

    def _toned(self, image: Array, sky: NDArray[np.bool_], directions: Array) -> Array:
        import cv2

        lab = cv2.cvtColor(np.clip(image, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
        which = np.where(sky, 0, 1)
        graded = lab * self.gain[which] + self.shift[which]
        if self.profile is not None and sky.any():
            drawn, wanted = self.profile.at(directions[sky])
            graded[sky] = wanted + self.gain[0] * (lab[sky] - drawn)
        light = graded[..., 0]  # soft highlights: clouds must not burn out where the picture is brighter
        graded[..., 0] = np.clip(np.where(light > 86, 86 + 13 * np.tanh((light - 86) / 13), light), 0, 100)
        result: Array = np.clip(cv2.cvtColor(graded.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)
        return result


def match(
    canvas: Canvas, drawn: Array, drawn_sky: NDArray[np.bool_], coarse: Camera, blur: float, profile: SkyProfile | None
) -> Grade:
    """Colours that make a drawn world (h, w, 3), seen over the canvas with the `coarse` camera, go with the picture."""
    import cv2

    size = (coarse.width, coarse.height)
    color = cv2.resize(canvas.plate if blur else canvas.color, size, interpolation=cv2.INTER_AREA)
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
        gain[i] = np.clip(spread_p / spread_w, CALMEST[i], LIVELIEST[i])
        shift[i] = mean_w + PULL[i] * (mean_p - mean_w) - mean_w * gain[i]
    none = np.zeros((2, coarse.height, coarse.width, 3), np.float32)
    grade = Grade(gain, shift, profile, none, coarse, blur)
    toned = grade._toned(drawn, drawn_sky, coarse.rays())
    difference = np.clip(color - toned, -0.3, 0.3)
    fade = _edge_fade((coarse.height, coarse.width), MEMBRANE)[..., None]
    for i, same in enumerate((sky & drawn_sky, ~sky & ~drawn_sky)):
        weight = (same & (share > 0.5)).astype(np.float32)
        if weight.sum() < 30:
            continue
        grade.offset[i] = _spread(difference * weight[..., None], weight, (0.03, 0.08, 0.2, 0.5), 1.0) * fade
    return grade
