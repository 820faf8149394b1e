"""What time does to stonework: slabs out of true, grass in their joints, ivy on walls."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.plants import grass_tuft
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.compose.settlement.context import ground_y
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, placement, rotation_x, rotation_z
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.place import Place


def worn_way(place: Place, site: Site, stone: Material, rng: np.random.Generator) -> Floats:
    """The paved way from behind the start to the steps: worn slabs, out of true, some broken, some gone.

    Returns:
        (N, 4): x, z and half the sides of each slab.
    """
    way, lying, z = Parts(), [], -28.0
    while z < 9.6:
        deep = float(rng.uniform(0.5, 0.95))
        middle = float(np.interp(z, [-30, -8, 4], [0, 0.6, 0]))
        x = -1.9 + 0.3 * rng.random()
        while x < 1.5:
            wide = float(rng.uniform(0.5, 1.15))
            gone = rng.random() < 0.1 + 0.22 * (abs(x + wide / 2) / 1.8) ** 2  # the edges went first
            pieces = [(x, wide)]
            if rng.random() < 0.3:  # cracked across
                at = wide * float(rng.uniform(0.3, 0.7))
                pieces = [(x, at), (x + at, wide - at)]
            for left, across in pieces if not gone else []:
                joint = float(rng.uniform(0.015, 0.06))
                px, pz = middle + left + across / 2, z + deep / 2
                slab = Parts()
                size = (across - joint, 0.2, deep - joint - 0.03 * rng.random())
                slab.box((0, 0, 0), size, stone, grain=-2, tint=float(np.exp(rng.normal(-0.16, 0.15))))
                matrix = placement([px, ground_y(site.terrain, px, pz) + 0.06 + abs(rng.normal(0, 0.015)), pz],
                                   yaw=rng.normal(0, 0.04))  # fmt: skip
                matrix[:3, :3] = matrix[:3, :3] @ rotation_x(rng.normal(0, 0.022)) @ rotation_z(rng.normal(0, 0.022))
                way.add(slab, matrix)
                lying.append((px, pz, size[0] / 2, size[2] / 2))
            x += wide
        z += deep
    place.meshes.append(way.mesh("path"))
    return np.array(lying)


def grass_between(site: Site, slabs: Floats, rng: np.random.Generator) -> None:
    """Grass in the joints of the paved way and where its slabs are gone.

    Args:
        slabs: (N, 4) middle x, z and half width and depth of each slab, metres.
    """
    from scipy.spatial import cKDTree

    if not site.conditions.grass or site.conditions.snowed_in:
        return
    tree = cKDTree(slabs[:, :2])

    def joints(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        _, near = tree.query(np.stack([x, z], axis=1), k=5)
        off = np.abs(np.stack([x, z], axis=1)[:, None] - slabs[near, :2]) - slabs[near, 2:]
        return np.asarray((off.max(axis=2) > -0.02).all(axis=1) & (np.abs(x) < 2.6), np.float32)

    joined = Site(site.terrain, rng, site.conditions, meshes=site.meshes)
    tufts = [grass_tuft(rng, sort, h, 0.09, 22) for sort, h in (("lush", 0.2), ("meadow", 0.32))]
    joined.put(tufts, joints, per_square_metre=95.0, far=15, falloff=6, patch=1.8, floor=0.45, clear=0.5,
               sizes=(0.4, 1.2))  # fmt: skip


def climbers(length: float, height: float, rng: np.random.Generator) -> Mesh:
    """Ivy that has taken a part of a wall along x: thick at the foot, strands above, over the broken top."""
    parts = Parts()
    for _ in range(3):
        root = float(rng.uniform(0.1, 0.9)) * length
        face = float(rng.choice([-1.0, 1.0]))
        for _ in range(7):
            up = height * 0.62 * float(rng.uniform(0.0, 1.0)) ** 1.2
            spot = (root + float(rng.normal(0, 0.35)) * (1 + 0.4 * up), -up - 0.15, face * 0.4)
            parts.add(clump(spot, (0.5, 0.45, 0.12), 90, 0.12, palette.IVY, rng, tint=float(rng.uniform(0.6, 1.05))))
    return parts.mesh("plant")
