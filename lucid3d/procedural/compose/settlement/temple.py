"""A mountain temple: a stone way with lanterns, a red gate, a hall, a pagoda, pines and mist."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.buildings.temples import (
    DARK_TIMBER,
    GREEN_TILES,
    GREY_TILES,
    PLASTER,
    STONE,
    hall,
    pagoda,
    stone_lantern,
    sweeping_roof,
    torii,
)
from lucid3d.procedural.assets.plants import broadleaf, fern, grass_tuft, shrub
from lucid3d.procedural.compose.land import greenery, recipe
from lucid3d.procedural.compose.land.planting import plant
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.compose.settlement.composer import settle
from lucid3d.procedural.compose.settlement.context import (
    DARK_TIMES,
    ground_y,
    lamp_color,
    wall_for,
    weathered_ground,
)
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement, rotation_x, rotation_z
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube
from lucid3d.procedural.language.brief import Brief


def temple(brief: Brief, rng: np.random.Generator) -> Place:
    """The start stands on the stone way inside the gate; the hall lies ahead, the pagoda to one side, woods around."""
    lit = (
        brief.time in DARK_TIMES or brief.wants("lamp") or brief.mood in ("magical", "romantic")
    ) and "lamp" not in brief.without
    ground = weathered_ground(
        brief,
        seed=int(rng.integers(4096)),
        snow_line=520.0,
        vegetation=0.9,
        moss=0.6,
        dryness=0.1,
        litter_amount=0.5 if brief.season == "autumn" else 0.15,
    )
    height = 380.0 if brief.wants("mountains", True) else 120.0
    made = settle(
        brief, rng, ground, flat=52.0, sun=(0.5, 0.9), level=EYE_HEIGHT + 0.05, clear=2.0, rolling=0.35, wooded=0.72,
        ridges=0.8, height=height / 4.5 if brief.wants("mountains") else height,
    )  # fmt: skip
    place, site, lot, put = made.place, made.site, made.lot, made.put
    side = float(rng.choice([-1.0, 1.0]))
    y = EYE_HEIGHT
    tiles = palette.pick((GREEN_TILES, GREY_TILES), rng)
    color = brief.colour("pagoda") or brief.colour("")
    if color:
        tiles = palette.painted(tiles, palette.named(color))

    main = hall(rng, lit=lit, wall=wall_for(brief, rng, "wall"), tiles=tiles)
    matrix = put(main.mesh, 0.0, 33.0)
    for f in (-6.5, 0.0, 6.5):
        site.keep_out.append((f, 33.0, 11.0))
    if lit:
        made.light(main, matrix, (9.0, 3.2, 1.2), radius=0.3, reach=14.0, shadows=False)
    if brief.wants("pagoda", True):
        put(
            pagoda(rng, lit=lit, storeys=5 if brief.size("pagoda") <= 1 else 7, tiles=tiles).mesh,
            side * 24.0,
            27.0,
            yaw=-side * 0.15,
            keep=10.0,
        )
    if brief.wants("gate", True):
        put(torii(), 0.0, 8.5, keep=0.0)
        put(torii(4.6, 4.5), 0.0, -9.5)
        for k in range(min(max(brief.count("gate", 1) - 1, 0), 14)):
            put(torii(3.6, 3.7), 0.0, 10.5 + 1.3 * k if 10.5 + 1.3 * k < 22 else -10.8 - 1.3 * k)
    lantern = stone_lantern(lit)
    if brief.wants("lamp", True):
        for k, z in enumerate(np.arange(-16.0, 22.0, 4.2)):
            for s in (-1.0, 1.0):
                where = put(lantern, s * 2.9, float(z), yaw=0.2 * k, keep=0.7)
                if lit:
                    place.lamps.append(
                        Lamp((s * 2.9, float(where[1, 3]) - 1.15, float(z) - 0.3), lamp_color(5.0), 0.15, 9.0, False)
                    )
    _way(place, y, rng)
    if brief.wants("statue", True):
        for s in (-1.0, 1.0):
            put(guardian(), s * 3.4, 20.2, yaw=-s * 0.25, keep=1.3)
    burner = Parts()
    bowl = ((0.0, 0.3), (0.1, 0.5), (0.35, 0.62), (0.6, 0.55), (0.66, 0.62), (0.72, 0.6))
    burner.add(
        tube([[0, -0.45 - h, 0] for h, _ in bowl], [r for _, r in bowl], palette.COPPER_GREEN, sides=24, caps=False)
    )
    for a in (0.5, 2.6, 4.7):
        burner.add(cylinder((0.38 * np.cos(a), 0.05, 0.38 * np.sin(a)), 0.6, 0.08, palette.COPPER_GREEN, sides=8))
    burner.box((0, -1.08, 0), (0.9, 0.05, 0.9), palette.EARTH, tint=1.3)
    put(burner.mesh("object"), 0.0, 18.3, keep=1.0)
    small = Parts()  # a purification basin under a little roof
    small.span((-1.3, -0.75, -0.5), (1.3, 0.2, 0.5), STONE, grain=-2)
    small.box(
        (0, -0.76, 0), (2.3, 0.02, 0.75), palette.make("basin water", "glass", "#34474a", "#3d5255", roughness=0.04)
    )
    for x in (-1.7, 1.7):
        for z in (-0.9, 0.9):
            small.box((x, -1.25, z), (0.16, 2.5, 0.16), DARK_TIMBER)
    sweeping_roof(small, 1.7, 0.9, 2.5, 3.6, tiles, ridge_x=1.0, over=0.6, lift=0.25)
    put(small.mesh("building"), -side * 6.2, 10.5, yaw=side * 0.3, keep=2.8)
    if brief.wants("fence", True):
        _wall_around(place, site, tiles, rng)
    trees = lot.trees(("pine", "maple", "cypress"), 3, 9.0)
    if trees and brief.season != "winter":
        trees.append(broadleaf(rng, "maple", 5.0, "autumn"))  # the red-leaved sort keeps that colour all summer
    if brief.season == "spring" and not any(brief.wants(k) for k in ("pines", "maples", "bamboo")) and trees:
        trees[1] = broadleaf(rng, "oak", 6.0, "spring", blossom="cherry")

    def court(x: Floats, z: Floats, yy: Floats, slope: Floats) -> Floats:
        return ((np.abs(x) > 5.5) & (np.hypot(x, z - 10) < 34)).astype(np.float32)

    def woods(x: Floats, z: Floats, yy: Floats, slope: Floats) -> Floats:
        return np.clip((np.hypot(x, z - 12) - 36) / 10, 0, 1).astype(np.float32)

    if trees:
        site.put(trees, court, per_square_metre=0.016, near=5.5, far=44, apart=4.4, sizes=(0.5, 1.0), detail=0.7)
        greenery.forest(site, trees, woods, spacing=6.0, near=26, far=420, limit=1300, patch=45, detail=0.7)

    def beside_way(x: Floats, z: Floats, yy: Floats, slope: Floats) -> Floats:
        return ((np.abs(x) > 2.45) & (np.hypot(x, z - 10) < 34)).astype(np.float32)

    if "bushes" not in brief.without:
        blossom = "cherry" if site.conditions.in_bloom else None
        clipped = [shrub(rng, 0.75, season=site.season), shrub(rng, 0.6, season=site.season, blossom=blossom)]
        site.put([*clipped, fern(rng, 0.5)], beside_way, per_square_metre=0.2, near=3.4, far=32, patch=5, contrast=2.2,
                 middle=0.2, clear=3.2, sizes=(0.5, 1.5), detail=0.5)  # fmt: skip
    plant(recipe.Grass(kind="lush", where=(beside_way,), height=0.15, amount=1.1), lot)
    plant(recipe.Flowers(kinds=("daisy",), where=(beside_way,), amount=0.3), lot)
    plant(recipe.Leaves(amount=1.6 if site.season == "autumn" else 0.45), lot)
    plant(recipe.Stones(where=(beside_way,), amount=0.5, boulders=2.2), lot)
    _moss_in_joints(site)
    place.haze = 1.5
    return made.finished()


def _way(place: Place, y: float, rng: np.random.Generator) -> None:
    """Granite slabs in rows with kerbs, from behind the start to the stairs, worn, sunk and out of true."""
    way = Parts()
    way.span((-2.1, y + 0.02, -26.0), (2.1, y + 0.3, 23.6), palette.EARTH, tint=0.55)  # what fills the joints
    z = -26.0
    while z < 23.6:
        deep, x = rng.uniform(0.34, 0.62), -2.0
        while x < 1.9:
            wide = min(rng.uniform(0.35, 1.0) ** 1.3, 2.0 - x)
            slab = Parts()
            joint = rng.uniform(0.012, 0.035)
            slab.box(
                (0, 0, 0),
                (wide - joint, 0.2, deep - joint),
                STONE,
                grain=-2,
                tint=float(np.exp(rng.normal(-0.1, 0.16))),
            )
            matrix = placement([x + wide / 2, y + 0.1 + rng.normal(0, 0.007), z + deep / 2], yaw=rng.normal(0, 0.008))
            matrix[:3, :3] = matrix[:3, :3] @ rotation_x(rng.normal(0, 0.012)) @ rotation_z(rng.normal(0, 0.01))
            way.add(slab, matrix)
            x += wide
        z += deep
    for s in (-1.0, 1.0):
        for z in np.arange(-26.0, 23.6, 1.3):
            way.box((s * 2.16, y + 0.06 + rng.normal(0, 0.012), z + 0.65), (0.26, 0.3, 1.27), palette.GRANITE,
                    tint=rng.uniform(0.7, 1.0), yaw=rng.normal(0, 0.01))  # fmt: skip
    place.meshes.append(way.mesh("path"))


def _moss_in_joints(site: Site) -> None:
    """Short grass between the slabs and along the kerbs, where nobody treads."""

    if not site.conditions.grass or site.conditions.snowed_in:
        return

    def seldom_trodden(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return np.where(np.abs(x) < 2.3, np.clip(np.abs(x) / 2.2, 0.12, 1) ** 2, 0.0)

    tufts = [grass_tuft(site.rng, "lush", h, 0.07, 14) for h in (0.1, 0.14)]
    site.put(tufts, seldom_trodden, per_square_metre=9.0, far=14, falloff=9, patch=1.6, contrast=2.4, middle=0.0,
             clear=0.7, sizes=(0.5, 1.1))  # fmt: skip


@made_as("statue")
def guardian() -> Mesh:
    """A seated stone lion on a plinth, facing -z."""
    parts = Parts()
    parts.box((0, -0.45, 0), (0.95, 0.9, 1.25), STONE, grain=-2)
    parts.box((0, -0.95, 0), (1.1, 0.14, 1.4), STONE, grain=-2)
    parts.add(sphere((0, -1.32, 0.28), (0.3, 0.34, 0.36), STONE, subdivisions=3))
    parts.add(sphere((0, -1.62, -0.02), (0.29, 0.42, 0.3), STONE, subdivisions=3))
    parts.add(sphere((0, -2.08, -0.2), (0.27, 0.26, 0.26), STONE, subdivisions=3))
    parts.add(sphere((0, -2.02, -0.42), (0.15, 0.12, 0.13), STONE, subdivisions=2))
    for s in (-1.0, 1.0):
        parts.add(tube([[s * 0.18, -1.6, -0.28], [s * 0.2, -1.03, -0.42]], [0.11, 0.09], STONE, sides=10))
        parts.add(sphere((s * 0.2, -1.07, -0.48), (0.11, 0.08, 0.15), STONE, subdivisions=2))
        parts.add(sphere((s * 0.3, -1.15, 0.2), (0.14, 0.2, 0.3), STONE, subdivisions=2))
        parts.add(sphere((s * 0.2, -2.3, -0.14), (0.07, 0.09, 0.05), STONE, subdivisions=1))
    for k in range(11):  # curls of the mane
        a = np.pi * k / 10
        parts.add(sphere((0.27 * np.cos(a), -2.05 - 0.22 * np.sin(a), -0.06), 0.09, STONE, subdivisions=1))
    parts.add(tube([[0, -1.3, 0.6], [0, -1.7, 0.68], [0, -1.95, 0.55]], [0.09, 0.13, 0.04], STONE, sides=8))
    return parts.mesh("statue")


def _wall_around(place: Place, site: Site, tiles: Material, rng: np.random.Generator) -> None:
    """The plastered wall of the court with its small tiled roof."""
    for x, z0, z1 in ((-15.5, -12.0, 22.0), (15.5, -12.0, 22.0)):
        wall = Parts()
        length = z1 - z0
        wall.box((0, -0.2, length / 2), (0.7, 1.2, length), STONE, grain=-2)
        wall.box((0, -1.3, length / 2), (0.5, 1.5, length), PLASTER, grain=-2)
        for s in (-1.0, 1.0):
            ring = [
                [s * 0.75, -1.95, length if s > 0 else 0],
                [s * 0.75, -1.95, 0 if s > 0 else length],
                [0, -2.4, 0 if s > 0 else length],
                [0, -2.4, length if s > 0 else 0],
            ]
            wall.quad(ring[::-1], tiles, uv=[[0.0, 0.0], [length, 0.0], [length, 0.9], [0.0, 0.9]])
        wall.box((0, -2.42, length / 2), (0.3, 0.2, length), tiles, grain=2, tint=0.85)
        for z in np.arange(0, length + 0.1, 3.2):
            wall.box((0, -1.1, z), (0.62, 1.9, 0.24), DARK_TIMBER, grain=1)
        y = ground_y(site.terrain, x, (z0 + z1) / 2)
        place.meshes.append(wall.mesh("wall").transformed(placement([x, y, z0])))
        for z in np.arange(z0, z1, 2.0):
            site.keep_out.append((x, float(z), 1.0))
