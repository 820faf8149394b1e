"""Things that a sentence asks for, set into whatever natural place there is: pier, boat, cabin, campfire, lamp..."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import props
from lucid3d.procedural.compose.dressing import dressed
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.compose.land.thickets import singles
from lucid3d.procedural.compose.making import as_made, make_thing
from lucid3d.procedural.compose.settlement.context import label_of, lit_share, wall_for
from lucid3d.procedural.compose.standing import cleared
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.kit.palettes import COLOURS
from lucid3d.procedural.kit.place import Lamp
from lucid3d.procedural.kit.water import Water

DARK = ("dawn", "dusk", "night")


LIVING = frozenset(("person", "animal"))
"""Labels of what differs one by one."""
NOTHING: Mapping[str, int] = MappingProxyType({})


def add_extras(site: Site, lamps: list[Lamp], water: Water | None, *, made: Mapping[str, int] = NOTHING) -> None:
    """Put what the brief asks for by name where it belongs; a thing that finds no place is left out.

    Args:
        made: thing -> how many of them the place has made already.
    """
    brief = site.brief
    if water is not None and not {"pier", "boat"} & set(made):
        add_waterside(site, lamps)
    if brief.wants("bridge") and "bridge" not in made:
        _bridge(site)
    add_named_buildings(site, but=frozenset(made))
    add_things(site, made=made)
    if brief.wants("campfire") and "campfire" not in made:
        _fires(site, lamps, brief.count("campfire"))
    if brief.wants("lamp") and "lamp" not in made:
        _lamps(site, lamps, brief.count("lamp"))
    if brief.wants("fence") and "fence" not in made:
        _fence(site)


def add_waterside(site: Site, lamps: list[Lamp], toward: float = 0.35) -> None:
    """The pier and the boats that the brief asks for, the boats about the azimuth `toward`."""
    if site.brief.wants("pier"):
        _pier(site, lamps)
    if site.brief.wants("boat"):
        _boats(site, site.brief.count("boat"), toward)


def add_things(site: Site, *, but: frozenset[str] = frozenset(), made: Mapping[str, int] = NOTHING) -> None:
    """Set about what the brief asks for by name and nothing is built around, the first of each in view.

    Args:
        but: things that the place sees to itself; made: thing -> how many it has made already.
    """
    brief = site.brief
    for record in brief.catalogue.things.values():
        count = brief.count(record.name) - made.get(record.name, 0)
        if count <= 0 or record.name in but or record.set_about is None or record.sort == "building":
            continue
        kinds = min(count, 3) if LIVING & set(record.seen_as) else 1  # three tents are alike unless something is said
        things = [
            dressed(
                as_made(make_thing(record, site.rng, dress=brief.wearing.get(record.name, ""))).mesh, brief, record.name
            )
            for _ in range(kinds)
        ]
        for thing in things:
            thing.label = label_of(thing.label)
            thing.thing = thing.thing or record.name
        if record.stands == ("sky",):
            _fly(site, things, min(count, MOST), record.set_about)
        else:
            _set_about(site, things, min(count, MOST), record.set_about)


def _set_about(site: Site, things: list[Mesh], count: int, between: tuple[float, float]) -> None:
    """Set things on free ground between two distances: small ones anywhere, the first in view; large ones on the
    flattest ground ahead, their fronts towards the start."""
    near, far = between
    for i in range(count):
        thing = things[i % len(things)]
        (x0, y0, z0), (x1, _, z1) = thing.bounds.tolist()
        wide, deep = x1 - x0, z1 - z0
        spot = (
            _plot(site, near, far, wide, deep, -y0, aside=SEEN if i < 3 else 2.4) if max(wide, deep) > LARGE else None
        )
        if spot is None:
            for x, z in singles(site, [thing], count=1, near=near, far=far, in_view=i < 4):
                _cut(site, x, z, 0.5 * max(wide, deep) + 0.2)
            continue
        x, y, z, yaw = spot
        site.meshes.append(thing.transformed(placement((x, y, z), yaw=yaw + TURNED * (-1) ** i)))
        _cut(site, x, z, 0.5 * math.hypot(wide, deep))


LARGE = 2.2
"""Metres from which a thing needs ground of its own, and is not just set down."""
TURNED = 0.9
"""Radians by which large things are turned from facing the start: one sees their sides."""
FLIGHT = (0.16, 0.42)
"""Radians above the horizon of what flies."""


def _fly(site: Site, things: list[Mesh], count: int, between: tuple[float, float]) -> None:
    """Hang things in the sky ahead, between two distances."""
    rng = site.rng
    for i in range(count):
        away, up = float(rng.uniform(*between)), float(rng.uniform(*FLIGHT))
        side = float(rng.uniform(0.08, 0.4)) * (1 if i % 2 else -1) if i < 4 else float(rng.uniform(-1.2, 1.2))
        at = (away * math.sin(side), -away * math.tan(up), away * math.cos(side))
        site.meshes.append(things[i % len(things)].transformed(placement(at, yaw=float(rng.uniform(0, 6.3)))))


MOST = 24
"""How many of one thing are set about at most."""


def _height(site: Site, x: float, z: float) -> float:
    return float(site.terrain.height(np.array([x], np.float32), np.array([z], np.float32))[0])


def _shore(site: Site, toward: float = 0.35) -> tuple[float, float, float] | None:
    """The nearest piece of shore about the azimuth `toward`: its own azimuth, and (x, z) of the waterline; None if
    there is none near."""
    level = site.water_level
    if level is None:
        return None
    best: tuple[float, float, float, float] | None = None
    reach = np.arange(2.0, 60.0, 0.5, dtype=np.float32)
    for azimuth in np.linspace(-math.pi, math.pi, 73):
        x, z = reach * np.float32(math.sin(azimuth)), reach * np.float32(math.cos(azimuth))
        deep = site.terrain.height(x, z) - level
        wet = np.flatnonzero((deep > 0) & (np.append(deep[8:], np.full(8, deep[-1])) > 0.2))
        if len(wet):
            cost = float(reach[wet[0]]) * (1 + 0.8 * abs(azimuth - toward))
            if best is None or cost < best[0]:
                best = (cost, float(azimuth), float(x[wet[0]]), float(z[wet[0]]))
    return None if best is None else best[1:]


def _pier(site: Site, lamps: list[Lamp]) -> None:
    """A pier beside the view ahead, out over the deepest water, so that one sees along its side."""
    found = _shore(site, toward=0.75 if site.rng.random() < 0.5 else -0.75)
    if found is None or site.water_level is None:
        return
    _, x, z = found
    length = 19.0 * site.brief.size("pier")
    deck = site.water_level - 0.5
    reach = np.linspace(1.0, length, 12, dtype=np.float32)

    def depth(heading: float) -> float:
        floor = site.terrain.height(
            x + reach * np.float32(math.sin(heading)), z + reach * np.float32(math.cos(heading))
        )
        return float(np.clip(floor - deck, 0, 2.5).mean()) - 0.25 * abs(heading)

    azimuth = max(np.linspace(-1.6, 1.6, 17).tolist(), key=depth)
    start = (x - 2.4 * math.sin(azimuth), deck, z - 2.4 * math.cos(azimuth))
    mesh = dressed(props.pier(site.rng, length, 1.8, depth=3.5), site.brief, "pier")
    site.meshes.append(mesh.transformed(placement(start, yaw=azimuth)))
    for along in np.arange(0.0, 3.5, 0.9):
        _cut(site, start[0] + along * math.sin(azimuth), start[2] + along * math.cos(azimuth), 1.2)
    if site.brief.time in DARK:
        lantern, light = props.lantern(site.rng)
        end = (start[0] + (length - 0.5) * math.sin(azimuth), deck, start[2] + (length - 0.5) * math.cos(azimuth))
        site.meshes.append(lantern.transformed(placement(end)))
        lamps.append(Lamp((end[0] + light[0], end[1] + light[1], end[2] + light[2]), _warm(site, 0.5), 0.06, 14.0))


def _paint(site: Site, feature: str) -> tuple[float, float, float] | None:
    """The colour that a sentence gives a thing, as sRGB; None where it names none."""

    named = site.brief.colour(feature)
    if named not in COLOURS:
        return None
    red, green, blue = (float(c) ** (1 / 2.2) for c in COLOURS[named])
    return red, green, blue


BRIDGE_LENGTHS = (4.0, 18.0)
"""Metres from land to land that a footbridge spans."""
MASONRY = ("stone", "brick", "marble", "concrete")
"""Materials of which a bridge is vaulted."""
BRIDGE_AWAY = 11.0
"""Metres ahead at which a bridge is best seen whole."""


def _crossing(site: Site) -> tuple[float, float, float, float] | None:
    """Where water ahead is narrow enough for a footbridge that is seen from its side: the bridge's middle (x, z), its
    heading in radians and its length in metres; None where there is no such water."""
    level = site.water_level
    if level is None:
        return None
    azimuth, reach, turn = (
        grid.ravel()
        for grid in np.meshgrid(np.linspace(-0.8, 0.8, 17), np.arange(4.0, 34.0), np.linspace(-0.8, 0.8, 5))
    )
    x, z, heading = reach * np.sin(azimuth), reach * np.cos(azimuth), azimuth + math.pi / 2 + turn
    wet = site.terrain.height(x.astype(np.float32), z.astype(np.float32)) - level >= 0.15
    azimuth, reach, turn, x, z, heading = (values[wet] for values in (azimuth, reach, turn, x, z, heading))
    if not len(x):
        return None
    steps = np.arange(0.0, BRIDGE_LENGTHS[1], 0.5)

    def to_land(side: int) -> NDArray[np.float64]:
        """(N,) metres to where the ground rises above the water, +inf where it does not."""
        along_x = x[:, None] + side * np.sin(heading)[:, None] * steps
        along_z = z[:, None] + side * np.cos(heading)[:, None] * steps
        y = site.terrain.height(along_x.ravel().astype(np.float32), along_z.ravel().astype(np.float32))
        dry = y.reshape(along_x.shape) < level - 0.12
        return np.where(dry.any(axis=1), steps[dry.argmax(axis=1)], np.inf)

    before, behind = to_land(-1), to_land(1)
    length = before + behind + 1.6
    fits = (length >= BRIDGE_LENGTHS[0]) & (length <= BRIDGE_LENGTHS[1])
    if not fits.any():
        return None
    cost = np.abs(reach - BRIDGE_AWAY) + 12 * np.abs(azimuth) + 3 * np.abs(turn) + 0.3 * length
    best = int(np.argmin(np.where(fits, cost, np.inf)))
    shift = (behind[best] - before[best]) / 2
    middle = x[best] + shift * math.sin(heading[best]), z[best] + shift * math.cos(heading[best])
    return float(middle[0]), float(middle[1]), float(heading[best]), float(length[best])


def _bridge(site: Site) -> None:
    """A footbridge over water ahead, seen from its side; where none is narrow enough, on the land ahead."""
    found = _crossing(site)
    if found is None:
        spot = _plot(site, 7.0, 16.0, 4.0, 7.0, 1.5)
        if spot is None or (site.water_level is not None and site.water_level - spot[1] < 0.2):
            return
        found = spot[0], spot[2], math.atan2(spot[0], spot[2]) + math.pi / 2, 7.0
    x, z, heading, length = found
    along = np.linspace(-length / 2, length / 2, max(2, round(length / 1.5)))
    feet = [(x + float(step) * math.sin(heading), z + float(step) * math.cos(heading)) for step in along]
    level = (_height(site, *feet[0]) + _height(site, *feet[-1])) / 2
    if site.brief.material("bridge") in MASONRY:
        length += 3.0  # its ramps lie on the banks
        mesh = props.stone_bridge(site.rng, length, 2.8, height=min(1.4 + 0.08 * length, 2.6))
    else:
        mesh = props.wooden_bridge(site.rng, length, 1.9, arch=0.35 + 0.07 * length, color=_paint(site, "bridge"))
    for foot in feet:
        _cut(site, *foot, 1.6)
    site.meshes.append(mesh.transformed(placement((x, level + 0.05, z), yaw=heading)))


SAILING = re.compile(r"\b(sail|yacht|dinghy|schooner|junk boat|fishing boat)|\bships?\b|帆")
SHIPS = re.compile(r"\bships?\b|schooner|galleon")
"""Words for boats that sail, and for large ones."""
SAILING_BOAT, SHIP = 7.0, 15.0
"""Metres from stem to stern."""
FAR_SHORE = 22.0
"""Metres to the water from which boats are large ones that sail on it."""


def _boats(site: Site, count: int, toward: float) -> None:
    found = _shore(site, toward)
    if found is None or site.water_level is None:
        return
    azimuth, x, z = found
    rng = site.rng
    color = _paint(site, "boat")
    sailing = bool(SAILING.search(site.brief.prompt.lower()))
    if sailing or math.hypot(x, z) > FAR_SHORE:  # nobody would see a rowing boat from there
        length = SHIP if SHIPS.search(site.brief.prompt.lower()) else SAILING_BOAT
        for i in range(min(count, 8)):
            bearing, out = azimuth + 0.12 * (-1) ** i * i, math.hypot(x, z) + 2 * length + (2 + length) * i
            look = {} if color is None else {"color": color}
            boat = props.sailing_boat(rng, length, **look)
            at = (out * math.sin(bearing), site.water_level, out * math.cos(bearing))
            across = bearing + math.pi / 2 + float(rng.uniform(-0.6, 0.6))  # broadside: its sails are seen
            site.meshes.append(boat.transformed(placement(at, yaw=across)))
        return
    for i in range(min(count, 8)):
        aside = azimuth + (1.1 if i % 2 == 0 else -1.0) * (0.75 + 0.3 * i)
        out = 3.2 + 2.2 * i
        at = (x + out * math.sin(aside), site.water_level, z + out * math.cos(aside))
        if _height(site, at[0], at[2]) - site.water_level < 0.25:
            at = (
                x + (out + 4) * math.sin(azimuth + 0.3 * i),
                site.water_level,
                z + (out + 4) * math.cos(azimuth + 0.3 * i),
            )
        length = float(rng.uniform(3.4, 4.4))
        boat = props.rowing_boat(rng, length) if color is None else props.rowing_boat(rng, length, color)
        site.meshes.append(boat.transformed(placement(at, yaw=float(rng.uniform(0, 6.3)))))


def _warm(site: Site, strength: float) -> tuple[float, float, float]:
    """A lamp's colour, brought to the scale of the light that is left at this hour."""
    scale = {"night": 0.25, "dusk": 0.5, "dawn": 0.6}.get(site.brief.time, 1.0) * strength
    return 3.0 * scale, 1.7 * scale, 0.7 * scale


