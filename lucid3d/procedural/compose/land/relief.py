"""The shape of land: a composed height map, worn down by water, with detail that grows on steep ground."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.course import Course
from lucid3d.procedural.kit.grid import Grid, sampled
from lucid3d.procedural.kit.kernels import kernels
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.kit.terrain import Heights, Tint

Up = Callable[[Floats, Floats], NDArray[np.float32]]
"""(x, z) -> metres UP; the composition of a place, before erosion and detail."""


def shaped(
    up: Up,
    seed: int,
    *,
    half: float = 2600.0,
    cells: int = 512,
    drops: int = 110_000,
    strength: float = 1.0,
    rough: float = 1.0,
    near: Up | None = None,
    calm: float = 5.0,
) -> tuple[Heights, float]:
    """Land from a composition.

    Args:
        up: metres up of the large shapes, down to about 30 m.
        half: metres from the start to the side of the part that is eroded.
        drops, strength: of erosion; 0 drops leave the shapes as they are (dunes).
        rough: factor on rocky detail.
        near: small shapes (tussocks, ripples) to add last, metres up.
        calm: metres about the start within which the ground is smoothed towards level, so that one can stand there.
    Returns:
        heights (x, z) -> y, down positive, with the ground at the start at EYE_HEIGHT; and the y that `up` = 0 has.
    """

    grid = sampled(up, half, cells)
    if drops:
        grid = Grid(np.asarray(kernels().erode(grid.values, grid.cell, drops, seed & 0xFFFF, strength)), half)
    steep_z, steep_x = np.gradient(grid.values, grid.cell)
    slope = Grid(np.ascontiguousarray(np.hypot(steep_x, steep_z), np.float32), half)

    def raw(x: Floats, z: Floats) -> NDArray[np.float32]:
        inside = smoothstep(half, half * 0.86, np.maximum(np.abs(x), np.abs(z)))
        tall = grid(x, z)
        outside = inside < 1
        if outside.any():
            tall = np.where(outside, tall * inside + up(x, z) * (1 - inside), tall)
        steep = np.clip(slope(x, z), 0, 1.6)
        if rough > 0:
            crags = noise(x, z, seed + 21, 75, 7, kind="ridged", gain=0.55) - 0.35
            tall = tall + rough * crags * (2.0 + 42.0 * np.clip(steep - 0.22, 0, 0.8))
        if near is not None:
            tall = tall + near(x, z)
        return tall.astype(np.float32)

    middle = float(raw(np.zeros(1, np.float32), np.zeros(1, np.float32))[0])
    if calm > 0:  # the mean of the ground about the start, so that a bump under one's feet does not set the level
        ring = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        middle = float(
            raw((0.6 * calm * np.sin(ring)).astype(np.float32), (0.6 * calm * np.cos(ring)).astype(np.float32)).mean()
        )

    def heights(x: Floats, z: Floats) -> NDArray[np.float32]:
        tall = raw(x, z)
        if calm > 0:
            flat = 0.75 * np.exp(-((x * x + z * z) / (calm * calm)))
            tall = np.asarray(tall + (middle - tall) * flat, np.float32)
        return np.asarray(EYE_HEIGHT - (tall - middle), np.float32)

    offset = float(heights(np.zeros(1, np.float32), np.zeros(1, np.float32))[0]) - EYE_HEIGHT

    def level(x: Floats, z: Floats) -> NDArray[np.float32]:
        return heights(x, z) - np.float32(offset)

    return level, EYE_HEIGHT + middle - offset


@dataclass(frozen=True)
class Knoll:
    """Level ground in or by the water, for a building that is asked for: (x, z) and metres above the water, the radius
    of its top, and how many metres of shore fall from there. It runs on to the side, towards the land there."""

    x: float
    z: float
    height: float
    top: float
    fall: float


@dataclass(frozen=True)
class Shape:
    """The composition of a place.

    Attributes:
        up: large shapes, down to about 30 m; near: small ones; both metres up.
        tint: factors on the land's albedo where the ground's own layers are not enough.
        knoll: level ground for a building; shore: metres to the waterline, where the shape decides it.
        dry: there is no water after all.
        measures: names that a recipe's areas use -> metres over (x, z).
    """

    up: Up
    near: Up | None = None
    tint: Tint | None = None
    knoll: Knoll | None = None
    shore: float | None = None
    dry: bool = False
    measures: Mapping[str, Up] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """What a shape begins with.

    Attributes:
        seed: of its noise; side: 1 or -1, for land that is mirrored; rng: for what else is drawn.
        wished, refused: features that the sentence asks for and refuses; sizes: feature -> factor on its usual size.
        arid: it lies in dry land; sets_down: things are to stand on the ground near by (tents, horses).
    """

    seed: int
    side: float
    rng: np.random.Generator
    wished: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    sizes: Mapping[str, float] = field(default_factory=dict)
    arid: bool = False
    sets_down: bool = False

    def wants(self, *features: str) -> bool:
        """Whether any of these features is asked for."""
        return bool(self.wished & set(features))

    def size(self, feature: str) -> float:
        """The factor on a feature's usual size."""
        return self.sizes.get(feature, 1.0)


