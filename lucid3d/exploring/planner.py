"""Where to look from next: views planned by what they would add (next best view, Connolly 1985).

Candidates stand in free space: close together near the start, further apart beyond, each looking to four sides and one
at the ground; at the start, where a person looks longest, some look closely, with a longer lens. What a candidate adds
is the share of its picture that is not known, and, with less weight, the share that is known more coarsely than a
person would see it; places near the start count more, because people are there more often. The best is dreamed, then
the next. Gains only shrink as the cloud grows, so that most candidates need not be looked at again (lazy greedy, Minoux
1978), and no candidate is dreamed twice: planning ends.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.config import DreamConfig
from lucid3d.exploring.coarseness import thinned_for_a_glance, too_coarse
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.pointcloud import PointCloud
from lucid3d.projection import project_cloud

GLANCE = 64
"""Pixels along a side of the picture by which a candidate is judged."""
SAMPLE = 250_000
"""Points of the cloud that are looked at for it."""
SIDES = 4
"""Level views from a place: with 90 degrees and more each they close the circle."""
DOWN = -55.0
"""Degrees of the view at the ground before one's feet."""
CLOSER = 0.9
"""Of the field of view of a close look, the step to the next."""
CLOSEST = 40.0
"""Degrees across a close look at least: small pictures would need hundreds of them."""
LOOKED_AT = 50.0
"""Degrees up and down that close looks cover: beyond them heads are seldom turned."""
NEAREST = 1.0
"""Metres between places near the start: two steps."""
WIDENING = 0.35
"""By how much of its distance from the start the places around a place keep away from it."""
COARSE_COUNTS = 0.06
"""What a pixel that is known too coarsely counts beside one that is not known: a view is worth as much for
a hole in a twentieth of its picture as for a blur over most of it."""
CLOSE_COUNTS = 0.12
"""The same for close looks, at the start: worth their time where two fifths of what they show are blurred."""
FAMILIAR = 6.0
"""Metres from the start at which a view counts half of one at the start."""


@dataclass
class Planner:
    """Plans views of a place one by one.

    Attributes:
        free: where a person can be.
        lens: size and field of view of the views.
        sharpness: pixels a degree that a person looks with; coarser points are worth a view from closer.
        worthwhile: gain below which a view is not planned.
        seed: turns the sides that are looked at, so that they differ from place to place.
        done: where views were planned before (position and direction), which are not planned again.
        dear: (M, 3) where people will be most; None for the start alone, which is then looked at closely too.
        protected: so many points of a cloud, its first, are not dreamed again however coarse they are.
    """

    free: FreeSpace
    lens: Camera
    sharpness: float
    worthwhile: float = DreamConfig.worthwhile
    seed: int = 0
    done: tuple[tuple[float, ...], ...] = ()
    dear: NDArray[np.floating] | None = None
    protected: int = 0
    _queue: list[tuple[float, int]] = field(default_factory=list, init=False)
    _candidates: list[Camera] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._candidates = candidates(self.free, self.lens, self.sharpness, self.seed, self.dear)
        # nothing is known of any of them: an upper bound, by which they are taken up in the order of their distance
        self._queue = [
            (-self._weight(camera), i) for i, camera in enumerate(self._candidates) if _mark(camera) not in self.done
        ]
        heapq.heapify(self._queue)

    def __call__(self, cloud: PointCloud) -> Camera | None:
        """The next view for a cloud as it is now, or None where none is worth its time."""
        sample, widened = thinned_for_a_glance(cloud, SAMPLE)
        protected = round(self.protected * len(sample) / max(len(cloud), 1))
        while self._queue:
            _, index = heapq.heappop(self._queue)
            camera = self._candidates[index]
            gain = gain_of(sample, camera, self.sharpness, widened, self.lens, protected) * self._weight(camera)
            if gain < self.worthwhile:
                continue
            if not self._queue or gain >= -self._queue[0][0]:
                self.done = (*self.done, _mark(camera))
                return camera
            heapq.heappush(self._queue, (-gain, index))
        return None

    def _weight(self, camera: Camera) -> float:
        """How often people are where a camera stands: 1 where they are most."""
        return float(FAMILIAR / (FAMILIAR + _away(camera.position[None], self.free, self.dear)[0]))


