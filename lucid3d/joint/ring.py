"""The cameras of a joint dream: a ring that is denoised together, the poles, and the places off the centre."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lucid3d.camera import Camera, yaw_pitch

RING = 8
"""Views that are denoised together, 45 degrees apart."""

RING_FOV = 90.0
"""Degrees: every direction near the horizon is seen twice (MVDiffusion)."""

POLE_FOV = 100.0
"""Degrees of the views straight up and down. Between two ring views the hole begins at atan(cos 22.5) = 42.7 degrees of
elevation, 47.3 from the pole: 50 to every side leaves a known rim for the inpainting to join."""

OFF_CENTRE = 1e-3
"""Metres from the start beyond which a camera counts as off the centre."""


def ring_cameras(size: int, first: Camera | None = None) -> list[Camera]:
    """The eight views, `size` pixels square, turning to the right; `first` (a picture's lens) replaces the first."""
    ring = [Camera.from_fov(size, size, RING_FOV, yaw_pitch(360.0 * step / RING, 0.0)) for step in range(RING)]
    return [first or ring[0], *ring[1:]]


def joint_path(cameras: Sequence[Camera], size: int, first: Camera | None = None) -> list[Camera]:
    """A path for joint dreaming: the ring, zenith and nadir, then those of `cameras` that stand off the centre."""
    poles = [Camera.from_fov(size, size, POLE_FOV, yaw_pitch(0.0, pitch)) for pitch in (90.0, -90.0)]
    aside = [camera for camera in cameras if np.linalg.norm(camera.position) > OFF_CENTRE]
    return [*ring_cameras(size, first), *poles, *aside]
