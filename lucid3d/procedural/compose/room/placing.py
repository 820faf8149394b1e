"""Where a thing could stand: candidates by kind of place, each with a cost. Which of them is free is the plan's
affair."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.room.plan import Footprint, Patch
from lucid3d.procedural.compose.room.shell import AHEAD, BACK, Room
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.kit.place import EYE_HEIGHT

FLOOR = EYE_HEIGHT
"""y of the floor."""
CLOSE = 0.025
"""Metres between a wall and the back of what stands against it: the skirting."""
STEP, PACE = 0.15, 0.3
"""Metres between candidates along a wall and over a floor, at least."""
WALL_TRIES, FLOOR_TRIES = 60, 500
"""How many candidates there are at most: in a hall they stand further apart."""
SEAT = 0.62
"""Metres of a table's edge that a person takes."""
SEEN = 0.62
"""Radians to either side of straight ahead that every first view shows."""


@dataclass(frozen=True)
class Bounds:
    """How large a thing is, in its own frame: metres across, in depth (its back at `back`), and from `low` to `high`
    above its origin; `body` is the share of it that is in the way, `round` whether that is
    a circle."""

    left: float
    right: float
    front: float
    back: float
    low: float
    high: float
    body: float = 1.0
    round: bool = False

    @classmethod
    def of(cls, mesh: Mesh, body: float = 1.0, round: bool = False) -> Bounds:
        """Of a mesh in its own frame."""
        (x0, y0, z0), (x1, y1, z1) = mesh.bounds.astype(float)
        return cls(float(x0), float(x1), float(z0), float(z1), float(-y1), float(-y0), body, round)

    @property
    def width(self) -> float:
        """Metres that are in the way, along x."""
        return (self.right - self.left) * self.body

    @property
    def depth(self) -> float:
        """Metres that are in the way, along z."""
        return (self.back - self.front) * self.body

    @property
    def middle(self) -> tuple[float, float]:
        """Own (x, z) of its middle."""
        return (self.left + self.right) / 2, (self.front + self.back) / 2


@dataclass(frozen=True)
class Placed:
    """A thing that has been placed.

    Attributes:
        thing: see `FURNITURE`; mesh: in its own frame; matrix: (4, 4) from there to the plan.
        footprint: what it takes of the floor (of things on tops and walls: what they cover).
        bounds: in its own frame; base: metres from the floor to its origin.
        where: "floor", "wall" (of things on a wall), "top" or "ceiling"; wall: that it stands or hangs at.
    """

    thing: str
    mesh: Mesh
    matrix: NDArray[np.float64]
    footprint: Footprint
    bounds: Bounds
    base: float = 0.0
    where: str = "floor"
    wall: int | None = None

    @property
    def top(self) -> float:
        """Metres from the floor to its highest point."""
        return self.base + self.bounds.high

    @property
    def facing(self) -> NDArray[np.float64]:
        """(x, z) unit vector that its front looks to."""
        return np.array([-self.matrix[0, 2], -self.matrix[2, 2]])

    @property
    def yaw(self) -> float:
        """Radians about the vertical, from its own frame to the plan."""
        return float(np.arctan2(self.matrix[0, 2], self.matrix[2, 2]))


@dataclass(frozen=True)
class Spot:
    """A candidate: what the thing would cover, how little that is liked, and at which wall it would stand.

    Attributes:
        frame: (4, 4) from the thing's frame to the plan; None: it stands on the floor with its `middle` (own x, z) in
            the middle of the footprint. There are thousands of candidates a room, so the matrix is worked out when it
            is asked for.
    """

    footprint: Footprint
    cost: float = 0.0
    wall: int | None = None
    patch: Patch | None = None
    frame: NDArray[np.float64] | None = None
    middle: tuple[float, float] = (0.0, 0.0)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(4, 4) from the thing's frame to the plan."""
        if self.frame is not None:
            return self.frame
        matrix = placement([0, 0, 0], yaw=self.footprint.yaw)
        shift = matrix[:3, :3] @ np.array([self.middle[0], 0, self.middle[1]])
        matrix[:3, 3] = (self.footprint.x - shift[0], FLOOR, self.footprint.z - shift[2])
        return matrix

    def dearer(self, by: float) -> Spot:
        """The same, liked less."""
        return Spot(self.footprint, self.cost + by, self.wall, self.patch, self.frame, self.middle)


