"""The grammar of East Asian temples: sweeping roofs, columns and brackets, lattices, lanterns, gates, pagodas."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.buildings.houses import House
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube

VERMILION = palette.make("vermilion", "wood", "#9c3a26", "#a8442d", "#5e2419", scale=0.12, roughness=0.6, wear=0.5)
DARK_TIMBER = palette.make("dark timber", "wood", "#3f2c20", "#4a3527", "#231812", scale=0.12, wear=0.5)
PLASTER = palette.make("temple plaster", "plaster", "#cfc6b0", "#c3b99f", "#8f866f", scale=1.2, wear=0.5)
STONE = palette.make("temple stone", "rock", "#8a857a", "#726d63", "#59644a", scale=0.3, bump=0.012, wear=0.7)
GREEN_TILES = palette.make(
    "green tiles", "roof_tile", "#45594c", "#53685a", "#2a352e", scale=0.24, bump=0.035, wear=0.45
)
GREY_TILES = palette.make("grey tiles", "roof_tile", "#54585a", "#61656a", "#33373a", scale=0.24, bump=0.035, wear=0.5)
RICE_PAPER = palette.make("rice paper", "plain", "#cdbf9f", translucency=0.5)


def sweeping_roof(
    parts: Parts,
    half_x: float,
    half_z: float,
    eave: float,
    ridge: float,
    tiles: Material,
    *,
    ridge_x: float = 0.0,
    lift: float = 0.7,
    over: float = 1.5,
) -> None:
    """A hipped roof whose slopes sag and whose corners turn up.

    Args:
        half_x, half_z: half the footprint of the walls; `over` metres of eaves beyond them.
        eave, ridge: heights; ridge_x: half the length of the ridge (0 = a pyramid).
        lift: how far the corners rise above the eaves.
    """
    steps, across = 9, 16
    t = np.linspace(0, 1, steps)
    sag = t**0.62 * 0.35 + t**1.7 * 0.65  # steep above, flat at the eaves
    hx, hz = half_x + over, half_z + over
    for turn in range(4):
        long, short = (hx, hz) if turn % 2 == 0 else (hz, hx)
        top = ridge_x if turn % 2 == 0 else 0.0
        s = np.linspace(-1, 1, across + 1)
        width = long + (top - long) * t[:, None]
        out = short * (1 - t[:, None]) + (0.0 if turn % 2 == 0 else ridge_x) * t[:, None]
        x = s[None] * width
        z = -np.broadcast_to(out, x.shape)
        up = eave + (ridge - eave) * sag[:, None] ** 1.15
        corner = lift * np.abs(s[None]) ** 4 * (1 - t[:, None]) ** 2.2
        y = -(up + corner)
        angle = turn * np.pi / 2
        c, sn = np.cos(angle), np.sin(angle)
        points = np.stack([x * c + z * sn, y + 0 * x, -x * sn + z * c], axis=-1)
        run = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(up[:, 0]), np.diff(out[:, 0])))])
        uv = np.stack([x, np.broadcast_to(-run[:, None], x.shape)], axis=-1)
        index = np.arange(points[..., 0].size).reshape(steps, across + 1)
        a, b, d, e = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
        triangles = np.concatenate([np.stack(q, -1).reshape(-1, 3) for q in ((a, d, b), (b, d, e))])
        roof = Mesh(points.reshape(-1, 3), triangles, (tiles,), "roof", uv=uv.reshape(-1, 2).astype(np.float32))
        parts.add(roof.with_smooth_normals())
        under = points.copy()
        under[..., 1] += 0.2
        parts.add(Mesh(under.reshape(-1, 3), triangles[:, ::-1], (VERMILION,), "roof").tinted((0.7, 0.7, 0.7)))
        for i in range(across):
            parts.quad([points[0, i], points[0, i + 1], under[0, i + 1], under[0, i]], DARK_TIMBER)
        for i in range(across + 1):  # rafters under the eaves
            p, q = under[0, i] + [0, 0.05, 0], under[2, i] + [0, 0.05, 0]
            parts.beam(p, q, 0.09, 0.09, DARK_TIMBER)
        hip = points[:, 0] - [0, 0.1, 0]
        for i in range(steps - 1):
            parts.beam(hip[i], hip[i + 1], 0.24, 0.26, tiles, tint=0.85)
        parts.add(sphere(hip[0] - [0, 0.12, 0], 0.16, tiles, subdivisions=1))
    if ridge_x:
        parts.box((0, -ridge - 0.25, 0), (2 * ridge_x + 0.6, 0.55, 0.4), tiles, grain=0, tint=0.85)
        for sx in (-1.0, 1.0):
            parts.add(
                tube(
                    [
                        [sx * ridge_x, -ridge - 0.3, 0],
                        [sx * (ridge_x + 0.35), -ridge - 0.7, 0],
                        [sx * (ridge_x + 0.2), -ridge - 1.15, 0],
                    ],
                    [0.24, 0.18, 0.05],
                    tiles,
                    sides=8,
                )
            )


def lattice(parts: Parts, x: float, low: float, high: float, z: float, width: float, lit: bool) -> None:
    """A lattice window or door of wood over paper, which glows when it is lit behind."""
    paper = palette.glowing("lit paper", "#d9b878", (1.3, 0.85, 0.42)) if lit else RICE_PAPER
    parts.quad(
        [[x - width / 2, -high, z], [x + width / 2, -high, z], [x + width / 2, -low, z], [x - width / 2, -low, z]],
        paper,
    )
    count = max(3, round(width / 0.24))
    for i in range(count + 1):
        parts.box(
            (x - width / 2 + width * i / count, -(low + high) / 2, z - 0.03), (0.035, high - low, 0.05), DARK_TIMBER
        )
    for k in range(max(2, round((high - low) / 0.34)) + 1):
        y = low + (high - low) * k / max(2, round((high - low) / 0.34))
        parts.box((x, -y, z - 0.03), (width, 0.035, 0.05), DARK_TIMBER)


@made_as("temple hall")
def hall(rng: np.random.Generator, *, lit: bool, wall: Material | None = None, tiles: Material = GREEN_TILES) -> House:
    """The main hall: a stone terrace with stairs, round red columns, brackets, lattice doors, a double roof."""
    parts = Parts()
    wall = wall or PLASTER
    w, d, terrace = 8.2, 5.6, 1.35
    for k, (grow, low, high) in enumerate(((2.6, 0.0, 0.55), (1.9, 0.55, terrace))):
        parts.span((-w - grow, -high, -d - grow), (w + grow, 0.8 if k == 0 else -low, d + grow), STONE, grain=-2)
        parts.span(
            (-w - grow - 0.1, -high - 0.02, -d - grow - 0.1),
            (w + grow + 0.1, -high + 0.16, d + grow + 0.1),
            palette.GRANITE,
            grain=-2,
        )
    for k in range(8):
        parts.span(
            (-2.4, -terrace * (8 - k) / 8, -d - 1.9 - 0.36 * (k + 1)),
            (2.4, 0.8, -d - 1.9 - 0.36 * k),
            palette.GRANITE,
            grain=-2,
            tint=0.95 + 0.02 * (k % 3),
        )
    for x in (-2.65, 2.65):
        parts.beam((x, -terrace - 0.1, -d - 1.9), (x, -0.1, -d - 1.9 - 2.9), 0.5, 0.4, STONE)
    for x in np.arange(-w - 1.8, w + 1.9, 1.22):  # balustrade
        if abs(x) < 2.6:
            continue
        parts.box((x, -terrace - 0.45, -d - 1.8), (0.17, 0.95, 0.17), STONE)
        parts.add(sphere((x, -terrace - 0.98, -d - 1.8), 0.11, STONE, subdivisions=1))
    for a, b in ((-w - 1.8, -2.7), (2.7, w + 1.8)):
        for y in (0.3, 0.72):
            parts.box(((a + b) / 2, -terrace - y, -d - 1.8), (b - a, 0.12, 0.12), STONE)
    eave = terrace + 4.6
    xs = np.linspace(-w, w, 6)
    for z in (-d, d):
        for x in xs:
            parts.add(cylinder((x, -terrace + 0.02, z), 0.18, 0.42, STONE, sides=16))
            parts.add(
                cylinder((x, -terrace - 0.15, z), eave - terrace - 0.1, 0.27, VERMILION, top_radius=0.24, sides=16)
            )
    for z in np.linspace(-d, d, 4)[1:-1]:
        for x in (-w, w):
            parts.add(cylinder((x, -terrace, z), eave - terrace, 0.27, VERMILION, top_radius=0.24, sides=16))
    inner_w, inner_d = w - 1.1, d - 1.1
    front = Parts()
    for i in range(5):
        x = (xs[i] + xs[i + 1]) / 2
        if i in (1, 2, 3):
            lattice(front, x, terrace, terrace + 3.1, -inner_d, 2.5, lit)
        else:
            lattice(front, x, terrace + 1.2, terrace + 3.1, -inner_d, 1.9, lit)
            front.box((x, -terrace - 0.6, -inner_d), (2.7, 1.2, 0.16), wall, grain=-2)
    front.box((0, -terrace - 3.7, -inner_d + 0.02), (2 * inner_w, 1.2, 0.12), wall, grain=-2)
    front.box((0, -terrace - 3.16, -inner_d - 0.05), (2 * inner_w, 0.16, 0.2), VERMILION)
    parts.add(front)
    for sx in (-1.0, 1.0):
        parts.box((sx * inner_w, -(terrace + eave) / 2, 0), (0.2, eave - terrace, 2 * inner_d), wall, grain=-2)
    parts.box((0, -(terrace + eave) / 2, inner_d), (2 * inner_w, eave - terrace, 0.2), wall, grain=-2)
    for y, grow in ((eave - 0.62, 0.1), (eave - 0.12, 0.25)):  # beams and brackets
        for z in (-d, d):
            parts.box((0, -y, z), (2 * w + 0.8, 0.34, 0.3 + grow), VERMILION if y < eave - 0.3 else DARK_TIMBER)
        for x in (-w, w):
            parts.box((x, -y, 0), (0.3 + grow, 0.34, 2 * d + 0.8), VERMILION if y < eave - 0.3 else DARK_TIMBER)
    for x in np.linspace(-w, w, 11):
        for z, s in ((-d, -1), (d, 1)):
            for k in range(3):
                parts.box(
                    (x, -eave - 0.12 - 0.17 * k, z + s * 0.28 * k),
                    (0.5 + 0.16 * k, 0.13, 0.24),
                    (VERMILION, palette.COPPER_GREEN, palette.BRASS)[k],
                )
    sweeping_roof(parts, w, d, eave + 0.4, eave + 2.6, tiles, ridge_x=w - 2.8, over=1.9)
    upper = eave + 1.7
    parts.box((0, -upper - 0.5, 0), (2 * (w - 2.3), 2.0, 2 * (d - 2.0)), VERMILION, grain=-2)
    for x in np.linspace(-w + 2.6, w - 2.6, 9):
        parts.box((x, -upper - 0.8, -d + 1.98), (0.12, 1.0, 0.1), DARK_TIMBER)
    sweeping_roof(parts, w - 2.3, d - 2.0, upper + 1.35, upper + 4.6, tiles, ridge_x=w - 4.4, over=1.9, lift=0.8)
    plaque = Parts()
    plaque.box((0, 0, 0), (2.0, 0.85, 0.1), palette.make("plaque", "plain", "#20302a"))
    for x in (-0.6, 0.0, 0.6):
        for _ in range(6):
            plaque.box(
                (x + rng.uniform(-0.18, 0.18), rng.uniform(-0.25, 0.25), -0.06),
                (rng.choice([0.05, 0.32]), rng.choice([0.05, 0.3]), 0.02),
                palette.BRASS,
            )
    parts.add(plaque, placement([0, -terrace - 3.85, -d - 0.3]))
    lamps: list[tuple[float, float, float]] = []
    for x in (-4.9, -1.7, 1.7, 4.9):
        parts.add(paper_lantern(lit), placement([x, -eave + 0.9, -d - 0.7]))
        lamps.append((x, -eave + 1.3, -d - 0.7))
    return House(parts.mesh("building"), 2 * w + 5, 2 * d + 5, upper + 5, tuple(lamps))


@made_as("lantern")
def paper_lantern(lit: bool) -> Mesh:
    """A round red lantern that hangs from its origin."""
    parts = Parts()
    skin = (
        palette.glowing("lantern paper", "#d8452a", (2.4, 0.55, 0.16))
        if lit
        else palette.make("lantern paper off", "fabric", "#a3321f", scale=0.02, translucency=0.5)
    )
    parts.add(cylinder((0, 0.2, 0), 0.22, 0.008, palette.IRON, sides=4))
    parts.add(sphere((0, 0.48, 0), (0.27, 0.25, 0.27), skin, subdivisions=3))
    for y in (0.22, 0.72):
        parts.add(cylinder((0, y + 0.04, 0), 0.07, 0.12, palette.BRASS, sides=14))
    parts.add(cylinder((0, 1.06, 0), 0.3, 0.03, palette.make("tassel", "fabric", "#8a2a1a", scale=0.01), sides=8))
    return parts.mesh("lamp")


@made_as("stone lantern")
def stone_lantern(lit: bool) -> Mesh:
    """A stone lantern of 1.7 m; its light is at (0, -1.15, 0)."""
    parts = Parts()
    for y, w, h in ((0.08, 0.62, 0.2), (0.25, 0.46, 0.16)):
        parts.box((0, -y, 0), (w, h, w), STONE)
    parts.add(cylinder((0, -0.3, 0), 0.56, 0.13, STONE, top_radius=0.11, sides=10))
    parts.box((0, -0.93, 0), (0.5, 0.16, 0.5), STONE)
    glow = palette.glowing("stone lantern flame", "#ffcf85", (3.2, 1.9, 0.7)) if lit else RICE_PAPER
    parts.box((0, -1.15, 0), (0.26, 0.28, 0.26), glow)
    for x in (-0.17, 0.17):
        for z in (-0.17, 0.17):
            parts.box((x, -1.15, z), (0.08, 0.3, 0.08), STONE)
    cap = ((1.3, 0.48), (1.36, 0.46), (1.52, 0.18), (1.58, 0.06), (1.64, 0.1), (1.76, 0.02))
    parts.add(tube([[0, -y, 0] for y, _ in cap], [r for _, r in cap], STONE, sides=6))
    return parts.mesh("lamp")


def stone_lantern_light(lit: bool) -> tuple[Mesh, tuple[float, float, float]]:
    """A stone lantern, and the place of its light."""
    return stone_lantern(lit), (0.0, -1.15, -0.35)


@made_as("gate")
def torii(width: float = 5.2, height: float = 5.0, paint: Material = VERMILION) -> Mesh:
    """A gate of two leaning posts and two beams, its passage along z."""
    parts = Parts()
    for s in (-1.0, 1.0):
        parts.add(
            tube([[s * (width / 2 + 0.16), 0.3, 0], [s * width / 2, -height + 0.3, 0]], [0.27, 0.23], paint, sides=18)
        )
        parts.add(
            tube([[s * (width / 2 + 0.16), 0.3, 0], [s * (width / 2 + 0.16), -0.35, 0]], [0.36, 0.33], STONE, sides=18)
        )
    parts.box((0, -height + 1.15, 0), (width + 1.1, 0.34, 0.26), paint)
    xs = np.linspace(-width / 2 - 1.1, width / 2 + 1.1, 13)
    rise = 0.32 * (np.abs(xs) / xs.max()) ** 2.6
    for i in range(12):
        a, b = (xs[i], -height - 0.05 - rise[i], 0), (xs[i + 1], -height - 0.05 - rise[i + 1], 0)
        parts.beam(a, b, 0.36, 0.4, paint)
        parts.beam(
            (a[0], a[1] - 0.26, 0), (b[0], b[1] - 0.26, 0), 0.2, 0.62, palette.make("gate cap", "plain", "#26282a")
        )
    parts.box((0, -height + 0.56, 0), (0.5, 0.8, 0.2), paint)
    return parts.mesh("building")


@made_as("pagoda")
def pagoda(rng: np.random.Generator, *, lit: bool = False, storeys: int = 5, tiles: Material = GREY_TILES) -> House:
    """A tower of `storeys` square floors, each under its own sweeping roof, with a spire of rings."""
    parts = Parts()
    parts.span((-5.2, -0.7, -5.2), (5.2, 1.5, 5.2), STONE, grain=-2)
    parts.span((-4.4, -1.1, -4.4), (4.4, -0.7, 4.4), palette.GRANITE, grain=-2)
    at, half = 1.1, float(rng.uniform(2.7, 3.4))
    slim = float(rng.uniform(0.9, 1.15))
    for k in range(storeys):
        high = (2.9 - 0.18 * k if k else 3.4) * slim
        parts.box((0, -at - high / 2, 0), (2 * half - 0.3, high, 2 * half - 0.3), PLASTER, grain=-2)
        for turn in range(4):
            face = Parts()
            for x in (-half + 0.12, -half * 0.34, half * 0.34, half - 0.12):
                face.box((x, -high / 2, -half + 0.1), (0.24, high, 0.24), VERMILION, grain=1)
            for y in (0.15, high - 0.2):
                face.box((0, -y, -half + 0.1), (2 * half, 0.22, 0.26), VERMILION)
            lattice(face, 0, 0.25, high - 0.5, -half + 0.08, half * 0.6, lit)
            if k:
                face.box((0, -0.62, -half - 0.42), (2 * half + 0.9, 0.07, 0.07), VERMILION)
                for x in np.arange(-half - 0.4, half + 0.45, 0.4):
                    face.box((x, -0.32, -half - 0.42), (0.06, 0.62, 0.06), VERMILION)
            for x in np.linspace(-half, half, 5):
                for j in range(2):
                    face.box((x, -high + 0.05 - 0.15 * j, -half - 0.2 - 0.25 * j), (0.4, 0.12, 0.3), DARK_TIMBER)
            parts.add(face, placement([0, -at, 0], yaw=turn * np.pi / 2))
        roof_top = at + high + (1.5 if k < storeys - 1 else 3.0)
        sweeping_roof(parts, half, half, at + high, roof_top, tiles, over=1.7, lift=0.6)
        at = at + high + (1.0 if k < storeys - 1 else 3.0)
        half *= 0.88
    parts.add(cylinder((0, -at + 0.3, 0), 5.2, 0.1, palette.COPPER_GREEN, top_radius=0.03, sides=8))
    for k in range(8):
        parts.add(
            tube(
                [[0, -at - 0.5 - 0.42 * k, 0], [0, -at - 0.6 - 0.42 * k, 0]],
                0.42 - 0.035 * k,
                palette.COPPER_GREEN,
                sides=16,
            )
        )
    return House(parts.mesh("building"), 10.4, 10.4, at + 5, ())
