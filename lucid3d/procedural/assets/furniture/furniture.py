"""Furniture made of parts. Each piece stands on the floor at its origin with its back towards +z, facing -z."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement, rotation_x, rotation_y, rotation_z
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, icosphere, sphere, tube


def cushion(
    size: ArrayLike,
    center: ArrayLike,
    material: Material,
    *,
    soft: float = 0.45,
    tilt: float = 0.0,
    yaw: float = 0.0,
    roll: float = 0.0,
    subdivisions: int = 3,
) -> Mesh:
    """A soft box: a superellipsoid of `size` (3,) about `center` (3,).

    Args:
        soft: 1 is an ellipsoid, near 0 a box.
        tilt, yaw, roll: turns about x, y and z, radians.
    """
    unit, triangles = icosphere(subdivisions)
    # Push the sphere's points out towards the corners; seams and corners stay round.
    shape = np.sign(unit) * np.abs(unit) ** soft
    shape /= np.abs(shape).max(axis=0)
    half = np.asarray(size, np.float64) / 2
    turn = rotation_y(yaw) @ rotation_x(tilt) @ rotation_z(roll)
    vertices = (shape * half) @ turn.T + np.asarray(center, np.float64)
    mesh = Mesh(vertices.astype(np.float32), triangles, (material,), "cushion").with_smooth_normals()
    flat = shape * half
    # Cloth runs over the top and down the sides.
    mesh.uv = np.stack([flat[:, 0] + 0.3 * flat[:, 2], flat[:, 2] + flat[:, 1]], axis=1).astype(np.float32)
    assert mesh.normals is not None
    if ((mesh.normals * (vertices - np.asarray(center))).sum(axis=1)).mean() < 0:
        mesh.normals *= -1
    return mesh


def legs(
    parts: Parts,
    width: float,
    depth: float,
    height: float,
    material: Material,
    *,
    size: float = 0.05,
    splay: float = 0.0,
) -> None:
    """Four square tapering legs under a top of `width` x `depth`, at `height`."""
    for x in (-width / 2, width / 2):
        for z in (-depth / 2, depth / 2):
            foot = (x * (1 + splay), 0.0, z * (1 + splay))
            parts.beam(foot, (x, -height, z), size, size, material)


@made_as("sofa")
def sofa(rng: np.random.Generator, cloth: Material, accent: Material, wood: Material, *, seats: int = 3) -> Mesh:
    """A sofa with seat and back cushions, arms, wooden feet, scatter cushions and a throw."""
    parts = Parts()
    wide = 0.66 * seats
    parts.box((0, -0.26, 0.02), (wide + 0.3, 0.2, 0.8), cloth)
    parts.add(cushion((wide + 0.34, 0.62, 0.24), (0, -0.55, 0.38), cloth, soft=0.3, tilt=-0.14))
    for side in (-1.0, 1.0):
        parts.add(cushion((0.22, 0.48, 0.92), (side * (wide / 2 + 0.12), -0.42, 0.0), cloth, soft=0.32))
    for i in range(seats):
        x = (i - (seats - 1) / 2) * 0.66
        parts.add(cushion((0.655, 0.2, 0.68), (x, -0.43, -0.08), cloth, soft=0.3))
        parts.add(cushion((0.63, 0.46, 0.2), (x, -0.7, 0.22), cloth, soft=0.42, tilt=-0.2))
    for x, material in ((-wide / 2 + 0.22, accent), (wide / 2 - 0.2, accent), (wide / 2 - 0.55, stuff.LINEN)):
        if rng.random() < 0.85:
            parts.add(
                cushion(
                    (0.44, 0.42, 0.15),
                    (x, -0.68, 0.02),
                    material,
                    soft=0.55,
                    tilt=-0.4,
                    yaw=rng.uniform(-0.3, 0.3),
                    roll=rng.uniform(-0.3, 0.3),
                )
            )
    if rng.random() < 0.7:
        throw(parts, (wide / 2 + 0.12) * (1 if rng.random() < 0.5 else -1), accent)
    legs(parts, wide + 0.1, 0.66, 0.17, wood, size=0.055, splay=0.02)
    return parts.mesh("sofa")


def throw(parts: Parts, x: float, cloth: Material) -> None:
    """A blanket hung over an arm."""
    s = np.linspace(0, 1, 9)
    profile = [
        (-0.16, -0.2),
        (-0.155, -0.45),
        (-0.13, -0.62),
        (-0.06, -0.675),
        (0.0, -0.685),
        (0.06, -0.675),
        (0.13, -0.62),
        (0.155, -0.4),
        (0.16, -0.28),
    ]
    for i in range(8):
        (x0, y0), (x1, y1) = profile[i], profile[i + 1]
        ripple = 0.012 * np.sin(9 * s[i])
        parts.quad(
            [[x + x0, y0, -0.28 + ripple], [x + x0, y0, 0.12], [x + x1, y1, 0.12], [x + x1, y1, -0.28]],
            cloth,
            turn=True,
        )


@made_as("armchair")
def armchair(rng: np.random.Generator, cloth: Material, accent: Material, wood: Material) -> Mesh:
    """A wing chair with rolled arms, turned feet and a cushion."""
    parts = Parts()
    parts.box((0, -0.27, 0.0), (0.66, 0.16, 0.64), cloth)
    parts.add(cushion((0.62, 0.22, 0.64), (0, -0.43, -0.05), cloth, soft=0.35))
    parts.add(cushion((0.68, 0.84, 0.2), (0, -0.76, 0.28), cloth, soft=0.36, tilt=-0.17))
    for side in (-1.0, 1.0):
        parts.add(cushion((0.18, 0.42, 0.72), (side * 0.37, -0.42, -0.02), cloth, soft=0.4))
        parts.add(tube([[side * 0.38, -0.62, -0.34], [side * 0.38, -0.62, 0.22]], 0.095, cloth, sides=12))
        parts.add(cushion((0.12, 0.46, 0.3), (side * 0.34, -0.92, 0.2), cloth, soft=0.5, yaw=side * 0.25, tilt=-0.1))
    parts.add(cushion((0.42, 0.36, 0.14), (0, -0.66, 0.1), accent, soft=0.55, tilt=-0.35, roll=rng.uniform(-0.2, 0.2)))
    legs(parts, 0.56, 0.54, 0.2, wood, size=0.05, splay=0.06)
    return parts.mesh("armchair")


@made_as("chair")
def chair(wood: Material, seat: Material | None = None) -> Mesh:
    """A dining chair with a slatted back."""
    parts = Parts()
    for x in (-0.2, 0.2):
        parts.beam((x * 1.05, 0, -0.21), (x, -0.45, -0.19), 0.038, 0.038, wood)
        parts.beam((x * 1.05, 0, 0.24), (x, -0.46, 0.19), 0.038, 0.038, wood)
        parts.beam((x, -0.45, 0.19), (x * 0.95, -0.93, 0.27), 0.036, 0.036, wood)
        parts.beam((x * 1.02, -0.2, -0.2), (x * 1.02, -0.2, 0.21), 0.022, 0.022, wood)
    parts.box((0, -0.46, 0), (0.46, 0.03, 0.46), wood, grain=2)
    if seat is not None:
        parts.add(cushion((0.43, 0.06, 0.43), (0, -0.495, 0), seat, soft=0.3, subdivisions=2))
    for y, w in ((0.91, 0.07), (0.76, 0.05), (0.62, 0.05)):
        parts.box((0, -y, 0.2 + (y - 0.45) * 0.155), (0.38, w, 0.02), wood)
    parts.box((0, -0.41, -0.18), (0.36, 0.06, 0.02), wood)
    parts.box((0, -0.41, 0.18), (0.36, 0.06, 0.02), wood)
    return parts.mesh("chair")


@made_as("table")
def table(
    width: float, depth: float, height: float, wood: Material, *, round_top: bool = False, boards: bool = True
) -> Mesh:
    """A table: a top of boards or a round top, aprons and legs."""
    parts = Parts()
    if round_top:
        parts.add(cylinder((0, -height + 0.035, 0), 0.035, width / 2, wood, sides=32))
        parts.add(cylinder((0, -0.04, 0), height - 0.06, 0.055, wood, top_radius=0.045, sides=12))
        for a in (0.3, 0.3 + 2 * np.pi / 3, 0.3 + 4 * np.pi / 3):
            parts.beam(
                (0.05 * np.cos(a), -0.16, 0.05 * np.sin(a)),
                (width * 0.34 * np.cos(a), -0.02, width * 0.34 * np.sin(a)),
                0.06,
                0.05,
                wood,
            )
        return parts.mesh("table")
    if boards:
        count = max(3, round(depth / 0.17))
        pitch = depth / count
        for i in range(count):
            parts.box(
                (0, -height + 0.02, -depth / 2 + pitch * (i + 0.5)),
                (width, 0.04, pitch - 0.003),
                wood,
                grain=0,
                tint=0.92 + 0.05 * ((i * 5) % 4),
            )
    else:
        parts.box((0, -height + 0.02, 0), (width, 0.04, depth), wood, grain=0)
    inset_w, inset_d = width - 0.16, depth - 0.16
    for z in (-inset_d / 2, inset_d / 2):
        parts.box((0, -height + 0.09, z), (inset_w, 0.1, 0.025), wood)
    for x in (-inset_w / 2, inset_w / 2):
        parts.box((x, -height + 0.09, 0), (0.025, 0.1, inset_d), wood)
    legs(parts, inset_w, inset_d, height - 0.04, wood, size=0.065)
    return parts.mesh("table")


@made_as("bed")
def bed(rng: np.random.Generator, wood: Material, cover: Material, accent: Material, *, width: float = 1.7) -> Mesh:
    """A made bed: frame, mattress, duvet that falls over the sides, pillows, a folded blanket. The head is at +z."""
    parts = Parts()
    length = 2.1
    parts.box((0, -0.24, 0), (width + 0.1, 0.2, length + 0.06), wood, grain=2)
    legs(parts, width, length - 0.1, 0.2, wood, size=0.08)
    parts.box((0, -0.62, length / 2 + 0.06), (width + 0.16, 1.1, 0.06), wood, grain=0)
    for x in np.linspace(-width / 2, width / 2, 5):
        parts.box((x, -0.72, length / 2 + 0.02), (0.07, 0.8, 0.03), wood)
    parts.box((0, -1.19, length / 2 + 0.05), (width + 0.24, 0.07, 0.11), wood)
    parts.add(cushion((width, 0.26, length), (0, -0.44, 0), stuff.LINEN, soft=0.16))
    parts.add(_duvet(rng, width, length, cover))
    for x in (-width / 4, width / 4):
        parts.add(
            cushion(
                (width * 0.44, 0.42, 0.2),
                (x, -0.76, length / 2 - 0.18),
                stuff.LINEN,
                soft=0.52,
                tilt=-0.5,
                yaw=rng.uniform(-0.06, 0.06),
            )
        )
        parts.add(
            cushion(
                (width * 0.4, 0.36, 0.17),
                (x * 0.9, -0.72, length / 2 - 0.4),
                cover,
                soft=0.52,
                tilt=-0.62,
                yaw=rng.uniform(-0.1, 0.1),
            )
        )
    parts.add(
        cushion((0.42, 0.34, 0.15), (rng.uniform(-0.15, 0.15), -0.72, length / 2 - 0.6), accent, soft=0.55, tilt=-0.7)
    )
    return parts.mesh("bed")


def _duvet(rng: np.random.Generator, width: float, length: float, cloth: Material) -> Mesh:
    """A quilt over the lower three quarters of a bed, with folds, hanging down at three sides."""
    over = 0.3
    u = np.linspace(-width / 2 - over, width / 2 + over, 49)
    v = np.linspace(-length / 2 - over, length / 2 - 0.62, 57)
    x, z = np.meshgrid(u, v)
    beyond_x = np.maximum(np.abs(x) - width / 2 - 0.02, 0)
    beyond_z = np.maximum(-length / 2 - 0.02 - z, 0)
    drop = np.maximum(beyond_x, beyond_z)
    phase = rng.uniform(0, 6, 6)
    folds = 0.014 * np.sin(5.1 * x + 3 * np.sin(2.3 * z + phase[0]) + phase[1]) + 0.012 * np.sin(
        6.3 * z + 2 * np.sin(3 * x + phase[2])
    )
    folds = folds + 0.008 * np.sin(17 * x * 0.6 + 11 * z + phase[3])
    hem = 0.025 * np.sin(14 * (x + z) + phase[4]) * (drop > 0.02)
    px = np.clip(x, -width / 2 - 0.03, width / 2 + 0.03) + np.sign(x) * hem * (beyond_x > 0)
    pz = np.maximum(z, -length / 2 - 0.04) - hem * (beyond_z > beyond_x)
    crest = 0.05 * np.exp(-(((z - (length / 2 - 0.68)) / 0.09) ** 2))  # the turned-back edge
    y = -0.62 - folds - crest + drop * 1.0 + 0.03 * np.exp(-(((np.abs(x) - width / 2) / 0.05) ** 2))
    vertices = np.stack([px, y, pz], axis=-1).reshape(-1, 3)
    index = np.arange(x.size).reshape(x.shape)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (b, d, c))])
    mesh = Mesh(
        vertices, triangles, (cloth,), "bed", uv=np.stack([x, z], -1).reshape(-1, 2).astype(np.float32)
    ).with_smooth_normals()
    assert mesh.normals is not None
    if mesh.normals[:, 1].mean() > 0:
        mesh.normals *= -1
    return mesh


@made_as("cabinet")
def cabinet(
    width: float,
    height: float,
    depth: float,
    wood: Material,
    *,
    columns: int = 2,
    drawers: int = 0,
    knobs: Material = palette.BRASS,
) -> Mesh:
    """A carcass on a plinth with framed doors, or drawers, and knobs: wardrobes, sideboards, kitchen units, chests."""
    parts = Parts()
    parts.box((0, -height / 2 - 0.03, 0), (width, height - 0.06, depth), wood, grain=1)
    parts.box((0, -0.04, 0.02), (width - 0.04, 0.08, depth - 0.06), wood, tint=0.7)
    parts.box((0, -height - 0.01, 0), (width + 0.05, 0.035, depth + 0.05), wood, grain=0)
    face = -depth / 2 - 0.01
    cell = width / columns
    for i in range(columns):
        x = -width / 2 + cell * (i + 0.5)
        if drawers:
            high = (height - 0.14) / drawers
            for k in range(drawers):
                y = 0.1 + high * (k + 0.5)
                parts.box((x, -y, face), (cell - 0.03, high - 0.03, 0.022), wood, grain=0, tint=1.04)
                parts.add(sphere((x, -y, face - 0.03), 0.016, knobs, subdivisions=1))
        else:
            tall = height - 0.14
            y = 0.1 + tall / 2
            parts.box((x, -y, face), (cell - 0.025, tall, 0.02), wood, grain=1, tint=0.93)
            for e in (-1, 1):
                parts.box((x + e * (cell / 2 - 0.05), -y, face - 0.014), (0.07, tall, 0.018), wood, grain=1)
                parts.box((x, -y + e * (tall / 2 - 0.035), face - 0.014), (cell - 0.03, 0.07, 0.018), wood)
            hand = 1.0 if i % 2 == 0 else -1.0
            parts.add(sphere((x + hand * (cell / 2 - 0.06), -y, face - 0.045), 0.018, knobs, subdivisions=1))
    return parts.mesh("cabinet")


@made_as("piano")
def piano(wood: Material = stuff.BLACK_WOOD) -> Mesh:
    """An upright piano with keys, music stand and stool."""
    parts = Parts()
    parts.box((0, -0.62, 0.16), (1.5, 1.24, 0.3), wood)
    parts.box((0, -1.25, 0.14), (1.56, 0.04, 0.4), wood)
    parts.box((0, -0.68, -0.16), (1.5, 0.1, 0.38), wood)
    ivory = stuff.PORCELAIN
    for i in range(52):
        parts.box((-0.66 + 0.0259 * i, -0.735, -0.23), (0.0245, 0.02, 0.15), ivory)
        if i % 7 not in (2, 6):
            parts.box((-0.647 + 0.0259 * i, -0.752, -0.2), (0.012, 0.02, 0.095), stuff.BLACK_WOOD)
    for x in (-0.7, 0.7):
        parts.box((x, -0.34, -0.28), (0.08, 0.68, 0.08), wood)
        parts.box((x, -0.72, -0.16), (0.06, 0.08, 0.38), wood)
    parts.box((0, -1.0, -0.02), (0.7, 0.3, 0.02), wood, tint=1.15)
    parts.box((0.05, -0.99, -0.045), (0.42, 0.28, 0.008), stuff.PAPER)
    parts.box((0, -0.12, -0.02), (0.3, 0.02, 0.1), palette.BRASS)
    parts.box((0, -0.5, -0.75), (0.7, 0.08, 0.36), stuff.BLACK_LEATHER)
    stool = Parts()
    legs(stool, 0.6, 0.28, 0.46, wood, size=0.05)
    parts.add(stool, placement([0, 0, -0.75]))
    return parts.mesh("piano")


@made_as("television")
def television(width: float, lit: bool) -> Mesh:
    """A flat screen on a low board."""
    parts = Parts()
    high = width * 0.57
    screen = palette.glowing("picture", "#7fa4c4", (0.5, 0.75, 1.1)) if lit else stuff.SCREEN_OFF
    parts.box((0, -0.62 - high / 2, 0.05), (width, high, 0.04), stuff.BLACK_WOOD)
    parts.quad(
        [
            [-width / 2 + 0.015, -0.62 - high + 0.015, 0.028],
            [width / 2 - 0.015, -0.62 - high + 0.015, 0.028],
            [width / 2 - 0.015, -0.635, 0.028],
            [-width / 2 + 0.015, -0.635, 0.028],
        ],
        screen,
    )
    parts.box((0, -0.57, 0.05), (0.4, 0.1, 0.05), stuff.BLACK_WOOD)
    parts.add(cabinet(width * 1.35, 0.5, 0.4, stuff.WALNUT, columns=3))
    return parts.mesh("television")
