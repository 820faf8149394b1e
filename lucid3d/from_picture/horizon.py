"""The row of a photograph's horizon, from several weak signs weighed together.

No sign is right in every picture: treelines and mountains stand above the horizon, mist and calm water hide it, walls
have edges of their own. So each sign gives every row a score, and the row with the highest sum is taken.

The weights of the signs were fitted (a softmax over rows, ridge penalty) to 300 pictures that the procedural worlds
drew of themselves in all directions, with pitches from -14 to 14 degrees, where the horizon is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.from_picture.vanishing import weighed_horizon
from lucid3d.procedural.kit.arrays import f32

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
ROWS = 192
"""Candidates for the horizon, evenly spaced over the picture's height."""
STRIPS = 24
"""Columns in which colours are compared."""
REACHES = (4, 12, 32)
"""Candidates above and below a row whose colours are compared: an edge, a band, a region."""
WEIGHTS = {
    "change all across 4": 0.933,
    "darker below 12": 1.24,
    "change all across 12": 0.0549,
    "rougher below 32": 1.93,
    "change 32": 0.748,
    "change all across 32": -0.943,
    "greener on one side": 5.49,
    "sky ends above": 3.7,
    "lines meet": 0.141,
    "uprights lean": 10.7,
    "detail": 0.439,
    "off the middle": -0.373,
}
"""What a sign counts for; see `signs`."""
RANGE = (0.08, 0.92)
"""Share of the height within which a horizon is looked for."""
ONE_LEVEL = 0.35
"""Share of the picture's width in which the sky has to end at one level for that to be the horizon."""
NEARBY = 0.16
"""Share of the height within which that level is looked for: further off it is that of mountains, clouds or mist."""
LEAN_TOLERANCE = 0.015
"""Radians by which walls, trunks and posts are out of plumb."""
ANY_WHICH_WAY = 0.15
"""What an edge that does not lean with the camera still counts: some are branches and gables."""


def find_horizon(lab: Array, sharp: Array, bottoms: Array, focal: float, expected: float | None = None) -> float:
    """The horizon's row.

    Args:
        lab: (H, W, 3) CIE Lab; sharp: (H, W) local detail, see `picture.sharpness`.
        bottoms: rows where a smooth sky ends in blocks of columns (NaN: none), see `skyline.find_sky`.
        focal: in pixels.
        expected: where a network takes it to be, as a share of the height; None without one. Of the signs only where
            lines meet says something beside it (`vanishing`): alone it finds 38 % of the horizons of held-out,
            augmented worlds within 5 % of the height, together with all the others at most 36 %.
    """
    if expected is None:
        found = signs(lab, sharp, bottoms, focal)
        total = np.sum([weight * found[name] for name, weight in WEIGHTS.items()], axis=0)
        first, last = (int(share * ROWS) for share in RANGE)
        row = (first + int(total[first:last].argmax()) + 0.5) / ROWS * lab.shape[0]
    else:
        row = weighed_horizon(segments(lab), lab.shape[:2], expected, room=False) * lab.shape[0]
    # A sea or plain: near what the signs say, the sky ends at one level in much of the picture.
    rows = np.arange(lab.shape[0])
    ends = np.abs(np.nan_to_num(bottoms, nan=-1e4)[None] - rows[:, None]) < 0.012 * len(rows)
    share = ends.mean(axis=1) * (np.abs(rows - row) < NEARBY * len(rows))
    return float(np.median(rows[share == share.max()])) if share.max() > ONE_LEVEL else row


def signs(lab: Array, sharp: Array, bottoms: Array, focal: float) -> dict[str, Floats]:
    """The signs of a horizon, each (ROWS,) scores; arguments as for `find_horizon`."""
    import cv2

    rows = lab.shape[0]
    place = (np.arange(ROWS) + 0.5) / ROWS * rows
    detail = np.log1p(sharp)[..., None] / np.float32(0.8)
    # Lightness, colours and detail in units that matter about equally.
    features = np.concatenate([lab / np.asarray((30, 12, 16), np.float32), detail], axis=-1)
    low = f32(cv2.resize(features, (STRIPS, ROWS), interpolation=cv2.INTER_AREA))
    found: dict[str, Floats] = {}
    edge, band, region = (_step(low, reach) for reach in REACHES)
    found["change all across 4"] = np.abs(edge.mean(axis=1)).sum(axis=1)
    found["darker below 12"] = np.clip(band[..., 0], -2, 2).mean(axis=1)
    found["change all across 12"] = np.abs(band.mean(axis=1)).sum(axis=1)
    found["rougher below 32"] = np.clip(region[..., 3], -2, 2).mean(axis=1)
    found["change 32"] = np.minimum(np.linalg.norm(region, axis=-1), 3).mean(axis=1)
    found["change all across 32"] = np.abs(region.mean(axis=1)).sum(axis=1)
    found["greener on one side"] = _two_bands(low[..., 1].mean(axis=1))
    away = (np.nan_to_num(bottoms, nan=-1e4)[None] - place[:, None]) / rows
    found["sky ends above"] = ((away < -0.12) & (away > -5)).mean(axis=1)
    edges = segments(lab)
    found["lines meet"] = _meeting(edges, lab.shape[:2], place)
    found["uprights lean"] = leaning(edges, lab.shape[:2], focal, place)
    rough = np.interp(place, np.arange(rows), cv2.GaussianBlur(detail[..., 0], (0, 0), 2).mean(axis=1))
    found["detail"] = rough - rough.mean()
    found["off the middle"] = ((place / rows - 0.5) / 0.2) ** 2  # few people point a camera far up or down
    return found


