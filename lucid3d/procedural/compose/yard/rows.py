"""Rows of buildings along a line, about a square or on both sides of a street."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.dressing import dressed
from lucid3d.procedural.compose.making import as_made, called
from lucid3d.procedural.compose.settlement.context import wall_for
from lucid3d.procedural.compose.settlement.curve import Curve, strip
from lucid3d.procedural.compose.yard.recipe import Court, Row
from lucid3d.procedural.compose.yard.surfaces import SURFACES
from lucid3d.procedural.compose.yard.work import Opening, Work
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import placement

ALLEY = (1.4, 2.2)
"""Metres of an alley between two houses."""
UNDER_FRONT = 0.6
"""Metres that the ground of a court goes on under the fronts of its houses."""
ABOVE = 0.004
"""Metres that the ground of a court lies above the pavement's, which it covers in part."""
SAME_WALL = 4
"""How often another wall is drawn where neighbours would look like one long house."""


def row(item: Row, work: Work) -> None:
    """Build the row, as the sentence has it."""
    brief, rng = work.brief, work.rng
    if item.word in brief.without:
        return
    low, high = item.storeys
    low, high = (max(1, round(n * brief.size(item.word))) for n in (low, high))
    last: Material | None = None
    for corner, other, width in _lots(item, work):
        direction = (other - corner) / max(float(np.linalg.norm(other - corner)), 1e-9)
        back = float(rng.uniform(*item.back))
        front = np.array([direction[1], -direction[0]])
        at = corner - front * back
        yaw = math.atan2(-direction[1], direction[0])
        wall = wall_for(brief, rng, item.word)
        wishes = {
            "rng": rng, "width": width, "lit": work.lit, "wall": wall, "storeys": int(rng.integers(low, high + 1)),
            "plain": float(np.hypot(*at)) > item.plain_beyond, "avoid": last,
        }  # fmt: skip
        thing = called(item.house, "", wishes, item.given)
        made = as_made(thing)
        last = made.mesh.materials[0] if made.mesh.materials else None
        mesh = made.mesh if wall is not None else dressed(made.mesh, brief, item.word)
        if not mesh.thing:
            mesh.thing = item.word
        y = work.ground(float(at[0]), float(at[1]))
        matrix = placement([at[0], y, at[1]], yaw=yaw)
        work.add(mesh.transformed(matrix))
        if np.hypot(*at) < 40:
            work.light(made, matrix, item.lamps, reach=8.0)
        work.take(made, float(at[0]), float(at[1]), yaw)
        work.made[item.word] = work.made.get(item.word, 0) + 1


def _lots(item: Row, work: Work) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], float]]:
    """The two front corners of each lot, from left to right as its front is looked at, and its width."""
    rng = work.rng

    def step() -> tuple[float, float]:
        gap = float(rng.uniform(*item.gap))
        if item.alley and rng.random() < item.alley:
            gap += float(rng.uniform(*ALLEY))
        return float(rng.uniform(*item.widths)), gap

    if item.line is not None:
        a, b = (np.array(p, np.float64) * (work.side, 1.0) for p in item.line)
        if work.side < 0:
            a, b = b, a
        length = float(np.hypot(*(b - a)))
        along, s = (b - a) / max(length, 1e-9), 0.0
        while s + item.widths[0] <= length + 0.01:
            width, gap = step()
            width = min(width, length - s)
            yield a + along * s, a + along * (s + width), width
            s += width + gap
    elif item.ring is not None:
        centre, radius = np.array(item.ring[:2]), item.ring[2]
        angle = item.arc[0]
        while angle < item.arc[1]:
            width, gap = step()
            turn = 2 * math.asin(min(0.9, width / 2 / radius))
            corners = [centre + radius * np.array([math.sin(a), math.cos(a)]) for a in (angle, angle + turn)]
            yield corners[0], corners[1], width
            angle += turn + gap / radius
    elif work.curve is not None and work.yard.street is not None:
        half = work.yard.street.width / 2 + work.yard.street.pavement
        for side in (-1.0, 1.0):
            if item.sides not in ("both", "left" if side < 0 else "right"):
                continue
            s = item.along[0] + float(rng.uniform(-1, 1))
            court = None if item.court is None else _opening(item.court, side, half, rng)
            while s < min(item.along[1], work.curve.end - 8):
                width, gap = step()
                back = 0.0
                if court is not None and court.begin <= s < court.end:
                    back = court.depth
                    court = replace(court, begin=min(court.begin, s), end=max(court.end, s + width))
                near, far = _frontage(work.curve, s, width, side * (half + back))
                yield near, far, width
                s += width + gap
            if court is not None and item.court is not None:
                work.courts.append(court)
                off = sorted((side * half, side * (half + court.depth + UNDER_FRONT)))
                y = work.ground(*(float(v) for v in work.curve.at(court.begin, side * (half - 0.1)))) - ABOVE
                paving = SURFACES[item.court.material]
                work.add(strip(work.curve, court.begin, court.end, off[0], off[1], (y, y), paving))


def _opening(court: Court, side: float, half: float, rng: np.random.Generator) -> Opening | None:
    begin, length, depth = (float(rng.uniform(*pair)) for pair in (court.begin, court.length, court.depth))
    return Opening(side, begin, begin + length, half, depth) if rng.random() < court.chance else None


def _frontage(curve: Curve, s: float, width: float, offset: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    near, far = curve.at(s, offset), curve.at(s + width, offset)
    return (far, near) if offset > 0 else (near, far)
