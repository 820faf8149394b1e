"""What makes a room lived in: pictures, plants, fireplaces, clocks, cups."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.furniture import cushion
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.shapes import cylinder, icosphere, sphere, tube


@made_as("picture")
def picture(width: float, height: float, rng: np.random.Generator, frame: Material, *, kind: str = "") -> Mesh:
    """A framed picture: hills, sea, sun or shapes, in layers of paint; its back at z = 0, its middle at the origin."""
    parts = Parts()
    parts.box((0, 0, -0.02), (width, height, 0.03), frame)
    for x in (-width / 2 + 0.02, width / 2 - 0.02):
        parts.box((x, 0, -0.03), (0.045, height, 0.045), frame, grain=1)
    for y in (-height / 2 + 0.02, height / 2 - 0.02):
        parts.box((0, y, -0.03), (width, 0.045, 0.045), frame, grain=0)
    w, h = width / 2 - 0.045, height / 2 - 0.045
    mat = min(0.07, w * 0.25)
    parts.quad([[-w, -h, -0.036], [w, -h, -0.036], [w, h, -0.036], [-w, h, -0.036]], stuff.PAPER)
    w, h = w - mat, h - mat
    skies = ("#b9c4c4", "#d3b48f", "#8fa6b5", "#c9a79a", "#6f8490")
    lands = (("#7d8a6a", "#5b6b4c", "#3c4a35"), ("#8d7a5c", "#6d5a42", "#4a3d2e"), ("#6b7f8c", "#4b606e", "#31424e"))
    sky = palette.make("painted sky", "mottled", skies[int(rng.integers(5))], scale=0.2, wear=0.2)
    parts.quad([[-w, -h, -0.037], [w, -h, -0.037], [w, h, -0.037], [-w, h, -0.037]], sky)
    hues = lands[int(rng.integers(3))]
    if rng.random() < 0.6:
        r = h * rng.uniform(0.15, 0.28)
        disc = palette.make("painted sun", "mottled", "#d9a860" if rng.random() < 0.6 else "#d8d2c0")
        parts.add(_disc(rng.uniform(-0.5, 0.5) * w, -h * 0.3, -0.038, r, disc))
    for layer, color in enumerate(hues):
        paint = palette.make(f"painted land {color}", "mottled", color, scale=0.12, wear=0.2)
        base = h * (0.05 + 0.3 * layer)
        xs = np.linspace(-w, w, 15)
        phase = rng.uniform(0, 6, 2)
        ys = (
            base
            - h * (0.28 - 0.06 * layer) * (0.5 + 0.5 * np.sin(xs / w * (2 + layer) + phase[0]))
            - 0.04 * h * np.sin(9 * xs / w + phase[1])
        )
        z = -0.0385 - 0.0005 * layer
        for i in range(14):
            parts.quad(
                [[xs[i], min(ys[i], h), z], [xs[i + 1], min(ys[i + 1], h), z], [xs[i + 1], h, z], [xs[i], h, z]], paint
            )
    return parts.mesh("picture")


def _disc(x: float, y: float, z: float, radius: float, material: Material) -> Mesh:
    angles = np.linspace(0, 2 * np.pi, 25)[:-1]
    rim = np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles), np.full(24, z)], 1)
    vertices = np.concatenate([rim, [[x, y, z]]])
    i = np.arange(24)
    return Mesh(vertices, np.stack([i, (i + 1) % 24, np.full(24, 24)], 1), (material,), "picture")


@made_as("mirror")
def mirror(width: float, height: float, frame: Material) -> Mesh:
    """A mirror in a frame; its back at z = 0, its middle at the origin."""
    parts = Parts()
    glass = palette.make("mirror", "metal", "#b9bfc2", "#b5bbbe", "#a9afb2", roughness=0.02, wear=0.0, scale=5.0)
    parts.quad(
        [
            [-width / 2, -height / 2, -0.025],
            [width / 2, -height / 2, -0.025],
            [width / 2, height / 2, -0.025],
            [-width / 2, height / 2, -0.025],
        ],
        glass,
    )
    for x in (-width / 2, width / 2):
        parts.box((x, 0, -0.025), (0.06, height + 0.06, 0.05), frame, grain=1)
    for y in (-height / 2, height / 2):
        parts.box((0, y, -0.025), (width + 0.06, 0.06, 0.05), frame, grain=0)
    return parts.mesh("mirror")


@made_as("houseplant")
def house_plant(rng: np.random.Generator, height: float = 1.2, pot: Material = palette.TERRACOTTA) -> Mesh:
    """A potted plant: a rubber tree, a palm of arching leaves, or a bushy fern, by the seed."""
    parts = Parts()
    size = 0.16 + 0.06 * height
    parts.add(
        tube(
            [[0.0, 0.0, 0.0], [0, -size * 1.6, 0], [0, -size * 1.75, 0]], [size * 0.7, size, size * 1.06], pot, sides=20
        )
    )
    parts.add(cylinder((0, -size * 1.6, 0), 0.01, size * 0.95, palette.EARTH, sides=16))
    leaf = stuff.GREENS[int(rng.integers(4))]
    kind = int(rng.integers(3)) if height > 0.7 else 2
    base = size * 1.6
    if kind == 0:  # broad leaves up a few stems
        for _ in range(4):
            lean = rng.normal(0, 0.18, 2)
            top = height * rng.uniform(0.75, 1.0)
            t = np.linspace(0, 1, 7)
            stem = np.stack([lean[0] * t**1.5, -base - (top - base) * t, lean[1] * t**1.5], 1)
            parts.add(tube(stem, 0.012 - 0.006 * t, palette.OLD_WOOD, sides=5))
            for f in np.linspace(0.2, 1.0, 11):
                spot = np.array([np.interp(f, t, stem[:, k]) for k in range(3)])
                parts.add(
                    _leaf(spot, rng.uniform(0, 6.3), rng.uniform(-0.3, 0.6), rng.uniform(0.18, 0.3), 0.42, leaf, rng)
                )
    elif kind == 1:  # arching fronds
        for _ in range(13):
            a, reach = rng.uniform(0, 6.3), rng.uniform(0.35, 0.6) * height
            t = np.linspace(0, 1, 8)
            rise = height * rng.uniform(0.6, 0.95) - base
            r = reach * t
            y = -base - rise * (1.7 * t - 0.8 * t**2.4)
            path = np.stack([r * np.cos(a), y, r * np.sin(a)], 1)
            parts.add(tube(path, 0.008 - 0.005 * t, leaf, sides=4))
            for f in np.linspace(0.25, 1.0, 16):
                spot = np.array([np.interp(f, t, path[:, k]) for k in range(3)])
                for s in (-1.0, 1.0):
                    parts.add(_leaf(spot, a + s * 0.9, -0.25 - 0.3 * f, 0.26 * (1.1 - 0.5 * f), 0.13, leaf, rng))
    else:
        parts.add(
            clump((0, -base - height * 0.25, 0), (height * 0.36, height * 0.3, height * 0.36), 420, 0.12, leaf, rng)
        )
        for _ in range(24):
            a = rng.uniform(0, 6.3)
            parts.add(
                _leaf(
                    np.array([0, -base, 0]), a, rng.uniform(0.5, 1.2), height * rng.uniform(0.3, 0.5), 0.22, leaf, rng
                )
            )
    return parts.mesh("plant")


def _leaf(
    spot: np.ndarray,
    yaw: float,
    pitch: float,
    length: float,
    width: float,
    material: Material,
    rng: np.random.Generator,
) -> Mesh:
    """One bent leaf: `width` is a share of its length; `pitch` > 0 points up."""
    t = np.array([0, 0.3, 0.65, 1.0])
    half = np.array([0.06, 0.5, 0.42, 0.0]) * width * length
    angle = pitch - 1.1 * t**1.5
    steps = np.diff(t, prepend=0.0) * length
    out, up = np.cumsum(np.cos(angle) * steps), np.cumsum(np.sin(angle) * steps)
    c, s = np.cos(yaw), np.sin(yaw)
    middle = np.stack([out * c, -up, out * s], 1) + spot
    side = np.array([-s, 0, c])
    left, right = middle + side * half[:, None], middle - side * half[:, None]
    fold = np.array([0, -1, 0]) * (half * 0.25)[:, None]
    vertices = np.concatenate([left + fold, middle, right + fold])
    triangles = []
    for i in range(3):
        triangles += [(i, i + 1, i + 4), (i + 1, i + 5, i + 4), (i + 4, i + 5, i + 8), (i + 5, i + 9, i + 8)]
    tint = np.full((12, 3), rng.uniform(0.8, 1.2), np.float32)
    return Mesh(vertices, np.array(triangles, np.int32), (material,), "plant", tints=tint)


@made_as("fireplace")
def fireplace(width: float, stone: Material, lit: bool, rng: np.random.Generator, *, breast: float = 0.0) -> Mesh:
    """A fireplace whose back is the wall at z = 0, with a hearth, logs, flames when lit, a mantelpiece.

    Args:
        breast: height of the chimney breast above the mantel, 0 for none.
    Its fire is at (0, -0.35, -0.25).
    """
    parts = Parts()
    deep, opening, high = 0.5, width * 0.52, 0.85
    side = (width - opening) / 2
    for s in (-1.0, 1.0):
        parts.box((s * (opening / 2 + side / 2), -0.58, -deep / 2), (side, 1.16, deep), stone, grain=-2)
    parts.box((0, -(high + 1.16) / 2, -deep / 2), (opening, 1.16 - high, deep), stone, grain=-2)
    parts.box((0, -1.2, -deep / 2 - 0.06), (width + 0.3, 0.09, deep + 0.2), palette.BEAM, grain=0)
    parts.box((0, -0.03, -deep - 0.22), (width + 0.1, 0.06, 0.5), palette.GRANITE)
    for ring in (
        [[-opening / 2, -high, -0.04], [opening / 2, -high, -0.04], [opening / 2, 0, -0.04], [-opening / 2, 0, -0.04]],
        [
            [-opening / 2, -high, -deep],
            [-opening / 2 + 0.12, -high, -0.04],
            [-opening / 2 + 0.12, 0, -0.04],
            [-opening / 2, 0, -deep],
        ],
        [
            [opening / 2, -high, -deep],
            [opening / 2 - 0.12, -high, -0.04],
            [opening / 2 - 0.12, 0, -0.04],
            [opening / 2, 0, -deep],
        ],
        [[-opening / 2, -0.03, -deep], [opening / 2, -0.03, -deep], [opening / 2, -0.03, 0], [-opening / 2, -0.03, 0]],
    ):
        parts.quad(ring, stuff.SOOT)
    if breast:
        parts.box((0, -1.25 - breast / 2, -0.19), (width * 0.82, breast, 0.38), stone, grain=-2)
    bark = palette.make("log", "bark", "#8a6f54", "#9c8062", "#4a3a2c", scale=0.05)
    for x, y, z, yaw in (
        (0.0, 0.13, -0.16, 0.05),
        (0.03, 0.13, -0.34, -0.08),
        (-0.02, 0.26, -0.25, 0.22),
        (0.05, 0.36, -0.24, -0.4),
    ):
        c, s = np.cos(yaw) * opening * 0.33, np.sin(yaw) * opening * 0.33
        parts.add(tube([[x - c, -y, z - s], [x + c, -y, z + s]], 0.065, bark, sides=9))
    for x in (-opening * 0.27, opening * 0.27):
        parts.box((x, -0.07, -0.26), (0.03, 0.03, 0.36), palette.IRON)
        parts.box((x, -0.15, -0.44), (0.03, 0.24, 0.03), palette.IRON)
    if lit:
        ember = palette.glowing("ember", "#d8571c", (2.6, 0.6, 0.08))
        for _ in range(26):
            x, z = rng.uniform(-0.33, 0.33) * opening, rng.uniform(-0.4, -0.12)
            parts.add(sphere((x, -0.06 - 0.03 * rng.random(), z), rng.uniform(0.015, 0.035), ember, subdivisions=1))
        for _ in range(17):
            x, z = rng.normal(0, 0.14) * opening, rng.uniform(-0.33, -0.15)
            tall = rng.uniform(0.22, 0.52) * (1 - min(0.7, abs(x) / opening * 1.6))
            t = np.linspace(0, 1, 6)
            sway = rng.uniform(-0.06, 0.06)
            path = np.stack([x + sway * t**1.5 + 0.015 * np.sin(6 * t), -0.15 - tall * t, z + 0 * t], 1)
            heat = rng.uniform(0.7, 1.2)
            flame = palette.glowing("flame", "#ff9d3c", (2.6 * heat**2, 0.95 * heat**3, 0.1 * heat**4))
            parts.add(tube(path, 0.05 * np.array([0.5, 1, 0.9, 0.6, 0.3, 0.02]), flame, sides=6, caps=False))
    return parts.mesh("fireplace")


@made_as("clock")
def clock(radius: float, wood: Material) -> Mesh:
    """A round wall clock; its back at z = 0."""
    parts = Parts()
    parts.add(tube([[0.0, 0.0, 0.0], [0, 0, -0.05]], radius, wood, sides=32))
    parts.add(tube([[0, 0, -0.05], [0, 0, -0.055]], radius * 0.88, stuff.PORCELAIN, sides=32))
    for i in range(12):
        a = i * np.pi / 6
        long = 0.14 if i % 3 == 0 else 0.08
        start, stop = radius * (0.8 - long), radius * 0.8
        parts.beam(
            (start * np.sin(a), -start * np.cos(a), -0.058),
            (stop * np.sin(a), -stop * np.cos(a), -0.058),
            0.012,
            0.004,
            stuff.BLACK_WOOD,
        )
    parts.beam((0, 0, -0.062), (radius * 0.42, -radius * 0.25, -0.062), 0.018, 0.005, stuff.BLACK_WOOD)
    parts.beam((0, 0, -0.064), (-radius * 0.2, -radius * 0.66, -0.064), 0.012, 0.005, stuff.BLACK_WOOD)
    return parts.mesh("clock")


@made_as("globe")
def globe() -> Mesh:
    """A terrestrial globe on a turned stand, 1.1 m high."""
    parts = Parts()
    for a in (0.2, 2.3, 4.4):
        parts.beam(
            (0.28 * np.cos(a), 0, 0.28 * np.sin(a)),
            (0.04 * np.cos(a), -0.3, 0.04 * np.sin(a)),
            0.035,
            0.035,
            stuff.WALNUT,
        )
    parts.add(cylinder((0, -0.26, 0), 0.3, 0.035, stuff.WALNUT, sides=12))
    ring = np.linspace(0, 2 * np.pi, 37)
    parts.add(
        tube(np.stack([0.33 * np.cos(ring), -0.82 + 0 * ring, 0.33 * np.sin(ring)], 1), 0.022, stuff.WALNUT, sides=6)
    )
    parts.add(
        tube(np.stack([0.315 * np.cos(ring), -0.82 + 0.315 * np.sin(ring), 0 * ring], 1), 0.012, palette.BRASS, sides=6)
    )
    sea = palette.make("globe sea", "mottled", "#6f8a86", "#7d9590", "#55706e", scale=0.2, roughness=0.4)
    land = palette.make("globe land", "mottled", "#b59a62", "#a3854f", "#7d6639", scale=0.1, roughness=0.4)
    parts.add(sphere((0, -0.82, 0), 0.29, sea, subdivisions=4))

    unit, triangles = icosphere(4)
    bumps = sum(
        np.sin(unit @ np.array(k) * f + p)
        for k, f, p in (([1, 0.3, 0.6], 3.1, 0.5), ([0.2, 1, -0.5], 4.3, 2.0), ([-0.6, 0.4, 1], 5.7, 1.0))
    )
    keep = (bumps[triangles] > 0.55).all(axis=1)
    parts.add(
        Mesh(
            unit * 0.2925 + np.array([0, -0.82, 0]), triangles[keep], (land,), "globe", normals=unit.astype(np.float32)
        )
    )
    return parts.mesh("globe")


def bust(marble: Material) -> Mesh:
    """A bust on a pedestal, 1.6 m high."""
    parts = Parts()
    parts.box((0, -0.55, 0), (0.36, 1.1, 0.36), marble)
    parts.add(tube([[0, -1.1, 0], [0, -1.2, 0], [0, -1.3, 0]], [0.13, 0.17, 0.06], marble, sides=14))
    parts.add(sphere((0, -1.44, 0), (0.1, 0.14, 0.115), marble, subdivisions=3))
    return parts.mesh("statue")


@made_as("ladder")
def ladder(height: float, wood: Material) -> Mesh:
    """A library ladder that leans back towards +z, its top at y = -height."""
    parts = Parts()
    lean = height * 0.22
    for x in (-0.22, 0.22):
        parts.beam((x, 0, -lean), (x, -height, -0.05), 0.06, 0.035, wood)
    count = int(height / 0.28)
    for k in range(1, count):
        f = k / count
        parts.box((0, -height * f, -lean * (1 - f) - 0.05 * f), (0.44, 0.03, 0.09), wood, grain=0)
    return parts.mesh("ladder")


@made_as("cup")
def cup(material: Material = stuff.PORCELAIN) -> Mesh:
    """A cup on a saucer with coffee in it."""
    parts = Parts()
    parts.add(tube([[0.0, 0.0, 0.0], [0, -0.006, 0], [0, -0.016, 0]], [0.04, 0.05, 0.072], material, sides=18))
    parts.add(
        tube([[0, -0.012, 0], [0, -0.03, 0], [0, -0.075, 0]], [0.022, 0.036, 0.041], material, sides=16, caps=False)
    )
    parts.add(cylinder((0, -0.06, 0), 0.004, 0.036, palette.make("coffee", "glass", "#2a1a10"), sides=14))
    a = np.linspace(-1.3, 1.3, 7)
    parts.add(tube(np.stack([0.04 + 0.022 * np.cos(a), -0.045 + 0.02 * np.sin(a), 0 * a], 1), 0.005, material, sides=5))
    return parts.mesh("cup")


@made_as("teapot")
def teapot(material: Material) -> Mesh:
    """A round teapot or kettle."""
    parts = Parts()
    parts.add(sphere((0, -0.1, 0), (0.11, 0.09, 0.11), material, subdivisions=3))
    parts.add(cylinder((0, -0.17, 0), 0.02, 0.05, material, top_radius=0.045, sides=14))
    parts.add(sphere((0, -0.205, 0), 0.015, material, subdivisions=1))
    parts.add(tube([[0.08, -0.08, 0], [0.15, -0.11, 0], [0.19, -0.17, 0]], [0.025, 0.018, 0.012], material, sides=8))
    a = np.linspace(-1.4, 1.4, 9)
    parts.add(tube(np.stack([-0.1 - 0.06 * np.cos(a), -0.1 + 0.06 * np.sin(a), 0 * a], 1), 0.009, material, sides=6))
    return parts.mesh("cup")


@made_as("fruit")
def fruit_bowl(rng: np.random.Generator, bowl: Material = palette.OLD_WOOD) -> Mesh:
    """A bowl of apples, oranges and a bunch of grapes."""
    parts = Parts()
    profile = ((0.0, 0.06), (0.01, 0.08), (0.05, 0.13), (0.09, 0.165), (0.088, 0.155))
    parts.add(tube([[0, -y, 0] for y, _ in profile], [r for _, r in profile], bowl, sides=24, caps=False))
    hues = ("#a83a26", "#c77f2a", "#8f9a35", "#c25a2a", "#9c2f2a")
    for i in range(9):
        a, r = i * 2.4, 0.085 * np.sqrt((i % 6) / 6)
        fruit = palette.make(f"fruit {i % 5}", "mottled", hues[i % 5], roughness=0.5, scale=0.02)
        parts.add(
            sphere(
                (r * np.cos(a), -0.085 - 0.05 * (i // 6) - 0.02 * rng.random(), r * np.sin(a)),
                (0.042, 0.039, 0.042),
                fruit,
                subdivisions=2,
            )
        )
    return parts.mesh("fruit")


@made_as("vase")
def vase(rng: np.random.Generator, clay: Material = stuff.PORCELAIN) -> Mesh:
    """A vase of flowers."""
    parts = Parts()
    profile = ((0.0, 0.045), (0.05, 0.075), (0.13, 0.07), (0.19, 0.04), (0.22, 0.05))
    parts.add(tube([[0, -y, 0] for y, _ in profile], [r for _, r in profile], clay, sides=18, caps=False))
    petals = palette.pick(palette.PETALS, rng)
    for _ in range(11):
        a, lean, tall = rng.uniform(0, 6.3), rng.uniform(0.02, 0.16), rng.uniform(0.34, 0.5)
        tip = (lean * np.cos(a), -tall, lean * np.sin(a))
        parts.add(
            tube(
                [[0, -0.18, 0], [tip[0] * 0.6, -tall * 0.75, tip[2] * 0.6], tip],
                0.003,
                stuff.GREENS[0],
                sides=4,
                caps=False,
            )
        )
        parts.add(clump(tip, (0.04, 0.03, 0.04), 26, 0.045, petals, rng))
    parts.add(clump((0, -0.31, 0), (0.11, 0.09, 0.11), 70, 0.07, stuff.GREENS[1], rng))
    return parts.mesh("plant")


@made_as("books")
def book_pile(rng: np.random.Generator, count: int = 4, *, opened: bool = False) -> Mesh:
    """Books lying on each other, perhaps an open one on top."""
    parts = Parts()
    y = 0.0
    for _ in range(count):
        thick = rng.uniform(0.02, 0.045)
        w, d = rng.uniform(0.16, 0.24), rng.uniform(0.22, 0.3)
        turn = rng.uniform(-0.35, 0.35)
        cover = stuff.SPINES[int(rng.integers(12))]
        parts.box((0, -y - thick / 2, 0), (w * 0.97, thick * 0.8, d * 0.97), stuff.PAPER, yaw=turn)
        for e in (0.0, thick):
            parts.box((0, -y - e, 0), (w, 0.004, d), cover, yaw=turn)
        parts.box((-w / 2 * np.cos(turn), -y - thick / 2, w / 2 * np.sin(turn)), (0.006, thick, d), cover, yaw=turn)
        y += thick + 0.004
    if opened:
        for s in (-1.0, 1.0):
            parts.quad(
                [
                    [0, -y - 0.012, -0.14],
                    [s * 0.19, -y - 0.028, -0.14],
                    [s * 0.19, -y - 0.028, 0.14],
                    [0, -y - 0.012, 0.14],
                ],
                stuff.PAPER,
            )
            for k in range(9):
                z = -0.11 + 0.026 * k
                parts.quad(
                    [
                        [s * 0.02, -y - 0.0145, z],
                        [s * 0.17, -y - 0.0275, z],
                        [s * 0.17, -y - 0.0275, z + 0.007],
                        [s * 0.02, -y - 0.0145, z + 0.007],
                    ],
                    stuff.WALNUT,
                    tint=1.6,
                )
    return parts.mesh("books")


@made_as("basket")
def basket(rng: np.random.Generator) -> Mesh:
    """A wicker basket with blankets or firewood."""
    parts = Parts()
    parts.add(
        tube([[0.0, 0.0, 0.0], [0, -0.28, 0], [0, -0.3, 0]], [0.2, 0.25, 0.26], stuff.WICKER, sides=22, caps=False)
    )
    parts.add(cylinder((0, 0, 0), 0.01, 0.2, stuff.WICKER, sides=18))
    if rng.random() < 0.5:
        parts.add(cushion((0.42, 0.2, 0.36), (0, -0.28, 0), stuff.LINEN, soft=0.6, tilt=0.2))
    else:
        for k in range(7):
            a = k * 0.9
            parts.add(
                tube(
                    [
                        [0.1 * np.cos(a), -0.05, 0.1 * np.sin(a)],
                        [0.13 * np.cos(a + 0.3), -0.46, 0.13 * np.sin(a + 0.3)],
                    ],
                    0.045,
                    palette.OLD_WOOD,
                    sides=7,
                )
            )
    return parts.mesh("basket")