def _fires(site: Site, lamps: list[Lamp], count: int) -> None:
    for _ in range(min(count, 3)):
        fire, light = props.campfire(site.rng)
        spots = singles(site, [fire], count=1, near=4.0, far=9.0, in_view=True)
        for x, z in spots:
            y = _height(site, x, z)
            lamps.append(Lamp((x + light[0], y + light[1], z + light[2]), _warm(site, 1.6), 0.25, 22.0))


def _lamps(site: Site, lamps: list[Lamp], count: int) -> None:
    lit = site.brief.time in DARK or site.brief.weather == "storm"
    for _ in range(min(count, 6)):
        post, light = props.lamp_post(site.rng, lit=lit)
        for x, z in singles(site, [post], count=1, near=4.0, far=14.0, in_view=True):
            if lit:
                y = _height(site, x, z)
                lamps.append(Lamp((x + light[0], y + light[1], z + light[2]), _warm(site, 4.0), 0.12, 26.0))


FENCE_AWAY, FENCE_HALF, GATEWAY = 9.0, 26.0, 1.4
"""Metres ahead at which a fence crosses the view, to either side, and that it leaves open about a path."""


def _fence(site: Site) -> None:
    """A fence across the view, with a way through it, in two pieces where a path or water parts it."""
    rng, level = site.rng, site.water_level
    way = 0.0
    if site.path:
        ahead = sorted((z, x) for x, z in site.path)
        way = float(np.interp(FENCE_AWAY, [z for z, _ in ahead], [x for _, x in ahead]))
    lean = float(rng.uniform(-0.15, 0.15))
    gate = 0.5 * site.path_width + GATEWAY if site.path else 0.0
    for side in (-1.0, 1.0):
        line = [(way + side * float(s), FENCE_AWAY + lean * side * float(s)) for s in np.arange(gate, FENCE_HALF, 2.5)]
        dry = [level is None or level - _height(site, *p) > 0.1 for p in line]
        line = line[: dry.index(False)] if False in dry else line
        if len(line) > 1:
            mesh = dressed(props.fence(rng, line, site.terrain.height), site.brief, "fence")
            for x, z in line:
                cleared(site.meshes, x, z, 0.9)
            site.meshes.append(mesh)


