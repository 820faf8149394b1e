"""Reading a 360-degree picture without a network: where its surfaces stand, all around.

The same guesses as for a photograph (see `picture`), with two things known that a photograph hides: the horizon is the
middle row, and there is no frame. Outdoors the picture is unrolled onto a cylinder about the viewer, on which ground
and upright things obey the same formulas as in a photograph, with the distance along the ground in place of depth. A
room is a box of any orientation (in the spirit of the box layouts of Hedau, Hoiem and Forsyth, 2009).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.from_picture.picture import (
    FARTHEST,
    GROUND,
    SKY,
    UPRIGHT,
    classify,
    describe,
    kind_of,
    names_a_room,
    sharpness,
)
from lucid3d.from_picture.skyline import find_sky, whole_sky
from lucid3d.panorama.resampling import equirectangular_rays, perspective_from_equirectangular, sample_equirectangular
from lucid3d.procedural.kit.place import EYE_HEIGHT

Array = NDArray[np.float32]
Choices = Callable[[float, tuple[float, float]], NDArray[np.float64]]
"""(size, (least, most)) in metres -> sizes (N,) to try."""

ROWS = 512
"""Of the panorama that is read: a pixel is a third of a degree, as fine as the guesses are."""
COLUMNS = 1280
"""Of the cylinder, all around."""
STEEPEST = 62.0
"""Degrees above and below the horizon that the cylinder shows."""
OVERLAP = 160
"""Columns of the cylinder that are read twice, so that nothing ends at the panorama's edge."""
RISE = 0.35
"""How far a thing may reach below the horizon, as a share of how far it rises above it: what stands outdoors is mostly
six metres high or more, seen from 1.6 m. (In a photograph, where something low may be the subject, it may be more.)"""
ENOUGH_SKY = 0.15
"""Of what is above the horizon: so much smooth sky tells what colours the rest of it has."""
SLACK, UNLIKELY = 5.0, 5.0
"""Spread of colour (L*a*b*) beyond the sample's, and standard deviations beyond which it is something else."""
CLOUD = 0.004
"""Share of the picture up to which a thing that touches nothing below the horizon is taken for a piece of sky."""
SLIT = 11
"""Pixels of the cylinder: what is narrower within a thing is a pale wall or a window, not a view through it."""
BLEED = 0.0073
"""Share of the rows by which `classify` takes an upright thing too far down: it blurs by 0.012 and cuts at 0.27."""
FOOT_WINDOW = 9.0
"""Degrees to the sides over which things that touch stand on one line."""
FARTHEST_FOOT = 0.6 * FARTHEST
"""Metres to what shows above the horizon and has no foot that is seen."""
CAP = 110
"""Of 512 rows, those about the zenith: more than 50 degrees up."""
WARM, PLAIN, DARK = 8.0, 12.0, 27.0
"""A ceiling is warmer (b*) than any sky at the zenith, and plainer (`sharpness`) than leaves; a night sky is darker
(L*) than either."""
DOUBT = 0.6
"""Grey levels of mean gradient that one standard deviation from the usual size takes off a box's worth."""
WALLS, CEILINGS = (0.9, 9.0), (0.6, 3.0)
"""Metres to the nearest and farthest wall, and to the lowest and highest ceiling, that are tried."""
USUAL_WALL, WALL_SPREAD = 2.6, 0.5
"""Metres from the middle of a room to its walls, and the spread of its logarithm."""
USUAL_CEILING, CEILING_SPREAD = 1.05, 0.22
"""Metres from the eye to the ceiling, and the spread of its logarithm."""


@dataclass(frozen=True, eq=False)
class SphereLayout:
    """What was found, on (H, 2H) pixels.

    Attributes:
        kind: outdoors or a room.
        classes: (H, 2H) uint8 of SKY, GROUND, WATER, UPRIGHT.
        distance: (H, 2H) float32 metres along the ray, +inf = sky.
        standing: (H, 2H) bool, things in front of the rest.
        words: what it looks like, for a person.
        room: the box behind what stands in a room that was measured.
        measured: distances were measured, direction by direction; else they are those of a stage.
    """

    kind: Literal["outdoors", "room"]
    classes: NDArray[np.uint8]
    distance: Array
    standing: NDArray[np.bool_]
    words: str
    room: Room | None = None
    measured: bool = False


def read_panorama(panorama: Array, prompt: str = "") -> SphereLayout:
    """Find the layout of a level (H, 2H, 3) sRGB panorama in [0, 1]; `prompt` may say that it is a room."""
    import cv2

    small = panorama
    if panorama.shape[0] > ROWS:
        small = np.clip(cv2.resize(panorama, (2 * ROWS, ROWS), interpolation=cv2.INTER_AREA), 0, 1).astype(np.float32)
    if _is_room(small, prompt):
        return _room(small)
    return _outdoors(small, prompt)


