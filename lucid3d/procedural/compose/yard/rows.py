"""Rows of buildings along a line, about a square or on both sides of a street."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.dressing import dressed
from lucid3d.procedural.compose.land.scatter import Spots
from lucid3d.procedural.compose.land.scatter import place as copies
from lucid3d.procedural.compose.making import as_made, called
from lucid3d.procedural.compose.settlement.context import wall_for
from lucid3d.procedural.compose.settlement.curve import Curve, strip
from lucid3d.procedural.compose.yard.floors import wall
from lucid3d.procedural.compose.yard.footprints import Footprint
from lucid3d.procedural.compose.yard.recipe import Court, Park, Row, Wall
from lucid3d.procedural.compose.yard.surfaces import SURFACES
from lucid3d.procedural.compose.yard.work import Opening, Work
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import placement

ALLEY = (1.4, 2.2)
"""Metres of an alley between two houses."""
WALL_PIECE = 3.0
"""Metres of a straight piece of a wall along a bent street."""
TREES_APART, TREES_OFF = 4.6, (2.5, 6.0)
"""Metres between the trees of a park, and from its wall to them."""
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
        stuff = wall_for(brief, rng, item.word)
        wishes = {
            "rng": rng, "width": width, "lit": work.lit, "wall": stuff, "storeys": int(rng.integers(low, high + 1)),
            "plain": float(np.hypot(*at)) > item.plain_beyond, "avoid": last,
        }  # fmt: skip
        thing = called(item.house, "", wishes, item.given)
        made = as_made(thing)
        last = made.mesh.materials[0] if made.mesh.materials else None
        mesh = made.mesh if stuff is not None else dressed(made.mesh, brief, item.word)
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
        park_side = float(rng.choice([-1.0, 1.0])) if item.park and rng.random() < item.park.chance else 0.0
        for side in (-1.0, 1.0):
            if item.sides not in ("both", "left" if side < 0 else "right"):
                continue
            s = item.along[0] + float(rng.uniform(-1, 1))
            green = _park(item.park, side, half, work) if item.park is not None and side == park_side else (s, s)
            court = None if item.court is None or green[1] > s else _opening(item.court, side, half, rng)
            while s < min(item.along[1], work.curve.end - 8):
                width, gap = step()
                if green[0] < s + width and s < green[1]:
                    s = green[1]
                    continue
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


def _park(park: Park, side: float, half: float, work: Work) -> tuple[float, float]:
    """Set up trees behind a wall on one side of the street; metres along it from where to where."""
    assert work.curve is not None
    rng, brief = work.rng, work.brief
    begin, length = (float(rng.uniform(*pair)) for pair in (park.begin, park.length))
    end = begin + length
    if park.wall and "wall" not in brief.without:
        line = work.curve.at(np.linspace(begin, end, max(3, round(length / WALL_PIECE))), side * (half + 0.3))
        line[:, 0] *= work.side
        wall(Wall(tuple((float(x), float(z)) for x, z in line), park.height, 0.4, park.wall, "coping"), work)
    trees = work.lot.trees(park.trees, 2, park.tall) if "trees" not in brief.without else []
    for s in np.arange(begin + 2.0, end - 1.0, TREES_APART) if trees else ():
        off = side * (half + float(rng.uniform(*TREES_OFF)))
        x, z = (float(v) for v in work.curve.at(float(s) + float(rng.uniform(-1.0, 1.0)), off))
        at = np.array([[x, work.ground(x, z), z]], np.float32)
        one = Spots(
            at, np.array([[0, -1, 0]], np.float32), np.hypot(at[:, 0], at[:, 2]), rng.random((1, 4), np.float32)
        )
        work.site.meshes += copies(one, trees, rng, sizes=(0.8, 1.2), lean=0.03)
        work.site.keep_out.append((x, z, 1.0))
        work.taken.take(Footprint(x, z, 0.4, 0.4))
    return begin, end


def _opening(court: Court, side: float, half: float, rng: np.random.Generator) -> Opening | None:
    begin, length, depth = (float(rng.uniform(*pair)) for pair in (court.begin, court.length, court.depth))
    return Opening(side, begin, begin + length, half, depth) if rng.random() < court.chance else None


def _frontage(curve: Curve, s: float, width: float, offset: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    near, far = curve.at(s, offset), curve.at(s + width, offset)
    return (far, near) if offset > 0 else (near, far)
