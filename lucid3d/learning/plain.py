"""Rooms and yards of plain solids in random materials: geometry without the look of the catalogue.

A network that has only seen drawn sofas learns their colours; one that has also seen a thousand boxes in every pattern
has to read shape from perspective, shade and contact ("Domain Randomization", Tobin et al. 2017, section III).
"""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit.materials import RGB, Material, Pattern
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.kit.shapes import box, cylinder, sphere

PATTERNS: tuple[Pattern, ...] = (
    "mottled", "planks", "brick", "plaster", "stone", "cobble", "tile", "roof_tile", "fabric", "carpet", "metal",
    "panel", "bark", "rock", "concrete", "asphalt", "wood", "marble", "paper", "plain", "windows", "sand",
)  # fmt: skip
"""What anything may be made of here, whatever it is."""
GROUND_SIDE = 3000.0
"""Metres along the ground's edge: its rim is the horizon."""
CLEARING = 1.0
"""Metres about the start that stay free, for that is where cameras set out."""


def plain_room(rng: np.random.Generator) -> Place:
    """A room of random size with solids on its floor, along its walls and on top of one another."""
    width, depth = rng.uniform(2.4, 8.0, 2)
    height = rng.uniform(2.2, 3.4)
    floor, ceiling = EYE_HEIGHT, EYE_HEIGHT - height
    x0, z0 = -width * rng.uniform(0.3, 0.7), -depth * rng.uniform(0.25, 0.6)
    middle = np.array([x0 + width / 2, (floor + ceiling) / 2, z0 + depth / 2])
    thick = 0.1
    wall = material(rng)
    meshes = [
        box((width, thick, depth), (middle[0], floor + thick / 2, middle[2]), material(rng), label="floor"),
        box((width, thick, depth), (middle[0], ceiling - thick / 2, middle[2]), material(rng), label="ceiling"),
    ]
    for axis, side in ((0, -1), (0, 1), (2, -1), (2, 1)):
        own = wall if rng.random() < 0.7 else material(rng)
        size, centre = np.array([width, height, depth]), middle.copy()
        centre[axis] += side * (size[axis] + thick) / 2
        size[axis] = thick
        meshes.append(box(size, centre, own, label="wall"))
    for _ in range(int(rng.integers(12, 45))):
        at = np.array([x0 + rng.random() * width, floor, z0 + rng.random() * depth])
        if rng.random() < 0.5:  # along a wall
            axis = int(rng.choice([0, 2]))
            at[axis] = (x0, 0, z0)[axis] + rng.integers(2) * (width, 0, depth)[axis]
        meshes += _heap(rng, at, rng.uniform(0.15, 1.0), "furniture")
    for _ in range(int(rng.integers(0, 7))):  # hung on walls
        axis = int(rng.choice([0, 2]))
        size = rng.uniform(0.2, 1.4, 3)
        size[axis] = rng.uniform(0.02, 0.3)
        at = np.array([x0 + rng.random() * width, ceiling + rng.uniform(0.3, 0.8) * height, z0 + rng.random() * depth])
        at[axis] = (x0, 0, z0)[axis] + rng.integers(2) * (width, 0, depth)[axis]
        meshes.append(box(size, at, material(rng), label="thing"))
    lamps = [
        Lamp(
            (x0 + rng.random() * width, ceiling + 0.25, z0 + rng.random() * depth),
            _scaled(rng.uniform(0.8, 1.0, 3), rng.uniform(3, 9)),
        )
        for _ in range(int(rng.integers(1, 4)))
    ]
    return Place(_clear(meshes), lamps=lamps, interior=True)


