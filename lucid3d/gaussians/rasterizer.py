"""One function draws Gaussians: `rasterization`, with gsplat 1.5's signature and three interchangeable backends."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

from lucid3d.errors import InputError
from lucid3d.gaussians import kernels, native_backend, twin
from lucid3d.gaussians.gsplat_backend import rasterization_gsplat

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)

RenderMode = Literal["RGB", "D", "ED", "RGB+D", "RGB+ED"]
Backend = Literal["native", "torch", "gsplat"]

RENDER_MODES = ("RGB", "D", "ED", "RGB+D", "RGB+ED")
BACKENDS = ("native", "torch", "gsplat")

_DEPTH_ALPHA_MIN = 1e-10
"""Expected depth divides by alpha, but never by less than this (gsplat's value)."""

_warned: set[str] = set()


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
    near_plane: float = 0.01,
    far_plane: float = 1e10,
    radius_clip: float = 0.0,
    eps2d: float = 0.3,
    sh_degree: int | None = None,
    packed: bool = True,
    tile_size: int = 16,
    backgrounds: Tensor | None = None,
    render_mode: RenderMode = "RGB",
    sparse_grad: bool = False,
    absgrad: bool = False,
    rasterize_mode: Literal["classic", "antialiased"] = "classic",
    channel_chunk: int = 32,
    *,
    backend: Backend | None = None,
    threads: int | None = None,
    **gsplat_only: Any,
) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """Draw N Gaussians into C cameras, differentiably.

    Names, shapes, defaults and conventions are gsplat 1.5's, so that either function can stand in for the other. "..."
    stands for any number of batch dimensions, the same in every argument.

    Args:
        means: (..., N, 3) centres in the world.
        quats: (..., N, 4) rotations w x y z, of any length.
        scales: (..., N, 3) standard deviations.
        opacities: (..., N) in [0, 1].
        colors: (..., N, D) or (..., C, N, D) features; with `sh_degree`, (..., [C,] N, K, 3) spherical harmonics.
        viewmats: (..., C, 4, 4) camera from world.
        Ks: (..., C, 3, 3) intrinsics, in pixels; no gradient.
        width, height: size of the pictures.
        near_plane, far_plane: Gaussians whose centre is not between these depths are left out.
        radius_clip: Gaussians of at most this radius in pixels are left out.
        eps2d: added to the projected covariance's eigenvalues, in square pixels.
        sh_degree: 0 to 3, how many bands of `colors` to use; None if `colors` are features.
        packed: whether `meta` lists visible (camera, Gaussian) pairs (True) or has an entry for every pair (False).
        tile_size, sparse_grad, channel_chunk: of the gsplat backend alone; the others accept and ignore them.
        backgrounds: (..., C, D) what is behind everything; black if None.
        render_mode: "RGB" features; "D" depth summed by weight; "ED" expected depth; "RGB+D", "RGB+ED" both.
        absgrad: also sum absolute gradients: `meta["means2d"].absgrad` after backward (AbsGS).
        rasterize_mode: "antialiased" weakens Gaussians by what `eps2d` has added (Mip-Splatting).
        backend: "native" (compiled, CPU, float32), "torch" (the twin: any device and floating dtype, slow) or "gsplat"
            (CUDA). None picks gsplat for CUDA tensors, native for float32 on the CPU, torch otherwise.
        threads: of the native backend; None for the cores that this process may use.
        gsplat_only: further arguments of gsplat's (distributed, camera_model, covars, with_ut ...), for its backend.

    Returns:
        renders (..., C, height, width, D or 1 or D + 1), alphas (..., C, height, width, 1), and meta, a dictionary with
        radii, means2d, depths, conics and opacities of the Gaussians as projected ((..., C, N, ...), or (nnz, ...) with
        batch_ids, camera_ids and gaussian_ids if packed), width, height, n_cameras, n_batches. A radius of 0 says that
        a camera does not see a Gaussian. After `meta["means2d"].retain_grad()` and backward, its grad holds the
        gradients by the projected centres, which densification needs; it is a read-out: a loss of `means2d` itself
        does not reach the Gaussians (with gsplat's own backend it does).

    Raises:
        InputError (a ValueError): a shape, dtype, device or value that cannot be used; the message names the argument.
    """
    names = ("means", "quats", "scales", "opacities", "colors", "viewmats", "Ks")
    tensors = (means, quats, scales, opacities, colors, viewmats, Ks)
    _check(dict(zip(names, tensors, strict=True)), width, height, sh_degree, backgrounds, render_mode)
    if rasterize_mode not in ("classic", "antialiased"):
        raise InputError(f"rasterize_mode={rasterize_mode!r} must be 'classic' or 'antialiased'")
    for name, value in (("eps2d", eps2d), ("near_plane", near_plane), ("radius_clip", radius_clip)):
        if not (math.isfinite(value) and value >= 0):
            raise InputError(f"{name}={value} must be finite and not negative")
    if not far_plane > near_plane:
        raise InputError(f"far_plane={far_plane} must lie beyond near_plane={near_plane}")
    backend = _choose(backend, means)

    if backend == "gsplat":
        return rasterization_gsplat(
            *tensors,
            width,
            height,
            near_plane=near_plane,
            far_plane=far_plane,
            radius_clip=radius_clip,
            eps2d=eps2d,
            sh_degree=sh_degree,
            packed=packed,
            tile_size=tile_size,
            backgrounds=backgrounds,
            render_mode=render_mode,
            sparse_grad=sparse_grad,
            absgrad=absgrad,
            rasterize_mode=rasterize_mode,
            channel_chunk=channel_chunk,
            **gsplat_only,
        )
    refused = [name for name, value in gsplat_only.items() if value not in (None, False, "pinhole")]
    if refused:
        raise InputError(f"{', '.join(refused)}: only gsplat's backend knows this; leave it out on backend={backend!r}")

    batch, cameras = means.shape[:-2], viewmats.shape[-3]
    with_colors, with_depth = "RGB" in render_mode, "D" in render_mode
    options = {
        "near_plane": near_plane,
        "far_plane": far_plane,
        "radius_clip": radius_clip,
        "eps2d": eps2d,
        "sh_degree": sh_degree,
        "with_colors": with_colors,
        "with_depth": with_depth,
        "antialiased": rasterize_mode == "antialiased",
    }
    jobs = _jobs(tensors, batch, sh_degree)
    how: dict[str, Any] = {"packed": packed, "absgrad": absgrad, "threads": threads, **options}
    if backend == "native":
        images, alphas, meta = native_backend.draw(jobs, width, height, **how)
    else:
        images, alphas, meta = twin.draw(jobs, width, height, **how)

    count = means.shape[-2]
    if not packed:
        for name, value in meta.items():
            if isinstance(value, Tensor) and batch:
                meta[name] = value.reshape(*batch, cameras, count, *value.shape[2:])
    else:
        meta["batch_ids"] = torch.div(meta["camera_ids"], cameras, rounding_mode="floor")
        meta["camera_ids"] = meta["camera_ids"] % cameras
    meta |= {"width": width, "height": height, "n_cameras": cameras, "n_batches": math.prod(batch)}

    alphas = alphas.reshape(*batch, cameras, height, width, 1)
    images = images.reshape(*batch, cameras, height, width, -1)
    features = images[..., :-1] if with_depth else images
    if backgrounds is not None and with_colors:
        features = features + backgrounds[..., None, None, :] * (1 - alphas)
    parts = [features] if with_colors else []
    if with_depth:
        depth = images[..., -1:]
        parts.append(depth / alphas.clamp(min=_DEPTH_ALPHA_MIN) if "ED" in render_mode else depth)
    return torch.cat(parts, -1) if len(parts) > 1 else parts[0], alphas, meta


