"""What flies beyond the air, into it and under water: rockets, landers, ships, balloons, a submarine, a habitat."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, made_as
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube

FOIL = palette.make("foil", "plain", "#b08a3a", "#c49a45", roughness=0.35, wear=0.5)
PLATES = palette.make("main hull plates", "panel", "#a9abad", "#9a9c9f", "#5d6064", scale=0.7, roughness=0.45, wear=0.4)
DARK = palette.make("dark plates", "panel", "#3c3f45", "#34373c", "#22252a", scale=0.5, roughness=0.5)
GLOW = palette.glowing("engine", "#8fd0ff", (0.8, 2.6, 4.2))


@made_as("rocket")
def rocket(rng: np.random.Generator) -> Mesh:
    """A rocket of 17 m on four fins, with a round porthole."""
    parts = Parts()
    hull = palette.make(
        "main rocket hull", "panel", "#d2d3d2", "#c6c7c6", "#8d8f90", scale=1.2, roughness=0.4, wear=0.2
    )
    red = palette.make("rocket red", "plain", "#a8322a", roughness=0.4)
    ys = np.array([1.6, 2.2, 4, 7, 10, 12.5, 14.2, 15.6, 16.6, 17.0])
    rs = np.array([1.05, 1.35, 1.6, 1.7, 1.62, 1.4, 1.1, 0.7, 0.28, 0.03])
    parts.add(tube(np.stack([0 * ys, -ys, 0 * ys], 1), rs, hull, sides=28))
    parts.add(
        tube(
            [[0, -13.6, 0], [0, -14.2, 0], [0, -15.6, 0], [0, -16.6, 0], [0, -17.05, 0]],
            [1.24, 1.12, 0.72, 0.3, 0.03],
            red,
            sides=28,
        )
    )
    parts.add(cylinder((0, -3.2, 0), 0.5, 1.56, red, sides=28))
    parts.add(tube([[0, -1.75, 0], [0, -0.7, 0]], [0.55, 0.95], DARK, sides=20, caps=False))
    for k in range(4):
        c, s = np.cos(k * np.pi / 2 + 0.5), np.sin(k * np.pi / 2 + 0.5)
        for t in (-0.09, 0.09):
            off = np.array([-s * t, 0, c * t])
            ring = np.array(
                [
                    [1.4 * c, -5.2, 1.4 * s],
                    [3.0 * c, -2.2, 3.0 * s],
                    [3.2 * c, 0.0, 3.2 * s],
                    [1.25 * c, -2.0, 1.25 * s],
                ]
            )
            parts.quad(ring + off, red)
        parts.add(cylinder((3.15 * c, 0.05, 3.15 * s), 0.35, 0.22, DARK, sides=10))
    for y in (-10.2, -7.6):
        parts.add(tube([[0, y, -1.55], [0, y, -1.78]], 0.5, palette.BRASS, sides=20))
        parts.add(tube([[0, y, -1.6], [0, y, -1.8]], 0.38, palette.GLASS, sides=20))
    return parts.mesh("machine")


@made_as("lander")
def lander(rng: np.random.Generator) -> Mesh:
    """A moon lander: a foil octagon on four legs, an ascent stage above, a ladder, antennas."""
    parts = Parts()
    angle = np.arange(9) * np.pi / 4 + np.pi / 8
    ring = 2.05 * np.stack([np.cos(angle), np.sin(angle)], 1)
    for i in range(8):
        a, b = ring[i], ring[i + 1]
        foil = FOIL if i % 3 else palette.make("dark foil", "plain", "#6b5228", "#7a5f30", roughness=0.4)
        parts.quad([[a[0], -2.7, a[1]], [b[0], -2.7, b[1]], [b[0], -1.3, b[1]], [a[0], -1.3, a[1]]], foil)
        for y in (-2.7, -1.3):
            parts.quad([[0, y, 0], [0, y, 0], [a[0], y, a[1]], [b[0], y, b[1]]], FOIL)
    parts.add(tube([[0, -1.4, 0], [0, -0.75, 0]], [0.4, 0.75], DARK, sides=18, caps=False))
    for k in range(4):
        c, s = np.cos(k * np.pi / 2 + np.pi / 4), np.sin(k * np.pi / 2 + np.pi / 4)
        parts.add(tube([[1.9 * c, -2.5, 1.9 * s], [3.5 * c, -0.15, 3.5 * s]], 0.09, FOIL, sides=8))
        parts.add(tube([[1.8 * c, -1.4, 1.8 * s], [3.1 * c, -0.75, 3.1 * s]], 0.05, FOIL, sides=6))
        parts.add(cylinder((3.55 * c, 0.02, 3.55 * s), 0.12, 0.48, FOIL, top_radius=0.42, sides=16))
    for k in range(7):
        t = k / 7
        parts.box(
            (1.55 * np.cos(np.pi * 1.25) - 0.9 * t, -2.4 + 1.9 * t, 1.55 * np.sin(np.pi * 1.25) - 0.9 * t),
            (0.4, 0.04, 0.04),
            palette.STEEL,
            yaw=np.pi / 4,
        )
    parts.add(tube([[0, -2.7, 0], [0, -2.95, 0], [0, -4.4, 0], [0, -4.9, 0]], [1.45, 1.5, 1.35, 0.8], PLATES, sides=10))
    parts.add(tube([[0, -3.7, -0.8], [0, -3.7, -1.7]], [1.05, 0.95], PLATES, sides=12))
    for s in (-1.0, 1.0):
        parts.quad(
            [[s * 0.2, -4.1, -1.73], [s * 0.75, -4.0, -1.72], [s * 0.62, -3.55, -1.73], [s * 0.25, -3.6, -1.73]],
            palette.GLASS,
        )
        parts.box((s * 1.45, -3.5, 0.2), (0.45, 0.8, 0.9), DARK)
    parts.add(cylinder((0, -4.85, 0.2), 0.7, 0.04, palette.STEEL, sides=6))
    bowl = ((0.0, 0.03), (0.05, 0.25), (0.16, 0.5))
    parts.add(tube([[0.9, -4.9 - h, 0.5] for h, _ in bowl], [r for _, r in bowl], palette.STEEL, sides=18, caps=False))
    return parts.mesh("machine")


@made_as("spaceship")
def spaceship(rng: np.random.Generator) -> Mesh:
    """A ship of 12 m on three legs, its nose to -z: a long body, swept wings, two engines, a canopy."""
    parts = Parts()
    zs = np.array([-6.4, -5.6, -4.2, -2.4, 0, 2.6, 4.6, 5.4])
    rs = np.array([0.12, 0.45, 0.85, 1.15, 1.3, 1.25, 1.0, 0.8])
    body = tube(np.stack([0 * zs, 0 * zs - 2.1, zs], 1), rs, PLATES, sides=20)
    body.vertices[:, 1] = -2.1 + (body.vertices[:, 1] + 2.1) * np.float32(0.72)
    parts.add(body.with_smooth_normals())
    parts.add(
        sphere(
            (0, -2.75, -2.6),
            (0.62, 0.42, 1.35),
            palette.make("canopy", "glass", "#1d2a33", "#24323c", roughness=0.03),
            subdivisions=3,
        )
    )
    trim = palette.make(
        "hull stripe", "plain", ("#a3372c", "#2f6aa8", "#c08a2c")[int(rng.integers(3))], roughness=0.5, wear=0.4
    )
    for s in (-1.0, 1.0):
        top = [[s * 1.0, -2.25, -1.2], [s * 1.1, -2.25, 3.6], [s * 5.0, -1.75, 4.6], [s * 4.6, -1.75, 2.9]]
        parts.quad(top, PLATES)
        parts.quad([[x, y + (0.3 if abs(x) < 2 else 0.12), z] for x, y, z in top], DARK)
        parts.quad(
            [top[3], top[0], [top[0][0], top[0][1] + 0.3, top[0][2]], [top[3][0], top[3][1] + 0.12, top[3][2]]], trim
        )
        parts.quad([[s * 4.6, -1.75, 3.0], [s * 5.0, -1.75, 4.6], [s * 5.3, -3.2, 5.2], [s * 5.2, -3.2, 4.5]], trim)
        parts.add(
            tube(
                [[s * 1.5, -2.2, 1.2], [s * 1.5, -2.2, 1.8], [s * 1.5, -2.2, 4.8], [s * 1.5, -2.2, 5.6]],
                [0.42, 0.6, 0.62, 0.48],
                DARK,
                sides=18,
            )
        )
        parts.add(tube([[s * 1.5, -2.2, 5.58], [s * 1.5, -2.2, 5.64]], 0.4, GLOW, sides=18))
        parts.add(tube([[s * 0.4, -2.1, -6.0], [s * 0.42, -2.1, -7.0]], 0.05, palette.STEEL, sides=6))
        parts.add(tube([[s * 1.6, -1.6, 2.6], [s * 1.9, -0.15, 2.9]], 0.12, palette.STEEL, sides=8))
        parts.box((s * 1.9, -0.08, 2.9), (0.5, 0.16, 0.8), DARK)
    parts.add(tube([[0, -1.4, -3.4], [0, -0.15, -3.7]], 0.12, palette.STEEL, sides=8))
    parts.box((0, -0.08, -3.7), (0.45, 0.16, 0.7), DARK)
    return parts.mesh("machine")


@made_as("balloon")
def balloon(rng: np.random.Generator, lit: bool = False) -> Mesh:
    """A hot-air balloon, 17 m tall, the foot of its basket at y = 0."""
    parts = Parts()
    hues = (("#b8322a", "#d8b04a"), ("#2f5f9a", "#d8d2c4"), ("#7a3f8a", "#d89a3a"), ("#3f7a4a", "#d8c84a"))[
        int(rng.integers(4))
    ]
    a = np.linspace(-0.42 * np.pi, np.pi / 2, 22)
    r = 6.2 * np.cos(a) * np.where(a < 0, 1 - 0.34 * (a / (0.42 * np.pi)) ** 2, 1.0)
    y = -10.6 - 6.6 * np.sin(a)
    gores = 16
    glow = (0.54, 0.3, 0.12) if lit else (0.0, 0.0, 0.0)
    for k in range(gores):
        colour = palette.make(
            "main balloon cloth" if k % 2 else "second balloon cloth",
            "fabric",
            hues[k % 2],
            None,
            None,
            scale=0.03,
            translucency=0.3,
            emission=glow,
        )
        t = np.linspace(k, k + 1, 4) * 2 * np.pi / gores
        bulge = 1 + 0.02 * np.sin(np.linspace(0, np.pi, 4))
        grid = np.stack([r[:, None] * bulge * np.cos(t), y[:, None] + 0 * t, r[:, None] * bulge * np.sin(t)], -1)
        index = np.arange(grid[..., 0].size).reshape(len(a), 4)
        p, q, u, v = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
        triangles = np.concatenate([np.stack([p, q, u], -1).reshape(-1, 3), np.stack([q, v, u], -1).reshape(-1, 3)])
        parts.add(
            Mesh(
                grid.reshape(-1, 3).astype(np.float32), triangles.astype(np.int32), (colour,), "fabric"
            ).with_smooth_normals()
        )
    wicker = palette.make("wicker", "fabric", "#8a673c", "#745531", scale=0.12, bump=0.01)
    parts.span((-0.75, -1.15, -0.75), (0.75, 0.0, 0.75), wicker, grain=0)
    parts.span((-0.62, -1.17, -0.62), (0.62, -1.1, 0.62), palette.make("basket inside", "plain", "#241a10"))
    for x in (-0.75, 0.75):
        for z in (-0.75, 0.75):
            parts.add(tube([[x, -1.1, z], [x * 1.9, y[0], z * 1.9]], 0.015, palette.IRON, sides=4))
            parts.add(tube([[x, -1.1, z], [x * 0.6, -2.3, z * 0.6]], 0.025, palette.IRON, sides=5))
    parts.box((0, -2.35, 0), (0.9, 0.1, 0.9), palette.STEEL)
    if lit:
        parts.add(
            sphere(
                (0, -2.9, 0),
                (0.16, 0.5, 0.16),
                palette.glowing("burner flame", "#ffb050", (9, 4.5, 1.2)),
                subdivisions=2,
            )
        )
    return parts.mesh("fabric")


@made_as("habitat")
def habitat(rng: np.random.Generator, lit: bool = False) -> Mesh:
    """A round dwelling of a colony: a dome on a ring, an airlock, windows that glow."""
    parts = Parts()
    shell = palette.make(
        "main habitat shell", "panel", "#c9c8c3", "#bdbcb7", "#85847f", scale=1.1, roughness=0.5, wear=0.3
    )
    pane = (
        palette.glowing("habitat window", "#ffe0a8", (1.6, 1.2, 0.7))
        if lit
        else palette.make("habitat glass", "glass", "#27343c", roughness=0.04)
    )
    a = np.linspace(0, np.pi / 2, 12)
    parts.add(cylinder((0, 0.2, 0), 1.3, 4.2, shell, sides=32))
    parts.add(tube(np.stack([0 * a, -1.1 - 3.4 * np.sin(a), 0 * a], 1), 4.2 * np.cos(a) + 0.02, shell, sides=32))
    for k in range(10):
        t = k * np.pi / 5
        parts.box((4.22 * np.sin(t), -0.75, 4.22 * np.cos(t)), (0.9, 0.5, 0.12), pane, yaw=t)
    parts.add(tube([[0, -1.1, -3.8], [0, -1.1, -6.4]], 1.15, shell, sides=20))
    parts.box((0, -1.0, -6.42), (1.0, 1.7, 0.08), DARK)
    parts.add(cylinder((0, -4.4, 0), 1.6, 0.05, palette.STEEL, sides=6))
    return parts.mesh("building")


@made_as("submarine")
def submarine(rng: np.random.Generator) -> Mesh:
    """A submarine of 14 m along x that lies on its keel."""
    parts = Parts()
    rust = palette.make(
        "main submarine hull", "metal", "#6b5244", "#59473d", "#8a4f2c", scale=0.9, roughness=0.9, wear=1.0, bump=0.006
    )
    xs = np.array([-7, -6.7, -5.6, -3, 2, 5, 7, 7.6])
    rs = np.array([0.2, 0.8, 1.35, 1.7, 1.7, 1.3, 0.5, 0.1])
    parts.add(tube(np.stack([xs, 0 * xs - 1.75, 0 * xs], 1), rs, rust, sides=22))
    parts.add(tube([[-1, -3.2, 0], [-1, -4.9, 0]], [1.0, 0.8], rust, sides=16))
    parts.add(tube([[-1.2, -4.8, 0], [-1.2, -6.2, 0], [-1.5, -6.3, 0]], 0.07, palette.IRON, sides=8))
    for s in (-1.0, 1.0):
        parts.box((6.2, -1.75, s * 1.3), (1.1, 0.1, 1.7), rust)
        parts.box((6.2, -1.75 + s * 1.2, 0), (1.1, 1.6, 0.1), rust)
        for x in (-4.6, -3, 1.5, 3):
            parts.add(tube([[x, -2.1, s * 1.4], [x, -2.1, s * 1.72]], 0.32, palette.BRASS, sides=14))
            parts.add(tube([[x, -2.1, s * 1.5], [x, -2.1, s * 1.74]], 0.24, palette.GLASS, sides=14))
    return parts.mesh("machine")


@made_as("hologram")
def hologram(rng: np.random.Generator) -> Mesh:
    """A figure of light above a projector in the pavement."""
    light = palette.glowing("hologram", "#6fe0ff", (0.35, 1.5, 2.1))
    parts = Parts()
    parts.add(cylinder((0, 0.05, 0), 0.2, 0.5, DARK, top_radius=0.4, sides=18))
    for y in np.arange(0.5, 3.6, 0.09):
        r = float(
            np.interp(y, [0.5, 1.1, 1.9, 2.4, 2.7, 2.8, 3.15, 3.55], [0.12, 0.2, 0.28, 0.42, 0.12, 0.16, 0.2, 0.03])
        )
        turn = np.linspace(0, 2 * np.pi, 19)
        parts.add(
            tube(
                np.stack([r * np.cos(turn), 0 * turn - y, 0.6 * r * np.sin(turn)], 1), 0.014, light, sides=4, caps=False
            )
        )
    return parts.mesh("sign")