def view(x: float, z: float) -> float:
    """How well a point of the floor is seen in the first view from the origin, 0 to 1."""
    distance, angle = math.hypot(x, z), abs(math.atan2(x, z))
    aside = min(max((1.0 - angle) / (1.0 - SEEN), 0.0), 1.0)
    return aside * min(max((distance - 0.5) / 0.9, 0.0), 1.0) * min(max((6.5 - distance) / 3.0, 0.35), 1.0)


def floor_spot(bounds: Bounds, x: float, z: float, yaw: float, cost: float = 0.0, wall: int | None = None) -> Spot:
    """A thing whose middle stands at (x, z)."""
    footprint = Footprint(x, z, bounds.width, bounds.depth, yaw, bounds.round)
    return Spot(footprint, cost, wall, middle=bounds.middle)


def wall_spot(room: Room, bounds: Bounds, wall: int, along: float, out: float = 0.0, cost: float = 0.0) -> Spot:
    """A thing that stands with its back to a wall, `out` metres from it."""
    middle = room.against(wall, along, out + CLOSE + bounds.depth / 2)
    yaw = float(np.arctan2(middle[0, 2], middle[2, 2]))
    return floor_spot(bounds, float(middle[0, 3]), float(middle[2, 3]), yaw, cost, wall)


def along_wall(
    room: Room, bounds: Bounds, wall: int, at: float | None, out: float, rng: np.random.Generator
) -> Iterator[Spot]:
    """Places along a wall, the nearer to `at` metres the better; anywhere alike where it is None."""
    _, length = room.wall_matrix(wall)
    half = bounds.width / 2 + 0.01
    if length < 2 * half:
        return
    wished = float(np.clip(at, half, length - half)) if at is not None else None
    steps = np.arange(half, length - half + 1e-6, max(STEP, length / WALL_TRIES))
    liking = rng.uniform(0, 1.2, len(steps))
    if wished is not None:
        yield wall_spot(room, bounds, wall, wished, out)
    for step, cost in zip(steps, liking, strict=True):
        yield wall_spot(
            room, bounds, wall, float(step), out, float(cost) if wished is None else 0.9 * abs(step - wished)
        )


def on_wall(
    room: Room, bounds: Bounds, wall: int, at: float | None, up: float, out: float, rng: np.random.Generator
) -> Iterator[Spot]:
    """Places for a thing that hangs on a wall, its origin `up` metres above the floor, `out` metres before the wall."""
    _, length = room.wall_matrix(wall)
    half = (bounds.right - bounds.left) / 2
    steps = list(np.arange(half + 0.1, length - half - 0.1, max(STEP, length / WALL_TRIES)))
    wished = at if at is not None else float(rng.uniform(half, max(length - half, half + 0.01)))
    for step in [wished, *steps]:
        along = float(step) - bounds.middle[0]
        matrix = room.against(wall, along, out, up)
        patch = Patch(
            float(step) - half - 0.05, float(step) + half + 0.05, up + bounds.low - 0.05, up + bounds.high + 0.05
        )
        middle = room.against(wall, float(step), out + 0.05)
        yaw = float(np.arctan2(middle[0, 2], middle[2, 2]))
        floor = Footprint(float(middle[0, 3]), float(middle[2, 3]), 2 * half, 0.1, yaw)
        yield Spot(floor, 0.9 * abs(step - wished), wall, patch, matrix)


def corners(room: Room, bounds: Bounds, rng: np.random.Generator) -> Iterator[Spot]:
    """The four corners, those ahead first."""
    for wall, first in ((AHEAD, True), (AHEAD, False), (BACK, True), (BACK, False)):
        _, length = room.wall_matrix(wall)
        inset = bounds.width / 2 + 0.1
        cost = float(rng.uniform(0, 0.6)) + (0.0 if wall == AHEAD else 0.9)
        yield wall_spot(room, bounds, wall, inset if first else length - inset, 0.08, cost)


