"""Crops in rows: lavender, tulips, vines, rice, sunflowers. A piece of a row lies along z, its foot on the origin."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, instances, made_as, placement
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube

TULIPS = ("#b8283a", "#d8a52e", "#c85a8a", "#d8d2c8", "#7a3a8a", "#d86a2e")


@made_as("lavender")
def lavender_row(rng: np.random.Generator, length: float = 4.0) -> Mesh:
    """Round bushes of lavender side by side, grey-green below, spikes in bloom above."""
    leaf = palette.make(
        "lavender leaves", "leaf", "#7c8a63", "#6c7a55", "#4d5940", scale=0.02, translucency=0.2, variation=0.4
    )
    bloom = palette.make(
        "main lavender blossom", "petal", "#7a62b8", "#8c74c8", "#5a4694", scale=0.02, translucency=0.25
    )
    parts = Parts()
    for z in np.arange(0.25, length, 0.5):
        x, size = float(rng.normal(0, 0.03)), float(rng.uniform(0.85, 1.15))
        parts.add(clump((x, -0.2 * size, z), (0.34 * size, 0.2 * size, 0.32 * size), 70, 0.16, leaf, rng))
        n = 110
        a, r = rng.uniform(0, 2 * np.pi, n), np.sqrt(rng.random(n)) * 0.42 * size
        foot = np.stack([x + 0.75 * r * np.cos(a), -0.3 * size + 0.25 * r, z + 0.75 * r * np.sin(a)], 1)
        lean = np.stack([0.55 * r * np.cos(a), -0.36 * size + 0.1 * r, 0.55 * r * np.sin(a)], 1)
        parts.add(_spikes(foot, lean, 0.022, bloom, rng))
    return parts.mesh("flower")


def _spikes(foot: np.ndarray, way: np.ndarray, width: float, material: Material, rng: np.random.Generator) -> Mesh:
    """Slender crossed blades from `foot` along `way`, each (N, 3)."""
    count = len(foot)
    turn = rng.uniform(0, np.pi, count)
    vertices = []
    for t in (turn, turn + np.pi / 2):
        side = np.stack([np.cos(t), 0 * t, np.sin(t)], 1) * width
        vertices.append(np.stack([foot + 0.45 * way, foot + 0.7 * way + side, foot + way, foot + 0.7 * way - side], 1))
    corners = np.concatenate(vertices).reshape(-1, 3).astype(np.float32)
    first = (np.arange(2 * count, dtype=np.int32) * 4)[:, None, None]
    triangles = (np.array([[0, 1, 2], [0, 2, 3]], np.int32)[None] + first).reshape(-1, 3)
    normals = np.repeat(np.concatenate([way, way]), 4, axis=0)
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    tints = np.repeat(rng.uniform(0.75, 1.25, 2 * count), 4)[:, None].repeat(3, 1).astype(np.float32)
    return Mesh(corners, triangles, (material,), "flower", normals=normals.astype(np.float32), tints=tints)


@made_as("tulip")
def tulip_row(rng: np.random.Generator, length: float = 4.0, width: float = 1.0, hue: int = -1) -> Mesh:
    """A bed of tulips of one colour."""
    color = TULIPS[int(rng.integers(len(TULIPS))) if hue < 0 else hue % len(TULIPS)]
    petal = palette.make("main tulip petals", "petal", color, None, None, scale=0.03, translucency=0.35)
    leaf = palette.make("tulip leaves", "leaf", "#6d8f4e", "#5f8044", "#3f5a2e", scale=0.05, translucency=0.3)
    one = Parts()
    one.add(tube([[0.0, 0.0, 0.0], [0.01, -0.2, 0.0], [0.0, -0.36, 0.01]], 0.008, leaf, sides=4))
    one.add(
        tube(
            [[0, -0.35, 0], [0, -0.375, 0], [0, -0.42, 0], [0, -0.455, 0]],
            [0.014, 0.036, 0.038, 0.026],
            petal,
            sides=7,
            caps=False,
        )
    )
    for a in (0.3, 2.2, 4.4):
        c, s = np.cos(a), np.sin(a)
        one.quad(
            [
                [0, 0, 0],
                [0.07 * c - 0.02 * s, -0.13, 0.07 * s + 0.02 * c],
                [0.1 * c, -0.26, 0.1 * s],
                [0.07 * c + 0.02 * s, -0.13, 0.07 * s - 0.02 * c],
            ],
            leaf,
        )
    count = int(length * width * 34)
    spots = [
        placement(
            [float(rng.uniform(-width / 2, width / 2)), 0, float(rng.uniform(0, length))],
            yaw=float(rng.uniform(0, 6)),
            scale=float(rng.uniform(0.85, 1.25)),
        )
        for _ in range(count)
    ]
    made = instances(one.mesh("flower"), spots, tints=rng.uniform(0.85, 1.15, (count, 1)).repeat(3, 1))
    made.instances = None
    return made


@made_as("vine")
def vine_row(rng: np.random.Generator, length: float = 6.0, bare: bool = False) -> Mesh:
    """Vines on wires between posts: trunks, a wall of leaves, grapes."""
    parts = Parts()
    leaf = palette.make(
        "main vine leaves", "leaf", "#5a7d34", "#6c8c3e", "#3c5624", scale=0.06, translucency=0.4, variation=0.6
    )
    grape = palette.make("grapes", "plain", "#3a2748", "#4a3058", None, roughness=0.4)
    for z in (0.0, length):
        parts.add(cylinder((0, 0.2, z), 2.0, 0.045, palette.GREY_WOOD, sides=7))
    for y in (0.7, 1.2, 1.7):
        parts.add(tube([[0, -y, 0], [0, -y, length]], 0.006, palette.IRON, sides=3, caps=False))
    for z in np.arange(0.5, length, 1.0):
        parts.add(
            tube([[0, 0.1, z], [0.04, -0.4, z + 0.05], [0, -0.75, z]], [0.045, 0.035, 0.03], palette.BEAM, sides=6)
        )
        if bare:
            continue
        for y in (0.85, 1.2, 1.6):
            spot = (float(rng.normal(0, 0.05)), -y - float(rng.uniform(-0.1, 0.1)), z + float(rng.normal(0, 0.1)))
            parts.add(clump(spot, (0.26, 0.32, 0.6), 120, 0.1, leaf, rng))
        for _ in range(2):
            at = np.array(
                [float(rng.choice([-0.2, 0.2])), -float(rng.uniform(0.65, 0.85)), z + float(rng.normal(0, 0.25))]
            )
            for k in range(7):
                off = rng.normal(0, 0.03, 3) + np.array([0, 0.02 * k, 0])
                parts.add(sphere(at + off, 0.026, grape, subdivisions=0))
    return parts.mesh("plant")


@made_as("rice")
def rice_row(rng: np.random.Generator, length: float = 4.0) -> Mesh:
    """Young rice in tufts, a hand apart."""
    leaf = palette.make("rice leaves", "grass", "#6fa03e", "#86b54c", "#4a7428", scale=0.03, translucency=0.35)
    n = int(length / 0.25) * 12
    z = np.repeat(np.arange(0.1, length, 0.25)[: n // 12], 12)
    foot = np.stack([rng.normal(0, 0.03, len(z)), 0 * z + 0.05, z + rng.normal(0, 0.03, len(z))], 1)
    way = np.stack([rng.normal(0, 0.12, len(z)), -rng.uniform(0.3, 0.5, len(z)), rng.normal(0, 0.12, len(z))], 1)
    mesh = _spikes(foot - 0.45 * way, way * 1.45, 0.014, leaf, rng)
    mesh.label = "plant"
    return mesh


@made_as("sunflower")
def sunflower_row(rng: np.random.Generator, length: float = 4.0) -> Mesh:
    """Sunflowers in a row, 1.6 to 2 m tall, their heads to -z."""
    parts = Parts()
    leaf = palette.make("sunflower leaves", "leaf", "#5d7f3a", "#4f7032", "#37501f", scale=0.08, translucency=0.35)
    petal = palette.make(
        "main sunflower petals", "petal", "#d9a520", "#e0b030", "#b8841a", scale=0.05, translucency=0.4
    )
    heart = palette.make("sunflower heart", "mottled", "#4a2f18", "#3a2412", scale=0.03, bump=0.006)
    for z in np.arange(0.2, length, 0.55):
        x, high = float(rng.normal(0, 0.08)), float(rng.uniform(1.45, 1.95))
        parts.add(tube([[x, 0.05, z], [x + 0.02, -high * 0.6, z], [x, -high, z - 0.05]], 0.017, leaf, sides=5))
        for k in range(6):
            a, y = 2.4 * k, -high * (0.25 + 0.11 * k)
            c, s = np.cos(a), np.sin(a)
            parts.quad(
                [
                    [x, y, z],
                    [x + 0.14 * c - 0.09 * s, y - 0.06, z + 0.14 * s + 0.09 * c],
                    [x + 0.3 * c, y + 0.03, z + 0.3 * s],
                    [x + 0.14 * c + 0.09 * s, y - 0.06, z + 0.14 * s - 0.09 * c],
                ],
                leaf,
            )
        face = Parts()
        face.add(tube([[0, 0, 0.02], [0, 0, -0.02]], 0.085, heart, sides=14))
        for k in range(16):
            a = k * np.pi / 8 + 0.1
            c, s = np.cos(a), np.sin(a)
            face.quad(
                [
                    [0.07 * c, 0.07 * s, 0],
                    [0.12 * c - 0.03 * s, 0.12 * s + 0.03 * c, -0.015],
                    [0.19 * c, 0.19 * s, 0.01],
                    [0.12 * c + 0.03 * s, 0.12 * s - 0.03 * c, -0.015],
                ],
                petal,
            )
        parts.add(
            face,
            placement([x, -high - 0.02, z - 0.08], yaw=float(rng.normal(0, 0.3)), tilt=float(rng.uniform(0.1, 0.4))),
        )
    return parts.mesh("flower")
