"""Open, tended or grazed land: meadow, farmland, garden."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import rocks
from lucid3d.procedural.assets.props import bench, fence, hay_bale
from lucid3d.procedural.compose.extras import add_buildings
from lucid3d.procedural.compose.land import greenery, thickets
from lucid3d.procedural.compose.land.relief import mountains, river_ahead, to_polyline
from lucid3d.procedural.compose.land.wild import finish, lay_out, sheet_of_water, sun_side, winding_path
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import Place

Floats = NDArray[np.floating]
SUMMER = ("poppy", "daisy", "cornflower", "buttercup", "cowparsley", "lupin")
SPRING = ("buttercup", "daisy", "tulip", "gentian", "cowparsley")


def meadow(brief: Any, rng: np.random.Generator) -> Place:
    """Rolling grassland in flower, a trodden path past a lone tree, groves on the slopes, blue hills behind."""
    seed = int(rng.integers(1 << 20))
    tall = 330.0 * brief.size("mountains") if brief.wants("mountains") else 210.0
    side = 1.0 if rng.random() < 0.5 else -1.0

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        roll = 13 * noise(x, z, seed + 1, 190, 3) * smoothstep(12, 150, r) + 2.6 * noise(x, z, seed + 2, 60, 3)
        knoll = 15 * np.exp(-(((x - side * 95) / 60) ** 2) - ((z - 75) / 70) ** 2)
        hollow = -5 * np.exp(-(((x + side * 45) / 40) ** 2) - ((z - 50) / 55) ** 2)
        hills = smoothstep(300, 1400, r) * (
            tall * 1.4 * mountains(x, z, seed, 1300) + 70 * noise(x, z, seed + 3, 700, 4)
        )
        return np.asarray(
            roll + knoll + hollow + hills - 0.03 * np.clip(z, -50, 120) * smoothstep(5, 60, z), np.float32
        )

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        return 0.1 * noise(x, z, seed + 6, 3.2, 4)

    river = river_ahead(rng) if brief.wants("river") else None
    path = winding_path(rng) if river is None and "path" not in brief.without else ()
    ground = Ground(vegetation=1.0, treeline=320, rock_slope=0.34, dryness=0.3, strata=0.1, beach=0.4)
    site = lay_out(
        brief, rng, seed, up, ground, near=near, path=path, path_width=0.9, drops=60_000, rough=0.5, calm=4,
        wooded=0.5, woods_from=170,
        water_up=-3.2 if brief.wants("lake") else None, river=river,
    )  # fmt: skip
    grove = greenery.tree_prototypes(site, ("oak", "birch", "oak", "poplar"), 4, 9)
    if grove:
        lone = greenery.tree_prototypes(site, ("oak",), 1, 13)[0].levels[0]
        thickets.singles(
            site,
            [lone],
            count=1,
            near=24,
            far=34,
            where=lambda x, z, y, s: smoothstep(7, 9, z) * smoothstep(5, 7, x * side),
        )

    def slopes(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        view = 0.15 + 0.85 * smoothstep(0.5, 1.0, np.abs(np.arctan2(x, z)))  # the view ahead stays open
        return np.where(np.hypot(x, z) < 110, 0.3 * view, 1.0)

    greenery.forest(site, grove, slopes, spacing=9, near=22, far=620, patch=150, contrast=3.0, limit=1000, detail=1.4)
    thickets.shrubs(site, slopes, amount=0.6)
    greenery.grass(site, "meadow", height=0.34, amount=1.25)
    if brief.weather != "snow":
        greenery.flowers(site, SPRING if brief.season == "spring" else SUMMER, amount=1.1)
    greenery.stones(site, "granite", amount=0.12, boulders=0.5)
    greenery.wayside(site)
    if river is not None:
        thickets.reed_beds(site, amount=0.3)
    water = sheet_of_water(site, amplitude=0.012, wavelength=1.8)
    return finish(site, water=water, sun=sun_side(rng))


def farmland(brief: Any, rng: np.random.Generator) -> Place:
    """A patchwork of fields over low hills, hedges and lone trees, a track with a fence, ripe grain at hand."""
    seed = int(rng.integers(1 << 20))

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        roll = 16 * noise(x, z, seed + 1, 420, 3) * smoothstep(30, 260, r) + 1.5 * noise(x, z, seed + 2, 80, 2)
        return np.asarray(roll + smoothstep(500, 2200, r) * 260 * (0.4 + noise(x, z, seed + 3, 1500, 4)), np.float32)

    river = river_ahead(rng) if brief.wants("river") else None
    path = winding_path(rng, 110, 0.16) if river is None else ()
    ground = Ground(vegetation=1.0, treeline=500, rock_slope=0.5, dryness=0.5, fields=1.0, strata=0.0, moss=0)
    site = lay_out(brief, rng, seed, up, ground, path=path, path_width=2.4, drops=20_000, rough=0.15, calm=6,
                   wooded=0.34, woods_from=210, river=river)  # fmt: skip
    trees = greenery.tree_prototypes(site, ("oak", "poplar", "oak"), 3, 9)

    def hedges(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        lines = noise(x, z, seed + 9, 95, 1, kind="edges")
        return smoothstep(0.09, 0.03, lines) * smoothstep(14, 30, np.hypot(x, z)) + 0.01

    greenery.forest(site, trees, hedges, spacing=5, near=16, far=700, patch=0, limit=900, detail=1.4)
    thickets.shrubs(site, hedges, amount=2.5)

    def left(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(1.2, 2.4, -x + 0.12 * z)

    def right(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return 1 - left(x, z, y, slope)

    if brief.season in ("summer", "autumn"):
        greenery.grass(site, "wheat", left, height=0.75, amount=1.5)
    greenery.grass(site, "meadow", right, height=0.25)
    greenery.flowers(site, ("poppy", "cornflower", "cowparsley"), amount=0.6)
    greenery.stones(site, "limestone", amount=0.15, boulders=0.1)
    greenery.wayside(site, "limestone")
    if brief.wants("hay", brief.season in ("summer", "autumn")):
        thickets.singles(site, [hay_bale(rng) for _ in range(2)], count=9, near=9, far=70, where=right)
    if not brief.wants("barn") and "barn" not in brief.without:
        add_buildings(site, "barn", 1)
    if path and "fence" not in brief.without and not brief.wants("fence"):
        beside = [(x + 2.0, z) for x, z in path if 4 < z < 60]
        site.meshes.append(fence(rng, beside, site.terrain.height))
    return finish(site, water=sheet_of_water(site, amplitude=0.012, wavelength=1.8), sun=sun_side(rng))


def garden(brief: Any, rng: np.random.Generator) -> Place:
    """Beds of flowers along a winding path, shrubs and small trees, a pond; woods behind keep the world out."""
    seed = int(rng.integers(1 << 20))

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        pond = -1.3 * np.exp(-((((x - 7.5) / 4.6) ** 2 + ((z - 10) / 3.6) ** 2) ** 2))
        return np.asarray(
            pond
            + 0.5 * noise(x, z, seed + 1, 17, 3) * smoothstep(2, 9, r)
            + smoothstep(35, 300, r) * (16 + 34 * noise(x, z, seed + 2, 260, 4)),
            np.float32,
        )

    path = winding_path(rng, 45, 0.3, 18)
    ground = Ground(vegetation=1.0, rock_slope=0.7, dryness=0.05, strata=0, beach=0.22, trodden=(0.3, 0.27, 0.22))
    site = lay_out(
        brief, rng, seed, up, ground, path=path, path_width=1.7, drops=0, rough=0.0, water_up=-0.55,
        water_clearance=0.25, half=700, calm=3, wooded=0.75, woods_from=105,
    )  # fmt: skip
    trees = greenery.tree_prototypes(site, ("cherry", "maple", "oak", "cypress", "birch"), 5, 7)

    def lawn(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return 0.35 + 0.65 * smoothstep(14, 26, np.hypot(x, z))

    def kerb(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return np.asarray(np.abs(to_polyline(x, z, path) - 1.02) < 0.09, np.float32)

    def borders(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        """Beds on one side of the path for some metres, then on the other."""
        off = to_polyline(x, z, path)
        return (
            smoothstep(1.15, 1.4, off) * smoothstep(3.2, 2.3, off) * smoothstep(-0.1, 0.3, np.sin(z / 5 + 2 * (x > 0)))
        )

    if trees:
        thickets.singles(site, [t.levels[0] for t in trees[:2]], count=4, near=6.0, far=12.0)
    greenery.forest(site, trees, lawn, spacing=5, near=9, far=130, patch=14, contrast=1.6, limit=420, detail=1.3)
    thickets.shrubs(site, amount=2.0, blossom=True, near=4.0)
    thickets.hedges(
        site, ((-9.0, 2.0), (-9.0, 16.0), (-3.5, 22.0)), ((12.0, -3.0), (13.0, 4.0)), ((-7.0, -8.0), (7.0, -9.0))
    )
    edging = [rocks.boulder(rng, 0.24, "granite", planes=9, roundness=0.35, flat=0.8) for _ in range(3)]
    site.put(edging, kerb, per_square_metre=26, far=26, clear=0.3, apart=0.17, sizes=(0.7, 1.1), patch=0.0)

    def beds(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return np.maximum(smoothstep(0.12, 0.3, noise(x, z, seed + 5, 9, 3)), borders(x, z, y, slope))

    greenery.grass(site, "lawn", lambda x, z, y, s: 1 - 0.8 * beds(x, z, y, s), height=0.11, amount=1.6)
    greenery.flowers(site, ("rose", "lavender", "tulip", "lupin", "daisy"), beds, amount=3.2)
    greenery.flowers(site, ("daisy", "buttercup"), amount=0.25)
    thickets.undergrowth(site, ferns=0.0, logs=False, mushrooms=False)
    if brief.wants("bench", True) and "bench" not in brief.without:
        thickets.singles(
            site, [bench(rng)], count=1, near=4.0, far=8.0, where=lambda x, z, y, s: smoothstep(1.5, 2.5, z)
        )
    greenery.stones(site, "limestone", amount=0.3, boulders=1.2)
    greenery.wayside(site, "limestone", amount=1.4)
    thickets.lilies(site, amount=1.0)
    water = sheet_of_water(site, amplitude=0.006, wavelength=1.2, absorb=(0.9, 0.5, 0.55))
    return finish(site, water=water, sun=sun_side(rng))
