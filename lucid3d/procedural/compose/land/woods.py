"""Under trees: forest, jungle, swamp."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import plants
from lucid3d.procedural.assets.plants.wetland import buttress_tree, swamp_tree
from lucid3d.procedural.compose.land import greenery, thickets
from lucid3d.procedural.compose.land.relief import Course, footprints, river_ahead, to_polyline
from lucid3d.procedural.compose.land.site import Site, snowed_in
from lucid3d.procedural.compose.land.wild import finish, lay_out, sheet_of_water, sun_side, winding_path
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import Place

Floats = NDArray[np.floating]


FORE = 7.5
"""Metres ahead of the start that are kept free of trunks in a forest: half of a crown's width and a view beyond it."""


def forest(brief: Any, rng: np.random.Generator) -> Place:
    """A path through tall trees, ferns and fallen leaves beside it, light coming in from one side."""
    seed = int(rng.integers(1 << 20))

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        return np.asarray(
            5 * noise(x, z, seed + 1, 70, 4) * smoothstep(4, 60, r)
            + smoothstep(90, 700, r) * 60 * (0.5 + noise(x, z, seed + 2, 500, 4)),
            np.float32,
        )

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        floor = 0.13 * noise(x, z, seed + 6, 2.6, 4) + 0.02 * noise(x, z, seed + 7, 0.5, 2)
        if snowed_in(brief):  # someone has gone this way before
            floor = floor + 1.3 * footprints(x, z, trail)
        return np.asarray(floor, np.float32)

    river = river_ahead(rng) if brief.wants("river") else None
    path = winding_path(rng, 80, 0.3) if river is None and "path" not in brief.without else ()
    trail = Course(0.7, float(rng.uniform(-0.2, 0.2)), ((1.1, 6.0, 0.3),))
    autumn = brief.season == "autumn"
    ground = Ground(
        vegetation=0.75, litter_amount=0.85 if autumn else 0.5, rock_slope=0.4, moss=0.5, strata=0.1,
        litter=(0.27, 0.12, 0.03) if autumn else (0.13, 0.08, 0.04), soil=(0.055, 0.04, 0.028), treeline=900,
        trodden=(0.13, 0.098, 0.068),
    )  # fmt: skip
    site = lay_out(
        brief, rng, seed, up, ground, near=near, path=path, path_width=1.5, drops=20_000, rough=0.3, calm=3,
        wooded=0.95, woods_from=120,
        water_up=-1.8 if brief.wants("lake") else None, river=river,
    )  # fmt: skip
    usual = ("maple", "birch", "oak", "maple") if autumn else ("oak", "spruce", "birch", "fir")
    trees = greenery.tree_prototypes(site, usual, 4, 15)

    def open_ahead(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        """No trunk so near ahead that its crown would be all there is to see."""
        return np.where((z > 0.7 * np.abs(x)) & (np.hypot(x, z) < FORE), 0.0, 1.0)

    greenery.forest(
        site,
        trees,
        open_ahead,
        spacing=3.9,
        near=3.2,
        far=150,
        patch=28,
        contrast=0.5,
        limit=900,
        detail=0.55,
        sizes=(0.5, 1.3),
    )
    thickets.shrubs(site, amount=1.2)
    thickets.undergrowth(site, ferns=1.0, logs=True, mushrooms=True)
    thickets.leaf_litter(site, amount=1.3 if autumn else 0.5)
    greenery.grass(site, "lush", amount=0.4, height=0.22)
    greenery.stones(site, "granite", amount=0.3, boulders=1.0)
    greenery.wayside(site)
    water = sheet_of_water(site, amplitude=0.012, wavelength=1.2)
    return finish(site, water=water, sun=sun_side(rng, 0.3, 0.7), haze=4.0)


def jungle(brief: Any, rng: np.random.Generator) -> Place:
    """A gap in thick growth: palms, broad leaves, lianas; steam between the trunks."""
    seed = int(rng.integers(1 << 20))

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        stream = -1.5 * np.exp(-((x - 4 - 3 * np.sin(z / 9)) ** 2) / 9)
        return np.asarray(
            stream
            + 4 * noise(x, z, seed + 1, 50, 4) * smoothstep(4, 45, r)
            + smoothstep(60, 600, r) * 90 * (0.5 + noise(x, z, seed + 2, 420, 4)),
            np.float32,
        )

    river = river_ahead(rng) if brief.wants("river") else None
    path = winding_path(rng, 60, 0.4) if river is None else ()
    ground = Ground(
        vegetation=0.95, litter_amount=0.2, rock_slope=0.42, moss=0.9, soil=(0.06, 0.04, 0.025), litter=(0.12, 0.075,
        0.03),
        grass=(0.04, 0.085, 0.015), grass_dark=(0.018, 0.045, 0.01), dryness=0.0, trodden=(0.12, 0.08, 0.05), beach=0.3,
    )  # fmt: skip
    site = lay_out(
        brief,
        rng,
        seed,
        up,
        ground,
        path=path,
        path_width=1.2,
        drops=15_000,
        rough=0.4,
        calm=3,
        water_up=-0.9,
        wooded=0.95,
        woods_from=85,
        river=river,
    )
    trees = greenery.tree_prototypes(site, ("jungle", "palm", "jungle"), 3, 15)
    greenery.forest(site, trees, spacing=4.6, near=4.0, far=100, patch=18, contrast=0.8, limit=380, detail=0.4)
    if trees and not any(brief.wants(word) for word in greenery.KINDS):
        giants = [buttress_tree(rng, h) for h in (19.0, 25.0)]

        def off_the_path(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
            return smoothstep(2.0, 3.0, to_polyline(x, z, path))

        site.put(
            giants, off_the_path, per_square_metre=0.016, near=5.5, far=75, apart=6, sizes=(0.7, 1.2), patch=30,
            contrast=0.6, steepest=1.2, tint=0.12, limit=150,
        )  # fmt: skip
    thickets.tropical(site, amount=2.6)
    thickets.undergrowth(site, ferns=3.2, logs=True, mushrooms=False)
    thickets.shrubs(site, amount=2.4, palette="jungle")
    thickets.leaf_litter(site, amount=0.12)
    greenery.grass(site, "lush", amount=0.9, height=0.42)
    greenery.flowers(site, ("orchid",), amount=0.35)
    greenery.stones(site, "basalt", amount=0.3, boulders=1.0)
    greenery.wayside(site, "basalt")
    dark: dict[str, Any] = {"absorb": (0.8, 0.5, 0.6), "scatter": (0.012, 0.02, 0.012)}
    water = sheet_of_water(site, amplitude=0.008, wavelength=1.0, **dark)
    return finish(site, water=water, sun=sun_side(rng, 0.3, 0.8), haze=5.0)


def swamp(brief: Any, rng: np.random.Generator) -> Place:
    """Still black water between banks of moss, mossy trees standing in it, reeds in companies, lilies, mist."""
    seed = int(rng.integers(1 << 20))
    side = 1.0 if rng.random() < 0.5 else -1.0

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        islands = np.clip(0.95 * noise(x, z, seed + 1, 26, 4) - 0.02, -0.75, 0.5)
        start = 0.75 * np.exp(-(((x + 0.8 * side) / 2.7) ** 2) - ((z + 0.6) / 2.3) ** 2)
        spit = 0.6 * np.exp(-(((x + 4 * side) / 2.6) ** 2) - ((z + 4) / 5.0) ** 2)
        water = -0.75 * np.exp(-(((x - 1.5 * side) / 6.5) ** 2) - ((z - 9) / 7.5) ** 2)
        shore = smoothstep(110, 420, r) * (5 + 18 * noise(x, z, seed + 2, 240, 3))
        return np.asarray(islands + start + spit + water + shore, np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        hummocks = np.clip(noise(x, z, seed + 3, 1.7, 3), 0, 1)
        return np.asarray(0.2 * hummocks + 0.05 * noise(x, z, seed + 4, 0.5, 3), np.float32)

    def tint(x: Floats, z: Floats) -> NDArray[np.float32]:
        """Bright moss on the hummocks, black mud between."""
        mossy = smoothstep(-0.2, 0.5, noise(x, z, seed + 3, 1.7, 3) + 0.4 * noise(x, z, seed + 5, 7, 3))[:, None]
        return np.asarray((1 - mossy) * np.array([0.8, 0.78, 0.75]) + mossy * np.array([1.5, 1.75, 1.1]), np.float32)

    ground = Ground(
        vegetation=1.0, soil=(0.04, 0.032, 0.022), grass=(0.06, 0.085, 0.02), grass_dark=(0.035, 0.055, 0.014),
        grass_dry=(0.13, 0.105, 0.045), beach=0.1, sand=(0.06, 0.047, 0.03), sand_dark=(0.035, 0.028, 0.02), moss=0.8,
        rock_slope=0.8, dryness=0.15, gravel=(0.08, 0.065, 0.045), pebbles=0.0,
    )  # fmt: skip
    site = lay_out(
        brief, rng, seed, up, ground, near=near, drops=0, rough=0.0, water_up=0.12, water_clearance=0.3, half=700,
        calm=1.4, tint=tint,
    )  # fmt: skip
    level = site.water_level or 2.0
    _swamp_trees(site, level)
    thickets.shrubs(site, amount=0.7)
    thickets.reed_beds(site, amount=1.4)
    thickets.lilies(site, amount=3.0)

    def bank(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(0.1, 0.35, level - y)

    sedge = [plants.grass_tuft(rng, "swamp", h, 0.16, 44, lean=0.8) for h in (0.45, 0.75)]
    site.put(
        sedge, bank, above_water=0.02, per_square_metre=1.6 * site.lush, near=1.3, far=30, patch=5, contrast=2.6,
        sizes=(0.5, 1.5), falloff=20, tint=0.2, hue=0.1,
    )  # fmt: skip
    greenery.grass(site, "swamp", bank, amount=0.3, height=0.22)
    thickets.undergrowth(site, ferns=0.9, logs=True, mushrooms=True)
    thickets.leaf_litter(site, amount=0.25)
    greenery.stones(site, "slate", amount=0.1, boulders=0.2)
    peaty: dict[str, Any] = {"absorb": (1.6, 1.7, 2.4), "scatter": (0.012, 0.011, 0.006)}
    water = sheet_of_water(site, amplitude=0.003, wavelength=1.4, **peaty)
    return finish(site, water=water, sun=sun_side(rng, 0.3, 0.7), haze=3.0, sky={"exposure": 0.25})


def _swamp_trees(site: Site, level: float) -> None:
    """Trees in the shallows and on the banks, near enough on every side to break the horizon."""
    if not (usual := greenery.tree_prototypes(site, ("willow", "dead"), 2, 8)):
        return
    rng = site.rng
    asked = any(site.brief.wants(word) for word in greenery.KINDS)
    grown = usual if asked else [swamp_tree(rng, h, site.season) for h in (9.0, 12.5, 7.0)] + usual[1:]

    def shallows(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        open_water = np.exp(-((x / 5) ** 2) - ((z - 8) / 7) ** 2)  # the view ahead stays open
        return np.asarray(smoothstep(0.62, 0.3, y - level) * (1 - open_water))

    common: dict[str, Any] = {"above_water": -0.65, "sizes": (0.5, 1.3), "power": 1.1, "tint": 0.15, "steepest": 2.0}
    site.put(grown, shallows, per_square_metre=0.02, near=5, far=70, apart=3.4, patch=24, contrast=1.5, **common)
    site.put(grown, shallows, per_square_metre=0.008, near=70, far=260, apart=6, patch=60, limit=700, **common)
