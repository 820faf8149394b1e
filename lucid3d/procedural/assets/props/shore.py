"""What stands or lies in water and spans it: wrecks, stone piers, rope bridges, water wheels."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.props.timber import ROPE
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, tube


@made_as("shipwreck")
def shipwreck(rng: np.random.Generator, length: float = 16.0) -> Mesh:
    """The ribs and planks of a wooden ship that ran aground, along z, heeled over, its mast broken."""
    parts = Parts()
    wood = palette.make("main wreck timber", "planks", "#6b5a48", "#5c4c3c", "#352b22", scale=0.2, bump=0.012, wear=0.9)
    body, n = Parts(), 15
    zs = np.linspace(-0.5, 0.5, n) * length
    half = 2.5 * np.clip(1 - (np.abs(zs) / (0.53 * length)) ** 2.4, 0, 1) ** 0.6 + 0.1
    high = 2.7 + 1.3 * (zs / (0.5 * length)) ** 2
    left: list[np.ndarray] = []
    for i, z in enumerate(zs):
        for s in (-1.0, 1.0):
            t = np.linspace(0, 1, 7)
            keep = 1.0 if s < 0 else float(rng.uniform(0.35, 0.9))
            rib = np.stack(
                [
                    s * half[i] * np.sin(t * keep * np.pi / 2) ** 0.7,
                    -high[i] * (1 - np.cos(t * keep * np.pi / 2)),
                    0 * t + z,
                ],
                1,
            )
            body.add(tube(rib, 0.11, wood, sides=6))
            if s < 0:
                left.append(rib)
    for k in range(6):  # planks on the side that held
        if k == 4:
            continue
        for i in range(n - 1):
            if rng.random() < 0.24:
                continue
            body.quad(
                [
                    left[i][k] * (1.03, 1, 1),
                    left[i + 1][k] * (1.03, 1, 1),
                    left[i + 1][k + 1] * (1.03, 1, 1),
                    left[i][k + 1] * (1.03, 1, 1),
                ],
                wood,
                tint=float(rng.uniform(0.75, 1.15)),
            )
    for i in range(2, n - 4):
        for k in range(2):
            body.quad(
                [
                    left[i][k] * (-1.03, 1, 1),
                    left[i + 1][k] * (-1.03, 1, 1),
                    left[i + 1][k + 1] * (-1.03, 1, 1),
                    left[i][k + 1] * (-1.03, 1, 1),
                ],
                wood,
            )
    body.add(tube([[0.0, 0.1, -length / 2], [0, 0.15, 0], [0, 0.1, length / 2]], 0.2, wood, sides=8))
    body.add(
        tube(
            [[0, 0, -length / 2], [0, -2.6, -length / 2 - 0.9], [0, -4.4, -length / 2 - 2.4]],
            [0.22, 0.18, 0.1],
            wood,
            sides=8,
        )
    )
    body.add(tube([[0.0, 0.0, -1.0], [0.1, -5.4, -0.8]], [0.24, 0.2], wood, sides=9))
    body.add(tube([[0.1, -5.3, -0.8], [2.4, -3.4, 2.8]], [0.18, 0.12], wood, sides=8))
    body.span((-1.9, -2.5, 4.2), (0.6, -2.35, 7.0), wood, grain=2)
    parts.add(body, placement([0, 0.35, 0], tilt=0.34, tilt_yaw=np.pi / 2))
    return parts.mesh("boat")


@made_as("rope bridge")
def rope_bridge(rng: np.random.Generator, length: float = 18.0, sag: float = 1.1) -> Mesh:
    """A hanging bridge along z from 0 to its length, its ends at y = 0."""
    parts = Parts()
    n = 41
    t = np.linspace(0, 1, n)
    dip = sag * 4 * t * (1 - t)
    for s in (-0.62, 0.62):
        for up, r in ((0.0, 0.035), (1.05, 0.03)):
            line = np.stack([0 * t + s * (1 + 0.12 * (up > 0)), dip * (1 - 0.12 * (up > 0)) - up, t * length], 1)
            parts.add(tube(line, r, ROPE, sides=6))
        for i in range(1, n - 1, 2):
            parts.add(
                tube(
                    [[s, dip[i], t[i] * length], [s * 1.12, dip[i] * 0.88 - 1.05, t[i] * length]], 0.012, ROPE, sides=4
                )
            )
        for z in (0.0, length):
            parts.add(tube([[s * 1.15, 0.8, z], [s * 1.15, -1.35, z]], 0.11, palette.LOGS, sides=9))
    step = length / round(length / 0.3)
    for k in range(round(length / 0.3)):
        if rng.random() < 0.05:
            continue
        f = (k + 0.5) * step / length
        y = sag * 4 * f * (1 - f)
        parts.box(
            (float(rng.normal(0, 0.02)), y, f * length),
            (1.3, 0.045, 0.2),
            palette.OLD_WOOD,
            grain=0,
            yaw=float(rng.normal(0, 0.03)),
            tint=float(rng.uniform(0.8, 1.15)),
        )
    return parts.mesh("bridge")


@made_as("pier")
def stone_pier(rng: np.random.Generator, length: float = 24.0, width: float = 4.2, depth: float = 3.5) -> Mesh:
    """A mole of set stone along z from 0, its top at y = 0, with bollards, rings and a small light at its end."""
    parts = Parts()
    stone = palette.make("main pier stone", "brick", "#8d867a", "#7d766b", "#5b564d", scale=1.4, bump=0.03, wear=0.8)
    parts.span((-width / 2, -0.0, 0), (width / 2, depth, length), stone, grain=-2)
    parts.quad(
        [[-width / 2, -0.005, 0], [width / 2, -0.005, 0], [width / 2, -0.005, length], [-width / 2, -0.005, length]],
        palette.COBBLES,
    )
    for s in (-1.0, 1.0):
        for z in np.arange(0.6, length, 1.2):
            parts.box(
                (s * (width / 2 - 0.15), -0.09, z),
                (0.5, 0.26, 1.17),
                palette.GRANITE,
                grain=2,
                tint=float(rng.uniform(0.88, 1.1)),
            )
        for z in np.arange(3, length, 5):
            parts.add(
                tube(
                    [
                        [s * (width / 2 - 0.5), 0, z],
                        [s * (width / 2 - 0.5), -0.42, z],
                        [s * (width / 2 - 0.5), -0.55, z],
                    ],
                    [0.14, 0.13, 0.2],
                    palette.IRON,
                    sides=12,
                )
            )
    white, red = palette.LIMEWASH, palette.make("beacon red", "plain", "#a3322a", roughness=0.5)
    z = length - 1.6
    parts.add(cylinder((0, 0, z), 0.5, 1.1, palette.GRANITE, sides=18))
    parts.add(cylinder((0, -0.5, z), 3.2, 0.75, white, top_radius=0.6, sides=18))
    parts.add(cylinder((0, -1.6, z), 0.9, 0.73, red, top_radius=0.69, sides=18))
    parts.add(cylinder((0, -3.7, z), 0.12, 0.95, red, sides=18))
    parts.add(cylinder((0, -3.8, z), 0.8, 0.42, palette.GLASS, sides=12))
    parts.add(cylinder((0, -4.6, z), 0.6, 0.55, red, top_radius=0.04, sides=14))
    return parts.mesh("pier")


@made_as("water wheel")
def water_wheel(rng: np.random.Generator, radius: float = 2.4) -> Mesh:
    """A mill's wheel that turns in the plane of x and y, its axle at y = -radius."""
    parts, wood = Parts(), palette.OLD_WOOD
    turn = np.linspace(0, 2 * np.pi, 41)
    for z in (-0.5, 0.5):
        for r in (radius, radius * 0.8):
            parts.add(
                tube(
                    np.stack([r * np.cos(turn), -radius + r * np.sin(turn), 0 * turn + z], 1),
                    0.07,
                    wood,
                    sides=6,
                    caps=False,
                )
            )
        for k in range(8):
            a = k * np.pi / 4
            parts.beam((0, -radius, z), (radius * np.cos(a), -radius + radius * np.sin(a), z), 0.12, 0.1, wood)
    for k in range(24):
        a = k * np.pi / 12
        c, s = np.cos(a), np.sin(a)
        parts.quad(
            [
                [0.8 * radius * c, -radius + 0.8 * radius * s, -0.5],
                [0.8 * radius * c, -radius + 0.8 * radius * s, 0.5],
                [1.02 * radius * np.cos(a + 0.1), -radius + 1.02 * radius * np.sin(a + 0.1), 0.5],
                [1.02 * radius * np.cos(a + 0.1), -radius + 1.02 * radius * np.sin(a + 0.1), -0.5],
            ],
            wood,
        )
    parts.add(tube([[0, -radius, -0.9], [0, -radius, 0.9]], 0.16, palette.BEAM, sides=12))
    for z in (-0.85, 0.85):
        for s in (-1.0, 1.0):
            parts.beam((0, -radius, z), (s * 1.0, 0.2, z), 0.16, 0.16, wood)
    return parts.mesh("machine")
