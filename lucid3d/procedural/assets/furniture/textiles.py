"""Curtains that hang in folds, and rugs with borders, fields and fringes."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, merge, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import sphere, tube


@made_as("curtain")
def curtain(width: float, height: float, cloth: Material, rng: np.random.Generator, *, gathered: float = 0.0) -> Mesh:
    """A curtain that hangs in folds from y = -height to the floor, `width` wide about x = 0, just in front of z = 0."""
    columns, rows = max(12, int(width * 60)), 14
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    phase = rng.uniform(0, 6)
    folds = width / 0.11
    waist = 1 - gathered * np.exp(-(((v - 0.62) / 0.16) ** 2))
    x = (u - 0.5) * width * waist + 0.012 * np.sin(5 * v + phase)
    wave = np.sin(2 * np.pi * folds * u + 0.6 * np.sin(4 * u + phase) + 0.3 * v)
    z = -0.09 + 0.035 * wave * (0.55 + 0.45 * v) + 0.01 * np.sin(23 * u + 3 * v)
    y = -height * (1 - v) - 0.015
    vertices = np.stack([x, y, z], -1).reshape(-1, 3)
    index = np.arange(u.size).reshape(u.shape)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (b, d, c))])
    tint = (0.86 + 0.14 * wave).reshape(-1, 1).repeat(3, 1).astype(np.float32)
    uv = np.stack([u * width * 1.6, v * height], -1).reshape(-1, 2).astype(np.float32)
    return Mesh(vertices.astype(np.float32), triangles, (cloth,), "curtain", tints=tint, uv=uv).with_smooth_normals()


def curtain_rail(left: float, right: float, height: float) -> Mesh:
    """A rail with knobs, in a wall's frame."""
    parts = Parts()
    parts.add(tube([[left, -height, -0.1], [right, -height, -0.1]], 0.014, palette.BRASS, sides=8))
    for x in (left, right):
        parts.add(sphere((x, -height, -0.1), 0.032, palette.BRASS, subdivisions=1))
    for x in (left + 0.12, right - 0.12):
        parts.box((x, -height, -0.05), (0.02, 0.03, 0.1), palette.BRASS)
    return parts.mesh("curtain")


def curtains(window: float, head: float, ceiling: float, cloth: Material, rng: np.random.Generator) -> Mesh:
    """Curtains at both sides of a window of this width about x = 0 whose upper edge is at `head`, on a rail, in the
    wall's frame."""
    top = min(ceiling - 0.16, head + 0.22)
    wide = min(0.5, 0.34 * window + 0.12)
    drapes = []
    for side in (-1.0, 1.0):
        at = placement([side * (window / 2 + wide * 0.36), 0, 0])
        drapes.append(curtain(wide, top, cloth, rng, gathered=0.35).transformed(at))
    reach = window / 2 + wide + 0.05
    return merge([*drapes, curtain_rail(-reach, reach, top)], "curtain", one_instance=True)


def short_curtain(window: float, head: float, cloth: Material, rng: np.random.Generator) -> Mesh:
    """A valance of 0.34 m across the upper part of a window, on a rail."""
    drape = curtain(window + 0.1, 0.34, cloth, rng).transformed(placement([0, 0.26 - head, 0]))
    rail = curtain_rail(-window / 2 - 0.1, window / 2 + 0.1, head + 0.08)
    return merge([drape, rail], "curtain", one_instance=True)


@made_as("rug")
def rug(
    width: float, length: float, ground: RGB, second: RGB, third: RGB, rng: np.random.Generator, *, plain: bool = False
) -> Mesh:
    """A rug on the floor about the origin: borders, a field, medallions and fringes, of thin layers."""
    parts = Parts()
    name = f"{ground[0]:.2f}{second[0]:.2f}{third[0]:.2f}"
    field = Material(
        f"rug field {name}",
        "fabric",
        (ground, palette.shade(ground, 0.8), palette.shade(ground, 0.6)),
        scale=0.03,
        bump=0.003,
    )
    border = Material(f"rug border {name}", "fabric", (second, palette.shade(second, 0.85)), scale=0.03, bump=0.003)
    light = Material(f"rug light {name}", "fabric", (third, palette.shade(third, 0.85)), scale=0.03, bump=0.003)
    thick = 0.012
    parts.box((0, -thick / 2, 0), (width, thick, length), border if not plain else field, grain=2)
    if plain:
        return parts.mesh("rug")
    layer = 0.0006

    def sheet(x0: float, x1: float, z0: float, z1: float, material: Material, level: int) -> None:
        y = -thick - layer * level
        parts.quad([[x0, y, z0], [x1, y, z0], [x1, y, z1], [x0, y, z1]], material)

    def frame(inset: float, wide: float, material: Material, level: int) -> None:
        w, h = width / 2 - inset, length / 2 - inset
        sheet(-w, w, -h, -h + wide, material, level)
        sheet(-w, w, h - wide, h, material, level)
        sheet(-w, -w + wide, -h, h, material, level)
        sheet(w - wide, w, -h, h, material, level)

    def diamond(x: float, z: float, rx: float, rz: float, material: Material, level: int) -> None:
        y = -thick - layer * level
        parts.quad([[x, y, z - rz], [x + rx, y, z], [x, y, z + rz], [x - rx, y, z]], material)

    sheet(-width / 2 + 0.3, width / 2 - 0.3, -length / 2 + 0.3, length / 2 - 0.3, field, 1)
    frame(0.05, 0.03, light, 1)
    frame(0.25, 0.025, light, 2)
    step = 0.2
    for axis in (0, 1):
        reach = (width if axis == 0 else length) / 2 - 0.25
        edge = (length if axis == 0 else width) / 2 - 0.165
        for k in np.arange(-reach, reach + 0.01, step):
            for s in (-1.0, 1.0):
                x, z = (k, s * edge) if axis == 0 else (s * edge, k)
                diamond(x, z, 0.06, 0.06, light, 2)
                diamond(x, z, 0.032, 0.032, field, 3)
    w, h = width / 2 - 0.36, length / 2 - 0.36
    for scale, material, level in (
        (1.0, border, 2),
        (0.84, light, 3),
        (0.78, field, 4),
        (0.55, border, 5),
        (0.42, light, 6),
        (0.35, field, 7),
        (0.2, border, 8),
    ):
        diamond(0, 0, w * scale * 0.92, h * scale * 0.8, material, level)
    for sx in (-1.0, 1.0):
        for sz in (-1.0, 1.0):
            for size, material, level in ((0.2, border, 9), (0.14, light, 10), (0.09, field, 11)):
                diamond(sx * w * 0.78, sz * h * 0.84, size, size * 1.2, material, level)
    for sx in np.arange(-w * 0.9, w, 0.3):
        for sz in np.arange(-h * 0.9, h, 0.34):
            if abs(sx) / w + abs(sz) / h > 1.08:
                diamond(sx, sz, 0.035, 0.05, light, 12)
    for x in np.arange(-width / 2 + 0.02, width / 2, 0.035):  # fringes
        for s in (-1.0, 1.0):
            reach = 0.07 + 0.02 * rng.random()
            drift = rng.uniform(-0.012, 0.012)
            z = s * length / 2
            parts.quad(
                [
                    [x, -0.006, z],
                    [x + 0.018, -0.006, z],
                    [x + 0.012 + drift, -0.002, z + s * reach],
                    [x + 0.002 + drift, -0.002, z + s * reach],
                ],
                stuff.LINEN,
            )
    return parts.mesh("rug")