def add_named_buildings(site: Site, *, but: frozenset[str] = frozenset()) -> None:
    """The buildings that the brief asks for, but those that the place has made already."""
    for record in site.brief.catalogue.things.values():
        if record.sort == "building" and site.brief.wants(record.name) and record.name not in but:
            add_buildings(site, record.name, site.brief.count(record.name))


def add_buildings(site: Site, feature: str, count: int) -> None:
    """Set up to six buildings of one kind (a building of the catalogue) on the flattest ground in view."""
    brief = site.brief
    record = brief.catalogue.things[feature]
    near, far = record.set_about or BUILT
    for i in range(min(count, 6)):
        wall = wall_for(brief, site.rng, feature)
        thing = make_thing(record, site.rng, lit_share(brief), wall)
        tall = -min(float(mesh.vertices[:, 1].min()) for mesh in _meshes(thing))
        spot = _plot(site, min(near + 12 * i, 0.8 * far), far, thing.width, thing.depth, tall)
        if not i and (spot is None or abs(math.atan2(spot[0], spot[2])) > SEEN):
            # on the far shore, perhaps
            spot = _plot(site, far, 4 * far, thing.width, thing.depth, tall, aside=SEEN) or spot
        if spot is None:
            return
        x, y, z, yaw = spot
        matrix = placement((x, y, z), yaw=yaw)
        site.meshes += [mesh.transformed(matrix) for mesh in _meshes(thing)]
        radius = max(thing.width, thing.depth) * 0.75 + 1
        _cut(site, x, z, radius)


