"""Branching by rules: every level of branches grows at once from the level before it.

The parameters follow Weber and Penn, "Creation and Rendering of Realistic Trees" (1995): where along the parent a
branch begins, the angle at which it leaves, how its length depends on that place (the crown's outline), how it bends
towards the light or under its weight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.arrays import UP, Array, f32, perpendicular, rotate, unit

GOLDEN_ANGLE = np.float32(2.39996323)  # leaves and branches divide the circle like this, so that none hides the next


@dataclass
class Branches:
    """One level of a skeleton.

    Attributes:
        points: (B, P, 3) polylines from base to tip.
        radii: (B, P) metres.
        parent: (B,) row of the parent in the level before.
        start: (B,) where along the parent it begins, 0 at the parent's base to 1 at its tip.
    """

    points: Array
    radii: Array
    parent: NDArray[np.int64]
    start: Array

    def __len__(self) -> int:
        return len(self.points)

    @property
    def lengths(self) -> Array:
        """(B,) metres along each branch."""
        steps = np.diff(self.points, axis=1)
        length: Array = np.sqrt(np.einsum("bpi,bpi->bp", steps, steps)).sum(axis=1)
        return length

    def at(self, rows: NDArray[np.integer], place: NDArray[np.floating]) -> tuple[Array, Array, Array]:
        """Points (N, 3), directions (N, 3) and radii (N,) of branch `rows` (N,) at `place` (N,) in [0, 1]."""
        segments = self.points.shape[1] - 1
        scaled = np.clip(place, 0, 1) * segments
        low = np.minimum(scaled.astype(np.int64), segments - 1)
        share = (scaled - low)[:, None].astype(np.float32)
        first, second = self.points[rows, low], self.points[rows, low + 1]
        radius = self.radii[rows, low] * (1 - share[:, 0]) + self.radii[rows, low + 1] * share[:, 0]
        return first * (1 - share) + second * share, unit(second - first), radius.astype(np.float32)


@dataclass(frozen=True)
class Rule:
    """How one level of branches grows from its parents.

    Attributes:
        count: branches a parent (scaled by the parent's length over the mean length of its level).
        start, end: the part of the parent that bears them.
        angle: degrees from the parent's direction, at `start` and at `end`.
        length: of the child, as a share of `reach`, the mean length of the parents.
        outline: factor on the length by place along the parent (0 at start, 1 at end): the crown's shape.
        radius: at the base, as a share of the parent's radius there.
        taper: 1 is a cone, smaller is fuller.
        rise: bending towards the light (> 0) or under the weight (< 0), radians along the whole branch.
        wander: random bending, radians a step.
        points: of each polyline.
        flat: 0 all round the parent, 1 only left and right of it (sprays of conifers).
        whorl: branches that leave from the same place (1 = spread out).
        spread: random share of angle and length.
    """

    count: float
    start: float = 0.2
    end: float = 1.0
    angle: tuple[float, float] = (60.0, 40.0)
    length: float = 0.5
    outline: Callable[[Array], Array] = np.ones_like
    radius: float = 0.5
    taper: float = 0.9
    rise: float = 0.2
    wander: float = 0.12
    points: int = 5
    flat: float = 0.0
    whorl: int = 1
    spread: float = 0.2


def stem(
    rng: np.random.Generator,
    height: float,
    radius: float,
    *,
    points: int = 10,
    lean: float = 0.04,
    wander: float = 0.05,
    taper: float = 0.85,
    base: NDArray[np.floating] | None = None,
    direction: NDArray[np.floating] | None = None,
) -> Branches:
    """The trunk: one branch of `height` and base `radius` in metres, from `base` (3,), a little below the ground, in
    `direction` (3,)."""
    heading = unit(UP + f32([1, 0, 1]) * rng.normal(0, lean, 3)) if direction is None else unit(direction)
    line = march(
        np.zeros((1, 3), np.float32) if base is None else np.asarray(base, np.float32).reshape(1, 3),
        heading.reshape(1, 3),
        np.array([height], np.float32),
        points,
        rise=0.25,
        wander=wander,
        rng=rng,
    )
    along = np.linspace(0, 1, points, dtype=np.float32)
    radii = radius * ((1 - along) ** taper * 0.96 + 0.04)
    return Branches(line, radii[None].astype(np.float32), np.zeros(1, np.int64), np.zeros(1, np.float32))


def march(
    bases: Array,
    directions: Array,
    lengths: Array,
    points: int,
    *,
    rise: float | NDArray[np.floating],
    wander: float,
    rng: np.random.Generator,
) -> Array:
    """Polylines (B, N, 3) of `points` from `bases` (B, 3), `lengths` (B,) metres long, that start in `directions` (B,
    3) and bend: `rise` radians towards the light in all, `wander` radians at random a step."""
    count = len(bases)
    line = np.empty((count, points, 3), np.float32)
    line[:, 0] = bases
    step = (lengths / (points - 1))[:, None]
    heading = directions
    bend = (np.broadcast_to(np.asarray(rise, np.float32), (count,)) / (points - 1))[:, None]
    for i in range(1, points):
        line[:, i] = line[:, i - 1] + heading * step
        heading = unit(heading + UP * bend + rng.normal(0, wander, (count, 3)).astype(np.float32))
    return line


def branch(parents: Branches, rule: Rule, rng: np.random.Generator) -> Branches:
    """The next level: what `rule` makes grow from every one of `parents`."""
    lengths = parents.lengths
    reach = float(lengths.mean()) if len(lengths) else 0.0
    share = np.clip(lengths / max(reach, 1e-6), 0.35, 1.8)
    counts = np.maximum(np.round(rule.count * share * rng.uniform(0.9, 1.1, len(parents))), 1).astype(np.int64)
    rows = np.repeat(np.arange(len(parents)), counts)
    order = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    slots = np.maximum(np.ceil(counts / rule.whorl), 1)[rows]
    slot = order // rule.whorl
    jitter = rng.uniform(-0.35, 0.35, len(rows)) if rule.whorl == 1 else rng.normal(0, 0.07, len(rows))
    along = np.clip((slot + 0.5 + jitter) / slots, 0, 1).astype(np.float32)
    place = (rule.start + (rule.end - rule.start) * along).astype(np.float32)
    base, tangent, thickness = parents.at(rows, place)

    twist = rng.uniform(0, 2 * np.pi, len(parents))[rows]
    azimuth = twist + (
        order * GOLDEN_ANGLE if rule.whorl == 1 else slot * GOLDEN_ANGLE + order * 2 * np.pi / rule.whorl
    )
    azimuth = azimuth + rng.normal(0, 0.25, len(rows))
    normal = rotate(perpendicular(tangent), tangent, azimuth)
    if rule.flat > 0:
        sideways = np.cross(tangent, UP)
        sideways = unit(sideways + 1e-4 * normal) * np.where(order % 2 == 0, 1, -1)[:, None]
        normal = unit(normal * (1 - rule.flat) + sideways * rule.flat)
    angle = np.radians(rule.angle[0] + (rule.angle[1] - rule.angle[0]) * along)
    angle = angle * (1 + rule.spread * 0.5 * rng.standard_normal(len(rows)))
    direction = unit(tangent * np.cos(angle)[:, None] + normal * np.sin(angle)[:, None])

    parent_length = lengths[rows] if rule.outline is np.ones_like else f32(reach)
    length = rule.length * parent_length * rule.outline(along)
    length = (length * np.clip(1 + rule.spread * rng.standard_normal(len(rows)), 0.45, 1.6)).astype(np.float32)
    line = march(base, direction, length, rule.points, rise=rule.rise, wander=rule.wander, rng=rng)
    root = np.minimum(thickness * rule.radius, length * 0.06 + 0.002)
    profile = (1 - np.linspace(0, 1, rule.points)) ** rule.taper * 0.85 + 0.15
    return Branches(line, (root[:, None] * profile).astype(np.float32), rows, place)


@dataclass
class Sites:
    """Where leaves sit: (N, 3) places, (N, 3) directions of the twig there, (N, 3) normals away from the twig."""

    places: Array
    directions: Array
    outward: Array


def leaf_sites(
    twigs: Branches, spacing: float, rng: np.random.Generator, *, start: float = 0.15, together: int = 1
) -> Sites:
    """Places for leaves along twigs, one every `spacing` metres, `together` at each, turned by the golden angle."""
    counts = np.maximum(np.round(twigs.lengths * (1 - start) / spacing), 1).astype(np.int64) * together
    rows = np.repeat(np.arange(len(twigs)), counts)
    order = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    along = start + (1 - start) * (order // together + rng.uniform(0.3, 1.0, len(rows))) / (counts[rows] / together)
    place, direction, _ = twigs.at(rows, along)
    azimuth = order * GOLDEN_ANGLE + rng.uniform(0, 2 * np.pi, len(twigs))[rows]
    return Sites(place, direction, rotate(perpendicular(direction), direction, azimuth))


def dome(along: Array) -> Array:
    """Lengths (N,) of branches at shares (N,) of the trunk, for a round crown: short at its bottom and top, the longest
    a third of the way up."""
    result: Array = np.sqrt(np.clip(1 - ((along - 0.35) / 0.72) ** 2, 0.05, 1)).astype(np.float32)
    return result


def cone(along: Array) -> Array:
    """The same (N,) for a conifer: longest near the bottom, a point at the top."""
    result: Array = (0.06 + 0.94 * (1 - along) ** 0.85 * np.clip(0.72 + along * 2.2, 0, 1)).astype(np.float32)
    return result


def umbrella(along: Array) -> Array:
    """The same (N,) for a flat crown: the upper branches reach as far out as the lower ones."""
    result: Array = (0.55 + 0.45 * along).astype(np.float32)
    return result


def flame(along: Array) -> Array:
    """The same (N,) for a slender crown: poplars, cypresses, young birches."""
    result: Array = (0.35 + 0.65 * np.sin(np.pi * np.clip(0.12 + 0.8 * along, 0, 1))).astype(np.float32)
    return result