def _is_room(panorama: Array, prompt: str) -> bool:
    """By the words, the colour of what is overhead, and what most of four views around look like."""
    if names_a_room(prompt):
        return True
    overhead = _lab(panorama[: CAP * panorama.shape[0] // ROWS])
    if overhead[..., 0].mean() < DARK:
        return False
    if overhead[..., 2].mean() > WARM and np.median(sharpness(overhead)) < PLAIN:
        return True
    kinds = []
    for yaw in (0, 90, 180, 270):
        lab = _lab(perspective_from_equirectangular(panorama, Camera.from_fov(320, 320, 90, yaw_pitch(yaw, 0))))
        sharp = sharpness(lab)
        kinds.append(kind_of(lab, sharp, find_sky(lab, sharp)[0], prompt))
    return kinds.count("room") >= 3


def _lab(image: Array) -> Array:
    import cv2

    return np.asarray(cv2.cvtColor(np.clip(image, 0, 1), cv2.COLOR_RGB2LAB), np.float32)


def _outdoors(panorama: Array, prompt: str) -> SphereLayout:
    focal = COLUMNS / (2 * math.pi)
    rows = 2 * round(focal * math.tan(math.radians(STEEPEST)))
    azimuth = ((np.arange(-OVERLAP, COLUMNS + OVERLAP) + 0.5) / COLUMNS - 0.5) * 2 * math.pi
    directions = np.empty((rows, len(azimuth), 3), np.float32)
    directions[..., 0], directions[..., 2] = np.sin(azimuth), np.cos(azimuth)
    directions[..., 1] = ((np.arange(rows) + 0.5 - rows / 2) / focal)[:, None]
    lab = _lab(sample_equirectangular(panorama, directions))
    sharp = sharpness(lab)
    flooded, bottoms = find_sky(lab, sharp)
    sky = whole_sky(lab, flooded, bottoms, rows / 2)
    if lab[:20, :, 0].mean() < DARK:
        sky = sky | _night_sky(lab)
    elif flooded[: rows // 2].mean() > ENOUGH_SKY:
        sky = sky & _of_colours(lab, flooded)
    classes = classify(lab, sharp, sky, rows / 2)
    classes, away = _on_their_feet(classes, focal)
    inner = slice(OVERLAP, OVERLAP + COLUMNS)
    lab, classes, away = lab[:, inner], classes[:, inner], away[inner]

    height = panorama.shape[0]
    rays = equirectangular_rays(height)
    level = np.hypot(rays[..., 0], rays[..., 2])
    down = rays[..., 1] / np.maximum(level, 1e-6)
    row = np.clip((down * focal + rows / 2).astype(int), 0, rows - 1)
    column = ((np.arange(2 * height) + 0.5) / (2 * height) * COLUMNS).astype(int)
    seen = np.where(down > math.tan(math.radians(STEEPEST)), GROUND, classes[row, column]).astype(np.uint8)
    card = away[column] / np.maximum(level, math.cos(math.radians(STEEPEST)))  # a dome closes above the cylinder
    plane = np.clip(EYE_HEIGHT / np.maximum(rays[..., 1], 1e-6), EYE_HEIGHT, FARTHEST)
    distance = np.select([seen == SKY, seen == UPRIGHT], [np.inf, np.minimum(card, plane)], plane).astype(np.float32)
    return SphereLayout("outdoors", seen, distance, seen == UPRIGHT, describe("outdoors", lab, classes, ""))


def _night_sky(lab: Array) -> NDArray[np.bool_]:
    """What is as dark as the zenith, from there down to the first thing that is not."""
    import cv2

    dark = (lab[..., 0] < lab[:20, :, 0].mean() + 12).astype(np.uint8)
    dark = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))  # stars
    return np.cumprod(dark, axis=0) > 0


def _of_colours(lab: Array, sample: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where the colours are such as the sample's: a sunlit wall is as bright as a sky, but not of its colours."""
    known = lab[sample]
    spread = np.linalg.inv(np.cov(known.T) + SLACK**2 * np.eye(3)).astype(np.float32)
    off = lab - known.mean(axis=0)
    return np.asarray(np.einsum("hwi,ij,hwj->hw", off, spread, off) < UNLIKELY**2)


def _on_their_feet(classes: NDArray[np.uint8], focal: float) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Upright things of an unrolled picture set on the ground: classes (H, W), and metres (W,) to their feet."""
    import cv2
    from scipy.ndimage import median_filter

    rows = len(classes)
    row = np.arange(rows)[:, None]
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (SLIT, SLIT))
    upright = cv2.morphologyEx((classes == UPRIGHT).astype(np.uint8), cv2.MORPH_CLOSE, brush) > 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(upright.astype(np.uint8))
    standing = np.isin(np.arange(count), labels[rows // 2 - 2 :]) | (stats[:, cv2.CC_STAT_AREA] > CLOUD * upright.size)
    upright &= standing[labels]  # what hangs in the air is a cloud
    classes = np.where(upright, UPRIGHT, np.where(classes == UPRIGHT, SKY, classes))
    above = upright & (row < rows / 2)
    window = round(math.radians(FOOT_WINDOW) * focal) | 1
    # Medians, not means: where one thing ends and a farther one begins, neither bends to the other.
    rise = median_filter(np.where(above.any(axis=0), rows / 2 - above.argmax(axis=0), 0.0), window)
    lowest = np.where(upright.any(axis=0), rows / 2 - upright[::-1].argmax(axis=0), 0.0)
    foot = np.minimum(median_filter(lowest, window) - BLEED * rows, RISE * rise)
    classes = np.where(upright & (row > rows / 2 + foot), GROUND, classes).astype(np.uint8)
    return classes, EYE_HEIGHT * focal / np.maximum(foot, EYE_HEIGHT * focal / FARTHEST_FOOT)


def _room(panorama: Array) -> SphereLayout:
    """The box whose edges collect most gradient, among boxes that stand level about the viewer."""
    box = fit_box(panorama)
    rays = equirectangular_rays(panorama.shape[0])
    distance = box.distance(rays)
    floor = rays[..., 1] * distance > 0.999 * EYE_HEIGHT
    classes = np.where(floor, GROUND, UPRIGHT).astype(np.uint8)
    wide, long = box.walls[0] + box.walls[2], box.walls[1] + box.walls[3]
    words = f"a room of {wide:.1f} by {long:.1f} m, {EYE_HEIGHT + box.ceiling:.1f} m high"
    return SphereLayout("room", classes, distance, np.zeros(classes.shape, bool), words)


@dataclass(frozen=True)
class Room:
    """A box about the viewer.

    Attributes:
        yaw: radians to the right from straight ahead to the middle of the first wall.
        walls: metres to the four walls, going round to the right.
        ceiling: metres from the eye up to it; the floor is `EYE_HEIGHT` below.
    """

    yaw: float
    walls: tuple[float, float, float, float]
    ceiling: float

    def distance(self, rays: Array, start: NDArray[np.floating] | None = None) -> Array:
        """Metres along unit rays (..., 3) to the box, from `start` (3,) within it, the viewer's place by default."""
        x, y, z = np.zeros(3) if start is None else start
        ahead, right = math.cos(self.yaw) * z + math.sin(self.yaw) * x, math.cos(self.yaw) * x - math.sin(self.yaw) * z
        walls = np.maximum(np.array(self.walls) - [ahead, right, -ahead, -right], 0.05)
        level = np.maximum(np.hypot(rays[..., 0], rays[..., 2]), 1e-6)
        along = wall_reach(np.arctan2(rays[..., 0], rays[..., 2]) - self.yaw, walls) / level
        down = rays[..., 1]
        floor = np.where(down > 0, max(EYE_HEIGHT - y, 0.05) / np.maximum(down, 1e-6), np.inf)
        top = np.where(down < 0, max(self.ceiling + y, 0.05) / np.maximum(-down, 1e-6), np.inf)
        return np.minimum(np.minimum(along, floor), top).astype(np.float32)


def wall_reach(azimuth: NDArray[np.floating], walls: NDArray[np.floating]) -> NDArray[np.float64]:
    """Metres along the ground to the nearest of walls (..., 4) towards `azimuth` (...) from the first one's middle."""
    facing = np.stack([np.cos(azimuth - k * math.pi / 2) for k in range(4)], axis=-1)
    with np.errstate(divide="ignore"):
        reach = np.where(facing > 1e-4, walls / np.maximum(facing, 1e-4), np.inf)
    nearest: NDArray[np.float64] = reach.min(axis=-1)
    return nearest


def fit_box(panorama: Array) -> Room:
    """The level box that explains the edges of an indoor panorama (H, 2H, 3) best.

    Coordinate by coordinate from usual rooms, for every orientation: the mean gradient along the lines where its walls
    meet floor, ceiling and each other, less what speaks against unusual sizes.
    """
    import cv2

    height = panorama.shape[0]
    light = _lab(panorama)[..., 0]
    grey = cv2.GaussianBlur(np.concatenate([light[:, -8:], light, light[:, :8]], axis=1), (0, 0), 1.5)
    across, upright = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)), np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    gain = 20 / max(float(np.percentile(np.hypot(across, upright), 95)), 1e-3)
    # a line counts once, however strong: a lamp's rim must not outweigh a whole wall
    levels = cv2.dilate(np.minimum(upright[:, 8:-8] * gain, 20), np.ones((3, 1), np.uint8))
    posts = cv2.dilate(np.minimum(across[:, 8:-8] * gain, 20), np.ones((1, 3), np.uint8))
    azimuth = (np.arange(360) + 0.5) / 360 * 2 * math.pi - math.pi
    column = ((azimuth / (2 * math.pi) + 0.5) * 2 * height).astype(int) % (2 * height)

    def row(slope: NDArray[np.floating]) -> NDArray[np.intp]:
        at = np.asarray((0.5 + np.arctan(slope) / math.pi) * height, np.intp)
        return np.clip(at, 0, height - 1)

    def score(
        yaw: float, walls: NDArray[np.floating], ceiling: NDArray[np.floating], doubt: float
    ) -> NDArray[np.float64]:
        """Of N boxes: walls (N, 4), ceiling (N,); `doubt` is what unusual sizes count against them."""
        reach = wall_reach(azimuth[None] - yaw, walls[:, None, :])
        total = levels[row(EYE_HEIGHT / reach), column].mean(axis=1)
        total = total + levels[row(-ceiling[:, None] / reach), column].mean(axis=1)
        for k in range(4):  # the post between wall k and the next
            corner = yaw + k * math.pi / 2 + np.arctan2(walls[:, (k + 1) % 4], walls[:, k])
            far = np.hypot(walls[:, k], walls[:, (k + 1) % 4])
            x = (((corner / (2 * math.pi)) + 0.5) % 1 * 2 * height).astype(int) % (2 * height)
            slopes = np.linspace(0, 1, 24)[None] * (EYE_HEIGHT + ceiling[:, None]) - ceiling[:, None]
            total = total + 0.25 * posts[row(slopes / far[:, None]), x[:, None]].mean(axis=1)
        unusual = ((np.log(walls / USUAL_WALL) / WALL_SPREAD) ** 2).mean(axis=1)
        unusual = unusual + (np.log(ceiling / USUAL_CEILING) / CEILING_SPREAD) ** 2
        worth: NDArray[np.float64] = total - doubt * unusual
        return worth

    def improved(
        yaw: float, walls: NDArray[np.float64], ceiling: float, choices: Choices, doubt: float
    ) -> tuple[NDArray[np.float64], float, float]:
        """Walls, ceiling and worth after one side after the other took the best of the choices for its size."""
        for k in range(4):
            sizes = choices(walls[k], WALLS)
            tried = np.repeat(walls[None], len(sizes), axis=0)
            tried[:, k] = sizes
            walls = tried[_middle_of_best(score(yaw, tried, np.full(len(sizes), ceiling), doubt))]
        heights = choices(ceiling, CEILINGS)
        values = score(yaw, np.repeat(walls[None], len(heights), axis=0), heights, doubt)
        return walls, float(heights[_middle_of_best(values)]), float(values.max())

    def all_of(_: float, span: tuple[float, float]) -> NDArray[np.float64]:
        return np.geomspace(*span, 48)

    def nearby(size: float, _: tuple[float, float]) -> NDArray[np.float64]:
        return size * np.geomspace(0.88, 1.14, 53)

    best, yaw, walls, ceiling = -np.inf, 0.0, np.full(4, USUAL_WALL), USUAL_CEILING
    for turn in np.radians(np.arange(-45, 45, 3.0)):
        for start in (1.8, 2.8, 4.5):
            sides, top, worth = np.full(4, start), USUAL_CEILING, -np.inf
            for _ in range(3):
                sides, top, value = improved(float(turn), sides, top, all_of, DOUBT)
                if value <= worth:
                    break
                worth = value
            if worth > best:
                best, yaw, walls, ceiling = worth, float(turn), sides, top
    for _ in range(2):  # what is right within a step is made exact, by the edges alone
        walls, ceiling, _worth = improved(yaw, walls, ceiling, nearby, 0.0)
    a, b, c, d = (float(each) for each in walls)
    return Room(yaw, (a, b, c, d), ceiling)


def _middle_of_best(values: NDArray[np.float64]) -> int:
    """The middle one of the indices that are as good as the best: lines are some pixels wide."""
    return int(np.median(np.flatnonzero(values > values.max() - 0.02)))
