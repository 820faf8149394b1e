"""Cameras between the library and viser, which names a pose by a quaternion, a position and a vertical angle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera

if TYPE_CHECKING:
    import viser

WALK_REACH = 0.2
"""Metres from a walker's eye to the point that viser turns it around: so near that dragging looks around."""

ORBIT_REACH = 3.0
"""Metres to the point to orbit around, where the scene does not say better."""

START_FOV = math.radians(60)
"""Vertical field of view that a page opens with: a wide screen then shows about 90 degrees."""


class Posed(Protocol):
    """What of viser's camera handle is read."""

    @property
    def wxyz(self) -> NDArray[np.float64]:
        """(4,) quaternion w x y z, world from camera."""
        ...

    @property
    def position(self) -> NDArray[np.float64]:
        """(3,) metres."""
        ...

    @property
    def fov(self) -> float:
        """Vertical, radians."""
        ...


def rotation_of(wxyz: NDArray[np.floating]) -> NDArray[np.float64]:
    """(3, 3) of a quaternion w x y z."""
    from scipy.spatial.transform import Rotation

    w, x, y, z = wxyz
    matrix: NDArray[np.float64] = Rotation.from_quat([x, y, z, w]).as_matrix()
    return matrix


def vertical_fov(camera: Camera) -> float:
    """Radians."""
    return 2 * math.atan(0.5 * camera.height / camera.fy)


def camera_of(seen: Posed, width: int, height: int) -> Camera:
    """The camera of a browser window at another size; the vertical field of view is kept."""
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation_of(seen.wxyz), seen.position
    focal = 0.5 * height / math.tan(seen.fov / 2)
    return Camera(width, height, focal, focal, width / 2, height / 2, pose)


def move_to(client: viser.ClientHandle, pose: NDArray[np.floating], reach: float) -> None:
    """Put a browser's camera at a (4, 4) world_from_camera pose, upright, `reach` metres from what it orbits."""
    with client.atomic():
        client.camera.up_direction = np.array([0.0, -1.0, 0.0])
        client.camera.position = pose[:3, 3]
        client.camera.look_at = pose[:3, 3] + pose[:3, 2] * reach


def begin_at(client: viser.ClientHandle, pose: NDArray[np.floating], fov: float, reach: float) -> None:
    """Where a browser starts and what its reset returns to, unless its address carries a pose of its own.

    Args:
        pose: (4, 4) world_from_camera; fov: vertical, radians.
    """
    from viser._viser import InitialCameraConfig  # viser offers it for all browsers at once only

    start = InitialCameraConfig(client._websock_connection.queue_message)
    with client.atomic():
        start.up = np.array([0.0, -1.0, 0.0])
        start.position = pose[:3, 3]
        start.look_at = pose[:3, 3] + pose[:3, 2] * reach
        start.fov = fov
        start.far = 5000.0


def query_of(seen: Posed, reach: float = WALK_REACH) -> str:
    """The part of an address, after "?", that opens the page at a pose."""
    forward = rotation_of(seen.wxyz)[:, 2]

    def numbers(values: NDArray[np.floating]) -> str:
        return quote(",".join(f"{value:.4f}" for value in values), safe=",")

    return (
        f"initialCameraPosition={numbers(seen.position)}&initialCameraLookAt="
        f"{numbers(np.asarray(seen.position) + forward * reach)}&initialCameraUp=0,-1,0&initialCameraFov={seen.fov:.4f}"
    )
