"""A room in a photograph as a box: where its long edges meet, and the walls, floor and ceiling that fit its edges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.from_picture.horizon import leaning, segments
from lucid3d.procedural.kit.place import EYE_HEIGHT

LEAN = 6.0
"""What the lean of upright edges counts for against the votes of the lines that meet in a room's vanishing point."""
WRONG_WALL = 60.0
"""What it costs a box, in the units of its edges' gradients, if every straight edge lay on a face that has none such.
"""
MOST_EDGES = 160
"""The longest of a room's straight edges tell its walls."""


@dataclass(frozen=True)
class Box:
    """A room seen from inside: metres to the back wall, the side walls, floor and ceiling, and the centre that its long
    edges run to, in pixels."""

    back: float
    left: float
    right: float
    floor: float
    ceiling: float
    centre: tuple[float, float]

    def depth(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float32]:
        """z-depth along rays (x, y, 1) from the box's own centre; x and y of any shapes that broadcast."""
        tiny = 1e-6
        depth = np.full(np.broadcast_shapes(x.shape, y.shape), self.back, np.float64)
        depth = np.minimum(depth, np.where(y > 0, self.floor / np.maximum(y, tiny), np.inf))
        depth = np.minimum(depth, np.where(y < 0, self.ceiling / np.maximum(-y, tiny), np.inf))
        depth = np.minimum(depth, np.where(x < 0, self.left / np.maximum(-x, tiny), np.inf))
        depth = np.minimum(depth, np.where(x > 0, self.right / np.maximum(x, tiny), np.inf))
        return depth.astype(np.float32)

    def scaled(self, factor: float) -> Box:
        """The same room in a picture `factor` times as large."""
        return replace(self, centre=(self.centre[0] * factor, self.centre[1] * factor))


def vanishing_point(lab: NDArray[np.float32], focal: float) -> tuple[float, float] | None:
    """Where the long slanting lines of a room, (H, W, 3) CIE Lab, meet: (x, y) in pixels from its corner, or None when
    too few agree."""
    rows, columns = lab.shape[:2]
    edges = ends = segments(lab)
    delta = ends[:, 2:] - ends[:, :2]
    length = np.linalg.norm(delta, axis=1)
    slant = np.abs(delta / np.maximum(length, 1e-9)[:, None])
    keep = (length > 0.06 * columns) & (slant.min(axis=1) > 0.12)
    ends, length = ends[keep], length[keep]
    if len(ends) < 4:
        return None
    lines = np.cross(np.c_[ends[:, :2], np.ones(len(ends))], np.c_[ends[:, 2:], np.ones(len(ends))])
    lines /= np.linalg.norm(lines[:, :2], axis=1, keepdims=True)
    first, second = np.triu_indices(len(lines), 1)
    crossing = np.cross(lines[first], lines[second])
    ok = np.abs(crossing[:, 2]) > 1e-3
    points = crossing[ok, :2] / crossing[ok, 2:]
    inside = (np.abs(points[:, 0] / columns - 0.5) < 0.45) & (np.abs(points[:, 1] / rows - 0.5) < 0.3)
    points = points[inside][:4000]
    if len(points) == 0:
        return None
    distance = np.abs(points @ lines[:, :2].T + lines[:, 2])
    votes = (np.exp(-((distance / (0.012 * columns)) ** 2)) * length).sum(axis=1)
    # Few people tilt or crop a picture of a room: what lies near the middle is likelier.
    aside = (points / (columns, rows) - 0.5) / (0.16, 0.14)
    uprights = leaning(edges, lab.shape[:2], focal, points[:, 1])
    best = points[(votes * np.exp(LEAN * uprights - 0.5 * (aside**2).sum(axis=1))).argmax()]
    agree = np.abs(lines[:, :2] @ best + lines[:, 2]) < 0.02 * columns
    if agree.sum() < 3:
        return None
    return float(best[0]), float(best[1])


