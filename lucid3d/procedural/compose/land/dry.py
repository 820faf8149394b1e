"""Dry land: dunes, and the rock that stands out of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import rocks
from lucid3d.procedural.assets.formations import arch
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.relief import Shape, Start
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.mesh import placement
from lucid3d.procedural.kit.noise import noise, smoothstep


def dune_field(x: Floats, z: Floats, seed: int, size: float, height: float) -> NDArray[np.float32]:
    """Dunes with a long windward and a short lee side, crests that bend and fork.

    The ramp of each dune rises over three quarters of a wave and slips down over the rest; the phase is bent by noise.
    """
    along = 0.86 * x + 0.51 * z
    across = -0.51 * x + 0.86 * z
    phase = along / size + 0.9 * noise(x, z, seed, size * 3.0, 3) + 0.18 * noise(along, across * 0.5, seed + 1, size, 3)
    saw = phase - np.floor(phase)
    crest = 0.72
    ramp = np.where(saw < crest, saw / crest, (1 - saw) / (1 - crest))
    smooth = ramp * (0.3 + 0.7 * ramp)  # a soft foot, a sharp crest, a straight slip face
    swell = 0.35 + 0.65 * np.clip(0.5 + 0.9 * noise(x, z, seed + 2, size * 4, 3), 0, 1.3)
    return np.asarray(height * smooth * swell, np.float32)


def desert(start: Start) -> Shape:
    """A sea of dunes with rippled sand underfoot, rock towers on the horizon."""
    seed = start.seed

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        far = smoothstep(20, 240, r)
        dunes = dune_field(x, z, seed, 130, 34) * (0.22 + 0.78 * far) + dune_field(x, z, seed + 9, 27, 2.4)
        mesa = smoothstep(0.1, 0.24, noise(x, z, seed + 3, 900, 3)) * (130 + 40 * noise(x, z, seed + 4, 260, 4))
        return np.asarray(dunes + smoothstep(900, 1900, r) * mesa, np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        drift = 4 * noise(x, z, seed + 6, 6, 3)
        waves = (
            0.014 * np.sin((x * 0.83 + z * 0.55) / 0.13 + drift) * smoothstep(-0.3, 0.3, noise(x, z, seed + 7, 5, 2))
        )
        return np.asarray(0.08 * noise(x, z, seed + 5, 3.5, 3) + waves, np.float32)

    return Shape(up, near)


def outcrops(lot: Lot) -> None:
    """Sandstone that stands out of the sand: a heap of blocks at hand, an arch and a butte's ruin farther off."""
    site, rng = lot.site, lot.site.rng
    side = float(rng.choice([-1, 1]))
    blocks = [rocks.boulder(rng, 2.6, "sandstone", planes=7, roundness=0.08, flat=0.75) for _ in range(3)]
    screes = [rocks.scree(rng, "sandstone", 1.2, 30) for _ in range(2)]
    for bearing, away, wide in ((0.5 * side, 15.0, 4.5), (-1.1 * side, 31.0, 8.0), (2.5 * side, 24.0, 6.0)):
        centre = (away * float(np.sin(bearing)), away * float(np.cos(bearing)))
        site.put(blocks, per_square_metre=0.16, far=wide, centre=centre, sizes=(0.25, 1.5), power=1.4, apart=0.9)
        site.put(screes, per_square_metre=0.1, far=wide * 1.6, centre=centre, sizes=(0.5, 1.2))
    x, z = 75.0 * side * -0.35, 75.0
    y = float(site.terrain.height(np.array([x], np.float32), np.array([z], np.float32))[0])
    standing = arch(rng, 24.0, 15.0, 9.0, rocks.stone_material("sandstone", 2.5))
    site.meshes.append(standing.transformed(placement((x, y + 2.0, z), yaw=float(rng.uniform(-0.5, 0.5)))))