def _step(low: Array, reach: int) -> Floats:
    """(`ROWS`, `STRIPS`, K) mean of the `reach` rows below each row less that of those above."""
    padded = np.pad(low.astype(np.float64), ((reach + 1, reach), (0, 0), (0, 0)), mode="edge")
    total = np.cumsum(padded, axis=0)
    mean = (total[reach:] - total[:-reach]) / reach
    result: Floats = mean[reach : reach + ROWS] - mean[:ROWS]
    return result


def _two_bands(profile: Array) -> Floats:
    """The share of a profile's variance (`ROWS`,) that is explained by its being one band above each row, one below."""
    above = np.arange(1, ROWS + 1)
    head = np.cumsum(profile.astype(np.float64))
    gap = head / above - (head[-1] - head) / np.maximum(ROWS - above, 1)
    result: Floats = gap**2 * (above * (ROWS - above) / ROWS**2) / (float(profile.var()) + 0.02)
    return result


def segments(lab: Array) -> Floats:
    """(N, 4) ends x, y, x, y of the straight edges in a picture (H, W, 3) in CIE Lab."""
    import cv2

    found = cv2.createLineSegmentDetector().detect(np.clip(lab[..., 0] * 2.55, 0, 255).astype(np.uint8))[0]
    return np.zeros((0, 4)) if found is None else np.asarray(found, np.float64).reshape(-1, 4)


def _meeting(ends: Floats, size: tuple[int, int], place: Floats) -> Floats:
    """Where slanted lines of the ground and of walls meet, relative to the mean over rows."""
    rows, columns = size
    delta = ends[:, 2:] - ends[:, :2]
    length = np.maximum(np.hypot(*delta.T), 1e-9)
    keep = np.flatnonzero((np.abs(delta).min(axis=1) > 0.1 * length) & (length > 0.05 * columns))
    keep = keep[np.argsort(-length[keep], kind="stable")][:120]  # every pair of them is looked at
    lines = np.cross(np.c_[ends[keep, :2], np.ones(len(keep))], np.c_[ends[keep, 2:], np.ones(len(keep))])
    lines /= np.maximum(np.linalg.norm(lines[:, :2], axis=1, keepdims=True), 1e-9)
    first, second = np.triu_indices(len(lines), 1)
    crossing = np.cross(lines[first], lines[second])
    ok = np.abs(crossing[:, 2]) > 0.08  # not almost parallel
    point = crossing[ok, :2] / crossing[ok, 2:]
    weight = np.sqrt(length[keep][first] * length[keep][second])[ok] / columns
    inside = (np.abs(point[:, 0] / columns - 0.5) < 0.8) & (np.abs(point[:, 1] / rows - 0.5) < 0.5)
    near = np.exp(-0.5 * ((point[inside, 1][None] - place[:, None]) / (0.012 * rows)) ** 2)
    votes = near @ weight[inside]
    result: Floats = votes / (votes.mean() + 0.05)
    return result


def leaning(ends: Floats, size: tuple[int, int], focal: float, place: NDArray[np.floating]) -> Floats:
    """How well the lean of upright edges goes with a horizon at each row of `place`; 0 where they say nothing.

    What is upright in the world leans in the picture of a tilted camera, the more the further it is to the side.

    Args:
        ends: (N, 4), see `segments`; size: rows and columns of the picture; focal: in pixels.
    """
    rows, columns = size
    delta = ends[:, 2:] - ends[:, :2]
    length = np.maximum(np.hypot(*delta.T), 1e-9)
    upright = (np.abs(delta[:, 0]) < 0.25 * length) & (length > 0.03 * rows)
    if upright.sum() < 4:
        return np.zeros(len(place))
    along = delta[upright] / length[upright, None]
    x, y = (((ends[:, :2] + ends[:, 2:]) / 2)[upright] - (columns / 2, rows / 2)).T / focal
    tried = np.arange(0, rows, 2)
    up = ((tried - rows / 2) / focal)[:, None]  # tangent of the angle by which the camera looks up
    across, down = up * x, 1 + up * y  # which way the plumb direction moves what is seen at (x, y, 1)
    off = (across * along[:, 1] - down * along[:, 0]) * np.sign(along[:, 1]) / np.hypot(across, down)
    weight = np.minimum(np.abs(x) / 0.3, 1) * length[upright]  # in the middle nothing leans
    agree = np.log(ANY_WHICH_WAY + np.exp(-0.5 * (off / LEAN_TOLERANCE) ** 2)) @ weight / (weight.sum() + 2.0 * rows)
    result: Floats = np.interp(place, tried, agree - agree.mean())
    return result
