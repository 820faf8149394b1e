"""Man-made things as features of natural places: how to make them, and how a building stands on the ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.buildings.houses import House, house, village_style
from lucid3d.procedural.assets.buildings.landmarks import round_tower
from lucid3d.procedural.assets.buildings.temples import torii
from lucid3d.procedural.assets.buildings.towers import tower_block
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.compose.settlement.ruins import column, ragged_wall, statue
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, tube


def stand(site: Site, made: House, x: float, z: float, yaw: float) -> NDArray[np.float64]:
    """Where (4, 4) a building stands at (x, z): its door at the height of the ground; nothing grows in its walls."""
    w, d = made.width / 2, made.depth / 2
    right, front = np.array([np.cos(yaw), -np.sin(yaw)]), np.array([-np.sin(yaw), -np.cos(yaw)])
    spots = np.array([np.array([x, z]) + r * right + f * front for r in (-w, 0, w) for f in (-d, 0, d)])
    y = site.terrain.heights(spots[:, 0].astype(np.float32), spots[:, 1].astype(np.float32))
    # Towards the lower side, so that no corner hangs in the air: plinths reach below their floor.
    level = float(np.clip(y.max() - 0.3, np.median(y) - 0.05, y.max()))
    along, half = (right, w) if w > d else (front, d)
    narrow = min(w, d)
    for f in np.linspace(-1, 1, max(2, int(np.ceil(half / max(narrow, 1.0))) + 1)):
        centre = np.array([x, z]) + along * f * max(half - narrow, 0.0)
        site.keep_out.append((float(centre[0]), float(centre[1]), float(narrow * 1.35 + 0.6)))
    return placement([x, level, z], yaw=yaw)


@made_as("tower")
def tower(rng: np.random.Generator, *, lit: bool = False, wall: Material | None = None) -> House:
    """A lone round tower of stone, with battlements or a cone roof."""

    parts = Parts()
    tall = float(rng.uniform(14, 20))
    glass = palette.lit_glass(rng) if lit else palette.GLASS
    roof = palette.SLATE if rng.random() < 0.5 else None
    round_tower(parts, 0, 0, 3.4, tall, wall or palette.RUBBLE, roof=roof, glass=glass)
    return House(parts.mesh("building"), 7.5, 7.5, tall + 7, ())


def village_house(rng: np.random.Generator, *, lit: float = 0.0, wall: Material | None = None) -> House:
    """A house as it stands in a village."""
    return house(rng, style=village_style(rng, "", lit, wall))


def skyscraper(rng: np.random.Generator, *, lit: float = 0.0, wall: Material | None = None) -> House:
    """A tower block of 80 to 150 m for the distance."""

    height = float(rng.uniform(80, 150))
    return tower_block(rng, lit=lit, width=26.0, depth=24.0, height=height, near=False, wall=wall)


@made_as("stairs")
def stairs(rng: np.random.Generator) -> Mesh:
    """Nine worn stone steps up to a landing with a broken parapet; they climb towards +z."""
    parts = Parts()
    for k in range(9):
        parts.span(
            (-1.3, -0.17 * (k + 1), 0.34 * k),
            (1.3, 0.6, 0.34 * (k + 1) + 0.02),
            palette.GRANITE,
            grain=-2,
            tint=rng.uniform(0.85, 1.1),
        )
    parts.span((-1.5, -1.55, 3.06), (1.5, 0.6, 5.2), palette.RUBBLE, grain=-2)
    for x in (-1.45, 1.45):
        parts.beam((x, -0.3, 0.2), (x, -1.85, 3.1), 0.4, 0.25, palette.RUBBLE)
        parts.span((x - 0.14, -2.2, 3.1), (x + 0.14, -1.5, 4.2 + rng.uniform(0, 0.9)), palette.RUBBLE, grain=-2)
    return parts.mesh("building")


@made_as("rover")
def rover(rng: np.random.Generator) -> Mesh:
    """A six-wheeled rover: body, solar wings, mast with a camera, dish, cable arms; its nose towards -z."""

    parts = Parts()
    body = palette.make("rover body", "panel", "#b5b1a6", "#a39f95", "#6b675f", scale=0.3, roughness=0.5, wear=0.5)
    foil = palette.make("foil", "plain", "#b08a3a", "#c49a45", roughness=0.4)
    cells = palette.make("solar cells", "tile", "#1c2a44", "#22324f", "#6d7680", scale=0.14, roughness=0.2)
    wheel = palette.make("rover wheel", "plain", "#3a3a3b", roughness=0.7)
    parts.box((0, -0.85, 0), (1.2, 0.42, 1.7), body, grain=-2)
    parts.box((0, -0.62, 0.1), (0.9, 0.12, 1.3), foil)
    for s in (-1.0, 1.0):
        parts.box((s * 1.15, -1.1, 0.1), (1.05, 0.03, 1.5), cells, grain=2)
        parts.box((s * 1.15, -1.08, 0.1), (1.1, 0.03, 1.55), palette.STEEL)
        for z in (-0.85, 0.05, 0.9):
            parts.add(tube([[s * 0.78, -0.28, z], [s * 1.04, -0.28, z]], 0.28, wheel, sides=18))
            for k in range(9):
                a = 2 * np.pi * k / 9
                parts.box(
                    (s * 0.91, -0.28 + 0.28 * np.sin(a), z + 0.28 * np.cos(a)), (0.28, 0.05, 0.05), wheel, tint=1.3
                )
            parts.beam((s * 0.76, -0.28, z), (s * 0.62, -0.7, 0.4 * z), 0.07, 0.07, palette.STEEL)
    parts.add(cylinder((0.35, -1.05, -0.6), 0.85, 0.04, palette.STEEL, sides=8))
    parts.box((0.35, -1.98, -0.6), (0.36, 0.2, 0.22), body)
    for x in (0.26, 0.44):
        parts.add(tube([[x, -1.98, -0.7], [x, -1.98, -0.78]], 0.05, palette.GLASS, sides=12))
    bowl = ((0.0, 0.03), (0.04, 0.2), (0.13, 0.36))
    parts.add(tube([[-0.3, -1.5 - h, 0.6] for h, _ in bowl], [r for _, r in bowl], body, sides=20, caps=False))
    parts.add(cylinder((-0.3, -1.05, 0.6), 0.46, 0.03, palette.STEEL, sides=6))
    parts.beam((-0.3, -0.8, -0.85), (-0.42, -0.95, -1.35), 0.07, 0.07, palette.STEEL)
    parts.beam((-0.42, -0.95, -1.35), (-0.4, -0.35, -1.65), 0.06, 0.06, palette.STEEL)
    parts.box((-0.4, -0.3, -1.66), (0.16, 0.16, 0.16), foil)
    return parts.mesh("machine")


def _stone(rng: np.random.Generator) -> Material:
    return palette.make(
        "set stone",
        "concrete",
        palette.pick((palette.LIMESTONE, palette.GRANITE, palette.WEATHERED_MARBLE), rng).colors[0],
        None,
        "#5f6348",
        scale=0.25,
        bump=0.005,
        wear=0.6,
    )


def weathered_statue(rng: np.random.Generator) -> Mesh:
    """A figure of old stone on its plinth."""
    return statue(_stone(rng), rng)


def broken_column(rng: np.random.Generator) -> Mesh:
    """A column of 5 m, whole or broken."""
    return column(5.0, 0.42, _stone(rng), rng, whole=float(rng.choice([1.0, 1.0, 0.7, 0.4])))


@made_as("wall")
def broken_wall(rng: np.random.Generator) -> Mesh:
    """Seven metres of a ragged wall."""
    return ragged_wall(7.0, 2.4, 0.6, _stone(rng), rng, arches=int(rng.integers(2))).transformed(
        placement([-3.5, 0.25, 0])
    )


def small_torii() -> Mesh:
    """A gate of 3.9 m."""
    return torii(3.8, 3.9)