def _away(eyes: NDArray[np.float64], free: FreeSpace, dear: NDArray[np.floating] | None) -> NDArray[np.float64]:
    """(N,) metres from places (N, 3) to where people are most."""
    from scipy.spatial import cKDTree

    if dear is None:
        return np.asarray(np.linalg.norm(eyes - free.start, axis=1), np.float64)
    return np.asarray(cKDTree(dear).query(eyes)[0], np.float64)


def candidates(
    free: FreeSpace, lens: Camera, sharpness: float, seed: int, dear: NDArray[np.floating] | None = None
) -> list[Camera]:
    """Cameras all over free space, closest together where people are most: near `dear` (M, 3), by default the start."""
    walked = free.distances()
    cells = np.argwhere(np.isfinite(walked))
    cells = cells[np.argsort(walked[tuple(cells.T)], kind="stable")]
    eyes = free.eyes(cells)
    away = _away(eyes, free, dear)
    kept: list[int] = []
    for i in range(len(eyes)):
        apart = max(NEAREST, WIDENING * float(away[i]))
        if not kept or np.linalg.norm(eyes[kept] - eyes[i], axis=1).min() >= apart:
            kept.append(i)
    cameras = close_looks(lens, sharpness, free.start) if dear is None else []
    for i in kept:
        turn = float(np.random.default_rng([seed, *cells[i].tolist()]).uniform(0, 360))  # the same as the grid grows
        cameras += [lens.at(yaw_pitch(turn + 360.0 * side / SIDES, 0.0, eyes[i])) for side in range(SIDES)]
        cameras.append(lens.at(yaw_pitch(turn, DOWN, eyes[i])))
    return cameras


def close_looks(lens: Camera, sharpness: float, eye: NDArray[np.float64]) -> list[Camera]:
    """Cameras all around one place, `eye` (3,), whose pixels are about as fine as a person looks; none where those of
    `lens` are."""
    fov = max(CLOSEST, float(np.degrees(2 * np.arctan(0.5 * lens.width / np.degrees(sharpness)))))
    if fov >= np.degrees(2 * np.arctan(0.5 * lens.width / lens.fx)):
        return []
    closer = Camera.from_fov(lens.width, lens.height, fov)
    step = CLOSER * fov
    rows = round(LOOKED_AT / step)
    pitches = [row * step for row in range(-rows, rows + 1)]
    count = int(np.ceil(360 / step))
    return [closer.at(yaw_pitch(360.0 * i / count, pitch, eye)) for pitch in pitches for i in range(count)]


def _mark(camera: Camera) -> tuple[float, ...]:
    """What two cameras share that would see the same."""
    return (*camera.position.round(2).tolist(), *camera.forward.round(2).tolist())


def gain_of(
    sample: PointCloud, camera: Camera, sharpness: float, widened: float, lens: Camera, protected: int = 0
) -> float:
    """What a view would add, 0 to 1: unknown pixels, and with less weight those whose points are too coarse.

    A hole counts by how large it is to the eye, in pictures of `lens`; what is coarse by the pixels that it takes.

    Args:
        sample, widened: see `thinned_for_a_glance`.
        sharpness: pixels a degree.
        protected: of the sample's first points, which are fine enough whatever they are.
    """
    fov = float(np.degrees(2 * np.arctan(0.5 * camera.width / camera.fx)))
    small = Camera.from_fov(GLANCE, GLANCE, fov, camera.world_from_camera)
    # so small a picture takes longer to hand out to threads than to draw
    seen = project_cloud(sample, small, max_magnification=GLANCE, threads=1)
    # the rim of what is known counts as unknown when a view is painted; at a glance it is wider than any hole behind it
    unknown = 1.0 - float(binary_dilation(seen.known, np.ones((3, 3), bool)).mean())
    coarse = too_coarse(sample, seen, camera, sharpness, widened=widened) & (seen.point_index >= protected)
    unknown *= (lens.fx / camera.fx) ** 2
    return unknown + (CLOSE_COUNTS if camera.fx > lens.fx else COARSE_COUNTS) * float(coarse.mean())
