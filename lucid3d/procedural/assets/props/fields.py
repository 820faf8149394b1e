"""Things in fields and gardens: fences, dry stone walls, wells, signposts, hay bales, stepping stones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.props.timber import (
    BROWN_WOOD,
    GREY_WOOD,
    IRON,
    ROPE,
    boards,
    hanging,
    rounds,
    yaw_matrix,
)
from lucid3d.procedural.assets.rocks import stone_material, stone_shape
from lucid3d.procedural.kit.arrays import KITE, UP, f32, leaves, unit
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, merge, placement
from lucid3d.procedural.kit.prototype import solid
from lucid3d.procedural.kit.shapes import lathe

Heights = Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]]
"""height(x, z) -> y of the ground, world frame (down is +)."""

FenceKind = Literal["rail", "picket", "wire", "wall"]


def along_path(path: Sequence[tuple[float, float]], step: float) -> NDArray[np.float64]:
    """Points (N, 2) every `step` metres along a polyline of (x, z), the last one included."""
    points = np.asarray(path, np.float64)
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    total = np.concatenate([[0], np.cumsum(lengths)])
    at = np.linspace(0, total[-1], max(round(float(total[-1]) / step), 1) + 1)
    return np.stack([np.interp(at, total, points[:, 0]), np.interp(at, total, points[:, 1])], axis=1)


@made_as("fence")
def fence(
    rng: np.random.Generator,
    path: Sequence[tuple[float, float]],
    height: Heights,
    kind: FenceKind = "rail",
    color: RGB | None = None,
) -> Mesh:
    """A fence along a path of (x, z) points over the ground, in world coordinates.

    Args:
        kind: "rail" (split posts, two rails), "picket" (slats), "wire" (posts and strands), "wall" (dry stone).
        color: paint, or None for bare wood.
    """
    if kind == "wall":
        return _dry_wall(rng, path, height)
    spots = along_path(path, {"rail": 2.3, "picket": 2.0, "wire": 3.0}[kind])
    ground = np.asarray(height(spots[:, 0], spots[:, 1]), np.float64)
    tall = {"rail": 1.05, "picket": 0.95, "wire": 1.1}[kind]
    wood = (
        GREY_WOOD
        if color is None
        else Material("painted wood", "wood", (color, color, (0.4, 0.33, 0.26)), scale=0.1, wear=0.7)
    )
    foot = np.stack([spots[:, 0], ground + 0.25, spots[:, 1]], axis=1)
    head = foot - [0, tall + 0.25, 0] + rng.normal(0, 0.035, foot.shape) * [1, 0.6, 1]
    steps = np.linspace(0, 1, 5)[None, :, None]
    line = foot[:, None] * (1 - steps) + head[:, None] * steps + rng.normal(0, 0.006, (len(spots), 5, 3))
    parts = [rounds(line, rng.uniform(0.05, 0.07, len(spots)), wood, rng, sides=7, knobbly=0.08, label="fence")]
    rails = {"rail": (0.42, 0.86), "picket": (0.25, 0.7), "wire": (0.3, 0.6, 0.9)}[kind]
    for share in rails:
        at = foot - [0, 0.25, 0] + (head - foot) * share
        if kind == "wire":
            strands = np.stack([hanging(a, b, 0.02, 5) for a, b in pairwise(at)])
            parts.append(rounds(strands, 0.0035, IRON, rng, sides=4, label="fence"))
            continue
        over = unit(at[1:] - at[:-1]) * 0.09
        shift = rng.normal(0, 0.03, (len(at) - 1, 1)) * [0, 1, 0]
        depth, wide = (0.05, 0.1) if kind == "rail" else (0.03, 0.07)
        normal = unit(np.cross(at[1:] - at[:-1], UP))
        beside = normal * (0.06 if kind == "rail" else 0.05)
        keep = rng.random(len(shift)) > (0.04 if kind == "rail" else 0.0)  # now and then a rail has fallen
        start, end = at[:-1] - over + beside + shift, at[1:] + over + beside - shift
        parts.append(
            boards(start[keep], end[keep], normal[keep], wide, depth, wood, rng, sag=0.02, rough=0.006, label="fence")
        )
    if kind == "picket":
        slats = along_path(path, 0.115)
        y = np.asarray(height(slats[:, 0], slats[:, 1]), np.float64)
        base = np.stack([slats[:, 0], y - 0.06, slats[:, 1]], axis=1)
        direction = np.gradient(slats, axis=0)
        normal = unit(np.stack([-direction[:, 1], np.zeros(len(slats)), direction[:, 0]], axis=1))
        base = base - normal * 0.085
        tip = base - np.stack(
            [np.zeros(len(slats)), tall * 0.9 * np.exp(rng.normal(0, 0.02, len(slats))), np.zeros(len(slats))], axis=1
        )
        tip += rng.normal(0, 0.012, tip.shape)
        parts.append(boards(base, tip, normal, 0.07, 0.018, wood, rng, rough=0.003, label="fence", points=3))
    return merge(parts, "fence", one_instance=True)


def _dry_wall(rng: np.random.Generator, path: Sequence[tuple[float, float]], height: Heights) -> Mesh:
    """Courses of flat stones, ragged on top."""
    shapes = [
        stone_shape(rng, 1.0, "granite", 1, planes=7, roundness=0.0, rough=0.02, flat=0.62, moss=0.3) for _ in range(7)
    ]
    material = stone_material("granite", 0.2)
    meshes = []
    for course in range(5):
        slots = along_path(path, 0.27 - 0.02 * course)
        slots = slots + rng.normal(0, 0.04, slots.shape)
        keep = rng.random(len(slots)) > (0.0 if course < 3 else 0.1 + 0.25 * (course - 3))
        slots = slots[keep]
        y = np.asarray(height(slots[:, 0], slots[:, 1]), np.float64) - 0.04 - course * 0.15
        direction = np.asarray(path[-1], np.float64) - np.asarray(path[0], np.float64)
        heading = float(np.arctan2(-direction[1], direction[0]))
        for i, (x, z) in enumerate(slots):
            shape = shapes[int(rng.integers(7))]
            size = np.array([0.48, 0.36, 0.46 - 0.04 * course]) * np.exp(rng.normal(0, 0.13, 3))
            matrix = placement((x, y[i], z), yaw=heading + rng.normal(0, 0.25), scale=size, tilt=rng.normal(0, 0.1))
            meshes.append(
                solid([(shape.moved(matrix[:3, 3], matrix[:3, :3] / size, size), material)], "fence").tinted(
                    np.exp(rng.normal(0, 0.15))
                )
            )
    return merge(meshes, "fence", one_instance=True)


@made_as("sign")
def signpost(rng: np.random.Generator, arms: int = 3, height: float = 2.2) -> Mesh:
    """A wooden post with pointing arms."""
    line = np.linspace([0, 0.3, 0], [rng.normal(0, 0.04), -height, rng.normal(0, 0.04)], 5)
    parts = [rounds(f32(line)[None], 0.06, GREY_WOOD, rng, knobbly=0.05, label="object")]
    for i in range(arms):
        yaw = rng.uniform(0, 2 * np.pi)
        out, y = f32([np.cos(yaw), 0, np.sin(yaw)]), -height + 0.16 + 0.24 * i
        start, end = out * -0.14 + f32([0, y, 0]), out * rng.uniform(0.55, 0.8) + f32([0, y + rng.normal(0, 0.03), 0])
        normal = unit(np.cross(out, UP))
        shift = normal * 0.075
        parts.append(
            boards([start + shift], [end + shift], normal, 0.17, 0.026, BROWN_WOOD, rng, rough=0.002, label="object")
        )
        point = f32([end + shift, end + shift + out * 0.12])
        parts.append(
            boards(
                point[:1],
                point[1:],
                normal,
                0.09,
                0.024,
                BROWN_WOOD,
                rng,
                rough=0.0,
                tone=0.02,
                points=2,
                label="object",
            )
        )
    return merge(parts, "object", one_instance=True)


@made_as("well")
def well(rng: np.random.Generator, radius: float = 0.7) -> Mesh:
    """A stone well with a shingled roof, a winch, a rope and a bucket."""
    stones = Material(
        "well stone",
        "stone",
        ((0.52, 0.5, 0.46), (0.45, 0.43, 0.4), (0.28, 0.26, 0.23)),
        scale=0.28,
        bump=0.02,
        wear=0.7,
    )
    dark = Material("well shaft", "stone", ((0.12, 0.12, 0.12),), scale=0.28)
    parts = [
        lathe(
            [
                (radius + 0.06, -0.2),
                (radius + 0.04, 0.1),
                (radius, 0.62),
                (radius + 0.07, 0.64),
                (radius + 0.08, 0.78),
                (radius - 0.2, 0.8),
                (radius - 0.2, 0.3),
            ],
            stones,
            sides=26,
            label="building",
        ),
        lathe([(radius - 0.2, 0.3), (radius - 0.21, -0.1), (0.0, -0.1)], dark, sides=26, label="building"),
    ]
    for side in (-1, 1):
        parts.append(
            boards(
                [[side * radius, -0.7, 0]],
                [[side * radius, -2.0, 0]],
                [1, 0, 0],
                0.12,
                0.12,
                BROWN_WOOD,
                rng,
                label="building",
            )
        )
        tiles = Material(
            "well roof", "shingle", ((0.36, 0.27, 0.2), (0.3, 0.22, 0.17), (0.18, 0.14, 0.11)), scale=0.18, wear=0.7
        )
        slope = unit(f32([0, 0.62, side * 0.75]))
        start = f32([0, -2.38, 0]) - slope * 0.02
        parts.append(
            boards(
                [start],
                [start + slope * 1.05],
                unit(f32([0, -0.75, side * 0.62])),
                radius * 2 + 0.6,
                0.05,
                tiles,
                rng,
                rough=0.003,
                twist=0.0,
                label="roof",
            )
        )
    parts.append(rounds(f32([[[-radius, -1.45, 0], [radius, -1.45, 0]]]), 0.06, BROWN_WOOD, rng, label="building"))
    crank = f32(
        [[radius, -1.45, 0], [radius + 0.16, -1.45, 0], [radius + 0.16, -1.25, 0.05], [radius + 0.32, -1.25, 0.05]]
    )
    parts.append(rounds(crank[None], 0.016, IRON, rng, sides=6, label="building"))
    parts.append(rounds(f32([[[0.1, -1.4, 0.05], [0.11, -0.95, 0.05]]]), 0.012, ROPE, rng, sides=5, label="building"))
    parts.append(
        lathe(
            [(0.0, 0.0), (0.1, 0.0), (0.13, 0.24), (0.115, 0.24), (0.09, 0.03)],
            BROWN_WOOD,
            sides=14,
            label="object",
            center=(0.11, -0.7, 0.05),
        )
    )
    return merge(parts, "building", one_instance=True)


@made_as("hay")
def hay_bale(rng: np.random.Generator, radius: float = 0.65, width: float = 1.2) -> Mesh:
    """A round bale that lies on its side, with loose stalks."""
    straw = Material(
        "straw",
        "thatch",
        ((0.78, 0.64, 0.36), (0.68, 0.54, 0.29), (0.46, 0.36, 0.2)),
        scale=0.06,
        bump=0.02,
        variation=0.6,
    )
    line = f32(np.linspace([-width / 2, -radius * 0.96, 0], [width / 2, -radius * 0.96, 0], 9))
    radii = f32(radius * np.array([[0.9, 0.98, 1.0, 0.99, 1.0, 0.985, 1.0, 0.98, 0.9]]))
    parts = [rounds(line[None], radii, straw, rng, sides=36, knobbly=0.012, label="object")]
    count = 420
    angle, x = rng.uniform(0, 2 * np.pi, count), rng.uniform(-width / 2, width / 2, count)
    out = f32(np.stack([np.zeros(count), np.cos(angle), np.sin(angle)], axis=1))
    base = f32(np.stack([x, np.full(count, -radius * 0.96), np.zeros(count)], axis=1)) + out * radius * 0.985
    axes = unit(
        np.cross(out, f32([1, 0, 0])) + out * rng.uniform(0.05, 0.6, (count, 1)) + rng.normal(0, 0.3, (count, 3))
    )
    size = f32(rng.uniform(0.08, 0.22, count))
    tone = np.clip(f32([0.52, 0.36, 0.12]) * np.exp(rng.normal(0, 0.25, (count, 1))), 0, 0.8)
    parts.append(
        solid([(leaves(base, axes, out, size, f32(np.full(count, 0.006)), KITE, f32(tone), out), straw)], "object")
    )
    return merge(parts, "object", one_instance=True)


@made_as("path")
def stepping_stones(
    rng: np.random.Generator,
    path: Sequence[tuple[float, float]],
    height: Heights,
    *,
    size: float = 0.5,
    kind: str = "granite",
) -> Mesh:
    """Flat stones let into the ground along a path of (x, z), in world coordinates."""
    spots = along_path(path, size * 1.35)
    spots = spots + rng.normal(0, size * 0.12, spots.shape)
    y = np.asarray(height(spots[:, 0], spots[:, 1]), np.float64)
    meshes = []
    for i, (x, z) in enumerate(spots):
        shape = stone_shape(
            rng, size * rng.uniform(0.75, 1.2), kind, 3, planes=9, roundness=0.15, rough=0.02, flat=0.28, moss=0.15
        )
        meshes.append(
            solid(
                [
                    (
                        shape.moved((float(x), float(y[i]) + 0.02, float(z)), yaw_matrix(rng.uniform(0, 6))),
                        stone_material(kind, 0.2),
                    )
                ],
                "path",
            )
        )
    return merge(meshes, "path")
