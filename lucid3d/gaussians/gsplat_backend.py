"""`rasterization` by gsplat's CUDA kernels."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lucid3d.errors import InputError


def rasterization_gsplat(
    means: Tensor,
    quats: Tensor,
    scales: Tensor,
    opacities: Tensor,
    colors: Tensor,
    viewmats: Tensor,
    Ks: Tensor,
    width: int,
    height: int,
    **options: Any,
) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """Call gsplat; `options` are keyword arguments of `gsplat.rasterization`.

    Raises:
        InputError: gsplat is not installed, or could not load or build its CUDA kernels.
    """
    try:
        from gsplat import rasterization
    except ImportError as error:
        raise InputError(f"backend='gsplat' needs gsplat: pip install gsplat ({error})") from error
    try:
        return rasterization(  # type: ignore[no-any-return]
            means, quats, scales, opacities, colors, viewmats, Ks, width, height, **options
        )
    except ImportError as error:
        raise InputError(
            f"gsplat could not load its CUDA kernels: install the CUDA toolkit (nvcc) and ninja ({error})"
        ) from error
