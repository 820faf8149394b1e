"""Axes of file formats, and how Gaussians turn into them: positions, rotations and spherical harmonics together.

Our world is x right, y down, z forward. Every frame here is a proper rotation of it (nothing is mirrored).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.gaussians.model import Gaussians
from lucid3d.rotations import quaternions

_AT_ONCE = 20_000
"""Gaussians that are turned together: each has a matrix of its own."""

FRAMES: dict[str, NDArray[np.float64]] = {
    # PLY, .splat, .sog: the camera's own axes, y down. Every splat viewer takes a PLY to be in it.
    "opencv": np.eye(3),
    # x right, y up, z backward: .spz, USD, three.js, Godot and Blender's glTF importer (which makes -z Blender's +y).
    "opengl": np.diag([1.0, -1.0, -1.0]),
    # x left, y up, z forward: the glTF specification's own words, and what its importers in Unity turn into z forward.
    "gltf": np.diag([-1.0, -1.0, 1.0]),
    # x forward, y up, z right: Unreal's glTF importer takes (x, y, z) to its (x, z, y), so forward becomes Unreal's +x.
    "unreal-gltf": np.array([[0.0, 0.0, 1.0], [0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]),
}
"""Rotations frame_from_world, (3, 3) float64: new = FRAMES[name] @ old."""


def frame_rotation(name: str) -> NDArray[np.float64]:
    """The rotation (3, 3) frame_from_world of a named frame."""
    if name not in FRAMES:
        raise InputError(f"frame {name!r} is unknown; choose one of {', '.join(FRAMES)}")
    return FRAMES[name]


def rotate_gaussians(gaussians: Gaussians, rotation: NDArray[np.float64]) -> Gaussians:
    """The same scene seen from a turned coordinate system.

    Args:
        rotation: (3, 3) proper rotation; positions become rotation @ mean.
    Returns:
        New Gaussians; scales and opacities are shared with the old ones.
    """
    rotation = np.asarray(rotation, np.float64)
    if np.allclose(rotation, np.eye(3)):
        return gaussians
    return replace(
        gaussians,
        means=np.ascontiguousarray(gaussians.means @ rotation.T.astype(np.float32)),
        quats=_multiply(quaternions(rotation), gaussians.quats),
        sh=rotate_sh(gaussians.sh, rotation),
    )


def rotate_each(gaussians: Gaussians, rotations: NDArray[np.float64]) -> Gaussians:
    """Every Gaussian turned about its own middle.

    Args:
        gaussians: N; rotations: (N, 3, 3) proper rotations.
    Returns:
        New Gaussians in the old places; means, scales and opacities are shared with the old ones.
    """
    degree = gaussians.sh_degree
    sh = gaussians.sh.copy()
    directions = _spread(8 * (2 * degree + 1))
    for begin in range(0, len(gaussians) if degree else 0, _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        # the colour that a turned Gaussian shows along a direction is what it showed along that direction turned back
        back = np.einsum("nji,dj->ndi", rotations[some], directions)
        for band in range(1, degree + 1):
            part = slice(band * band, (band + 1) * (band + 1))
            fit = np.linalg.pinv(sh_basis(directions, band)[:, part])
            seen = sh_basis(back.reshape(-1, 3), band)[:, part].reshape(*back.shape[:2], -1)
            matrices = np.einsum("ad,ndb->nab", fit, seen)
            sh[some, part] = np.einsum("nab,nbc->nac", matrices.astype(np.float32), gaussians.sh[some, part])
    return replace(gaussians, quats=_multiply(quaternions(rotations), gaussians.quats), sh=sh)


def rotate_sh(sh: NDArray[np.float32], rotation: NDArray[np.float64]) -> NDArray[np.float32]:
    """Coefficients of the same colours after the scene is turned: new(rotation @ d) = old(d) for every direction d.

    Args:
        sh: (N, K, 3) float32, K = (degree + 1)^2; rotation: (3, 3).
    Returns:
        (N, K, 3) float32.
    """
    degree = math.isqrt(sh.shape[1]) - 1
    out = sh.copy()
    for band in range(1, degree + 1):
        part = slice(band * band, (band + 1) * (band + 1))
        # (coefficients, N * 3) in one product: a band never mixes with another.
        turned = np.einsum("ab,nbc->nac", sh_rotation(band, rotation).astype(np.float32), sh[:, part])
        out[:, part] = turned
    return out


def sh_rotation(band: int, rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix (K, K), K = 2 band + 1, that turns one band's coefficients as `rotation` (3, 3) turns directions.

    Found by asking that the turned function agree with the old one in enough directions: exact, for a band is closed
    under rotation, and shorter than the recurrences (Ivanic and Ruedenberg 1996) that give the same numbers.
    """
    part = slice(band * band, (band + 1) * (band + 1))
    directions = _spread(8 * (2 * band + 1))
    before = sh_basis(directions, band)[:, part]
    after = sh_basis(directions @ rotation.T, band)[:, part]
    # after @ new = before @ old for every old.
    matrix, *_ = np.linalg.lstsq(after, before, rcond=None)
    matrix[np.abs(matrix) < 1e-12] = 0
    return np.asarray(matrix, np.float64)