def plain_yard(rng: np.random.Generator) -> Place:
    """Level ground with solids about, near and far; half of the time two rows of blocks make a street of it."""
    ground = box((GROUND_SIDE, 0.2, GROUND_SIDE), (0, EYE_HEIGHT + 0.1, 0), material(rng), label="ground")
    meshes = [ground]
    if rng.random() < 0.5:
        half, turn = rng.uniform(3, 12), rng.uniform(0, 2 * np.pi)
        across = np.array([np.cos(turn), 0, -np.sin(turn)])
        along = np.array([np.sin(turn), 0, np.cos(turn)])
        for side in (-1, 1):
            place = -60.0
            while place < 140:
                length, deep, tall = rng.uniform(4, 20), rng.uniform(5, 12), rng.uniform(2.5, 24)
                centre = along * (place + length / 2) + across * side * (half + deep / 2)
                centre[1] = EYE_HEIGHT - tall / 2
                meshes.append(box((deep, tall, length), centre, material(rng), yaw=float(turn), label="building"))
                place += length + (rng.uniform(1, 12) if rng.random() < 0.3 else 0)
    for _ in range(int(rng.integers(10, 40))):
        away, bearing = np.exp(rng.uniform(np.log(2.5), np.log(90))), rng.uniform(0, 2 * np.pi)
        at = np.array([away * np.sin(bearing), EYE_HEIGHT, away * np.cos(bearing)])
        meshes += _heap(rng, at, rng.uniform(0.2, 1.5) * (1 + away / 15), "thing")
    return Place(_clear(meshes))


def material(rng: np.random.Generator) -> Material:
    """Any pattern in any colours."""
    dull = rng.uniform(0, 1) ** 1.5
    base = rng.uniform(0.08, 0.92) + dull * rng.uniform(-0.5, 0.5, 3)
    other = base + rng.normal(0, 0.12, 3)
    third = rng.uniform(0.05, 0.9, 3)
    hues = tuple(_scaled(np.clip(hue, 0.03, 0.97)) for hue in (base, other, third))
    return Material(
        "random",
        PATTERNS[int(rng.integers(len(PATTERNS)))],
        hues,
        scale=float(np.exp(rng.uniform(np.log(0.06), np.log(0.8)))),
        bump=float(rng.uniform(0, 0.01)),
        roughness=float(rng.uniform(0.3, 1)),
        wear=float(rng.random()),
        variation=float(rng.random()),
    )


def _heap(rng: np.random.Generator, foot: np.ndarray, size: float, label: str) -> list[Mesh]:
    """A solid, or a few on top of one another, that stand on `foot`."""
    meshes: list[Mesh] = []
    foot = foot.astype(np.float64).copy()
    yaw = float(rng.uniform(0, 2 * np.pi)) if rng.random() < 0.4 else 0.0
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        kind, tall = rng.random(), float(size * rng.uniform(0.4, 1.8))
        if kind < 0.6:
            wide = size * rng.uniform(0.3, 1.6, 2)
            centre = foot - np.array([0, tall / 2, 0])
            meshes.append(box((wide[0], tall, wide[1]), centre, material(rng), yaw=yaw, label=label))
        elif kind < 0.85:
            meshes.append(cylinder(foot, tall, size * rng.uniform(0.1, 0.6), material(rng), label=label))
        else:
            tall = float(size * rng.uniform(0.3, 1.0))
            ball = sphere((0, 0, 0), tall / 2, material(rng), label=label)
            meshes.append(ball.transformed(placement(foot - np.array([0, tall / 2, 0]))))
        foot[1] -= tall
        size *= rng.uniform(0.4, 0.9)
    return meshes


def _clear(meshes: list[Mesh]) -> list[Mesh]:
    """Without the solids that reach into the clearing about the start."""
    kept = []
    for mesh in meshes:
        low, high = mesh.bounds
        nearest = np.clip(0.0, low[[0, 2]], high[[0, 2]])
        if mesh.label in ("ground", "floor", "ceiling", "wall") or float(np.hypot(*nearest)) > CLEARING:
            kept.append(mesh)
    return kept


def _scaled(values: np.ndarray, factor: float = 1.0) -> RGB:
    return float(values[0] * factor), float(values[1] * factor), float(values[2] * factor)
