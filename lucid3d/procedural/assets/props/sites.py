"""What lies on building sites, platforms, car parks and pitches: stacks, cones, suitcases, lines, a ball."""

from __future__ import annotations

import itertools

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, made_as
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube


@made_as("cone")
def cone(rng: np.random.Generator) -> Mesh:
    """A traffic cone."""
    parts = Parts()
    orange = palette.make("main cone", "plain", "#c9562a", roughness=0.6)
    parts.box((0, -0.02, 0), (0.38, 0.04, 0.38), palette.IRON)
    parts.add(cylinder((0, -0.03, 0), 0.66, 0.15, orange, top_radius=0.025, sides=16))
    parts.add(cylinder((0, -0.3, 0), 0.14, 0.102, palette.FRAME_WHITE, top_radius=0.076, sides=16))
    return parts.mesh("object")


@made_as("suitcase")
def suitcases(rng: np.random.Generator) -> Mesh:
    """Two suitcases, one on the other."""
    parts = Parts()
    for k, hue in enumerate(("#6a4328", "#3f4a3a")):
        leather = palette.make(f"main leather {k}", "mottled", hue, None, None, scale=0.1, roughness=0.6)
        parts.box((0.03 * k, -0.13 - 0.26 * k, 0), (0.72 - 0.1 * k, 0.25, 0.46), leather, yaw=0.2 * k)
        parts.box((0.03 * k, -0.13 - 0.26 * k, -0.235 - 0.0 * k), (0.2, 0.04, 0.04), palette.BRASS)
    return parts.mesh("furniture")


def centre_circle(rng: np.random.Generator, radius: float = 9.15) -> Mesh:
    """The white circle in the middle of a pitch."""
    white = palette.make("white line", "mottled", "#d8d7d0", "#cfcec6", "#a9a89f", scale=0.2, wear=0.3)
    parts = Parts()
    a = np.linspace(0, 2 * np.pi, 73)
    for p, q in itertools.pairwise(a.tolist()):
        r, s = radius - 0.06, radius + 0.06
        parts.quad(
            [
                [r * np.cos(p), -0.012, r * np.sin(p)],
                [s * np.cos(p), -0.012, s * np.sin(p)],
                [s * np.cos(q), -0.012, s * np.sin(q)],
                [r * np.cos(q), -0.012, r * np.sin(q)],
            ],
            white,
        )
    return parts.mesh("grass")


@made_as("ball")
def football(rng: np.random.Generator) -> Mesh:
    """A football."""
    white = palette.make("main ball", "plain", "#d8d7d2", roughness=0.5)
    parts = Parts()
    parts.add(sphere((0, -0.11, 0), 0.11, white, subdivisions=3))
    black = palette.make("ball patches", "plain", "#232323")
    for d in ((0, -1, 0), (0.9, -0.3, 0.2), (-0.6, -0.3, 0.7), (-0.5, -0.3, -0.8), (0.4, 0.3, -0.9)):
        v = np.array(d) / np.linalg.norm(d)
        parts.add(sphere(np.array([0, -0.11, 0]) + 0.078 * v, 0.04, black, subdivisions=1))
    return parts.mesh("object")


def bay_lines(rng: np.random.Generator) -> Mesh:
    """The lines of six bays of a car park along x, and their stops."""
    white = palette.make("bay line", "mottled", "#c9c7be", "#b9b7ae", "#8a8880", scale=0.2, wear=0.6)
    parts = Parts()
    for k in range(7):
        parts.box((-8.4 + 2.8 * k, -0.012, 0), (0.1, 0.006, 5.0), white)
    return parts.mesh("road")


@made_as("bricks")
def brick_stack(rng: np.random.Generator) -> Mesh:
    """A pallet of bricks."""
    parts = Parts()
    for z in (-0.35, 0, 0.35):
        parts.box((0, -0.07, z), (1.1, 0.13, 0.1), palette.OLD_WOOD)
    parts.span((-0.5, -0.85, -0.42), (0.5, -0.14, 0.42), palette.BRICK, grain=-2)
    return parts.mesh("object")


@made_as("pipe")
def pipe_stack(rng: np.random.Generator) -> Mesh:
    """Concrete pipes in a stack along x."""
    parts = Parts()
    for y, zs in ((-0.45, (-0.95, 0.0, 0.95)), (-1.27, (-0.475, 0.475))):
        for z in zs:
            parts.add(tube([[-1.4, y, z], [1.4, y, z]], 0.45, palette.CONCRETE, sides=18, caps=False))
            parts.add(
                tube(
                    [[-1.4, y, z], [1.4, y, z]],
                    0.36,
                    palette.make("pipe inside", "plain", "#4a4843"),
                    sides=18,
                    caps=False,
                )
            )
    return parts.mesh("object")