def on_floor(
    room: Room, bounds: Bounds, wish: tuple[float, float] | None, yaw: float, rng: np.random.Generator
) -> Iterator[Spot]:
    """Places all over the floor, the nearer to `wish` (x, z) the better; anywhere alike where it is None."""
    if wish is not None:
        yield floor_spot(bounds, *wish, yaw)
    reach = max(bounds.width, bounds.depth) / 2
    pace = max(PACE, float(np.sqrt(room.width * room.length / FLOOR_TRIES)))
    x, z = np.meshgrid(
        np.arange(room.left + reach, room.right - reach, pace),
        np.arange(room.back + reach, room.ahead - reach, pace),
        indexing="ij",
    )
    chance = rng.random((x.size, 2 if wish else 3))
    px, pz = x.ravel() + (0.2 * chance[:, 0] - 0.1), z.ravel() + (0.2 * chance[:, 1] - 0.1)
    cost = np.hypot(px - wish[0], pz - wish[1]) if wish else 1.5 * chance[:, 2]
    for spot in zip(px.tolist(), pz.tolist(), cost.tolist(), strict=True):
        yield floor_spot(bounds, spot[0], spot[1], yaw, spot[2])


def opposite(anchor: Placed, bounds: Bounds, away: tuple[float, float], rng: np.random.Generator) -> Iterator[Spot]:
    """Places before a thing's front, fronts towards each other."""
    look = anchor.facing
    across = np.array([look[1], -look[0]])
    wished = float(rng.uniform(*away))
    start = np.array([anchor.footprint.x, anchor.footprint.z]) + look * anchor.footprint.depth / 2
    for distance in [wished, *np.arange(1.2, away[1] + 1.0, 0.2)]:
        for aside in (0.0, -0.3, 0.3, -0.6, 0.6):
            x, z = start + look * (distance + bounds.depth / 2) + across * aside
            yaw = float(np.arctan2(look[0], look[1]))  # its back is away from the anchor
            yield floor_spot(bounds, float(x), float(z), yaw, abs(distance - wished) + abs(aside))


def about(anchor: Placed, bounds: Bounds, rng: np.random.Generator, gap: float = 0.4) -> Iterator[Spot]:
    """Places around a thing, fronts towards it."""
    turn = rng.uniform(0, 2 * np.pi)
    for k in range(20):
        angle = turn + k * 2 * np.pi / 20
        direction = np.array([np.sin(angle), np.cos(angle)])
        for more in (0.0, 0.35, 0.7):
            span = anchor.footprint
            across, along = np.abs(span.axes() @ direction)
            reach = min(span.width / 2 / max(across, 1e-6), span.depth / 2 / max(along, 1e-6))
            distance = reach + gap + more + bounds.depth / 2
            x, z = span.x + direction[0] * distance, span.z + direction[1] * distance
            yield floor_spot(
                bounds, float(x), float(z), angle + float(rng.uniform(-0.15, 0.15)), more + float(rng.uniform(0, 0.8))
            )


def next_to(room: Room, anchor: Placed, bounds: Bounds, sides: Sequence[float] = (-1.0, 1.0)) -> Iterator[Spot]:
    """Places at a thing's sides: along its wall where it stands at one, else in line with it."""
    axis = anchor.footprint.axes()[0]
    for side in sides:
        for gap in (0.06, 0.2, 0.4, 0.7):
            reach = anchor.footprint.width / 2 + gap + bounds.width / 2
            x, z = anchor.footprint.x + side * reach * axis[0], anchor.footprint.z + side * reach * axis[1]
            if anchor.wall is None:
                yield floor_spot(bounds, x, z, anchor.yaw, gap)
                continue
            matrix, _ = room.wall_matrix(anchor.wall)
            along = float((np.linalg.inv(matrix) @ np.array([x, FLOOR, z, 1.0]))[0])
            yield wall_spot(room, bounds, anchor.wall, along, 0.0, gap)


