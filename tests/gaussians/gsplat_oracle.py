"""gsplat's own torch reference functions, run on the CPU as an independent oracle.

They run as they are but for two things that gsplat takes from elsewhere: `nerfacc` (two small accumulations) and a CUDA
function that lists which Gaussian touches which pixel. Both are written here from their documented behaviour.
"""

from __future__ import annotations

import sys
import types
from typing import Any

import torch
from torch import Tensor

from lucid3d.gaussians.twin import ALPHA_MIN, TRANSMITTANCE_MIN

TILE = 16


def _render_weight_from_alpha(alphas: Tensor, *, ray_indices: Tensor, n_rays: int) -> tuple[Tensor, Tensor]:
    """Weights alpha_i prod_{j < i} (1 - alpha_j) of samples sorted by ray."""
    logs = torch.log1p(-alphas.double())
    before = torch.cumsum(logs, 0) - logs
    starts = torch.searchsorted(ray_indices.contiguous(), torch.arange(n_rays))
    start_of = starts[ray_indices]
    transmittance = torch.exp(before - before[start_of]).to(alphas.dtype)
    return alphas * transmittance, transmittance


def _accumulate_along_rays(weights: Tensor, values: Tensor | None, *, ray_indices: Tensor, n_rays: int) -> Tensor:
    source = weights[:, None] if values is None else weights[:, None] * values
    return torch.zeros(n_rays, source.shape[1], dtype=source.dtype).index_add(0, ray_indices, source)


def _rasterize_to_indices_in_range(
    start: int,
    end: int,
    transmittances: Tensor,
    means2d: Tensor,
    conics: Tensor,
    opacities: Tensor,
    width: int,
    height: int,
    tile_size: int,
    isect_offsets: Tensor,
    flatten_ids: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    assert start == 0
    bounds = [*isect_offsets.flatten().tolist(), len(flatten_ids)]
    tiles_x = isect_offsets.shape[-1]
    gaussians, pixels = [], []
    with torch.no_grad():
        for y in range(height):
            for x in range(width):
                tile = y // tile_size * tiles_x + x // tile_size
                ids = flatten_ids[bounds[tile] : bounds[tile + 1]].long()
                delta = torch.tensor([x + 0.5, y + 0.5], dtype=means2d.dtype) - means2d[0, ids]
                A, B, C = conics[0, ids].unbind(-1)
                sigma = 0.5 * (A * delta[:, 0] ** 2 + C * delta[:, 1] ** 2) + B * delta[:, 0] * delta[:, 1]
                alpha = (opacities[0, ids] * torch.exp(-sigma)).clamp(max=0.999)
                ok = (sigma >= 0) & (alpha >= ALPHA_MIN)
                ids, alpha = ids[ok], alpha[ok]
                ids = ids[torch.cumprod(1 - alpha, 0) > TRANSMITTANCE_MIN]
                gaussians.append(ids)
                pixels.append(torch.full_like(ids, y * width + x))
    gaussian_ids, pixel_ids = torch.cat(gaussians), torch.cat(pixels)
    return gaussian_ids, pixel_ids, torch.zeros_like(pixel_ids)


def rasterization(
    means: Tensor,
    quats: Tensor,
    scales: Tensor,
    opacities: Tensor,
    colors: Tensor,
    viewmats: Tensor,
    Ks: Tensor,
    width: int,
    height: int,
    *,
    sh_degree: int | None = None,
    antialiased: bool = False,
) -> tuple[Tensor, Tensor]:
    """One camera: colours with depth as the last channel (1, H, W, D + 1), alphas (1, H, W, 1). float32."""
    import gsplat.cuda._torch_impl as impl
    import gsplat.cuda._wrapper as wrapper

    covars, _ = impl._quat_scale_to_covar_preci(quats, scales, True, False)
    radii, means2d, depths, conics, compensations = impl._fully_fused_projection(
        means, covars, viewmats, Ks, width, height, calc_compensations=antialiased
    )
    if sh_degree is not None:
        position = torch.inverse(viewmats)[0, :3, 3]
        colors = (impl._spherical_harmonics(sh_degree, means - position, colors) + 0.5).clamp(min=0)
    features = torch.cat([colors[None], depths[..., None]], -1)
    tiles_x, tiles_y = -(-width // TILE), -(-height // TILE)
    _, isect_ids, flatten_ids = impl._isect_tiles(means2d, radii, depths, TILE, tiles_x, tiles_y)
    offsets = impl._isect_offset_encode(isect_ids, 1, tiles_x, tiles_y)
    effective = opacities[None] * compensations if antialiased else opacities[None]

    stub: Any = types.ModuleType("nerfacc")
    stub.render_weight_from_alpha, stub.accumulate_along_rays = _render_weight_from_alpha, _accumulate_along_rays
    saved_module, saved_function = sys.modules.get("nerfacc"), wrapper.rasterize_to_indices_in_range
    sys.modules["nerfacc"], wrapper.rasterize_to_indices_in_range = stub, _rasterize_to_indices_in_range
    try:
        return impl._rasterize_to_pixels(
            means2d, conics, features, effective, width, height, TILE, offsets, flatten_ids, batch_per_iter=10**6
        )
    finally:
        wrapper.rasterize_to_indices_in_range = saved_function
        if saved_module is None:
            del sys.modules["nerfacc"]
        else:
            sys.modules["nerfacc"] = saved_module
