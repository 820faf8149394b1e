"""The middle line of a street, and what lies along it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.kit.place import Lamp


class Curve:
    """The middle line of a street: x as a function of z, with distances measured along it."""

    def __init__(self, bend: Callable[[NDArray[np.float64]], NDArray[np.float64]], start: float, end: float) -> None:
        z = np.linspace(start, end, 400)
        x = bend(z)
        steps = np.hypot(np.diff(x), np.diff(z))
        self._s = np.concatenate([[0.0], np.cumsum(steps)])
        self._s -= np.interp(0.0, z, self._s)  # the start camera is at s = 0
        self._x, self._z = x, z
        self.start, self.end = float(self._s[0]), float(self._s[-1])

    def x(self, z: NDArray[np.floating]) -> NDArray[np.float64]:
        """x of the middle line at z, of any shape, in metres."""
        return np.asarray(np.interp(z, self._z, self._x), np.float64)

    def at(self, s: float | NDArray[np.float64], offset: float = 0.0) -> NDArray[np.float64]:
        """(..., 2) x, z at distance s along the line and `offset` metres to its right."""
        s = np.asarray(s, np.float64)
        x, z = np.interp(s, self._s, self._x), np.interp(s, self._s, self._z)
        dx = np.interp(s + 0.5, self._s, self._x) - np.interp(s - 0.5, self._s, self._x)
        dz = np.interp(s + 0.5, self._s, self._z) - np.interp(s - 0.5, self._s, self._z)
        length = np.maximum(np.hypot(dx, dz), 1e-9)
        return np.stack([x + offset * dz / length, z - offset * dx / length], axis=-1)

    def yaw(self, s: float) -> float:
        """The direction of the street at s, radians; 0 = +z, positive = to the right."""
        a, b = self.at(s - 0.5), self.at(s + 0.5)
        return float(np.arctan2(b[0] - a[0], b[1] - a[1]))


def strip(
    curve: Curve, start: float, end: float, left: float, right: float, y: tuple[float, float], material: Material,
    *, middle: bool = False,
) -> Mesh:  # fmt: skip
    """A band of ground along the street between two offsets, with y at its left and right edge. `middle`: its pattern
    counts from the street's middle, where a line is painted."""
    s = np.linspace(start, end, max(2, int((end - start) / 1.0)))
    a, b = curve.at(s, left), curve.at(s, right)
    count = len(s)
    vertices = np.empty((count, 2, 3))
    vertices[:, 0, 0], vertices[:, 0, 2], vertices[:, 0, 1] = a[:, 0], a[:, 1], y[0]
    vertices[:, 1, 0], vertices[:, 1, 2], vertices[:, 1, 1] = b[:, 0], b[:, 1], y[1]
    uv = np.empty((count, 2, 2))
    uv[..., 0] = s[:, None] + 200.0
    shift = 0.0 if middle else 200.0
    uv[:, 0, 1], uv[:, 1, 1] = left + shift, right + shift
    i = np.arange(count - 1) * 2
    triangles = np.concatenate([np.stack([i, i + 2, i + 1], 1), np.stack([i + 1, i + 2, i + 3], 1)])
    return Mesh(
        vertices.reshape(-1, 3).astype(np.float32),
        triangles,
        (material,),
        "road",
        uv=uv.reshape(-1, 2).astype(np.float32),
    )


def house_matrix(curve: Curve, s: float, width: float, offset: float, y: float) -> NDArray[np.float64]:
    """Where (4, 4) a row house of `width` stands whose frontage begins at s: right of the street if `offset` > 0."""
    near, far = curve.at(s, offset), curve.at(s + width, offset)
    origin, other = (far, near) if offset > 0 else (near, far)
    direction = (other - origin) / max(float(np.linalg.norm(other - origin)), 1e-9)
    return placement([origin[0], y, origin[1]], yaw=float(np.arctan2(-direction[1], direction[0])))


def lamp_at(
    matrix: NDArray[np.float64],
    spot: tuple[float, float, float],
    color: tuple[float, float, float],
    reach: float = 14.0,
) -> Lamp:
    """A lamp at a spot of something that stands at `matrix` (4, 4)."""
    x, y, z = (matrix @ np.array([*spot, 1.0]))[:3]
    return Lamp((float(x), float(y), float(z)), color, radius=0.2, reach=reach)
