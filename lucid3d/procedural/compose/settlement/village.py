"""A village: houses along a lane, a green with a well and an old tree, a church, gardens with fences, fields around."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.buildings import details
from lucid3d.procedural.assets.buildings.houses import House, barn, house, village_style
from lucid3d.procedural.assets.buildings.landmarks import church, windmill
from lucid3d.procedural.assets.plants import shrub
from lucid3d.procedural.assets.props import fields
from lucid3d.procedural.assets.props import street_things as things
from lucid3d.procedural.compose.extras import add_named_buildings, add_things, add_waterside
from lucid3d.procedural.compose.land import greenery, recipe
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.planting import plant
from lucid3d.procedural.compose.land.relief import to_polyline
from lucid3d.procedural.compose.land.scatter import Spots
from lucid3d.procedural.compose.land.scatter import place as place_copies
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.compose.settlement.composer import Settlement, settle
from lucid3d.procedural.compose.settlement.context import (
    beyond_shore,
    ground_y,
    growth,
    lamp_color,
    lit_share,
    shore_of,
    wall_for,
    weathered_ground,
)
from lucid3d.procedural.compose.settlement.features import stand
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import placement
from lucid3d.procedural.kit.place import Lamp, Place, Way
from lucid3d.procedural.language.brief import Brief

LANE_END = -0.17
"""Azimuth in radians where the lane runs out between the trees, onto the water if there is any."""
FLAT = 85.0
"""Metres about the start within which the land is level."""


def village(brief: Brief, rng: np.random.Generator) -> Place:
    """The start stands on the lane at the edge of the green; the church lies ahead, fields and hills behind."""
    lit = lit_share(brief)
    bend = float(rng.choice([-1.0, 1.0]))
    if shore_of(brief, FLAT) is not None:
        bend = -1.0  # towards the water
    lane = _lane(bend, rng)
    path = tuple((float(x), float(z)) for x, z in lane)
    ground = weathered_ground(
        brief, seed=int(rng.integers(4096)), snow_line=420.0, path=path, path_width=3.4, vegetation=0.9
    )
    high = 240.0 if brief.wants("mountains") else 110.0
    made = settle(brief, rng, ground, flat=FLAT, sun=(0.56, 0.88), height=high, rolling=0.55, wooded=0.45)
    place, site = made.place, made.site
    place.ways = tuple(
        Way(*path[end], float(np.arctan2(*(lane[end] - lane[before]))), ground.path_width)
        for end, before in ((-1, -2), (0, 1))
    )
    shore = shore_of(brief, FLAT)
    look = {"medieval": "medieval", "rustic": "thatch"}.get(brief.style, "")
    if brief.material("") == "thatch" or brief.material("house") == "thatch":
        look = "thatch"
    last: Material | None = None

    def put(house: House, x: float, z: float, yaw: float) -> None:
        matrix = stand(site, house, x, z, yaw)
        place.meshes.append(house.mesh.transformed(matrix))
        if made.dark and "lamp" not in brief.without:
            made.light(house, matrix, lamp_color(6.0))

    church_at = lane[-9] + (-bend * 9.0, 9.0)
    plots = _plots(lane, rng, int(np.clip(brief.count("house", 15), 4, 24)))
    if shore is not None:  # the church by the water, and no house in it or in its way
        church_at = lane[22] + (15.0, 6.0)
        plots = [
            p
            for p in plots
            if float(beyond_shore(shore, np.array(p[0]), np.array(p[1]))) < -12 and np.hypot(*(p[:2] - church_at)) > 15
        ]
    for i, (x, z, yaw) in enumerate(plots):
        style = village_style(rng, look, lit, wall_for(brief, rng, "house"))
        for _ in range(4):
            if style.wall is not last:
                break
            style = village_style(rng, look, lit, wall_for(brief, rng, "house"))
        last = style.wall
        if brief.snowed_in:
            style = replace(style, boxes=0.0)
        far = np.hypot(x, z) > 48
        timber = True if look == "medieval" else None
        storeys = 1 if look == "thatch" and i % 2 else None
        put(house(rng, style=style, plain=bool(far), timber=timber, storeys=storeys), x, z, yaw)
        if not far:
            _yard(place, site, x, z, yaw, brief, rng)
    if brief.wants("church", True):
        put(
            church(rng, style=brief.style, lit=lit > 0.3, wall=wall_for(brief, rng, "church")),
            float(church_at[0]),
            float(church_at[1]),
            bend * 0.25,
        )
    if brief.wants("barn", True):
        put(
            barn(rng, wall=wall_for(brief, rng, "barn")),
            bend * 30.0,
            -26.0,
            float(np.arctan2(bend * 30.0, -26.0)) + 0.4,
        )
    if brief.wants("windmill"):
        put(windmill(rng), -bend * 48.0, 46.0, float(np.arctan2(-bend * 48.0, 46.0)))
    _green(made, bend)
    add_named_buildings(site, but=MADE)
    add_things(site, but=MADE)
    if shore is not None:
        add_waterside(site, place.lamps, LANE_END)
        ways = np.arange(8.0, 44.0, 4.0)  # one looks down the lane to the water: no tree stands in it
        site.keep_out += [(float(r * np.sin(LANE_END)), float(r * np.cos(LANE_END)), 3.2) for r in ways]
    _grow(made.lot)
    return made.finished()


MADE = frozenset(
    {"house", "cabin", "church", "barn", "windmill", "well", "fountain", "lamp", "stall", "car", "cart", "hay", "sign",
     "bench", "fence", "barrel", "wall"}
)  # fmt: skip
"""What a village sees to itself."""


def _lane(bend: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Corners (x, z) of the lane, from behind the start to the far end of the village."""
    z = np.linspace(-70, 88, 40)
    x = bend * (7.5 * np.sin((z + 4) / 27.0) - 7.5 * np.sin(4 / 27.0)) + 1.2 * np.sin(z / 9.0 + rng.uniform(0, 6)) * (
        np.abs(z) > 8
    )
    return np.stack([x, z], axis=1)


