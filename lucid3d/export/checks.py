"""What every exporter asks of its input before a file is touched."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.gaussians.model import Gaussians

MAX_SH_DEGREE = 3
"""Every splat format stops at degree 3."""
OPAQUE_LOGIT = 20.0
"""Stands for an infinite logit (legal: fully opaque, or not there at all): its sigmoid is 1 in float32."""
FLAT_LOG_SCALE = math.log(1e-8)
"""Stands for a logarithmic scale of minus infinity (legal: flat). Readers clip at -20."""


def checked_gaussians(gaussians: Gaussians, purpose: str = "a scene", *, allow_empty: bool = False) -> Gaussians:
    """The same Gaussians as contiguous float32 arrays, after looking at all of their numbers.

    Infinite opacities and scales of zero, which are legal, come out as `OPAQUE_LOGIT` and `FLAT_LOG_SCALE`: formats
    with whole numbers have no infinity.

    Args:
        purpose: what is being read or written, the subject of the error's sentence.
        allow_empty: accept zero Gaussians.
    Raises:
        InputError: no Gaussians, arrays that do not belong together, a value that is NaN or illegally infinite, a
            quaternion of length zero, or spherical harmonics above degree 3.
    """
    count = len(gaussians)
    if count == 0 and not allow_empty:
        raise InputError(f"{purpose} holds 0 Gaussians, so there is nothing to export: train or load a scene first")
    bands = gaussians.sh.shape[1] if gaussians.sh.ndim == 3 else 0
    degree = math.isqrt(bands) - 1
    if bands == 0 or (degree + 1) ** 2 != bands or degree > MAX_SH_DEGREE:
        raise InputError(f"{purpose}: sh has shape {gaussians.sh.shape}, it must be (N, 1 | 4 | 9 | 16, 3)")
    shapes = {"means": (3,), "quats": (4,), "log_scales": (3,), "logit_opacities": (), "sh": (bands, 3)}
    arrays = {}
    for name, tail in shapes.items():
        array = np.ascontiguousarray(getattr(gaussians, name), np.float32)
        if array.shape != (count, *tail):
            raise InputError(f"{purpose}: {name} has shape {array.shape}, it must be {(count, *tail)}")
        # One reduction instead of a mask of the whole array: a sum is finite unless a term is not (or it overflows).
        with np.errstate(invalid="ignore"):
            finite = np.isfinite(array.sum(dtype=np.float64))
        if not finite:
            array = _with_legal_infinities_bounded(name, array)
            bad = ~np.isfinite(array.reshape(count, -1)).all(axis=1)
            if bad.any():
                raise InputError(
                    f"{purpose}: {name} of {int(bad.sum())} of {count} Gaussians is not finite, the first is number "
                    f"{int(bad.argmax())}; drop them or train again"
                )
        arrays[name] = array
    lengths = np.einsum("ij,ij->i", arrays["quats"], arrays["quats"])
    if count and not lengths.min() > 0:
        raise InputError(
            f"{purpose}: the quaternion of Gaussian {int(lengths.argmin())} has length 0, so its rotation is unknown"
        )
    return Gaussians(**arrays)


def _with_legal_infinities_bounded(name: str, array: NDArray[np.float32]) -> NDArray[np.float32]:
    if name == "logit_opacities":
        return np.where(np.isinf(array), np.copysign(np.float32(OPAQUE_LOGIT), array), array)
    if name == "log_scales":
        return np.where(np.isneginf(array), np.float32(FLAT_LOG_SCALE), array)
    return array