def sh_basis(directions: NDArray[np.floating], degree: int) -> NDArray[np.float64]:
    """Real spherical harmonics with the signs of the INRIA code.

    Args:
        directions: (N, 3) unit vectors.
        degree: 0 to 3.
    Returns:
        (N, (degree + 1)^2) float64.
    """
    x, y, z = np.asarray(directions, np.float64).T
    root = math.sqrt
    columns = [np.full_like(x, 0.5 * root(1 / math.pi))]
    if degree >= 1:
        first = root(3 / (4 * math.pi))
        columns += [-first * y, first * z, -first * x]
    if degree >= 2:
        second = root(15 / (4 * math.pi))
        columns += [
            second * x * y,
            -second * y * z,
            root(5 / (16 * math.pi)) * (2 * z * z - x * x - y * y),
            -second * x * z,
            second / 2 * (x * x - y * y),
        ]
    if degree >= 3:
        outer, middle, inner = root(35 / (32 * math.pi)), root(105 / (4 * math.pi)), root(21 / (32 * math.pi))
        columns += [
            -outer * y * (3 * x * x - y * y),
            middle * x * y * z,
            -inner * y * (4 * z * z - x * x - y * y),
            root(7 / (16 * math.pi)) * z * (2 * z * z - 3 * x * x - 3 * y * y),
            -inner * x * (4 * z * z - x * x - y * y),
            middle / 2 * z * (x * x - y * y),
            -outer * x * (x * x - 3 * y * y),
        ]
    return np.stack(columns, axis=1)


def unit_quaternions(gaussians: Gaussians) -> NDArray[np.float32]:
    """(N, 4) w x y z of length one."""
    quats = gaussians.quats / np.linalg.norm(gaussians.quats, axis=1, keepdims=True)
    return np.asarray(quats, np.float32)


def _spread(count: int) -> NDArray[np.float64]:
    """Unit vectors spread over the sphere (a golden spiral)."""
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    turn = index * math.pi * (3 - math.sqrt(5))
    ring = np.sqrt(1 - z * z)
    return np.stack([ring * np.cos(turn), ring * np.sin(turn), z], axis=1)


def _multiply(left: NDArray[np.float64], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Hamilton products (N, 4) of one quaternion (4,), or of N (N, 4), with N, w x y z."""
    w, x, y, z = np.moveaxis(left, -1, 0)
    matrix = np.array([[w, -x, -y, -z], [x, w, -z, y], [y, z, w, -x], [z, -y, x, w]])
    if left.ndim == 1:
        return np.ascontiguousarray(right @ matrix.T.astype(np.float32))
    return np.asarray(np.einsum("abn,nb->na", matrix, right), np.float32)
