"""Cold land: wind-carved snow above a frozen sea."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import rocks
from lucid3d.procedural.compose.land.dry import dune_field
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.relief import Shape, Start, mountains
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import noise, smoothstep


def sastrugi(x: Floats, z: Floats, seed: int) -> NDArray[np.float32]:
    """What the wind cuts into hard snow, in metres up: ridges with an undercut nose and a long tail, in patches."""
    bent = 1.1 * noise(x, z, seed, 9, 3)
    along, across = 0.8 * x + 0.6 * z + bent, -0.6 * x + 0.8 * z + 0.7 * bent
    blunt = noise(along * 0.45, across, seed + 1, 1.5, 4)
    nose = noise(along * 0.45 + 0.16, across, seed + 1, 1.5, 4)
    ridge = smoothstep(0.02, 0.3, blunt) * (0.65 + 0.35 * smoothstep(0.2, -0.1, nose - blunt))
    patches = smoothstep(-0.25, 0.35, noise(x, z, seed + 2, 13, 3))
    soft = 0.16 * noise(x, z, seed + 3, 6, 3)
    return np.asarray(0.23 * ridge * patches + soft + 0.012 * noise(along * 0.3, across, seed + 4, 0.3, 3), np.float32)


def arctic(start: Start) -> Shape:
    """Wind-carved snow above a cold sea with floes and icebergs, white mountains around the bay."""
    seed = start.seed
    bias = float(noise(np.zeros(1), np.zeros(1), seed + 1, 160, 3)[0])

    def inland_of(x: Floats, z: Floats) -> NDArray[np.float32]:
        """Metres from the sea's edge, negative out on the ice."""
        coast = 9 + 22 * (noise(x, z, seed + 1, 160, 3) - bias) - z - 0.0007 * x * x * smoothstep(-80, 60, z)
        return np.asarray(coast, np.float32)

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r, inland = np.hypot(x, z), inland_of(x, z)
        shelf = np.where(inland > 0, 0.5 + 0.05 * np.clip(inland, 0, 300), 0.09 * np.clip(inland, -120, 0))
        drifts = 0.8 * dune_field(x, z, seed + 2, 31, 1.5) * smoothstep(4, 26, inland)
        peaks = smoothstep(240, 1300, np.maximum(inland, r - 800)) * 700 * mountains(x, z, seed, 1300)
        far_side = smoothstep(1500, 2200, z) * 620 * mountains(x, z, seed + 7, 1200)
        nunatak = 60 * np.exp(-np.hypot(x + 150, z + 90) / 45) + 44 * np.exp(-np.hypot(x - 190, z + 20) / 34)
        return np.asarray(shelf + drifts + np.maximum(np.maximum(peaks, far_side), nunatak), np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        inland = inland_of(x, z)
        sea = smoothstep(0, -4, inland)
        # Floes: plates with leads of black water between, some gone; out at sea stand tabular bergs.
        bent_x, bent_z = x + 3 * noise(x, z, seed + 8, 17, 3), z + 3 * noise(x, z, seed + 9, 17, 3)
        border = noise(bent_x, bent_z, seed + 4, 19, 1, kind="edges")
        there = noise(bent_x, bent_z, seed + 4, 19, 1, kind="cell_id") < 0.74
        floe = smoothstep(0.05, 0.085, border) * there * (0.42 + 0.14 * noise(x, z, seed + 10, 6, 3))
        berg = noise(x, z, seed + 3, 130, 4)
        bergs = smoothstep(0.3, 0.34, berg) * smoothstep(-55, -130, inland) * smoothstep(-900, -300, inland)
        bergs = bergs * (13 + 90 * np.clip(berg - 0.3, 0, 0.25) + 3 * noise(x, z, seed + 11, 24, 4))
        depth = 0.09 * np.clip(-inland, 0, 120)
        return np.asarray(sea * (np.maximum(floe, bergs) + (np.maximum(floe, bergs) > 0.05) * depth)
                          + sastrugi(x, z, seed + 20) * smoothstep(-1, 3, inland), np.float32)  # fmt: skip

    def tint(x: Floats, z: Floats) -> NDArray[np.float32]:
        """Ice is blue where snow does not hold; rock only shows on the mountains."""
        ice = smoothstep(6, -6, inland_of(x, z))[:, None] * (np.array([1.0, 1.2, 1.34]) - 1)
        return np.asarray(1 + ice, np.float32)

    return Shape(up, near, tint)


def ice_and_stones(lot: Lot) -> None:
    """Ridges where floes have been pushed together, blocks stranded on the shore, snow-capped rocks inland."""
    site, rng, level = lot.site, lot.site.rng, lot.site.water_level or 2.3
    heaps = [rocks.rubble(rng, "ice", 1.5, 16) for _ in range(3)]
    lumps = [rocks.boulder(rng, 1.1, "ice", planes=7, roundness=0.1, snow=0.6) for _ in range(3)]
    capped = [rocks.boulder(rng, 1.2, "slate", planes=9, roundness=0.15, snow=0.75) for _ in range(3)]

    def lines(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        pushed = smoothstep(0.14, 0.05, noise(x, z, int(site.terrain.ground.seed) + 5, 60, 2, kind="edges"))
        return pushed * smoothstep(1.2, 0.3, level - y)

    def strand(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(0.9, 0.5, level - y)

    def inland(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(0.7, 2.0, level - y)

    site.put(heaps, lines, per_square_metre=0.12, near=5, far=150, apart=1.2, sizes=(0.5, 2.2), limit=1500, steepest=3)
    site.put(lumps, strand, per_square_metre=0.03, near=3.5, far=70, patch=14, sizes=(0.25, 1.8), power=2.2, steepest=2)
    bits = [rocks.boulder(rng, 0.5, "ice", planes=6, roundness=0.05, snow=0.4) for _ in range(3)]
    drift = [rocks.boulder(rng, 0.5, "slate", planes=8, roundness=0.2, snow=0.5) for _ in range(2)]
    site.put(bits + drift, inland, per_square_metre=0.5, near=1.8, far=26, patch=8, contrast=2.6, middle=-0.1,
             falloff=14, sizes=(0.15, 1.3), power=2.2)  # fmt: skip
    site.put(capped, inland, per_square_metre=0.022, near=5, far=120, patch=30, contrast=2.2, sizes=(0.3, 2.4),
             power=2.1, apart=1.0)  # fmt: skip
