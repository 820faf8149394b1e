"""Where land meets the sea: the land of a coast and of an island, and what the tide leaves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import rocks
from lucid3d.procedural.assets.plants import litter
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.relief import Knoll, Shape, Start, mountains
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import noise, smoothstep


def coast(start: Start) -> Shape:
    """A beach between headlands: cliffs to one side, stacks in the surf, dunes with grass behind."""
    seed, side = start.seed, start.side
    bias = float(noise(np.zeros(1), np.zeros(1), seed + 1, 120, 3)[0])

    # A lighthouse stands on a rock of its own off the headland.
    rock = Knoll(26.0 * side, 84.0, 7.0, 12.0, 12.0) if start.wants("lighthouse") else None
    if start.wants("castle"):
        rock = Knoll(46.0 * side, 120.0, 17.0, 34.0, 12.0)
    elif start.wants("church", "tower"):
        rock = Knoll(32.0 * side, 76.0, 10.0, 14.0, 9.0)

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
        land = beach + dunes + np.maximum(cliffs, other) + (stacks if rock is None else 0.0) + hills  # nothing hides it
        return np.asarray(land, np.float32)

    def ledges(x: Floats, z: Floats) -> NDArray[np.float32]:
        """0 sand to 1 rock that the waves have planed: flat backs in the beach, worn through in places."""
        bare = 0.12 if start.wants("rocks") else 0.26
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

    return Shape(up, near, tint, rock, measures={"inland": inland_of})


def island(start: Start) -> Shape:
    """A tropical beach in a bay: white sand, a green mountain, other islands out in blue water."""
    seed = start.seed
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

    return Shape(up, near)


def washed_up(lot: Lot, *, stone: str, nuts: bool = False) -> None:
    """What the tide leaves: broken `stone` and shells in bands, weed along the last high water, driftwood, coconuts."""
    site = lot.site
    rng, level = site.rng, site.water_level or 0.0

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
