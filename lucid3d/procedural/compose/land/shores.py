"""Where land meets the sea: coast and island."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import rocks
from lucid3d.procedural.assets.plants import litter
from lucid3d.procedural.compose.land import greenery, thickets
from lucid3d.procedural.compose.land.relief import mountains
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.compose.land.wild import Knoll, finish, lay_out, sun_side
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.water import Water

Floats = NDArray[np.floating]


def sea(brief: Any, level: float, seed: int, rng: np.random.Generator, *, tropical: bool = False) -> Water:
    """The open sea in the brief's weather."""
    wild = {"storm": 1.0, "rain": 0.45, "snow": 0.3}.get(brief.weather, 0.16)
    return Water(
        level,
        amplitude=0.12 + 0.75 * wild,
        wavelength=9 + 16 * wild,
        wind=float(rng.uniform(-0.6, 0.6)),
        absorb=(0.45, 0.075, 0.055) if tropical else (0.42, 0.13, 0.12),
        scatter=(0.008, 0.07, 0.085) if tropical else (0.008, 0.03, 0.036) if wild < 0.8 else (0.014, 0.024, 0.026),
        foam=0.55 + 0.45 * wild,
        seed=seed,
    )


def coast(brief: Any, rng: np.random.Generator) -> Place:
    """A beach between headlands: cliffs to one side, stacks in the surf, dunes with grass behind."""
    seed = int(rng.integers(1 << 20))
    side = 1.0 if rng.random() < 0.5 else -1.0
    bias = float(noise(np.zeros(1), np.zeros(1), seed + 1, 120, 3)[0])

    # A lighthouse stands on a rock of its own off the headland.
    rock = Knoll(26.0 * side, 84.0, 7.0, 12.0, 12.0) if brief.wants("lighthouse") else None

    def inland_of(x: Floats, z: Floats) -> Floats:
        """Metres from the waterline, positive on land."""
        line = 7.5 + 14 * (noise(x, z, seed + 1, 120, 3) - bias) - 0.0011 * x * x * smoothstep(0, 300, np.abs(x))
        return line - z

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        inland = inland_of(x, z)
        beach = np.where(inland > 0, 0.07 * np.clip(inland, 0, 22), 0.055 * np.clip(inland, -160, 0))
        dunes = smoothstep(17, 50, inland) * (2.5 + 3.5 * noise(x, z, seed + 2, 35, 4))
        head = smoothstep(35, 75, side * x + 0.25 * z + 12 * noise(x, z, seed + 3, 60, 4))
        head = head * smoothstep(-150, -40, inland + 40 * noise(x, z, seed + 4, 130, 3))
        # Ahead the bay is open: a headland comes in from one side of the view, no further than its middle.
        head = head * smoothstep(0.18, 0.62, side * x / np.maximum(z, 25.0))
        cliffs = head * (26 + 9 * noise(x, z, seed + 5, 90, 4) + 0.05 * np.clip(inland, 0, 600))
        other = (
            smoothstep(240, 420, -side * x - 0.3 * z)
            * smoothstep(-420, -200, inland)
            * 60
            * (0.6 + noise(x, z, seed + 8, 240, 4))
        )
        stack = noise(x, z, seed + 6, 46, 2)
        stacks = (
            smoothstep(0.4, 0.47, stack)
            * smoothstep(-30, -60, inland)
            * smoothstep(-230, -150, inland)
            * smoothstep(-0.15, 0.1, side * x / np.maximum(z, 25.0))
            * (12 + 50 * np.clip(stack - 0.4, 0, 1))
        )
        hills = smoothstep(200, 1400, inland) * 260 * mountains(x, z, seed, 1100)
        land = beach + dunes + np.maximum(cliffs, other) + stacks + hills
        return np.asarray(land, np.float32)

    def ledges(x: Floats, z: Floats) -> NDArray[np.float32]:
        """0 sand to 1 rock that the waves have planed: flat backs in the beach, worn through in places."""
        bare = 0.12 if brief.wants("rocks") else 0.26
        return smoothstep(bare, bare + 0.07, noise(x, z, seed + 12, 15, 4)) * smoothstep(1.6, 3.5, np.hypot(x, z))

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        # Beds that dip: each rises slowly and breaks off, as a row of tilted slates does.
        dip = (0.45 * x + 0.9 * z) / 1.15 + 0.8 * noise(x, z, seed + 13, 5, 4)
        share = dip - np.floor(dip)
        # A face that fell straight would be a row of teeth: the land's mesh has corners only so close.
        beds = 0.26 * np.minimum(share / 0.78, (1 - share) / 0.22) * (0.6 + 0.4 * noise(x, z, seed + 17, 2.2, 2))
        rock = ledges(x, z) * (0.22 + beds + 0.05 * noise(x, z, seed + 14, 0.6, 3, kind="ridged"))
        pools = -0.3 * smoothstep(0.25, 0.4, noise(x, z, seed + 15, 3.2, 2)) * ledges(x, z)
        return np.asarray(rock + pools + 0.07 * noise(x, z, seed + 11, 4, 3), np.float32)

    def tint(x: Floats, z: Floats) -> NDArray[np.float32]:
        """Rock is darker than sand, with weed on it."""
        weed = smoothstep(0.2, 0.5, noise(x, z, seed + 16, 2.5, 4))[:, None]
        hue = np.array([0.56, 0.6, 0.7]) * (1 - weed) + weed * np.array([0.42, 0.52, 0.36])
        share = ledges(x, z)[:, None] * smoothstep(90, 50, np.hypot(x, z))[:, None]
        return np.asarray(1 + share * (hue - 1), np.float32)

    ground = Ground(
        vegetation=0.8, sand=(0.4, 0.33, 0.235), sand_dark=(0.27, 0.21, 0.145), rock=(0.15, 0.135, 0.12),
        rock_light=(0.25, 0.225, 0.2), rock_dark=(0.065, 0.06, 0.058), strata=0.7, strata_scale=5, rock_slope=0.2,
        beach=2.3, pebbles=0.4,
        dryness=0.5, treeline=500,
    )  # fmt: skip
    site = lay_out(
        brief, rng, seed, up, ground, near=near, tint=tint, water_up=0.0, water_clearance=0.5, shore=7.0,
        drops=40_000, strength=0.6, rough=1.0, half=1600, cells=640, calm=4, knoll=rock,
    )  # fmt: skip
    level = site.water_level or 2.2

    def above(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(1.7, 3.0, level - y)

    def strand(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(2.6, 0.6, level - y)

    greenery.grass(site, "dune", above, height=0.6, amount=0.9)
    thickets.shrubs(site, above, amount=0.7)
    trees = greenery.tree_prototypes(site, ("pine", "pine"), 2, 8)
    greenery.forest(
        site,
        trees,
        lambda x, z, y, s: smoothstep(4, 9, level - y) * smoothstep(-2, 12, inland_of(x, z)) * (s < 0.7),
        spacing=9,
        near=18,
        far=500,
        patch=110,
        contrast=2.0,
        limit=400,
    )
    rocky = 2.4 if brief.wants("rocks") or brief.weather == "storm" else 1.1
    greenery.stones(site, "slate", strand, amount=0.9, boulders=rocky, above_water=-1.2)
    _washed_up(site, level, "slate")
    return finish(site, water=sea(brief, level, seed, rng), sun=sun_side(rng, 0.25, 0.7))


def _washed_up(site: Site, level: float, stone: str, *, nuts: bool = False) -> None:
    """What the tide leaves: broken `stone` and shells in bands, weed along the last high water, driftwood, coconuts."""

    rng = site.rng

    def band(low: float, high: float) -> Any:
        return lambda x, z, y, s: smoothstep(low - 0.12, low, level - y) * smoothstep(high + 0.12, high, level - y)

    shingle = [rocks.pebble(rng, 0.05, stone, roundness=r) for r in (0.2, 0.6, 0.8)]
    weed = [litter.fallen_leaves(rng, "dry", 30, 0.22), litter.twigs(rng, 7, 0.22)]
    wood = [litter.log(rng, 2.2, 0.1), litter.log(rng, 1.3, 0.07)]
    site.put(shingle, band(-0.1, 0.75), above_water=-0.3, per_square_metre=26, far=9, patch=2.5, contrast=2.5,
             sizes=(0.3, 1.6), power=2.4, clear=0.2)  # fmt: skip
    site.put(weed, band(0.42, 0.6), per_square_metre=6, far=16, patch=3, contrast=2.0, middle=-0.3,
             sizes=(0.3, 0.8), tint=0.3, clear=0.3)  # fmt: skip
    site.put(weed, per_square_metre=0.15, far=14, sizes=(0.3, 0.8), tint=0.3, clear=0.5)
    site.put(wood, per_square_metre=0.02, near=2.6, far=35, apart=3, sizes=(0.6, 1.5), tint=0.1)
    if nuts:
        coconut = [rocks.pebble(rng, 0.2, "red", roundness=1.0)]
        site.put(coconut, per_square_metre=0.06, near=1.5, far=20, sizes=(0.8, 1.2))


def island(brief: Any, rng: np.random.Generator) -> Place:
    """A tropical beach in a bay: palms lean over white sand, a green mountain, other islands out in blue water."""
    seed = int(rng.integers(1 << 20))
    bias = float(noise(np.zeros(1), np.zeros(1), seed + 1, 80, 3)[0])

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        line = 6.5 + 9 * (noise(x, z, seed + 1, 80, 3) - bias) - 0.0016 * x * x + 16 * smoothstep(20, 90, np.abs(x))
        inland = line - z
        tall = np.where(
            inland > 0,
            0.085 * np.clip(inland, 0, 18) + 0.03 * np.clip(inland - 18, 0, 200),
            0.06 * np.clip(inland, -200, 0),
        )
        peak = (
            240
            * np.exp(-(((x + 130) / 210) ** 2 + ((z + 330) / 230) ** 2))
            * (0.6 + 1.1 * mountains(x, z, seed + 4, 420))
            * smoothstep(25, 150, np.hypot(x, z))
            * smoothstep(0, 45, inland)
        )
        isles = (
            smoothstep(0.2, 0.42, noise(x, z, seed + 5, 620, 3))
            * smoothstep(260, 520, z)
            * smoothstep(2600, 1500, np.hypot(x, z))
        )
        return np.asarray(tall + peak + isles * (20 + 75 * (0.5 + noise(x, z, seed + 6, 160, 4))), np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        return 0.06 * noise(x, z, seed + 11, 3.5, 3)

    ground = Ground(
        vegetation=1.0, sand=(0.62, 0.53, 0.39), sand_dark=(0.5, 0.41, 0.28), grass=(0.05, 0.09, 0.02), dryness=0.1,
        grass_dark=(0.025, 0.055, 0.013), rock=(0.13, 0.11, 0.1), rock_light=(0.2, 0.17, 0.15), beach=1.7,
        rock_slope=0.5,
        moss=0.7, pebbles=0.1, treeline=600,
    )  # fmt: skip
    site = lay_out(
        brief, rng, seed, up, ground, near=near, water_up=0.0, water_clearance=0.5, shore=7.0, drops=50_000,
        rough=0.6, half=1500, calm=4,
    )  # fmt: skip
    level = site.water_level or 2.2

    def inland(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(1.0, 2.2, level - y)

    palms = greenery.tree_prototypes(site, ("palm",), 4, 8)
    greenery.forest(
        site,
        palms,
        lambda x, z, y, s: smoothstep(0.8, 1.4, level - y) * smoothstep(9, 4, level - y),
        spacing=5,
        near=4.5,
        far=240,
        patch=26,
        limit=300,
        detail=1.4,
    )
    jungle = greenery.tree_prototypes(site, ("jungle",), 2, 10)
    greenery.forest(
        site,
        jungle,
        lambda x, z, y, s: smoothstep(3, 6, level - y),
        spacing=7,
        near=22,
        far=600,
        patch=60,
        contrast=0.7,
        limit=900,
        detail=0.7,
    )
    thickets.shrubs(site, inland, amount=1.5, palette="jungle")
    greenery.grass(site, "dune", inland, amount=0.6, height=0.4)

    def tussocks(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        """Marram in islands of its own on the dry sand."""
        return smoothstep(0.45, 0.9, level - y) * smoothstep(0.1, 0.3, noise(x, z, seed + 14, 7, 3))

    greenery.grass(site, "dune", tussocks, amount=0.4, height=0.34)
    _washed_up(site, level, "limestone", nuts=True)
    nearby = [p for p in palms if p.name == "palm"][:2]

    def beside(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(0.55, 0.8, np.abs(np.arctan2(x, z)))  # not before the view of the bay

    site.put(
        nearby, beside, per_square_metre=0.035, near=4.5, far=15, apart=2.5, patch=9, contrast=2.0, sizes=(0.7, 1.1),
        lean=0.18,
    )  # fmt: skip
    greenery.stones(
        site, "basalt", lambda x, z, y, s: 0.1 + 0.9 * smoothstep(0.3, -0.2, level - y), amount=0.0, boulders=1.2
    )
    return finish(site, water=sea(brief, level, seed, rng, tropical=True), sun=sun_side(rng, 0.35, 0.9))