def fit_room(lab: NDArray[np.float32], focal: float, vanishing: tuple[float, float]) -> Box:
    """A box around the camera: floor, ceiling, two side walls and a back wall, fitted to the picture's edges.

    The box is the one whose edges collect most gradient (a plain version of the box layout of Hedau, Hoiem and
    Forsyth, 2009).

    Args:
        lab: (H, W, 3) CIE Lab; focal: in pixels.
        vanishing: (x, y) in pixels, where the room's long edges meet; the camera's height is `EYE_HEIGHT`.
    """
    import cv2

    centre, horizon = vanishing
    rows, columns = lab.shape[:2]
    blurred = cv2.GaussianBlur(lab[..., 0], (0, 0), 1.5)
    gx, gy = np.abs(cv2.Sobel(blurred, cv2.CV_32F, 1, 0)), np.abs(cv2.Sobel(blurred, cv2.CV_32F, 0, 1))
    gx, gy = np.minimum(gx, 40), np.minimum(gy, 40)

    def row_score(y: float, x0: float, x1: float) -> float:
        r, a, b = int(np.clip(y, 0, rows - 1)), int(np.clip(x0, 0, columns - 2)), int(np.clip(x1, 1, columns - 1))
        return float(gy[max(r - 1, 0) : r + 2, a : max(b, a + 1)].max(axis=0).mean())

    def column_score(x: float, y0: float, y1: float) -> float:
        if not 0 <= x < columns:
            return 4.0  # out of sight: neither for nor against
        c, a, b = int(x), int(np.clip(y0, 0, rows - 2)), int(np.clip(y1, 1, rows - 1))
        return float(gx[a : max(b, a + 1), max(c - 1, 0) : c + 2].max(axis=1).mean())

    def ray_score(x: float, y: float) -> float:
        """Along the line from the corner (x, y) away from the vanishing point to the picture's edge."""
        t = np.linspace(1.03, 4.0, 60)
        px, py = centre + (x - centre) * t, horizon + (y - horizon) * t
        ok = (px >= 0) & (px < columns - 1) & (py >= 0) & (py < rows - 1)
        if ok.sum() < 4:
            return 4.0
        values = np.maximum(gx, gy)[py[ok].astype(int), px[ok].astype(int)]
        return float(values.mean())

    lefts, rights = centre - np.linspace(0.06, 0.9, 14) * columns, centre + np.linspace(0.06, 0.9, 14) * columns
    tops, floors = horizon - np.linspace(0.06, 0.48, 12) * rows, horizon + np.linspace(0.08, 0.46, 14) * rows

    def ends(level: float) -> NDArray[np.float64]:
        """Score of a wall's lower or upper edge at row `level` for every (left, right)."""
        corner = [[ray_score(x, level) for x in side] for side in (lefts, rights)]
        along = np.array([[row_score(level, a, b) for b in rights] for a in lefts])
        total: NDArray[np.float64] = along + np.array(corner[0])[:, None] + np.array(corner[1])[None, :]
        return total

    lower = np.stack([ends(level) for level in floors], axis=-1)[..., None]  # (left, right, floor, 1)
    upper = np.stack([ends(level) for level in tops], axis=-1)[..., None, :]
    sides = [
        np.array([[[column_score(x, t, b) for t in tops] for b in floors] for x in side]) for side in (lefts, rights)
    ]
    score = lower + upper + sides[0][:, None] + sides[1][None]
    score = score - WRONG_WALL * _on_wrong_walls(lab, (centre, horizon), lefts, rights, floors, tops)
    # Of boxes that explain the edges equally well take the usual room: two metres to each side, one above the eye.
    back_of = EYE_HEIGHT * focal / (floors - horizon)
    wide = (rights[None, :, None] - lefts[:, None, None]) / 2 / focal * back_of
    above = (horizon - tops) / focal * back_of[:, None]
    score = score - 14 * (np.log(wide / 2.3) / 0.4)[..., None] ** 2 - 14 * (np.log(above / 1.05) / 0.22) ** 2
    score = score - 8 * (np.log(back_of / 4.2) / 0.4)[:, None] ** 2
    a, b, c, d = np.unravel_index(int(score.argmax()), score.shape)
    left, right, top, floor = float(lefts[a]), float(rights[b]), float(tops[d]), float(floors[c])
    back = EYE_HEIGHT * focal / max(floor - horizon, 1.0)
    per_metre = back / focal
    return Box(
        back,
        (centre - left) * per_metre,
        (right - centre) * per_metre,
        EYE_HEIGHT,
        (horizon - top) * per_metre,
        vanishing,
    )


def _on_wrong_walls(
    lab: NDArray[np.float32],
    centre: tuple[float, float],
    lefts: NDArray[np.float64],
    rights: NDArray[np.float64],
    floors: NDArray[np.float64],
    tops: NDArray[np.float64],
) -> NDArray[np.float64]:
    """For every box (left, right, floor, top) the share of straight edges, by length, that its faces cannot carry.

    The back wall has no edges that run towards the vanishing point `centre`, the side walls none that are level, floor
    and ceiling none that are upright (orientation maps: Lee, Hebert and Kanade, 2009). Edges that could be two of these
    at once say nothing.
    """
    ends = segments(lab)
    along = ends[:, 2:] - ends[:, :2]
    length = np.hypot(*along.T)
    middle = (ends[:, :2] + ends[:, 2:]) / 2
    outwards = middle - centre
    slant = np.abs(along[:, 0] * outwards[:, 1] - along[:, 1] * outwards[:, 0])
    slant /= np.maximum(length * np.hypot(*outwards.T), 1e-9)
    is_deep, is_level = slant < 0.05, np.abs(along[:, 1]) < 0.05 * length
    is_upright = np.abs(along[:, 0]) < 0.08 * length
    kind = np.select([is_deep & ~is_level & ~is_upright, is_level & ~is_deep, is_upright & ~is_deep], [1, 2, 3], 0)
    keep = np.flatnonzero((kind > 0) & (length > 0.03 * lab.shape[1]))
    keep = keep[np.argsort(-length[keep], kind="stable")][:MOST_EDGES]
    kind, weight, (x, y) = kind[keep], length[keep], outwards[keep].T
    # How far out on its face, in units of the back wall's half size, each edge lies: at most 1 is on the back wall.
    aside = np.maximum((x / (lefts[:, None] - centre[0]))[:, None], (x / (rights[:, None] - centre[0]))[None])
    below = np.maximum((y / (floors[:, None] - centre[1]))[:, None], (y / (tops[:, None] - centre[1]))[None])
    aside, below = aside[:, :, None, None], below[None, None]
    back = np.maximum(aside, below) < 0.97
    wrong = np.where(
        kind == 1, back, np.where(kind == 2, (aside > 1.03) & (aside > below), (below > 1.03) & (below > aside))
    )
    share: NDArray[np.float64] = (wrong @ weight) / max(float(weight.sum()), 1e-9)
    return share
