"""What gyms hold: treadmills, dumbbells, benches. Fronts are towards -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture.furniture import cushion
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import tube


def treadmill() -> Mesh:
    """A running machine; one runs towards +z."""
    parts = Parts()
    black = palette.make("gym black", "plain", "#232528", roughness=0.5)
    parts.box((0, -0.1, 0), (0.82, 0.14, 1.75), black)
    parts.box((0, -0.18, -0.05), (0.5, 0.02, 1.6), palette.make("running belt", "fabric", "#101112", scale=0.02))
    for x in (-0.36, 0.36):
        parts.box((x, -0.185, -0.05), (0.14, 0.02, 1.6), palette.STEEL)
        parts.beam((x, -0.15, 0.72), (x, -1.15, 0.6), 0.07, 0.09, black)
        parts.add(tube([[x, -0.95, 0.62], [x, -0.95, 0.05]], 0.025, black, sides=8))
    parts.box((0, -1.2, 0.58), (0.86, 0.12, 0.3), black)
    parts.box((0, -1.38, 0.68), (0.62, 0.32, 0.05), black)
    glow = palette.glowing("gym screen", "#4a9ac4", (0.25, 0.55, 0.75))
    parts.quad([[-0.26, -1.5, 0.65], [0.26, -1.5, 0.65], [0.26, -1.28, 0.65], [-0.26, -1.28, 0.65]], glow)
    return parts.mesh("treadmill")


def dumbbells(rng: np.random.Generator, width: float) -> Mesh:
    """A rack of dumbbells in two rows."""
    parts = Parts()
    iron = palette.make("weights", "plain", "#26282b", roughness=0.5)
    for x in (-width / 2 + 0.05, width / 2 - 0.05):
        parts.beam((x, 0, -0.2), (x, -0.95, 0.22), 0.06, 0.06, palette.STEEL)
        parts.box((x, -0.02, 0.0), (0.07, 0.04, 0.55), palette.STEEL)
    for y, z in ((0.42, -0.03), (0.85, 0.16)):
        parts.box((0, -y, z), (width, 0.03, 0.28), palette.STEEL)
        for k, x in enumerate(np.arange(-width / 2 + 0.15, width / 2 - 0.1, 0.22)):
            r = 0.055 + 0.006 * (k % 6)
            for s in (-1.0, 1.0):
                parts.add(tube([[x, -y - r - 0.02, z + s * 0.06], [x, -y - r - 0.02, z + s * 0.14]], r, iron, sides=8))
            parts.add(tube([[x, -y - r - 0.02, z - 0.08], [x, -y - r - 0.02, z + 0.08]], 0.016, palette.STEEL, sides=6))
    return parts.mesh("weights")


def weight_bench(main: Material) -> Mesh:
    """A bench with a barbell in its stands."""
    parts = Parts()
    parts.add(cushion((0.3, 0.1, 1.2), (0, -0.46, -0.1), main, soft=0.2))
    for z in (-0.6, 0.4):
        parts.box((0, -0.22, z), (0.07, 0.42, 0.07), palette.STEEL)
        parts.box((0, -0.02, z), (0.55, 0.04, 0.07), palette.STEEL)
    for x in (-0.55, 0.55):
        parts.box((x, -0.55, 0.55), (0.06, 1.1, 0.06), palette.STEEL)
        parts.box((x, -0.02, 0.55), (0.07, 0.04, 0.5), palette.STEEL)
    parts.add(tube([[-1.0, -1.12, 0.5], [1.0, -1.12, 0.5]], 0.015, palette.STEEL, sides=8))
    iron = palette.make("plates", "plain", "#2a2c2f", roughness=0.5)
    for s in (-1.0, 1.0):
        for k, r in enumerate((0.22, 0.22, 0.15)):
            parts.add(
                tube([[s * (0.72 + 0.06 * k), -1.12, 0.5], [s * (0.765 + 0.06 * k), -1.12, 0.5]], r, iron, sides=22)
            )
    return parts.mesh("weights")
