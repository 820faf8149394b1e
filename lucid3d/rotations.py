"""Rotation matrices as quaternions, scalar first, as splats and viewers write them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quaternions(rotations: NDArray[np.floating]) -> NDArray[np.float64]:
    """(..., 4) w x y z of length one, of (3, 3) or (N, 3, 3) rotations."""
    from scipy.spatial.transform import Rotation

    scalar_last: NDArray[np.float64] = Rotation.from_matrix(rotations).as_quat()
    return scalar_last[..., [3, 0, 1, 2]]
