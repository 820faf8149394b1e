"""What stands and floats at quays and canals: moored boats, bollards, nets, gondolas, a bridge of a canal."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.props.waterside import rowing_boat, sailing_boat
from lucid3d.procedural.assets.rocks import boulder
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import sphere, tube

HULLS = ((0.1, 0.22, 0.42), (0.5, 0.1, 0.07), (0.08, 0.32, 0.28), (0.6, 0.48, 0.12), (0.62, 0.6, 0.56))


@made_as("boat")
def moored_boat(rng: np.random.Generator) -> Mesh:
    """A fishing boat of 6.5 m along z, its waterline at y = 0: a painted hull, a wheelhouse, a mast with a boom."""
    color = HULLS[int(rng.integers(len(HULLS)))]
    if rng.random() < 0.4:
        return rowing_boat(rng, float(rng.uniform(3.6, 4.4)), color)
    parts = Parts()
    red, green, blue = (float(c ** (1 / 2.2)) for c in color)
    hues = ((red, green, blue), (0.88 * red, 0.88 * green, 0.88 * blue), (0.3, 0.25, 0.2))
    hull = Material("main hull paint", "planks", hues, scale=0.2, wear=0.5)
    white, deck = palette.FRAME_WHITE, palette.GREY_WOOD
    zs = np.linspace(-3.2, 3.3, 13)
    t = (zs + 3.2) / 6.5
    half = 1.15 * np.clip(np.sin(np.pi * np.clip(0.16 + 0.84 * t, 0, 1)) ** 0.6, 0.02, 1)
    top = -0.75 - 0.75 * np.clip(t - 0.35, 0, 1) ** 1.7
    for i in range(12):
        for s in (-1.0, 1.0):
            a, b = (s * half[i], s * half[i + 1])
            parts.quad(
                [[a, top[i], zs[i]], [b, top[i + 1], zs[i + 1]], [0.72 * b, 0.35, zs[i + 1]], [0.72 * a, 0.35, zs[i]]],
                hull,
            )
            parts.beam((a, top[i] - 0.02, zs[i]), (b, top[i + 1] - 0.02, zs[i + 1]), 0.09, 0.07, white)
        parts.quad(
            [
                [-half[i], top[i] + 0.3, zs[i]],
                [half[i], top[i] + 0.3, zs[i]],
                [half[i + 1], top[i + 1] + 0.3, zs[i + 1]],
                [-half[i + 1], top[i + 1] + 0.3, zs[i + 1]],
            ],
            deck,
        )
    parts.quad(
        [
            [-half[0], top[0], zs[0]],
            [half[0], top[0], zs[0]],
            [0.72 * half[0], 0.35, zs[0]],
            [-0.72 * half[0], 0.35, zs[0]],
        ],
        hull,
    )
    parts.span((-0.62, -1.95, -0.3), (0.62, -0.4, 1.2), white, grain=1)
    parts.box((0, -2.0, 0.45), (1.5, 0.1, 1.8), hull)
    for x in (-0.63, 0.63):
        parts.box((x, -1.55, 0.45), (0.02, 0.45, 1.1), palette.GLASS)
    parts.box((0, -1.55, 1.21), (1.0, 0.45, 0.02), palette.GLASS)
    parts.add(tube([[0, -0.4, -0.7], [0, -4.2, -0.6]], [0.06, 0.035], palette.BEAM, sides=8))
    parts.add(tube([[0, -1.2, -0.7], [0, -2.6, -3.0]], 0.035, palette.BEAM, sides=7))
    for z in (3.2, -3.1):
        parts.add(tube([[0, -4.1, -0.6], [0, -1.4 if z > 0 else -0.8, z]], 0.008, palette.IRON, sides=3, caps=False))
    for s in (-1.0, 1.0):
        for z in (-1.6, 0.6, 2.0):
            parts.add(
                sphere(
                    (s * 1.2, -0.35, z), (0.11, 0.2, 0.11), palette.make("fender", "plain", "#c9662a"), subdivisions=1
                )
            )
    return parts.mesh("boat")


@made_as("boat")
def sail_at_anchor(rng: np.random.Generator) -> Mesh:
    """A sailing boat of 7 to 9 m, its waterline at y = 0."""
    return sailing_boat(rng, float(rng.uniform(7, 9)), HULLS[int(rng.integers(len(HULLS)))])


@made_as("bollard")
def harbour_bollard(rng: np.random.Generator) -> Mesh:
    """A cast-iron bollard with a turn of rope about it."""
    parts = Parts()
    parts.add(
        tube(
            [[0, 0.05, 0], [0, -0.04, 0], [0, -0.3, 0], [0, -0.42, 0], [0, -0.5, 0]],
            [0.24, 0.17, 0.13, 0.21, 0.12],
            palette.IRON,
            sides=16,
        )
    )
    if rng.random() < 0.6:
        a = np.linspace(0, 5.5 * np.pi, 50)
        rope = palette.make("rope", "fabric", "#b39a6a", "#a18a5c", scale=0.02)
        parts.add(
            tube(np.stack([0.17 * np.cos(a), -0.14 - 0.02 * a / np.pi, 0.17 * np.sin(a)], 1), 0.02, rope, sides=5)
        )
    return parts.mesh("object")


@made_as("net")
def net_pile(rng: np.random.Generator) -> Mesh:
    """Folded nets with floats on them."""
    parts = Parts()
    net = palette.make(
        "fishing net",
        "fabric",
        ("#3f6a5a", "#7a5a3a", "#5a6a80")[int(rng.integers(3))],
        None,
        None,
        scale=0.06,
        bump=0.02,
    )
    for _ in range(5):
        x, z = rng.normal(0, 0.3, 2)
        parts.add(sphere((x, -0.1, z), (0.45, 0.2, 0.35), net, subdivisions=2))
    for _ in range(9):
        x, z = rng.normal(0, 0.4, 2)
        parts.add(sphere((x, -0.27, z), 0.06, palette.make("float", "plain", "#c9662a", roughness=0.5), subdivisions=1))
    return parts.mesh("object")


def islet(rng: np.random.Generator) -> Mesh:
    """A rocky islet for a lighthouse, 26 m across."""
    parts = Parts()
    for _ in range(26):
        a, r = float(rng.uniform(0, 6.3)), 13 * float(rng.random()) ** 0.7
        size = 5.5 * (1 - 0.5 * r / 13) * float(rng.uniform(0.6, 1.2))
        rock = boulder(rng, 1.0, "slate").levels[1]
        parts.add(
            rock, placement([r * np.cos(a), 1.4 - size * 0.1, r * np.sin(a)], yaw=a, scale=(size, size * 0.42, size))
        )
    return parts.mesh("rock")


@made_as("gondola")
def gondola(rng: np.random.Generator) -> Mesh:
    """A gondola of 9 m along z, its waterline at y = 0: black, slender, both ends curved up."""
    black = palette.make("main gondola lacquer", "plain", "#1c1d20", "#232428", "#3a2c1a", roughness=0.25)
    parts = Parts()
    t = np.linspace(0, 1, 17)
    z = -4.6 + 9.2 * t
    half = 0.72 * np.sin(np.pi * t) ** 0.75 + 0.02
    top = -0.42 - 0.95 * np.abs(2 * t - 1) ** 4
    keel = 0.18 - 0.75 * np.abs(2 * t - 1) ** 3.2
    for i in range(16):
        for s in (-1.0, 1.0):
            parts.quad(
                [
                    [s * half[i], top[i], z[i]],
                    [s * half[i + 1], top[i + 1], z[i + 1]],
                    [s * 0.62 * half[i + 1], keel[i + 1], z[i + 1]],
                    [s * 0.62 * half[i], keel[i], z[i]],
                ],
                black,
            )
            parts.beam(
                (s * half[i], top[i] - 0.01, z[i]),
                (s * half[i + 1], top[i + 1] - 0.01, z[i + 1]),
                0.05,
                0.05,
                palette.BRASS if i % 8 == 4 else black,
            )
        if 3 < i < 12:
            parts.quad(
                [
                    [-half[i], -0.2, z[i]],
                    [half[i], -0.2, z[i]],
                    [half[i + 1], -0.2, z[i + 1]],
                    [-half[i + 1], -0.2, z[i + 1]],
                ],
                palette.make("gondola floor", "planks", "#5a4432", "#4c392a", None, scale=0.12),
            )
    red = palette.make("gondola cushion", "fabric", "#8a1f2a", scale=0.03)
    parts.span((-0.45, -0.5, -0.2), (0.45, -0.22, 0.35), red)
    parts.span((-0.45, -0.85, 0.35), (0.45, -0.22, 0.45), red)
    steel = palette.STEEL
    parts.add(tube([[0, -1.35, -4.6], [0, -1.75, -4.75], [0, -1.95, -4.55]], [0.05, 0.07, 0.03], steel, sides=8))
    for k in range(6):
        parts.box((0, -0.95 - 0.12 * k, -4.72), (0.04, 0.05, 0.2), steel)
    parts.add(tube([[0.5, -0.6, 2.4], [1.1, 0.35, 4.4]], 0.03, palette.OLD_WOOD, sides=6))
    return parts.mesh("boat")


@made_as("bridge")
def canal_bridge(rng: np.random.Generator, span: float = 8.6, width: float = 2.6) -> Mesh:
    """A stone bridge along x over a canal of `span` metres, stepped, with parapets; the banks at y = 0."""
    stone = palette.make("main bridge stone", "brick", "#b3a58c", "#a3957c", "#786d5a", scale=0.7, bump=0.015, wear=0.6)
    parts = Parts()
    h, w = span / 2, width / 2
    x = np.linspace(-h - 1.6, h + 1.6, 27)
    deck = -1.75 * np.clip(1 - (np.abs(x) / (h + 1.6)) ** 2, 0, 1)
    a = np.linspace(0, np.pi, 17)
    ax, ay = h * np.cos(a), 0.55 - 1.85 * np.sin(a)
    for i in range(26):
        parts.span((x[i], deck[i] - 0.02, -w), (x[i + 1], deck[i] + 0.16, w), palette.LIMESTONE, grain=2)
        for s in (-1.0, 1.0):
            low = [float(np.interp(v, ax[::-1], ay[::-1])) if abs(v) < h else 0.8 for v in (x[i], x[i + 1])]
            parts.quad(
                [
                    [x[i], deck[i] - 0.85, s * w],
                    [x[i + 1], deck[i + 1] - 0.85, s * w],
                    [x[i + 1], low[1], s * w],
                    [x[i], low[0], s * w],
                ],
                stone,
            )
            parts.quad(
                [
                    [x[i], deck[i] - 0.85, s * (w - 0.25)],
                    [x[i + 1], deck[i + 1] - 0.85, s * (w - 0.25)],
                    [x[i + 1], deck[i + 1], s * (w - 0.25)],
                    [x[i], deck[i], s * (w - 0.25)],
                ],
                stone,
            )
            parts.beam(
                (x[i], deck[i] - 0.9, s * (w - 0.12)),
                (x[i + 1], deck[i + 1] - 0.9, s * (w - 0.12)),
                0.34,
                0.14,
                palette.LIMESTONE,
            )
    for i in range(16):
        parts.quad(
            [[ax[i], ay[i], -w], [ax[i], ay[i], w], [ax[i + 1], ay[i + 1], w], [ax[i + 1], ay[i + 1], -w]],
            stone,
            tint=0.8,
        )
    return parts.mesh("bridge")


@made_as("mooring post")
def striped_pole(rng: np.random.Generator) -> Mesh:
    """A mooring pole with a painted spiral."""
    parts = Parts()
    hue = ("#2f4f8a", "#9c2f2a", "#2f6a4a")[int(rng.integers(3))]
    paint, white = palette.make("main pole paint", "plain", hue), palette.FRAME_WHITE
    lean = float(rng.normal(0, 0.08))
    for k in range(14):
        y = 0.35 * k
        parts.add(
            tube(
                [[lean * y / 4, -y, 0], [lean * (y + 0.35) / 4, -y - 0.35, 0]], 0.1, paint if k % 2 else white, sides=10
            )
        )
    parts.add(sphere((lean * 1.25, -5.0, 0), 0.14, palette.BRASS, subdivisions=2))
    return parts.mesh("object")
