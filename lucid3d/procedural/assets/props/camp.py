"""Things of camps, beaches and yards: fires, tents, barrels, crates, parasols, snowmen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.plants.foliage import SNOW_MATERIAL
from lucid3d.procedural.assets.props.timber import BROWN_WOOD, IRON, ROPE, boards, hanging, rounds, yaw_matrix
from lucid3d.procedural.assets.rocks import stone_material, stone_shape
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.arrays import KITE, UP, f32, leaves, unit
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, merge, placement
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.prototype import solid
from lucid3d.procedural.kit.shapes import lathe, tube


@made_as("campfire")
def campfire(rng: np.random.Generator, *, lit: bool = True) -> tuple[Mesh, tuple[float, float, float]]:
    """A ring of stones, charred logs leaning together, embers and flames; and the place of its light."""
    parts = []
    for i in range(11):
        turned = 2 * np.pi * i / 11 + rng.normal(0, 0.08)
        shape = stone_shape(rng, rng.uniform(0.16, 0.26), "granite", 2, planes=9, roundness=0.4)
        spot = (0.52 * np.cos(turned), 0.0, 0.52 * np.sin(turned))
        parts.append(
            solid(
                [
                    (
                        shape.moved(spot, yaw_matrix(rng.uniform(0, 6))).painted(shape.colors * rng.uniform(0.4, 0.9)),
                        stone_material("granite", 0.1),
                    )
                ],
                "rock",
            )
        )
    char = Material(
        "charred wood", "bark", ((0.24, 0.18, 0.14), (0.16, 0.12, 0.1), (0.06, 0.05, 0.045)), scale=0.04, bump=0.006
    )
    angle = np.arange(6) * 2 * np.pi / 6 + rng.normal(0, 0.2, 6)
    foot = np.stack([0.36 * np.cos(angle), np.full(6, -0.02), 0.36 * np.sin(angle)], axis=1)
    head = np.stack([-0.07 * np.cos(angle), np.full(6, -0.42) + rng.normal(0, 0.04, 6), -0.07 * np.sin(angle)], axis=1)
    steps = np.linspace(0, 1, 4)[None, :, None]
    parts.append(
        rounds(
            foot[:, None] * (1 - steps) + head[:, None] * steps, 0.045, char, rng, sides=8, knobbly=0.08, label="object"
        )
    )
    ash = Material(
        "embers" if lit else "ash",
        "emissive" if lit else "sand",
        ((0.9, 0.35, 0.1) if lit else (0.3, 0.29, 0.28),),
        emission=(0.8, 0.18, 0.025) if lit else (0, 0, 0),
    )
    parts.append(lathe([(0.34, -0.02), (0.26, 0.03), (0.1, 0.07), (0.0, 0.08)], ash, sides=14, label="object"))
    if lit:
        fire = Material("flame", "emissive", ((1.0, 0.62, 0.2),), emission=(1.2, 0.4, 0.04), translucency=0.5)
        count = 26
        turn, reach = rng.uniform(0, 2 * np.pi, count), 0.2 * np.sqrt(rng.random(count))
        base = f32(np.stack([np.cos(turn) * reach, np.full(count, -0.06), np.sin(turn) * reach], axis=1))
        axes = unit(UP * 3 - base * 3 + rng.normal(0, 0.35, (count, 3)))
        tall = f32(rng.uniform(0.25, 0.75, count) * (1.2 - reach * 3))
        shape = leaves(
            base,
            axes,
            unit(rng.normal(0, 1, (count, 3))),
            tall,
            tall * 0.26,
            KITE,
            f32(np.tile([0.9, 0.4, 0.1], (count, 1))),
        )
        parts.append(solid([(shape, fire)], "object"))
    return merge(parts, "object", one_instance=True), (0.0, -0.4, 0.0)


@made_as("tent")
def tent(
    rng: np.random.Generator,
    length: float = 2.2,
    width: float = 1.7,
    height: float = 1.2,
    color: RGB = (0.82, 0.42, 0.16),
    *,
    lit: bool = False,
) -> Mesh:
    """A ridge tent along z whose cloth sags between its poles, door open to -z; with pegs and guy ropes."""
    glow = (color[0] * 0.3, color[1] * 0.22, color[2] * 0.12) if lit else (0.0, 0.0, 0.0)
    cloth = Material(
        "tent cloth",
        "fabric",
        (color, (color[0] * 0.9, color[1] * 0.88, color[2] * 0.85)),
        scale=0.01,
        translucency=0.35,
        emission=glow,
    )
    n = 13
    s, t = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n), indexing="ij")  # along the ridge, down the side
    parts = []
    for side in (-1.0, 1.0):
        sag = 0.06 * np.sin(np.pi * s) * np.sin(np.pi * t) + 0.012 * np.sin(9 * s + 4 * t) * t
        x = side * (width / 2 * t**0.92 - sag)
        y = -height * (1 - t) + 0.07 * np.sin(np.pi * s) * (1 - t) + sag * 0.4 + 0.02 * t
        z = (s - 0.5) * length * (1 + 0.06 * t)
        parts.append(_cloth(np.stack([x, y, z], -1), cloth))
    back = np.stack(
        [
            (t - 0.5) * width * s,
            -height * (1 - s) + 0.0 * s,
            length / 2 * (1 + 0.06 * s) - 0.04 * np.sin(np.pi * t) * s,
        ],
        -1,
    )
    parts.append(_cloth(back, cloth))
    for side in (-1.0, 1.0):  # door flaps, rolled back
        flap = np.stack(
            [
                side * (width / 2 * t * s + 0.0),
                -height * (1 - s),
                -length / 2 * (1 + 0.06 * s) - 0.1 * (1 - t) * s - 0.02,
            ],
            -1,
        )
        keep = flap.copy()
        keep[..., 0] = side * width / 2 * s * (0.62 + 0.38 * t)
        parts.append(_cloth(keep, cloth))
    for end in (-length / 2, length / 2):
        parts.append(
            rounds(f32([[[0, 0.02, end], [0, -height - 0.08, end]]]), 0.015, IRON, rng, sides=6, label="object")
        )
        peg = f32([0, -0.03, end * 1.75])
        parts.append(rounds(hanging([0, -height, end], peg, 0.03, 8)[None], 0.005, ROPE, rng, sides=4, label="object"))
        for side in (-1, 1):
            parts.append(
                rounds(
                    hanging([side * width / 2, -0.03, end * 0.9], [side * width * 0.75, 0.0, end * 0.95], 0.0, 3)[None],
                    0.005,
                    ROPE,
                    rng,
                    sides=4,
                    label="object",
                )
            )
    return merge(parts, "object", one_instance=True)


def _cloth(grid: NDArray[np.floating], material: Material) -> Mesh:
    """A smooth sheet over (R, C, 3) points."""
    rows, columns = grid.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    uv = np.stack(np.meshgrid(np.linspace(0, 2, rows), np.linspace(0, 2, columns), indexing="ij"), -1)
    return Mesh(
        f32(grid.reshape(-1, 3)), triangles, (material,), "object", uv=f32(uv.reshape(-1, 2))
    ).with_smooth_normals()


@made_as("barrel")
def barrel(rng: np.random.Generator, height: float = 0.9) -> Mesh:
    """A cask with iron hoops."""
    t = np.linspace(0, 1, 9)
    bulge = height * (0.3 + 0.07 * np.sin(np.pi * t))
    profile = [
        (0.0, 0.03),
        (bulge[0] - 0.03, 0.03),
        *zip(bulge, t * height, strict=True),
        (bulge[-1] - 0.03, height - 0.03),
        (0.0, height - 0.03),
    ]
    staves = Material(
        "barrel", "planks", ((0.47, 0.33, 0.2), (0.4, 0.28, 0.17), (0.2, 0.14, 0.09)), scale=0.09, wear=0.6
    )
    parts = [lathe(profile, staves, sides=24, label="object")]
    for at in (0.08, 0.28, 0.72, 0.92):
        r = height * (0.3 + 0.07 * np.sin(np.pi * at)) + 0.006
        parts.append(
            lathe(
                [(r, at * height - 0.02), (r + 0.002, at * height), (r, at * height + 0.02)],
                IRON,
                sides=24,
                label="object",
            )
        )
    return merge(parts, "object", one_instance=True).tinted(np.exp(rng.normal(0, 0.08)))


@made_as("crate")
def crate(rng: np.random.Generator, size: float = 0.6) -> Mesh:
    """A slatted wooden box."""
    parts, h = [], size / 2
    for side in (-1, 1):
        for y in np.linspace(-0.08, -size + 0.08, 4):
            parts.append(
                boards(
                    [[side * h, y, -h]],
                    [[side * h, y, h]],
                    [1, 0, 0],
                    size * 0.22,
                    0.018,
                    BROWN_WOOD,
                    rng,
                    label="object",
                )
            )
            parts.append(
                boards(
                    [[-h, y, side * h]],
                    [[h, y, side * h]],
                    [0, 0, 1],
                    size * 0.22,
                    0.018,
                    BROWN_WOOD,
                    rng,
                    label="object",
                )
            )
    for x in np.linspace(-h + 0.08, h - 0.08, 4):
        parts.append(boards([[x, -size, -h]], [[x, -size, h]], UP, size * 0.22, 0.018, BROWN_WOOD, rng, label="object"))
    corners = f32([[sx * h * 0.93, 0, sz * h * 0.93] for sx in (-1, 1) for sz in (-1, 1)])
    parts.append(boards(corners, corners - [0, size, 0], [1, 0, 0], 0.05, 0.05, BROWN_WOOD, rng, label="object"))
    return merge(parts, "object", one_instance=True)


@made_as("snowman")
def snowman(rng: np.random.Generator, height: float = 1.5) -> Mesh:
    """Three lumpy balls, a carrot, coals, two sticks and a scarf, looking to -z."""

    parts, y = [], 0.04
    for size in (0.5, 0.36, 0.24):
        diameter = size * height / 1.1
        shape = stone_shape(rng, diameter * 1.18, "ice", 3, planes=16, roundness=0.94, rough=0.02, flat=0.95).painted(
            f32([0.74, 0.77, 0.82])
        )
        parts.append(solid([(shape.moved((0, y - diameter * 0.32, 0)), SNOW_MATERIAL)], "snow"))
        neck, y = y, y - diameter * 0.8
    wool = Material("main scarf", "fabric", ((0.55, 0.07, 0.06),), scale=0.02, bump=0.003)
    turn = np.linspace(0, 2 * np.pi, 19)
    around = 0.13 * height / 1.1
    ring = np.stack([around * np.cos(turn), np.full_like(turn, neck - 0.01), around * np.sin(turn)], axis=1)
    end = [[0.05, neck, -around], [0.08, neck + 0.12, -around - 0.07], [0.085, neck + 0.26, -around - 0.09]]
    parts += [tube(line, 0.055, wool, sides=9) for line in (ring, end)]
    carrot = Material("carrot", "plain", ((0.9, 0.45, 0.12),))
    face, front = y + 0.24 * height / 1.1 * 0.48, -0.12 * height / 1.1
    parts.append(
        rounds(
            f32([[[0, face, front], [0, face + 0.01, front - 0.09], [0, face + 0.02, front - 0.16]]]),
            f32([[0.025, 0.016, 0.003]]),
            carrot,
            rng,
            sides=8,
            label="object",
        )
    )
    coal = Material("coal", "rock", ((0.08, 0.08, 0.08),), scale=0.02)
    for x, dy in ((-0.05, -0.05), (0.05, -0.05)):
        shape = stone_shape(rng, 0.035, "basalt", 1)
        parts.append(solid([(shape.moved((x, face + dy, front * 0.93)), coal)], "object"))
    for side in (-1, 1):
        line = np.linspace(
            [side * 0.13, face + 0.38, 0], [side * 0.6, face + 0.12 + rng.normal(0, 0.08), -0.06], 5
        ) + rng.normal(0, 0.01, (5, 3))
        parts.append(rounds(f32(line)[None], 0.01, BROWN_WOOD, rng, sides=5, label="object"))
    return merge(parts, "object", one_instance=True)


@made_as("parasol")
def parasol(
    rng: np.random.Generator, radius: float = 1.2, colors: tuple[RGB, RGB] = ((0.85, 0.3, 0.24), (0.93, 0.9, 0.84))
) -> Mesh:
    """A beach umbrella, a little tilted, in two colours."""
    panels = 8
    parts = [
        rounds(
            f32([[[0, 0.3, 0], [0.0, -2.0, 0.0]]]),
            0.022,
            Material("pole", "plain", ((0.9, 0.88, 0.84),)),
            rng,
            label="object",
        )
    ]
    for i in range(panels):
        a = np.linspace(0, 1, 5)[None, :] * (2 * np.pi / panels) + 2 * np.pi * i / panels
        r = np.linspace(0, 1, 6)[:, None]
        scallop = 0.05 * r**2 * np.cos((np.linspace(0, 1, 5)[None, :] - 0.5) * np.pi)
        grid = np.stack([radius * r * np.cos(a), -1.98 + 0.42 * r**1.7 + 0 * a - scallop, radius * r * np.sin(a)], -1)
        parts.append(
            _cloth(grid, Material(f"parasol {i % 2}", "fabric", (colors[i % 2],), scale=0.01, translucency=0.4))
        )
    mesh = merge(parts, "object", one_instance=True)
    return mesh.transformed(placement((0, 0, 0), tilt=rng.normal(0.12, 0.05), tilt_yaw=rng.uniform(0, 6)))


@made_as("igloo")
def igloo(rng: np.random.Generator) -> Mesh:
    """A house of snow blocks, its entrance towards -z."""
    parts = Parts()
    snow = palette.make("main snow blocks", "brick", "#d5dde4", "#c6d0da", "#9fb0c2", scale=0.75, bump=0.03, wear=0.1)
    a = np.linspace(0, np.pi / 2, 9)
    parts.add(tube(np.stack([0 * a, 0.1 - 1.95 * np.sin(a), 0 * a], 1), 2.0 * np.cos(a) + 0.02, snow, sides=24))
    t = np.linspace(0, np.pi, 11)
    for z0, z1, r in ((-1.5, -2.9, 0.85),):
        for i in range(10):
            p, q = (r * np.cos(t[i]), -r * 1.1 * np.sin(t[i])), (r * np.cos(t[i + 1]), -r * 1.1 * np.sin(t[i + 1]))
            parts.quad([[p[0], p[1], z0], [q[0], q[1], z0], [q[0], q[1], z1], [p[0], p[1], z1]], snow)
            parts.quad(
                [[p[0], p[1], z1], [q[0], q[1], z1], [q[0] * 0.72, q[1] * 0.72, z1], [p[0] * 0.72, p[1] * 0.72, z1]],
                snow,
            )
    parts.quad(
        [[-0.62, -0.7, -2.7], [0.62, -0.7, -2.7], [0.62, 0.1, -2.7], [-0.62, 0.1, -2.7]],
        palette.make("igloo dark", "plain", "#1d242c"),
    )
    return parts.mesh("building")


@made_as("treehouse")
def treehouse(rng: np.random.Generator) -> Mesh:
    """A wooden house in a great tree, with a rope ladder."""
    parts = Parts()
    bark = palette.make("great bark", "bark", "#5a4736", "#4b3a2c", "#2f251c", scale=0.14, bump=0.03)
    leaf = palette.make(
        "oak leaves", "leaf", "#4a6a30", "#5d7f3b", "#31481f", scale=0.06, translucency=0.35, variation=0.6
    )
    parts.add(
        tube(
            [[0, 0.3, 0], [0, -0.6, 0], [0.1, -3, 0], [0, -6, 0.1], [0.2, -8.5, 0]],
            [1.35, 0.95, 0.8, 0.7, 0.4],
            bark,
            sides=18,
        )
    )
    for k in range(7):
        a, up = k * 0.9, float(rng.uniform(5.2, 8.0))
        reach = float(rng.uniform(2.6, 4.4))
        end = np.array([reach * np.cos(a), -up - 1.8, reach * np.sin(a)])
        parts.add(
            tube(
                np.stack([np.array([0, -up, 0]), end * (0.5, 1, 0.5) + (0, 0.9, 0), end]),
                [0.38, 0.24, 0.1],
                bark,
                sides=9,
            )
        )
        for _ in range(3):
            c = end + rng.normal(0, 0.9, 3) * (1, 0.6, 1)
            parts.add(clump(c, (1.7, 1.25, 1.7), 420, 0.28, leaf, rng))
    for _ in range(5):
        parts.add(clump(rng.normal(0, 1.0, 3) * (1, 0.5, 1) + (0, -9.6, 0), (1.9, 1.4, 1.9), 420, 0.28, leaf, rng))
    plank = palette.make(
        "main treehouse planks", "planks", "#8d6c48", "#7d5f40", "#4a3826", scale=0.2, bump=0.008, wear=0.5
    )
    parts.span((-2.1, -3.15, -2.3), (2.1, -3.0, 1.6), plank, grain=2)
    for x in (-1.9, 1.9):
        parts.beam((x, -3.0, -2.0), (x * 0.35, -1.4, -0.4), 0.14, 0.14, palette.OLD_WOOD)
    parts.span((-1.6, -5.1, -1.3), (1.6, -3.15, 1.3), plank, grain=1)
    parts.box((0.6, -4.1, -1.32), (0.75, 1.7, 0.05), palette.BEAM, grain=1)
    parts.box((-0.7, -4.3, -1.32), (0.7, 0.7, 0.05), palette.GLASS)
    for s in (-1.0, 1.0):
        parts.quad(
            [[-1.9, -6.3, 0], [1.9, -6.3, 0], [1.9, -5.0, s * 1.7], [-1.9, -5.0, s * 1.7]], palette.WOOD_SHINGLES
        )
        parts.add(tube([[0.6 + s * 0.22, -3.1, -2.35], [0.6 + s * 0.24, 0.0, -2.6]], 0.02, ROPE, sides=5))
        for x in np.linspace(-2.0, 2.0, 9):
            parts.box((x, -3.6, -2.25), (0.05, 0.9, 0.05), plank, grain=1) if abs(x - 0.6) > 0.5 else None
    for k in range(9):
        parts.box((0.6, -0.3 - 0.31 * k, -2.58 + 0.024 * k), (0.46, 0.04, 0.05), palette.OLD_WOOD, grain=0)
    return parts.mesh("building")