def _choose(backend: str | None, means: Tensor) -> Backend:
    if backend is None:
        if means.is_cuda:
            return "gsplat"
        if means.dtype != torch.float32 or means.device.type != "cpu":
            return "torch"
        if kernels.available():
            return "native"
        if "native" not in _warned:
            _warned.add("native")
            logger.warning(
                "the native kernels are not built, so the slow torch rasteriser is used: install a C++17 compiler "
                "(Debian: apt install g++) and run `pip install .` again"
            )
        return "torch"
    if backend not in BACKENDS:
        raise InputError(f"backend={backend!r} must be one of {', '.join(BACKENDS)}")
    if backend == "native":
        if means.device.type != "cpu":
            raise InputError(f"backend='native' needs tensors on the CPU, means is on {means.device}")
        if means.dtype != torch.float32:
            raise InputError(f"backend='native' needs float32, means is {means.dtype}; backend='torch' takes any")
        if not kernels.available():
            raise InputError("backend='native' was not built: install a C++17 compiler and run `pip install .` again")
    if backend == "gsplat" and not means.is_cuda:
        raise InputError(f"backend='gsplat' needs tensors on a CUDA device, means is on {means.device}")
    return backend  # type: ignore[return-value]


def _check(
    tensors: dict[str, Tensor],
    width: int,
    height: int,
    sh_degree: int | None,
    backgrounds: Tensor | None,
    render_mode: str,
) -> None:
    if render_mode not in RENDER_MODES:
        raise InputError(f"render_mode={render_mode!r} must be one of {', '.join(RENDER_MODES)}")
    for name, value in (("width", width), ("height", height)):
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= kernels.MAX_SIZE:
            raise InputError(f"{name}={value!r} must be a whole number from 1 to {kernels.MAX_SIZE}")
    if sh_degree is not None and sh_degree not in (0, 1, 2, 3):
        raise InputError(f"sh_degree={sh_degree} must be None, 0, 1, 2 or 3")
    everything = tensors if backgrounds is None else tensors | {"backgrounds": backgrounds}
    for name, tensor in everything.items():
        if not isinstance(tensor, Tensor):
            raise InputError(f"{name} is a {type(tensor).__name__}, it must be a torch tensor")
    means = tensors["means"]
    for name, tensor in everything.items():
        if not tensor.is_floating_point() or tensor.dtype != means.dtype:
            raise InputError(f"{name} is {tensor.dtype}, it must be floating point and as means is ({means.dtype})")
        if tensor.device != means.device:
            raise InputError(f"{name} is on {tensor.device}, it must be where means is ({means.device})")
    if means.ndim < 2 or means.shape[-1] != 3:
        raise InputError(f"means has shape {tuple(means.shape)}, it must be (..., N, 3)")
    batch, count = tuple(means.shape[:-2]), means.shape[-2]
    viewmats = tensors["viewmats"]
    if viewmats.ndim != len(batch) + 3 or viewmats.shape[-2:] != (4, 4):
        raise InputError(f"viewmats has shape {tuple(viewmats.shape)}, it must be (..., C, 4, 4)")
    cameras = viewmats.shape[-3]
    if cameras < 1:
        raise InputError("viewmats has no camera: C must be at least 1")
    expected: dict[str, Sequence[int]] = {
        "quats": (*batch, count, 4),
        "scales": (*batch, count, 3),
        "opacities": (*batch, count),
        "viewmats": (*batch, cameras, 4, 4),
        "Ks": (*batch, cameras, 3, 3),
    }
    for name, shape in expected.items():
        if tuple(tensors[name].shape) != shape:
            raise InputError(f"{name} has shape {tuple(tensors[name].shape)}, it must be {shape}")
    _check_colors(tensors["colors"], batch, count, cameras, sh_degree)
    if backgrounds is not None:
        channels = 3 if sh_degree is not None else tensors["colors"].shape[-1]
        shape = (*batch, cameras, channels)
        if "RGB" in render_mode and tuple(backgrounds.shape) != shape:
            raise InputError(f"backgrounds has shape {tuple(backgrounds.shape)}, it must be {shape}")
    Ks = tensors["Ks"].detach()
    focal = torch.stack([Ks[..., 0, 0], Ks[..., 1, 1]])
    if not bool((torch.isfinite(Ks).all() & (focal > 0).all()).item()):
        raise InputError("Ks must be finite with positive focal lengths: K is singular or flips the picture")
    if not bool(torch.isfinite(viewmats).all()):
        raise InputError("viewmats must be finite")