def _plots(lane: NDArray[np.float64], rng: np.random.Generator, count: int) -> list[tuple[float, float, float]]:
    """(x, z, yaw) of houses along both sides of a lane, their fronts more or less towards it, never over the green."""
    plots: list[tuple[float, float, float]] = []
    for side in (-1.0, 1.0):
        z = -40.0 + rng.uniform(0, 6)
        while z < 80 and len(plots) < count * 2:
            x = float(np.interp(z, lane[:, 1], lane[:, 0]))
            ahead = float(np.interp(z + 1, lane[:, 1], lane[:, 0])) - x
            yaw = side * np.pi / 2 + np.arctan(ahead) + rng.uniform(-0.3, 0.3)
            back = rng.uniform(8.0, 11.5)
            if side > 0 and -4 < z < 20:  # the green opens to the right
                back += 13.0
            if not (-7 < z < 4 and back < 11):
                plots.append((x + side * back, z, float(yaw)))
            z += rng.uniform(10.5, 14.5)
    order = np.argsort([np.hypot(x, z - 14) for x, z, _ in plots])
    return [plots[i] for i in order[:count]]


def _yard(place: Place, site: Site, x: float, z: float, yaw: float, brief: Brief, rng: np.random.Generator) -> None:
    """A garden fence, pots and barrels, a bench, firewood about one house."""

    def spot(right: float, front: float, turn: float = 0.0) -> NDArray[np.float64]:
        px = x + right * np.cos(yaw) - front * np.sin(yaw)
        pz = z - right * np.sin(yaw) - front * np.cos(yaw)
        return placement([px, ground_y(site.terrain, px, pz), pz], yaw=yaw + turn)

    if rng.random() < 0.5:
        place.meshes.append(things.bench().transformed(spot(rng.uniform(-3, -1.5), 4.1)))
    for _ in range(int(rng.integers(1, 4))):
        place.meshes.append(details.flower_pot(rng, rng.uniform(0.22, 0.4)).transformed(spot(rng.uniform(-4, 4), 4.2)))
    if rng.random() < 0.4:
        place.meshes.append(details.barrel().transformed(spot(4.4, 3.9)))
        place.meshes.append(details.crate().transformed(spot(4.3, 4.7, 0.3)))
    if brief.wants("fence", rng.random() < 0.5):
        ends = [(-5.6, 6.2), (-1.2, 6.4)], [(1.3, 6.4), (5.8, 6.2), (5.9, 1.0)]
        for line in ends:
            corners = [tuple(float(v) for v in spot(r, f)[[0, 2], 3]) for r, f in line]
            if all(np.hypot(c[0], c[1]) > 2.2 and abs(_offset(site, c)) > 2.1 for c in corners):
                place.meshes.append(fields.fence(rng, corners, site.terrain.heights, kind="picket"))  # type: ignore[arg-type]


def _offset(site: Site, corner: tuple[float, ...]) -> float:
    """Metres from the lane."""

    return float(to_polyline(np.array([corner[0]], np.float32), np.array([corner[1]], np.float32), site.path)[0])


