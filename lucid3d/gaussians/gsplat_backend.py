"""`rasterization` by gsplat's CUDA kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lucid3d.errors import InputError

if TYPE_CHECKING:  # torch is loaded where there is a card, and takes seconds
    from torch import Tensor


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
    """Call gsplat: means (N, 3), quats (N, 4), scales (N, 3), opacities (N,), colors (N, K, 3), viewmats (C, 4, 4), Ks
    (C, 3, 3) -> pictures (C, H, W, 3), alphas (C, H, W, 1) and what it knows besides. `options` are keyword arguments
    of `gsplat.rasterization`.

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
    # without nvcc gsplat has no module of kernels, and asks None for them; a build that fails is a RuntimeError
    except (ImportError, AttributeError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "building extension" not in str(error).lower():
            raise
        raise InputError(
            "gsplat could not build its CUDA kernels: install the CUDA toolkit (nvcc) of torch's own CUDA version, and "
            f"ninja ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
        ) from error


def builds_kernels() -> str:
    """Why gsplat has no CUDA kernels here; "" when it has. The first call on a machine builds them, for minutes."""
    import torch

    one = torch.ones(1, device="cuda")
    points = torch.stack([0 * one, 0 * one, 3 * one], dim=-1)
    camera = torch.eye(4, device="cuda")[None], torch.eye(3, device="cuda")[None]
    try:
        rasterization_gsplat(
            points, torch.ones(1, 4, device="cuda"), points.abs() * 0 + 0.1, one, points, *camera, 16, 16
        )
    except InputError as error:
        return str(error)
    return ""
