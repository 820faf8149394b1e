"""A furnished room as a place: the first view is chosen, lamps are dimmed by day, coloured glass is lit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.room.furnishing import Furnishing
from lucid3d.procedural.compose.room.placing import view
from lucid3d.procedural.compose.room.plan import FLAT
from lucid3d.procedural.compose.room.shell import Room
from lucid3d.procedural.compose.room.walls import between, trimmings
from lucid3d.procedural.compose.room.windows import stained_glass
from lucid3d.procedural.compose.settlement.context import DARK_TIMES, finish
from lucid3d.procedural.kit.materials import RGB
from lucid3d.procedural.kit.mesh import Mesh, mirrored, placement
from lucid3d.procedural.kit.place import Place

OVERCAST = {"cloudy": 0.7, "mist": 0.6, "rain": 0.4, "snow": 0.6, "storm": 0.25}
"""How bright coloured glass is under such a sky, beside a clear one."""
BY_DAY = {"morning": 0.06, "noon": 0.05, "afternoon": 0.06, "sunset": 0.25, "sunrise": 0.25}
"""How bright lamps and fires of a room are by day, as a share of what they are by night: daylight outshines them."""


NEAR_ITS_END = 0.42
"""Shares of a thing's width from its middle at which it is looked at."""
LIKING = 0.12
"""Of a start's score that chance has where nothing is asked for: rooms of a kind are not all seen from one spot."""
HEADROOM = 2.05
"""Metres of height in which one stands upright."""


def start(done: Furnishing) -> tuple[float, float, float]:
    """Where a person starts, and which way the first view looks: x, z and yaw, a multiple of a quarter turn.

    It is free floor near the recipe's start, from which most of what the sentence is about is seen.
    """
    asked = Counter(done.pieces[p.thing].feature for p in done.placed if done.asked(p.thing))
    subjects = []
    for i, item in enumerate(p for p in done.placed if p.where != "window"):
        feature = done.pieces[item.thing].feature
        weight = 4.0 / asked[feature] if feature in asked else 1.0 if i < 4 else 0.2 if item.where == "floor" else 0.0
        foot = item.footprint
        ends = foot.axes()[0] * foot.width * NEAR_ITS_END if feature in asked else np.zeros(2)
        for shift in (-1, 1) if ends.any() else (0,):  # both ends of what is asked for: it is not to be cut off
            x, z = np.array([foot.x, foot.z]) + shift * ends
            subjects.append((float(x), float(z), weight / (2 if ends.any() else 1)))
    whole = sum(weight for *_, weight in subjects)
    solid = [f for f, tall in done.plan.standing if tall > FLAT]
    best, chosen_start = -np.inf, (0.0, 0.0, 0.0)
    room, reach = done.room, (2.4 if asked else 1.2)
    for x in np.arange(max(room.left + 0.6, -reach), min(room.right - 0.6, reach) + 0.01, 0.4):
        for z in np.arange(max(room.back + 0.6, -0.8), min(room.ahead - 0.6, 2 * reach) + 0.01, 0.4):
            liking = 0.0 if asked else LIKING * float(done.rng.random())
            near = min((f.distance(x, z) for f in solid), default=9.0)
            if near < 0.5 or not done.plan.reaches(x, z) or _ceiling(room, x) < HEADROOM:
                continue
            hidden = [0.4 if done.plan.hides(sx, sz, x, z) else 1.0 for sx, sz, _ in subjects]
            for quarter in (0, -1, 1, 2) if asked else (0,):
                c, s = np.cos(quarter * np.pi / 2), np.sin(quarter * np.pi / 2)
                seen = sum(
                    w * h * view(c * (sx - x) - s * (sz - z), s * (sx - x) + c * (sz - z))
                    for (sx, sz, w), h in zip(subjects, hidden, strict=True)
                )
                score = (
                    seen / max(whole, 1e-6)
                    + 0.06 * min(near, 1.0)
                    - 0.08 * float(np.hypot(x, z))
                    - 0.1 * abs(quarter)
                    + liking
                )
                if score > best:
                    best, chosen_start = score, (float(x), float(z), quarter * np.pi / 2)
    return chosen_start


def _ceiling(room: Room, x: float) -> float:
    """Metres from the floor to the ceiling or the roof above it."""
    across = (x - (room.left + room.right) / 2) / (room.width / 2)
    return room.height + (0.0 if room.roof is None else float(room.roof.above(np.array([across]))[0]))


def finished(done: Furnishing) -> Place:
    """The finished place, the start at its origin."""
    brief, rng, shell = done.brief, done.rng, done.recipe.shell
    dressed = trimmings(done.room, shell, done.scheme, brief, rng)
    x, z, yaw = start(done)
    home = placement([0, 0, 0], yaw=-yaw) @ placement([-x, 0, -z])
    meshes = [*done.room.mesh(rng), *dressed, *done.columns]
    place = Place(interior=True, sun_azimuth=between(shell.sun, rng) - yaw if shell.sun else None)
    place.meshes = [m.transformed(home) for m in meshes] + [p.mesh.transformed(home @ p.matrix) for p in done.placed]
    place.lamps = [replace(lamp, position=_moved(home, lamp.position)) for lamp in done.lamps]
    place.unplaced = tuple(done.unplaced)
    sided = any(p.relation in ("left", "right") and not p.to for p in brief.relations)
    mirror = rng.random() < 0.5 and not sided
    if mirror:
        place.meshes = [mirrored(m) for m in place.meshes]
        place.lamps = [replace(lamp, position=(-lamp.position[0], *lamp.position[1:])) for lamp in place.lamps]
        place.sun_azimuth = None if place.sun_azimuth is None else -place.sun_azimuth
    if shell.exposure:
        place.sky["exposure"] = shell.exposure
    if done.lit and brief.time in DARK_TIMES:
        # A lamplit evening is darker than the average that automatic exposure aims at.
        place.sky["exposure"] = -1.1 if brief.mood in ("dark", "eerie") else -0.7
    share = BY_DAY.get(brief.time, 1.0) if done.daylight else 1.0
    place.lamps = [replace(lamp, color=_faded(lamp.color, share)) for lamp in place.lamps]
    for mesh in place.meshes:
        mesh.materials = tuple(replace(m, emission=_faded(m.emission, share)) for m in mesh.materials)
    finish(place, brief)  # before the outside comes: its own builder has seen to its lamps
    glass = [mesh.transformed(home) for mesh in _stained_glass(done)]  # glows by day, not by lamplight
    place.meshes += [mirrored(mesh) for mesh in glass] if mirror else glass
    return place


def _stained_glass(done: Furnishing) -> list[Mesh]:
    bright = OVERCAST.get(done.brief.weather, 1.0)
    return [
        stained_glass(hole, done.room.depth, done.rng, done.brief.time, bright).transformed(
            done.room.wall_matrix(wall)[0]
        )
        for wall, holes in done.room.openings.items()
        for hole in holes
        if hole.kind.startswith("stained")
    ]


def _moved(matrix: NDArray[np.float64], point: tuple[float, float, float]) -> tuple[float, float, float]:
    """A point moved by a (4, 4) matrix."""
    x, y, z = (matrix @ np.array([*point, 1.0]))[:3]
    return float(x), float(y), float(z)


def _faded(color: RGB, share: float) -> RGB:
    """A share of a light."""
    return color[0] * share, color[1] * share, color[2] * share