def _green(made: Settlement, bend: float) -> None:
    """The green to the right ahead: a well, an old tree with a bench, lamps along the lane, a cart, stalls."""
    place, site, brief, rng, dark = made.place, made.site, made.brief, made.rng, made.dark

    def ground(x: float, z: float, yaw: float = 0.0, down: float = 0.02) -> NDArray[np.float64]:
        return placement([x, ground_y(site.terrain, x, z) + down, z], yaw=yaw)

    lane_x = float(np.interp(8.0, [c[1] for c in site.path], [c[0] for c in site.path]))
    x0 = lane_x + 8.0
    if brief.wants("well", True):
        place.meshes.append(fields.well(rng).transformed(ground(x0 - 2.2, 7.5, 0.4)))
        site.keep_out.append((x0 - 2.2, 7.5, 1.5))
    if brief.wants("trees", True):
        old = made.lot.trees(("oak",), 1, 10.5)
        if old:
            at = (x0 + 2.4, 11.5)
            where = Spots(
                np.array([[at[0], ground_y(site.terrain, *at), at[1]]], np.float32),
                np.array([[0, -1, 0]], np.float32),
                np.array([12.0], np.float32),
                np.full((1, 4), 0.5, np.float32),
            )
            place.meshes += place_copies(where, old, rng, sizes=(1.0, 1.0), lean=0.0)
            place.meshes.append(things.bench().transformed(ground(at[0] - 1.7, at[1] - 1.2, 2.3)))
            site.keep_out.append((at[0], at[1], 1.2))
    if brief.wants("fountain"):
        place.meshes.append(things.fountain(rng).transformed(ground(x0 - 3.4, 13.0)))
        site.keep_out.append((x0 - 3.4, 13.0, 2.8))
    if brief.wants("lamp", True):
        post = details.street_lamp(dark, 3.0)
        for z in (5.0, 19.0, 34.0, -13.0) + (() if site.water_level is not None else (50.0,)):
            x = float(np.interp(z, [c[1] for c in site.path], [c[0] for c in site.path])) + (2.4 if z % 2 else -2.4)
            matrix = ground(x, z)
            place.meshes.append(post.transformed(matrix))
            if dark:
                place.lamps.append(Lamp((x, float(matrix[1, 3]) - 3.25, z), lamp_color(32.0), 0.2, 22.0, z < 30))
    for k in range(min(brief.count("stall", 0), 6)):
        place.meshes.append(
            things.stall(rng, dark).transformed(ground(x0 - 1.5 + 3.6 * (k % 2), 2.0 + 4.0 * (k // 2) + 8, -1.2))
        )
    for k in range(min(brief.count("car", 0), 4)):
        x = float(np.interp(14.0 + 6 * k, [c[1] for c in site.path], [c[0] for c in site.path])) - 2.2
        place.meshes.append(things.car(rng, dark).transformed(ground(x, 14.0 + 6 * k, np.pi / 2)))
    for k in range(min(brief.count("cart", 1), 4)):
        place.meshes.append(
            things.cart().transformed(ground(lane_x - 3.6 + 1.5 * k, 4.6 + 2 * k, rng.uniform(0.2, 1.2)))
        )
    for k in range(min(brief.count("hay", 2), 8)):
        place.meshes.append(
            fields.hay_bale(rng).transformed(
                ground(bend * 20.0 + 2.4 * (k % 4), -15.0 - 2.0 * (k // 4), rng.uniform(0, 3))
            )
        )
    for k in range(min(brief.count("sign", 1), 3)):
        place.meshes.append(fields.signpost(rng).transformed(ground(lane_x + 3.0 + k, 6.4 + k, rng.uniform(-0.4, 0.4))))


def _grow(lot: Lot) -> None:
    """Grass, flowers, garden shrubs, trees between the houses and woods beyond."""
    site, brief, rng = lot.site, lot.brief, lot.site.rng
    grown = growth(brief, ("oak", "birch", "maple", "pine"))
    trees = lot.trees(grown.kinds, 5, 7.5)

    def gardens(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return (np.hypot(x, z) < 75).astype(np.float32)

    def beyond(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return np.clip((np.hypot(x, z) - 85) / 60, 0, 1).astype(np.float32)

    if trees:
        site.put(
            trees,
            gardens,
            per_square_metre=0.0055 * grown.trees,
            near=11,
            far=75,
            apart=6.0,
            sizes=(0.6, 1.2),
            detail=0.7,
            clear=10.0,
        )
        many = min(max(int(900 * grown.trees), 120), 2200)
        greenery.forest(site, trees, beyond, spacing=9.0, near=80, far=420, limit=many, detail=0.7)
    if "bushes" not in brief.without:
        bushes = [shrub(rng, h, season=site.season) for h in (0.8, 1.3)]
        site.put(bushes, gardens, per_square_metre=0.03, near=4.5, far=60, patch=7, contrast=1.7, apart=0.9, detail=0.6)
    kind = "dry" if grown.grass < 0.2 else "meadow"
    plant(recipe.Grass(kind=kind, height=0.2, amount=0.8 * grown.grass), lot)
    plant(recipe.Flowers(kinds=("daisy", "poppy", "buttercup"), where=(gardens,), amount=0.35 * grown.grass), lot)
    plant(recipe.Stones(amount=0.35, boulders=0.3), lot)
    plant(recipe.Wayside(), lot)
