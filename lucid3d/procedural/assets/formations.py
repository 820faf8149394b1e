"""What the earth builds by itself and a height map cannot hold: streams of lava, columns of smoke, arches, slabs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.rocks import waves
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.course import Course
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge
from lucid3d.procedural.kit.shapes import icosphere
from lucid3d.procedural.kit.terrain import Terrain

Width = Callable[[Floats], Floats]
"""z -> half the width in metres."""


def rows_of(near: float, far: float, count: int) -> NDArray[np.float64]:
    """Places (count,) along z from `near` to `far`, closer together about 0, where the viewer stands."""
    low, high = np.arcsinh(near / 6.0), np.arcsinh(far / 6.0)
    return 6.0 * np.sinh(np.linspace(low, high, count))


def sheet(points: NDArray[np.floating], material: Material, label: str, *, closed: bool = False) -> Mesh:
    """A smooth surface through a grid of points (rows, columns, 3); `closed` joins the last column to the first."""
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    if closed:
        index = np.concatenate([index, index[:, :1]], axis=1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    return Mesh(points.reshape(-1, 3).astype(np.float32), triangles, (material,), label).with_smooth_normals()


def stream(
    terrain: Terrain,
    course: Course,
    half_width: Width,
    material: Material,
    *,
    near: float,
    far: float,
    fill: float = 0.3,
    crown: float = 0.12,
    label: str = "lava",
    rows: int = 500,
) -> Mesh:
    """What flows down a channel of the land: level across, arched by `crown` metres, `fill` metres deep in the middle.

    Its sides reach into the banks, so that the land itself draws the edge.
    """
    z = rows_of(near, far, rows).astype(np.float32)
    middle = course.x(z)
    side = np.linspace(-1.35, 1.35, 13, dtype=np.float32)
    slope = np.gradient(middle, z)
    right = np.stack([np.ones_like(z), -slope], axis=1) / np.hypot(1, slope)[:, None]
    reach = side[None] * np.asarray(half_width(z), np.float32)[:, None]
    x, ahead = middle[:, None] + reach * right[:, :1], z[:, None] + reach * right[:, 1:]
    floor = terrain.height(middle, z)
    window = np.ones(5) / 5
    smooth = np.convolve(np.pad(floor, 2, mode="edge"), window, mode="valid")
    y = smooth[:, None] - fill - crown * (1 - side[None] ** 2)
    return sheet(np.stack([x, y, ahead], axis=-1), material, label)


def column_of_smoke(
    rng: np.random.Generator,
    foot: tuple[float, float, float],
    material: Material,
    *,
    height: float,
    width: float,
    drift: tuple[float, float],
    puffs: int = 90,
    spread: float = 3.0,
) -> Mesh:
    """A boiling column: puffs that swell as they rise and lean with the wind.

    Args:
        foot: where it leaves the ground; width: metres across there; spread: how many times as wide at the top.
        drift: metres (x, z) to the side at the top.
    """
    sphere, triangles = icosphere(3)
    parts = []
    for rise in np.linspace(0, 1, puffs) ** 0.8:
        wide = 0.5 * width * (1 + (spread - 1) * rise**0.8)
        size = wide * float(rng.uniform(0.35, 0.75))
        turn = float(rng.uniform(0, 2 * np.pi))
        off = (wide - 0.55 * size) * float(np.sqrt(rng.random()))
        centre = np.array(
            [
                foot[0] + drift[0] * rise**1.7 + off * np.cos(turn),
                foot[1] - height * rise,
                foot[2] + drift[1] * rise**1.7 + off * np.sin(turn),
            ]
        )
        points = sphere.astype(np.float32)
        billow = 0.85 + 0.34 * np.abs(waves(points, rng, 4, 2.2, 0.6))
        body = points * billow[:, None] * np.float32(size) * np.array([1.0, 0.85, 1.0], np.float32)
        parts.append(Mesh((body + centre).astype(np.float32), triangles, (material,), "object").with_smooth_normals())
    return merge(parts, "object", one_instance=True)


def arch(
    rng: np.random.Generator, span: float, height: float, thick: float, material: Material, label: str = "rock"
) -> Mesh:
    """A bridge of rock that wind has left standing: broad feet, a thin crown, ledges along its beds; feet at y = 0."""
    t = np.linspace(-0.12, np.pi + 0.12, 72)
    foot = np.abs(np.cos(t)) ** 3 * (1 + 0.5 * np.cos(t) * float(rng.choice([-1, 1])))  # one foot is a buttress
    square = float(rng.uniform(0.6, 0.9))  # below 1: a lintel on two piers rather than half a ring
    across = 0.5 * span * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** square
    rise = height * np.sign(np.sin(t)) * np.abs(np.sin(t)) ** square * (1 + 0.16 * np.cos(t + rng.uniform(0, 6)))
    middle = np.stack([across, -rise, 0.06 * span * np.sin(2.3 * t + rng.uniform(0, 6))], axis=1)
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    out = np.stack([np.cos(t), -np.sin(t), 0 * t], axis=1)
    reach = 0.5 * thick * (0.55 + 0.85 * foot)[:, None, None]
    ring = np.cos(turn)[None, :, None] * out[:, None] + np.sin(turn)[None, :, None] * np.array([0, 0, 1.25])
    points = (middle[:, None] + ring * reach).astype(np.float32)
    flat = points.reshape(-1, 3) / np.float32(thick)
    relief = 0.3 * waves(flat, rng, 5, 1.6, 0.55) + 0.1 * np.tanh(
        4 * waves(flat * np.array([0.3, 1, 0.3], np.float32), rng, 2, 5.0)
    )
    points = points + ring.astype(np.float32) * (relief.reshape(len(t), -1) * 0.5 * thick)[..., None]
    return sheet(points, material, label, closed=True)