RIVER_HALF, RIVER_SHORE = 2.6, 2.4
"""Metres from a river's middle to the foot of its banks, and across a bank."""
RIVER_DEPTH, RIVER_BANK = 0.8, 0.7
"""Metres from its water down to its bed, and up to the meadow beside it."""


def river_ahead(rng: np.random.Generator) -> Course:
    """A river that comes from one side, crosses the view a dozen metres ahead and leaves on the other."""
    drift = float(rng.choice((-1.0, 1.0)) * rng.uniform(1.3, 1.7))
    return Course(-13.0 * drift, drift, ((2.6, 11.0, float(rng.uniform(0, 2 * np.pi))),))


def river_valley(up: Up, near: Up | None, course: Course) -> tuple[Up, Up]:
    """A composition and its small shapes with a river in them whose water stands at 0: level land beside it, as far as
    it is seen, hills that come down no lower, and a bed with banks."""

    def valley(x: Floats, z: Floats) -> NDArray[np.float32]:
        away = np.abs(course.across(x, z))
        share = smoothstep(70, 20, away) * smoothstep(420, 220, np.hypot(x, z))
        high = np.maximum(up(x, z), RIVER_BANK)
        return np.asarray(high + share * (RIVER_BANK + 0.012 * away - high), np.float32)

    def bed(x: Floats, z: Floats) -> NDArray[np.float32]:
        away = np.abs(course.across(x, z))
        share = smoothstep(RIVER_HALF + RIVER_SHORE, RIVER_HALF, away) * smoothstep(340, 240, np.hypot(x, z))
        small = np.zeros(np.shape(x), np.float32) if near is None else near(x, z)
        return np.asarray(small - share * (RIVER_BANK + RIVER_DEPTH), np.float32)

    return valley, bed


def footprints(x: Floats, z: Floats, trail: Course) -> NDArray[np.float32]:
    """Someone's steps along a line, in metres up: dents in turn on its left and right, with a little rim."""
    step = np.round(z / 0.36)
    side = trail.across(x, z) - 0.11 * np.where(step % 2 == 0, 1.0, -1.0)
    away = (side / 0.075) ** 2 + ((z - step * 0.36) / 0.14) ** 2
    seen = smoothstep(40, 25, np.hypot(x, z))  # the wind has filled the old ones
    return np.asarray(seen * (0.014 * np.exp(-((away - 1.6) ** 2)) - 0.045 * np.exp(-away)), np.float32)


def mountains(x: Floats, z: Floats, seed: int, size: float = 1500.0) -> NDArray[np.float32]:
    """Ridged, domain-warped ranges in about [0, 1], with broad valleys between."""
    bend_x = x + 0.22 * size * noise(x, z, seed + 31, size * 0.9, 4)
    bend_z = z + 0.22 * size * noise(x, z, seed + 32, size * 0.9, 4)
    ridges = noise(bend_x, bend_z, seed + 33, size, 7, kind="ridged", gain=0.5)
    mass = 0.5 + 0.5 * noise(x, z, seed + 34, size * 1.6, 3)
    tall: NDArray[np.float32] = np.clip(ridges * (0.35 + 0.9 * mass) - 0.12, 0, None)
    return tall


def to_polyline(x: Floats, z: Floats, points: tuple[tuple[float, float], ...]) -> NDArray[np.float32]:
    """Distance to a polyline of at least two corners."""
    best = np.full(np.shape(x), np.inf, np.float32)
    for (ax, az), (bx, bz) in itertools.pairwise(points):
        dx, dz = bx - ax, bz - az
        t = np.clip(((x - ax) * dx + (z - az) * dz) / max(dx * dx + dz * dz, 1e-9), 0, 1)
        best = np.minimum(best, np.hypot(x - ax - t * dx, z - az - t * dz))
    return best.astype(np.float32)
