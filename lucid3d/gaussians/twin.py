"""The torch twin: the whole rasteriser in plain torch, short enough to be checked by reading.

Every Gaussian is evaluated at every pixel, in any floating dtype, with gradients by autograd. Tests compare the native
kernels with it, and it works (slowly) where nothing could be compiled. Conventions are gsplat 1.5's: pixel centres at
+0.5, alpha capped at 0.999 and ignored below 1/255, a pixel is full before its transmittance would fall to 1e-4.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor

from lucid3d.errors import InputError

ALPHA_MIN, ALPHA_MAX, TRANSMITTANCE_MIN = 1 / 255, 0.999, 1e-4
FRUSTUM_MARGIN = 0.15


def rotation_matrices(quats: Tensor) -> Tensor:
    """(N, 4) quaternions w x y z of any length -> (N, 3, 3)."""
    w, x, y, z = torch.nn.functional.normalize(quats, dim=-1).unbind(-1)
    rows = [
        torch.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], -1),
        torch.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], -1),
        torch.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1),
    ]
    return torch.stack(rows, -2)


def project(
    means: Tensor, quats: Tensor, scales: Tensor, viewmat: Tensor, K: Tensor, width: int, height: int, eps2d: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """EWA splatting of N Gaussians into one camera.

    Returns:
        means2d (N, 2) in pixels, conics (N, 3) [A, B, C], depths (N,), compensations (N,); meaningless where the depth
        is not positive.
    """
    rotation, translation = viewmat[:3, :3], viewmat[:3, 3]
    x, y, z = (means @ rotation.T + translation).unbind(-1)
    z_safe = torch.where(z > 0, z, torch.ones_like(z))
    fx, fy, cx, cy = K[0, 0], K[1, 1], K[0, 2], K[1, 2]
    margin_x, margin_y = FRUSTUM_MARGIN * width / fx, FRUSTUM_MARGIN * height / fy
    tx = torch.clamp(x / z_safe, -(cx / fx + margin_x), (width - cx) / fx + margin_x)
    ty = torch.clamp(y / z_safe, -(cy / fy + margin_y), (height - cy) / fy + margin_y)
    zero = torch.zeros_like(z)
    jacobian = torch.stack(
        [
            torch.stack([fx / z_safe, zero, -fx * tx / z_safe], -1),
            torch.stack([zero, fy / z_safe, -fy * ty / z_safe], -1),
        ],
        -2,
    )
    P = jacobian @ rotation @ (rotation_matrices(quats) * scales[:, None, :])
    covariance = P @ P.transpose(-1, -2)
    a, b, c = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    det0 = a * c - b * b
    det = ((a + eps2d) * (c + eps2d) - b * b).clamp(min=1e-10)
    conics = torch.stack([(c + eps2d) / det, -b / det, (a + eps2d) / det], -1)
    means2d = torch.stack([fx * x / z_safe + cx, fy * y / z_safe + cy], -1)
    return means2d, conics, z, torch.sqrt((det0 / det).clamp(min=0))


def spherical_harmonics(degree: int, directions: Tensor, coefficients: Tensor) -> Tensor:
    """Colour (N, 3) of coefficients (N, K, 3) seen along directions (N, 3), before the offset of 0.5."""
    x, y, z = torch.nn.functional.normalize(directions, dim=-1).unbind(-1)
    basis = [torch.full_like(x, 0.28209479177387814)]
    if degree >= 1:
        basis += [-0.4886025119029199 * y, 0.4886025119029199 * z, -0.4886025119029199 * x]
    if degree >= 2:
        basis += [
            1.0925484305920792 * x * y,
            -1.0925484305920792 * y * z,
            0.31539156525252005 * (2 * z * z - x * x - y * y),
            -1.0925484305920792 * x * z,
            0.5462742152960396 * (x * x - y * y),
        ]
    if degree >= 3:
        basis += [
            -0.5900435899266435 * y * (3 * x * x - y * y),
            2.890611442640554 * x * y * z,
            -0.4570457994644658 * y * (4 * z * z - x * x - y * y),
            0.3731763325901154 * z * (2 * z * z - 3 * x * x - 3 * y * y),
            -0.4570457994644658 * x * (4 * z * z - x * x - y * y),
            1.445305721320277 * z * (x * x - y * y),
            -0.5900435899266435 * x * (x * x - 3 * y * y),
        ]
    return torch.einsum("nk,nkc->nc", torch.stack(basis, -1), coefficients[:, : len(basis)])


def blend(
    means2d: Tensor, conics: Tensor, opacities: Tensor, features: Tensor, width: int, height: int
) -> tuple[Tensor, Tensor]:
    """Alpha blending of M Gaussians that are already in order, nearest first.

    Returns:
        features (H, W, D) blended over nothing, alpha (H, W).
    """
    dtype, device = means2d.dtype, means2d.device
    x = torch.arange(width, dtype=dtype, device=device) + 0.5
    y = torch.arange(height, dtype=dtype, device=device) + 0.5
    transmittance = torch.ones((height, width), dtype=dtype, device=device)
    open_pixels = torch.ones((height, width), dtype=torch.bool, device=device)
    blended = torch.zeros((height, width, features.shape[1]), dtype=dtype, device=device)
    if not len(means2d):  # sums of nothing, so that the result still hangs on its inputs
        return blended + features.sum(), 1 - transmittance + opacities.sum()
    for i in range(len(means2d)):
        dx, dy = x[None, :] - means2d[i, 0], y[:, None] - means2d[i, 1]
        A, B, C = conics[i]
        sigma = 0.5 * (A * dx * dx + C * dy * dy) + B * dx * dy
        alpha = torch.clamp(opacities[i] * torch.exp(-sigma), max=ALPHA_MAX)
        touched = open_pixels & (alpha >= ALPHA_MIN)
        left = transmittance * (1 - alpha)
        takes = touched & (left > TRANSMITTANCE_MIN)
        open_pixels = open_pixels & ~(touched & ~takes)
        weight = torch.where(takes, alpha * transmittance, torch.zeros_like(alpha))
        blended = blended + weight[..., None] * features[i]
        transmittance = torch.where(takes, left, transmittance)
    return blended, 1 - transmittance


def prepare(
    means: Tensor,
    quats: Tensor,
    scales: Tensor,
    opacities: Tensor,
    colors: Tensor,
    viewmat: Tensor,
    K: Tensor,
    width: int,
    height: int,
    *,
    near_plane: float,
    far_plane: float,
    radius_clip: float,
    eps2d: float,
    sh_degree: int | None,
    with_colors: bool,
    with_depth: bool,
    antialiased: bool,
) -> dict[str, Tensor]:
    """What blending one camera needs of every Gaussian: means2d (N, 2), radii (N, 2) int32 (zero if not visible),
    depths (N,), conics (N, 3), opacities (N,), features (N, D [+ 1]) with depth last.
    """
    means2d, conics, depths, compensations = project(means, quats, scales, viewmat, K, width, height, eps2d)
    if antialiased:
        opacities = opacities * compensations
    determinant = conics[:, 0] * conics[:, 2] - conics[:, 1] ** 2
    reach = torch.sqrt(2 * torch.log((opacities * 255).clamp(min=1)))
    extent = reach[:, None] * torch.sqrt(torch.stack([conics[:, 2], conics[:, 0]], -1) / determinant[:, None])
    size = torch.tensor([width, height], dtype=means.dtype, device=means.device)
    # The first and the last pixel whose centre is within reach.
    first = torch.ceil(means2d - extent - 0.5).clamp(min=0)
    last = torch.minimum(torch.floor(means2d + extent - 0.5), size - 1)
    visible = (depths > near_plane) & (depths < far_plane) & (opacities >= ALPHA_MIN) & (first <= last).all(-1)
    if radius_clip > 0:
        visible = visible & (extent > radius_clip).any(-1)
    features = []
    if with_colors:
        if sh_degree is not None:
            position = torch.inverse(viewmat)[:3, 3]
            colors = (spherical_harmonics(sh_degree, means - position, colors) + 0.5).clamp(min=0)
        features.append(colors)
    if with_depth:
        features.append(depths[:, None])
    radii = torch.where(visible[:, None], torch.ceil(extent).clamp(min=1), torch.zeros_like(extent)).int()
    return {
        "means2d": means2d,
        "radii": radii,
        "depths": depths,
        "conics": conics,
        "opacities": opacities,
        "features": torch.cat(features, -1),
    }


def draw(
    jobs: list[tuple[Tensor, ...]],
    width: int,
    height: int,
    *,
    packed: bool,
    absgrad: bool,
    threads: int | None = None,
    **options: Any,
) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """Every job (see `rasterization`): images (C, H, W, D), alphas (C, H, W), meta."""
    if absgrad:
        raise InputError("absgrad=True needs backend='native' or 'gsplat': autograd keeps no absolute gradients")
    prepared = [prepare(*cast(Any, (*job, width, height)), **options) for job in jobs]
    meta = {name: torch.stack([known[name] for known in prepared]) for name in prepared[0]}
    cameras, ids = torch.nonzero((meta["radii"] > 0).all(-1), as_tuple=True)
    if packed:
        meta = {name: value[cameras, ids] for name, value in meta.items()}
    images, alphas = [], []
    for c in range(len(jobs)):
        here = cameras == c
        visible = {name: value[here] if packed else value[c][ids[here]] for name, value in meta.items()}
        order = torch.argsort(visible["depths"], stable=True)
        means2d, conics, opacities, features = (
            visible[name][order] for name in ("means2d", "conics", "opacities", "features")
        )
        image, alpha = blend(means2d, conics, opacities, features, width, height)
        images.append(image)
        alphas.append(alpha)
    del meta["features"]
    if packed:
        meta |= {"camera_ids": cameras, "gaussian_ids": ids}
    return torch.stack(images), torch.stack(alphas), meta
