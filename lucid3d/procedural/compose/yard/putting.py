"""Setting up things: whether the sentence refuses them, how many there are, of what colour, and where each stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.dressing import dressed
from lucid3d.procedural.compose.making import Made, as_made, called, named
from lucid3d.procedural.compose.settlement.context import label_of, wall_for
from lucid3d.procedural.compose.yard.recipe import Put
from lucid3d.procedural.compose.yard.work import Work, inside

Spot = tuple[float, float, float]
"""x, z, yaw."""
NUDGES = ((0.0, 0.0), *((r * math.sin(a), r * math.cos(a)) for r in (0.7, 1.4, 2.4) for a in (0.4, 2.5, 4.6)))
"""Metres by which a thing is moved aside that finds its place taken."""

SWING, PULL, WAVE = 0.22, 0.22, 16.0
"""Radians and share of its distance by which a thing strays from its place in the recipe, and metres over which that
changes: what stands together keeps together."""
IN_VIEW = 0.6
"""Radians off straight ahead within which a thing stays that the recipe has there."""


def put(item: Put, work: Work) -> None:
    """Put one item of the recipe, as the sentence has it."""
    brief, rng = work.brief, work.rng
    name = item.thing or item.word
    kinds = _kinds_asked(item, work)
    if name in brief.without or (item.asked and not (brief.wants(name) or kinds)):
        return
    if item.times and not set(item.times) & {brief.time, "dark" if work.dark else "day"}:
        return
    spots = [s for s in where(item, work) if item.share >= 1 or rng.random() < item.share]
    if item.thing and item.thing in brief.features:
        asked = brief.count(item.thing)
        left = asked - work.made.get(item.thing, 0)
        if asked > 1:  # a number that was said: no more than that
            spots = spots[: max(left, 0)]
    for kind, number in kinds.items():  # "a woman" is one of the people that stand there
        _set_up(item, kind, spots[:number], work)
        spots = spots[number:]
    if not (item.asked and kinds):
        _set_up(item, name, spots, work)


def _kinds_asked(item: Put, work: Work) -> dict[str, int]:
    """The kinds of a thing that the sentence names and that are still to be set up -> how many."""
    brief, things = work.brief, work.brief.catalogue.things
    asked = {n: count - work.made.get(n, 0) for n, count in brief.features.items() if things[n].kind_of == item.thing}
    return {n: count for n, count in asked.items() if item.thing and count > 0}


def _set_up(item: Put, name: str, spots: list[Spot], work: Work) -> None:
    """Set one of what has that name up at each of the places that is free."""
    rng = work.rng
    if not spots:
        return
    kinds = [make(item, name, work) for _ in range(min(max(item.vary, 1), len(spots)))]
    standing: list[list[NDArray[np.float64]]] = [[] for _ in kinds]
    for i, (x, z, yaw) in enumerate(spots):
        made = kinds[i % len(kinds)]
        scale = float(rng.uniform(*item.sizes)) if item.sizes[0] < item.sizes[1] else item.sizes[0]
        at = (x, z) if item.mount else free_spot(made, x, z, yaw, scale, work, along=item.along is not None)
        if at is None:
            continue
        if not item.mount:
            work.take(made, *at, yaw, scale)
        spot = work.spot(*at, yaw, up=item.up, scale=scale)
        standing[i % len(kinds)].append(spot)
        work.light(made, spot, item.lamp, reach=item.reach, glow=item.glow, shadows=i < 3)
        work.made[name] = work.made.get(name, 0) + 1
    for made, matrices in zip(kinds, standing, strict=True):
        work.stand(made, matrices)


def free_spot(
    made: Made, x: float, z: float, yaw: float, scale: float, work: Work, *, along: bool = False
) -> tuple[float, float] | None:
    """(x, z) or the nearest free place a little aside, or `along` the street; None where there is none."""
    nudges: Iterable[tuple[float, float]] = NUDGES
    if along and work.curve is not None:
        heading = work.curve.yaw(z)
        nudges = [(s * math.sin(heading), s * math.cos(heading)) for s in (0.0, 0.8, -0.8, 1.6, -1.6)]
    for dx, dz in nudges:
        if work.fits(made, x + dx, z + dz, yaw, scale):
            return x + dx, z + dz
    return None


def make(item: Put, name: str, work: Work) -> Made:
    """One of the things, in the colour and of the material that the sentence gives it."""
    brief = work.brief
    record = brief.catalogue.things.get(name)
    wishes = {
        "rng": work.rng,
        "lit": float(work.dark and "lamp" not in brief.without),
        "brief": brief,
        "dress": brief.wearing.get(name, ""),
        "wall": wall_for(brief, work.rng, name) if name in brief.painted or name in brief.made_of else None,
    }
    function, file = (item.make, "") if item.make else (record.make, record.file) if record is not None else ("", "")
    thing = called(function, file, wishes, item.given)
    made = as_made(thing if item.make or record is None else named(thing, record))
    mesh = dressed(made.mesh, brief, name)
    size = brief.size(name)
    if size != 1.0:
        mesh = replace(mesh, vertices=mesh.vertices * np.float32(size))
    mesh.label = label_of(mesh.label)
    if item.thing and not mesh.thing:
        mesh.thing = name
    return Made(mesh, tuple((size * x, size * y, size * z) for x, y, z in made.lamps))


def where(item: Put, work: Work) -> list[Spot]:
    """The places of an item, each with its turn."""
    found = []
    for x, z, heading, inwards in _places(item, work):
        street = item.along is not None or bool(item.court)
        if not item.mount and item.grid is None and not street:
            x, z = strayed(x, z, work)
        px, pz = (
            (x + float(work.rng.normal(0, item.jitter / 2)), z + float(work.rng.normal(0, item.jitter / 2)))
            if item.jitter
            else (x, z)
        )
        px *= 1.0 if street else work.side
        heading, inwards = (v if street or work.side > 0 else -v for v in (heading, inwards))
        yaw = {
            "start": math.atan2(px, pz),
            "in": inwards,
            "out": inwards + math.pi,
            "along": heading + math.pi,
            "across": inwards,
            "ahead": 0.0,
        }.get(item.face, float(work.rng.uniform(0, 2 * math.pi)))
        found.append((px, pz, yaw + item.turn * (1.0 if street else work.side)))
    return found


def strayed(x: float, z: float, work: Work) -> tuple[float, float]:
    """x and z in metres where a thing of the recipe stands in this place: no two have the same plan. What stands
    together moves together; what is ahead stays ahead, and what stands on a floor or in a basin stays on it."""
    if not work.stray:
        return x, z
    away, azimuth = math.hypot(x, z), math.atan2(x, z)
    swing, pull = (math.sin(2 * azimuth + phase + away / WAVE) for phase in work.stray)
    turned = azimuth + SWING * swing
    if abs(azimuth) < IN_VIEW:
        turned = min(max(turned, -IN_VIEW), IN_VIEW)
    away *= 1 + PULL * pull
    at = away * math.sin(turned), away * math.cos(turned)
    areas = (*work.yard.floor, *work.yard.basins)
    return at if all(inside(area, x, z) == inside(area, *at) for area in areas) else (x, z)


def _places(item: Put, work: Work) -> Iterator[tuple[float, float, float, float]]:
    """(x, z, heading of the row or street, yaw with which the front looks inwards or across) of each place."""
    rng = work.rng
    if item.at:
        for x, z in item.at:
            yield x, z, 0.0, math.atan2(x, z)
    elif item.row is not None:
        (x0, z0), (x1, z1) = item.row
        heading = math.atan2(x1 - x0, z1 - z0)
        for t in np.linspace(0, 1, max(item.count, 2)) if item.count > 1 else (0.5,):
            x, z = x0 + (x1 - x0) * float(t), z0 + (z1 - z0) * float(t)
            across = heading + math.pi / 2
            towards = x * math.sin(across) + z * math.cos(across) > 0
            yield x, z, heading, across if towards else across + math.pi
    elif item.grid is not None:
        (x0, z0), (x1, z1) = item.grid
        for z in np.arange(min(z0, z1), max(z0, z1) + 1e-6, item.step[1]):
            for x in np.arange(min(x0, x1), max(x0, x1) + 1e-6, item.step[0]):
                yield float(x), float(z), 0.0, 0.0
    elif item.ring is not None:
        cx, cz, radius = item.ring
        for k in range(item.count):
            a = 2 * math.pi * (k + 0.5) / item.count
            x, z = cx + radius * math.sin(a), cz + radius * math.cos(a)
            yield x, z, a + math.pi / 2, a
    elif item.about is not None:
        (x0, z0), (x1, z1) = item.about
        for _ in range(item.count):
            yield float(rng.uniform(x0, x1)), float(rng.uniform(z0, z1)), 0.0, 0.0
    elif item.court and work.curve is not None:
        for opening in work.courts:
            for share, deep in item.court:
                s = opening.begin + share * (opening.end - opening.begin)
                x, z = (float(v) for v in work.curve.at(s, opening.side * (opening.off + deep * opening.depth)))
                heading = work.curve.yaw(s)
                yield x, z, heading, heading + opening.side * math.pi / 2
    elif item.along is not None and work.curve is not None:
        sides = {"left": (-1.0,), "right": (1.0,), "both": (-1.0, 1.0)}.get(item.side, (-1.0,))
        if work.side < 0 and item.face != "along":  # what drives keeps to its side
            sides = tuple(-side for side in sides)
        low, high = item.along
        first = low + float(rng.uniform(0, min(item.step[0], high - low)))
        for i, s in enumerate(np.arange(first, high, item.step[0])):
            if item.side == "turns":
                sides = (1.0 if i % 2 else -1.0,)
            elif item.side == "either":
                sides = (float(rng.choice([-1.0, 1.0])),)
            for side in sides:
                x, z = (float(v) for v in work.curve.at(float(s), side * item.off * work.broad))
                heading = work.curve.yaw(float(s))
                yield x, z, heading, heading + side * math.pi / 2