def _meshes(thing: Any) -> list[Mesh]:
    return list(thing.meshes) if hasattr(thing, "meshes") else [thing.mesh]


BUILT = (30.0, 120.0)
"""Metres from the start between which a building stands whose record says nothing of it."""
ACCEPTED = 12.0
"""Cost of the worst plot that is built on; a metre of slope under a building costs 1."""
TAKEN = 30.0
"""Cost of a plot in the water, on the path or where something stands: more than any that is accepted."""
SEEN = 0.6
"""Radians to either side of straight ahead that the first view shows."""
ASIDE = 4.0
"""Cost of a plot beyond that."""
PLOTS = 320
"""How many plots are looked at."""
HIDDEN = 5.0
"""Cost of a plot from which nothing is seen of the objects on it: as much as five metres of slope."""


def _plot(
    site: Site, near: float, far: float, width: float, depth: float, tall: float, *, aside: float = 2.4
) -> tuple[float, float, float, float] | None:
    """The flattest free ground for a thing of this size, in view and ahead where there is any: (x, y, z, yaw), its door
    towards the start; None where nothing of the kind can stand. `aside`: radians from straight ahead to look in."""
    rng = site.rng
    drawn = rng.uniform((near, -aside), (far, aside), (PLOTS, 2))
    if site.vantage is not None:
        drawn[0] = math.hypot(*site.vantage), math.atan2(*site.vantage)
    radius, bearing = drawn.T
    x, z = radius * np.sin(bearing), radius * np.cos(bearing)
    half = 0.5 * max(width, depth)
    xs = (x[:, None] + half * np.array([0, -1, 1, 0, 0])).astype(np.float32)
    zs = (z[:, None] + half * np.array([0, 0, 0, -1, 1])).astype(np.float32)
    y = site.terrain.height(xs, zs)
    level = np.median(y, axis=1).astype(np.float64)
    free = site.free(xs, zs, y, above_water=0.25).min(axis=1)
    cost = np.ptp(y, axis=1) + 0.012 * radius + TAKEN * (1 - free) + 0.8 * np.abs(bearing)
    cost += ASIDE * (np.abs(bearing) > SEEN)
    cost += HIDDEN * _hidden(site, x, level - 0.6 * tall, z)
    best = int(cost.argmin())
    if cost[best] > ACCEPTED:
        return None
    where = float(x[best]), float(level[best]), float(z[best])
    return *where, math.atan2(where[0], where[2]) + float(rng.uniform(-0.5, 0.5))


def _hidden(site: Site, x: Floats, y: Floats, z: Floats) -> NDArray[np.bool_]:
    """(N,) whether the land stands between the eye at the start and points (N,)."""
    share = np.linspace(0.03, 0.97, 48, dtype=np.float32)
    land = site.terrain.height(x[:, None] * share, z[:, None] * share)
    return np.asarray((land < y[:, None] * share).any(axis=1))


def _cut(site: Site, x: float, z: float, radius: float) -> None:
    """Take away what already grows where something is to stand: whole instances, by their foot."""
    site.keep_out.append((x, z, radius))
    cleared(site.meshes, x, z, radius)
