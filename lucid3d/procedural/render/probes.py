"""Bounced light indoors: a grid of probes that look all around, lit by what they see, three bounces deep.

Every probe keeps the light from all around as spherical harmonics of order 1, already convolved with the cosine
(Ramamoorthi and Hanrahan 2001); shading blends the probes about a point. It does not depend on the camera, so all
views of a room agree.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lucid3d.procedural.render.shading import Shader

Floats = NDArray[np.float32]

RAYS = 224
BOUNCES = 3
SPACING = 0.8
"""Metres between probes, at least."""
MOST = 900
"""Probes at most: larger rooms get a wider grid."""
REACH = 14.0
"""Metres from the start within which a room is looked for."""
OUTSIDE = 0.55
"""Share of rays that end in the sky from which a probe counts as outside."""
GLARE = 12.0
"""Radiance of surfaces is cut at so many times a probe's mean: one ray to a small patch of sun must not make a blot."""


def sphere_directions(count: int) -> NDArray[np.float64]:
    """`count` unit vectors spread evenly over the sphere (a Fibonacci spiral), (count, 3)."""
    k = np.arange(count) + 0.5
    y, turn = 1 - 2 * k / count, k * (math.pi * (3 - math.sqrt(5)))
    r = np.sqrt(1 - y * y)
    return np.stack([r * np.cos(turn), y, r * np.sin(turn)], axis=1)


def room_bounds(shader: Shader) -> NDArray[np.float64]:
    """(2, 3) corners of the space about the start: where most rays from there end."""
    rays = sphere_directions(600).astype(np.float32)
    distance = shader.solid.cast(np.zeros_like(rays), rays).distance
    ends = rays * np.minimum(np.where(np.isfinite(distance), distance, REACH), REACH)[:, None]
    low, high = np.quantile(ends, [0.015, 0.985], axis=0)
    return np.stack([low - 0.1, high + 0.1])


def light_room(shader: Shader, seed: int = 0) -> None:
    """Work out the probes of the room about the start and hand them to the shader's scene."""
    low, high = room_bounds(shader)
    size = high - low
    spacing = max(SPACING, float((np.prod(size) / MOST) ** (1 / 3)))
    counts = np.maximum(np.ceil(size / spacing).astype(int) + 1, 2)
    steps = size / (counts - 1)
    axes = [low[i] + steps[i] * np.arange(counts[i]) for i in range(3)]
    # The outermost probes stand just inside the walls.
    for i in range(3):
        axes[i][0], axes[i][-1] = low[i] + 0.22 * steps[i], high[i] - 0.22 * steps[i]
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    values = _gather(shader, places, tuple(int(c) for c in counts), low, steps, seed)
    day = min(float(shader.sky.sunlight.max()) / BROAD_DAYLIGHT, 1.0)
    values[..., :12] *= 1 + (ADAPTED - 1) * day
    shader.scene.set_probes(values, low.astype(np.float32), steps.astype(np.float32))


BROAD_DAYLIGHT = 0.25
"""Key light from which on it is day in a room."""
ADAPTED = 8.0
"""Factor on the light from all around in a room by day. Outside it is some hundred times as bright; an eye bridges that
as it looks about, a film does not: windows and patches of sun would be burnt white."""
DARKEST = 0.25
"""Least light from any side, as a share of the mean: order 1 swings below nothing opposite a patch of sun."""


def _nowhere_dark(grid: Floats) -> Floats:
    """(..., 12) coefficients whose directional part is held back so that no normal sees less than `DARKEST`."""
    sh = grid.reshape(*grid.shape[:-1], 4, 3)
    mean, swing = 0.282095 * sh[..., :1, :], 0.488603 * np.linalg.norm(sh[..., 1:, :], axis=-2, keepdims=True)
    share = np.minimum(1.0, (1 - DARKEST) * mean / np.maximum(swing, 1e-9)).clip(0).min(axis=-1, keepdims=True)
    return np.concatenate([sh[..., :1, :], sh[..., 1:, :] * share], axis=-2).reshape(grid.shape)


def _gather(
    shader: Shader, places: NDArray[np.float64], counts: tuple[int, ...], low: Any, steps: Any, seed: int
) -> Floats:
    from scipy.ndimage import gaussian_filter
    from scipy.spatial.transform import Rotation

    number = len(places)
    fixed = sphere_directions(RAYS)
    turns = Rotation.random(number, np.random.default_rng([seed, 5])).as_matrix()
    rays = np.einsum("rj,pij->pri", fixed, turns).reshape(-1, 3).astype(np.float32)
    origins = np.repeat(places, RAYS, axis=0).astype(np.float32)
    hits = shader.solid.cast(origins, rays)
    found = np.flatnonzero(np.isfinite(hits.distance))
    lost = np.flatnonzero(~np.isfinite(hits.distance))
    radiance = np.zeros((len(rays), 3), np.float32)
    if len(lost):
        radiance[lost] = shader.scene.heaven(origins[lost], rays[lost], 0.1, False)
    ends = shader.lighting(origins[found], rays[found], hits.pick(found), 2.0 / math.sqrt(RAYS))
    # Order 1, convolved with the cosine: 1 and 2/3; weights of an even spread over the sphere.
    band = (
        np.array([0.282095, 0.488603, 0.488603, 0.488603]) * np.array([1, 2 / 3, 2 / 3, 2 / 3]) * (4 * math.pi / RAYS)
    )
    basis = np.stack([np.ones(len(rays)), rays[:, 1], rays[:, 2], rays[:, 0]], axis=1).reshape(number, RAYS, 4)
    sky = ~np.isfinite(hits.distance).reshape(number, RAYS, 1)
    outside = sky.mean(axis=(1, 2)) > OUTSIDE
    tight = np.quantile(np.where(np.isfinite(hits.distance), hits.distance, 9).reshape(number, RAYS), 0.4, axis=1) < 0.1
    weight = np.where(outside | tight, 0.01, 1.0)
    values = np.zeros((*counts, 13), np.float32)
    values[..., 12] = weight.reshape(counts)
    sigma = (0.55, 0.55, 0.55)
    blurred_weight = gaussian_filter(weight.reshape(counts), sigma, mode="nearest")
    for _ in range(BOUNCES):
        shader.scene.set_probes(values, low.astype(np.float32), steps.astype(np.float32))
        radiance[found] = ends()
        seen = radiance.reshape(number, RAYS, 3)
        mean = seen.mean(axis=1, keepdims=True)
        seen = np.where(sky, seen, np.minimum(seen, GLARE * mean + 1e-4))
        sh = np.einsum("prk,prc->pkc", basis, seen) * band[None, :, None]
        grid = (sh.reshape(number, 12) * weight[:, None]).reshape(*counts, 12)
        smooth = gaussian_filter(grid, (*sigma, 0), mode="nearest") / np.maximum(blurred_weight, 1e-6)[..., None]
        values[..., :12] = _nowhere_dark(smooth)
    return values