def _check_colors(colors: Tensor, batch: tuple[int, ...], count: int, cameras: int, sh_degree: int | None) -> None:
    leading = ((*batch, count), (*batch, cameras, count))
    tail = 1 if sh_degree is None else 2
    shape = tuple(colors.shape)
    wanted = "(..., [C,] N, D)" if sh_degree is None else "(..., [C,] N, K, 3)"
    if len(shape) <= tail or shape[:-tail] not in leading:
        raise InputError(f"colors has shape {shape}, it must be {wanted} with N={count} and C={cameras}")
    if sh_degree is not None and (shape[-1] != 3 or shape[-2] < (sh_degree + 1) ** 2):
        raise InputError(f"colors has shape {shape}, sh_degree={sh_degree} needs (..., K >= {(sh_degree + 1) ** 2}, 3)")


def _jobs(tensors: Sequence[Tensor], batch: Sequence[int], sh_degree: int | None) -> list[tuple[Tensor, ...]]:
    """One tuple (means, quats, scales, opacities, colors, viewmat, K) a camera, batch dimensions flattened."""
    means, quats, scales, opacities, colors, viewmats, Ks = tensors
    own = len(batch) + (2 if sh_degree is None else 3)  # dimensions that colours have if all cameras share them
    per_camera = colors.ndim > own
    flat = [t.reshape(math.prod(batch), *t.shape[len(batch) :]) for t in (means, quats, scales, opacities, colors)]
    views = viewmats.reshape(-1, viewmats.shape[-3], 4, 4)
    lenses = Ks.reshape(-1, Ks.shape[-3], 3, 3)
    return [
        (*(t[b] for t in flat[:4]), flat[4][b, c] if per_camera else flat[4][b], views[b, c], lenses[b, c])
        for b in range(views.shape[0])
        for c in range(views.shape[1])
    ]