def in_front(anchor: Placed, bounds: Bounds, gap: float, turned: bool, rng: np.random.Generator) -> Iterator[Spot]:
    """Places right before a thing; `turned`: fronts towards each other."""
    look = anchor.facing
    across = np.array([look[1], -look[0]])
    spare = max(anchor.footprint.width - bounds.width, 0.0) / 2
    shifts = [0.0] if spare < 0.4 else [float(rng.uniform(-spare, spare)) for _ in range(8)]
    for aside in shifts:
        distance = anchor.footprint.depth / 2 + gap + bounds.depth / 2
        x, z = np.array([anchor.footprint.x, anchor.footprint.z]) + look * distance + across * aside
        yield floor_spot(bounds, float(x), float(z), anchor.yaw + (np.pi if turned else 0.0), 0.01 * abs(aside))


def seats(
    anchor: Placed, bounds: Bounds, tuck: float, round_top: bool, count: int, rng: np.random.Generator
) -> Iterator[Spot]:
    """Places at a table for chairs whose front goes `tuck` metres under it; the footprints are what stands outside the
    table."""
    table = anchor.footprint
    across, along = table.axes()
    outside = Bounds(bounds.left, bounds.right, bounds.front + tuck, bounds.back, bounds.low, bounds.high)
    slots: list[tuple[float, float, float]] = []  # own x and z of the table's edge, angle of the way out
    if round_top:
        turn = 0.4  # by the table's own yaw, so that one chair after the other finds the same places
        for k in range(max(count, 1)):
            angle = turn + 2 * np.pi * k / max(count, 1)
            slots.append((np.sin(angle) * table.width / 2, np.cos(angle) * table.width / 2, angle))
    else:
        places = max(1, int(table.width / SEAT))
        order = sorted(range(places), key=lambda i: abs(i - (places - 1) / 2))
        for i in order:
            x = table.width * ((i + 0.5) / places - 0.5)
            slots += [(x, -table.depth / 2, np.pi), (x, table.depth / 2, 0.0)]
        slots += [(table.width / 2, 0.0, np.pi / 2), (-table.width / 2, 0.0, -np.pi / 2)]
    for cost, (x, z, angle) in enumerate(slots):
        gap = outside.depth / 2 + 0.02
        px, pz = x + np.sin(angle) * gap, z + np.cos(angle) * gap
        spot = np.array([table.x, table.z]) + across * px + along * pz
        wobble = 0.0 if round_top else float(rng.uniform(-0.04, 0.04))
        placed = floor_spot(outside, float(spot[0]), float(spot[1]), table.yaw + angle + wobble, float(cost))
        yield placed


def tops(
    anchor: Placed, bounds: Bounds, height: float, inset: float, depth: tuple[float, float] | None,
    taken: Sequence[Footprint], rng: np.random.Generator, *, tries: int = 40,
) -> Iterator[Spot]:  # fmt: skip
    """Free places on a thing's top."""
    half = np.hypot(bounds.width, bounds.depth) / 2 if bounds.width < 0.3 else bounds.width / 2
    left, right = anchor.bounds.left + inset + half, anchor.bounds.right - inset - half
    front, back = depth or (anchor.bounds.front + inset, anchor.bounds.back - inset)
    front, back = front + bounds.depth / 2, back - bounds.depth / 2
    if left > right:
        return
    if front > back:
        front = back = (front + back) / 2
    for _ in range(tries):
        x, z = float(rng.uniform(left, right)), float(rng.uniform(front, back))
        spin = float(rng.uniform(-0.5, 0.5)) if bounds.width < 0.3 else 0.0
        world = anchor.matrix @ np.array([x, -height, z, 1.0])
        spot = floor_spot(bounds, float(world[0]), float(world[2]), anchor.yaw + spin)
        frame = spot.matrix
        frame[1, 3] = world[1]
        spot = replace(spot, frame=frame)
        if not any(spot.footprint.overlaps(other.grown(0.01)) for other in taken):
            yield spot
