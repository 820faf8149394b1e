"""Colours pulled from a drawn world to a photograph that it surrounds: the sky's in every direction, the rest by kind.

What is left of the difference at the frame is spread outwards, as a membrane would.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.from_picture.picture import SKY, WATER
from lucid3d.from_picture.surround import Canvas, edge_fade, spread
from lucid3d.procedural.kit.arrays import f32
from lucid3d.procedural.kit.labels import label_number

Array = NDArray[np.float32]
CALMEST = (0.3, 0.55, 0.4)
"""The least factor on the contrast of the drawn sky, of what is solid, and of water."""
LIVELIEST = (0.42, 1.05, 1.05)
"""The most: the clouds of a drawn sky must not outshine the photograph's."""
MEMBRANE = 0.34
"""Share of the canvas's width, about what lies beside the photograph, over which the rest of the difference ebbs."""
PULL = (1.0, 0.75, 1.0)
"""How far the mean colour of the drawn sky, of what is solid, and of water goes to the photograph's: what lies around
is not what is in the picture. (About a close-up all the way.)"""

BRIGHT, UNSEEN_PULL = 90, 0.3
"""Of a picture without a sky: percentile of lightness from which on something shows the colour of its light, and how
far the drawn sky goes towards that colour."""


@dataclass
class SkyColours:
    """Mean colours of a sky by direction.

    Attributes:
        frame: (3, 3) rows right, up and ahead of a level frame, in the first camera's frame.
        drawn: (`BANDS`, 3) CIE Lab of the drawn sky from the horizon to the zenith.
        wanted: (`BANDS`, `SECTORS`, 3) of the photograph's sky and what it goes over into all round.
    """

    frame: Array
    drawn: Array
    wanted: Array

    def at(self, directions: Array) -> tuple[Array, Array]:
        """The two colours (N, 3) in `directions` (N, 3)."""
        import cv2

        band, sector = _cells(directions, self.frame)
        drawn = np.stack([np.interp(band, np.arange(BANDS), self.drawn[:, k]) for k in range(3)], axis=-1)
        round_once = np.concatenate([self.wanted[:, -1:], self.wanted, self.wanted[:, :1]], axis=1)
        size = (len(band), 1)  # cv2 reads pictures of fewer than 32,768 columns only
        rows = -(-size[0] // 1024)
        flat = np.zeros((2, rows * 1024), np.float32)
        flat[:, : size[0]] = sector + 1, band
        read = cv2.remap(
            round_once, flat[0].reshape(rows, 1024), flat[1].reshape(rows, 1024), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return f32(drawn), f32(read.reshape(-1, 3)[: size[0]])


BANDS = 46
"""Elevations of a sky's colours, two degrees apart."""
SECTORS = 90
"""Their azimuths, four degrees apart."""
EBB = 60.0
"""Degrees beyond the photograph over which its sky's own unevenness ebbs away."""


def _cells(directions: Array, frame: Array) -> tuple[Array, Array]:
    """Band and sector (fractional) of `directions` (N, 3)."""
    level = directions @ frame.T
    length = np.maximum(np.linalg.norm(directions, axis=-1), 1e-9)
    band = np.degrees(np.arcsin(np.clip(level[:, 1] / length, 0, 1))) * ((BANDS - 1) / 90)
    sector = (np.arctan2(level[:, 0], level[:, 2]) / (2 * np.pi) + 0.5) * SECTORS - 0.5
    return f32(band), f32(sector)


def sky_colours(canvas: Canvas, panorama: Array, panorama_sky: NDArray[np.bool_], up: Array) -> SkyColours | None:
    """How the sky's colour goes with direction in the drawn `panorama` (h, 2h, 3) and in the photograph, which is
    continued all round; None where either has no sky."""
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
    ahead = np.array([0.0, 0.0, 1.0]) - up[2] * up
    ahead /= max(float(np.linalg.norm(ahead)), 1e-9)
    frame = f32(np.stack([np.cross(-up, ahead), up, ahead]))
    inside = cv2.resize(canvas.share, size, interpolation=cv2.INTER_AREA) > 0.99
    seen = sky & inside & (rise > 0)
    if not seen.any():
        return None
    band, sector = _cells(f32(rays[seen]), frame)
    own = color[seen] - np.stack([np.interp(band, np.arange(BANDS), wanted[:, k]) for k in range(3)], axis=-1)
    return SkyColours(frame, drawn, f32(wanted[:, None] + _all_round(band, sector, f32(own))))


def _all_round(band: Array, sector: Array, own: Array) -> Array:
    """Offsets (N, 3) at places of a sky, continued smoothly (`BANDS`, `SECTORS`, 3) until they have ebbed away.

    The screened Poisson equation on the sphere: no larger anywhere than at the photograph's outline, and without a
    step there.
    """
    from scipy.sparse import coo_matrix, diags
    from scipy.sparse.linalg import splu

    count = BANDS * SECTORS
    cell = np.clip(np.rint(band), 0, BANDS - 1).astype(int) * SECTORS + np.rint(sector).astype(int) % SECTORS
    hits = np.bincount(cell, minlength=count).astype(np.float64)
    sums = np.stack([np.bincount(cell, own[:, k], count) for k in range(3)], axis=-1)
    index = np.arange(count).reshape(BANDS, SECTORS)
    step = np.array([90 / (BANDS - 1), 360 / SECTORS])  # degrees
    level = np.cos(np.radians(np.arange(BANDS) * step[0])) + 0.02
    along_weight = np.repeat((step[0] / step[1] / level)[:, None], SECTORS, axis=1).ravel()
    up_weight = np.repeat((0.5 * (level[1:] + level[:-1]) * step[1] / step[0])[:, None], SECTORS, axis=1).ravel()
    first = np.r_[index.ravel(), index[:-1].ravel()]
    second = np.r_[np.roll(index, -1, axis=1).ravel(), index[1:].ravel()]
    weight = np.r_[along_weight, up_weight]
    joins = coo_matrix((np.r_[weight, weight], (np.r_[first, second], np.r_[second, first])), (count, count)).tocsc()
    held = 3.0 * np.minimum(hits, 4)  # the photograph's own cells hold their colours
    ebbing = np.repeat(level * step[0] * step[1] / EBB**2, SECTORS)
    matrix = diags(np.asarray(joins.sum(axis=1)).ravel() + ebbing + held) - joins
    solved = splu(matrix.tocsc()).solve(held[:, None] * sums / np.maximum(hits, 1)[:, None])
    return f32(solved.reshape(BANDS, SECTORS, 3))


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


OPEN, SOLID, WET = 0, 1, 2
"""What a drawn pixel is, for its colours: sky, solid, water."""


def kinds_of(depth: Array, labels: NDArray[np.int32]) -> NDArray[np.uint8]:
    """OPEN, SOLID or WET (H, W) by the depth and labels (H, W) of a drawing."""
    wet = labels == label_number("water")
    return np.where(np.isfinite(depth), np.where(wet, WET, SOLID), OPEN).astype(np.uint8)


@dataclass
class Grade:
    """Colours pulled from a drawn world to a photograph: per-channel gain and shift in CIE Lab, by kind, and smooth
    offsets near the photograph.

    Attributes:
        gain, shift: (3, 3): rows for OPEN, SOLID and WET.
        sky: the sky's colours by direction, from which its own detail is an offset; or None, then `shift` counts.
        offset: (3, h, w, 3) sRGB offsets on a coarse canvas.
        blur: radians of blur that the photograph's own surroundings have.
    """

    gain: NDArray[np.float64]
    shift: NDArray[np.float64]
    sky: SkyColours | None
    offset: Array
    camera: Camera
    blur: float

    def apply(self, image: Array, kinds: NDArray[np.uint8], directions: Array, pixels_per_radian: float) -> Array:
        """A drawn picture (H, W, 3) in the photograph's colours; `directions` (H, W, 3) in the first camera's frame."""
        import cv2

        toned = self._toned(image, kinds, directions)
        z = np.maximum(directions[..., 2], 1e-3)
        u = (directions[..., 0] / z * self.camera.fx + self.camera.cx - 0.5).astype(np.float32)
        v = (directions[..., 1] / z * self.camera.fy + self.camera.cy - 0.5).astype(np.float32)
        ahead = directions[..., 2] > 1e-3
        u[~ahead], v[~ahead] = -99, -99
        for kind in (OPEN, SOLID, WET):
            part = kinds == kind
            if part.any():
                offset = cv2.remap(
                    self.offset[kind], u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
                )
                toned[part] += offset[part]
        toned = np.clip(toned, 0, 1)
        sigma = self.blur * pixels_per_radian
        return f32(cv2.GaussianBlur(toned, (0, 0), sigma)) if sigma > 0.4 else toned

    def _toned(self, image: Array, kinds: NDArray[np.uint8], directions: Array) -> Array:
        import cv2

        lab = cv2.cvtColor(np.clip(image, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
        graded = lab * self.gain[kinds] + self.shift[kinds]
        sky = kinds == OPEN
        if self.sky is not None and sky.any():
            drawn, wanted = self.sky.at(directions[sky])
            graded[sky] = _veiled(wanted, self.gain[OPEN] * (lab[sky] - drawn))
        light = graded[..., 0]  # soft highlights: clouds must not burn out where the picture is brighter
        graded[..., 0] = np.clip(np.where(light > 86, 86 + 13 * np.tanh((light - 86) / 13), light), 0, 100)
        result: Array = np.clip(cv2.cvtColor(graded.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)
        return result


def _veiled(sky: Array, detail: NDArray[np.floating]) -> Array:
    """A sky's colours (N, 3) in CIE Lab with what stands out from them (N, 3): what is brighter is cloud, and goes over
    into white as light does, in sRGB; the straight way from blue to white in CIE Lab is violet."""
    import cv2

    rgb = cv2.cvtColor(sky[None], cv2.COLOR_LAB2RGB)[0]
    share = np.clip(detail[:, :1] / np.maximum(100 - sky[:, :1], 1), 0, 1)
    white = cv2.cvtColor(f32(rgb + share * (1 - rgb))[None], cv2.COLOR_RGB2LAB)[0]
    return f32(np.where(share > 0, white, sky + detail))


def match(
    canvas: Canvas,
    drawn: Array,
    kinds: NDArray[np.uint8],
    coarse: Camera,
    blur: float,
    sky: SkyColours | None,
    whole: Array,
    whole_kinds: NDArray[np.uint8],
) -> Grade:
    """Colours that make a drawn world go with the picture.

    Args:
        drawn, kinds: (h, w, 3) and (h, w) the world seen over the canvas with the `coarse` camera.
        blur: radians of blur that the picture's surroundings have.
        whole, whole_kinds: (p, 2p, 3) and (p, 2p) the same all round: a wall behind the viewer is not to be darker than
            anything in the picture because the wall in front is bright.
    """
    import cv2

    size = (coarse.width, coarse.height)
    color = cv2.resize(canvas.plate if blur else canvas.color, size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(canvas.share, size, interpolation=cv2.INTER_AREA)
    of_photo = np.where(canvas.classes == SKY, OPEN, np.where(canvas.classes == WATER, WET, SOLID)).astype(np.uint8)
    of_photo = np.asarray(cv2.resize(of_photo, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    photo = cv2.cvtColor(color, cv2.COLOR_RGB2LAB)
    world = cv2.cvtColor(np.clip(whole, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
    area = np.sin((np.arange(len(whole)) + 0.5) / len(whole) * np.pi)[:, None] * np.ones(whole_kinds.shape)
    gain, shift = np.ones((3, 3)), np.zeros((3, 3))
    for kind in (OPEN, SOLID, WET):
        here, there = (of_photo == kind) & (share > 0.6), whole_kinds == kind
        hidden = here.sum() < 30
        if hidden:
            here = (of_photo != OPEN) & (share > 0.6)
        if here.sum() < 30:
            here = share > 0.6
        if there.sum() < 30 or here.sum() < 30:
            continue
        mean_w = np.average(world[there], axis=0, weights=area[there])
        spread_w = np.sqrt(np.average((world[there] - mean_w) ** 2, axis=0, weights=area[there])) + 2
        if kind == OPEN and hidden and not blur:  # a sky that is not in the picture is one in its light
            bright = photo[here][photo[here][:, 0] >= np.percentile(photo[here][:, 0], BRIGHT)].mean(axis=0)
            shift[kind] = UNSEEN_PULL * (bright - mean_w)
            continue
        mean_p, spread_p = photo[here].mean(axis=0), photo[here].std(axis=0) + 2
        gain[kind] = np.clip(spread_p / spread_w, CALMEST[kind], LIVELIEST[kind])
        shift[kind] = mean_w + (1.0 if blur else PULL[kind]) * (mean_p - mean_w) - mean_w * gain[kind]
    none = np.zeros((3, coarse.height, coarse.width, 3), np.float32)
    grade = Grade(gain, shift, sky, none, coarse, blur)
    toned = grade._toned(drawn, kinds, coarse.rays())
    difference = np.clip(color - toned, -0.3, 0.3)
    fade = edge_fade((coarse.height, coarse.width), MEMBRANE)[..., None]
    for kind in (OPEN, SOLID, WET):
        weight = ((kinds == kind) & (of_photo == kind) & (share > 0.5)).astype(np.float32)
        if weight.sum() < 30:
            continue
        grade.offset[kind] = spread(difference * weight[..., None], weight, (0.03, 0.08, 0.2, 0.5), 1.0) * fade
    return grade
