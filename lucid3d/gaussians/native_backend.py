"""`rasterization` by the native kernels, as torch autograd functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lucid3d.gaussians import kernels

_FEATURES_AT_ONCE = 4
_BLACK = np.zeros(4, np.float32)
_DESCRIPTION_ROWS = 11  # of Frame.describe: x, y, depth, A, B, C, opacity, x0, y0, x1, y1


@dataclass
class _Shot:
    """One camera's projected Gaussians, alive from forward to backward."""

    frame: Any
    planes: NDArray[np.float32]
    count: int
    chunks: list[NDArray[np.float32] | None]  # features drawn together (rows, N); None: spherical harmonics
    channels: list[int]  # channels that each chunk contributes, depth included
    depth_chunk: int | None
    threads: int
    absgrad: bool
    ids: Tensor | None  # visible Gaussians, if meta is packed
    images: list[NDArray[np.float32]] = field(default_factory=list)
    abs_means2d: NDArray[np.float32] | None = None


class _Expose(torch.autograd.Function):
    """Hands out projected centres as a tensor that collects gradients (see `rasterization`) and passes none on."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, anchor: Tensor) -> Tensor:
        return values.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[None, None]:
        return None, None


class _Draw(torch.autograd.Function):
    """Blends one shot; the gradient of its whole chain, projection included."""

    @staticmethod
    def forward(
        ctx: Any,
        shot: _Shot,
        means2d: Tensor,
        means: Tensor,
        quats: Tensor,
        scales: Tensor,
        opacities: Tensor,
        colors: Tensor,
        viewmat: Tensor,
        position: Tensor,
        size: tuple[int, int],
    ) -> tuple[Tensor, Tensor]:
        width, height = size
        shot.images = []
        outputs = []
        for features, channels in zip(shot.chunks, shot.channels, strict=True):
            if features is not None:
                shot.frame.set_features(features, shot.threads)
            image = np.empty((kernels.IMAGE_PLANES, height, width), np.float32)
            shot.frame.rasterize(_BLACK, image, shot.threads)
            shot.images.append(image)
            outputs.append(image[:channels])
        ctx.shot, ctx.size, ctx.colors_shape = shot, size, colors.shape
        ctx.set_materialize_grads(False)
        renders = np.ascontiguousarray(np.concatenate(outputs).transpose(1, 2, 0))
        return torch.from_numpy(renders), torch.from_numpy(shot.images[0][4].copy())

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        shot: _Shot = ctx.shot
        v_renders, v_alphas = grads
        width, height = ctx.size
        total = np.zeros_like(shot.planes[: kernels.GEOMETRY_ROWS])
        appearance: list[NDArray[np.float32]] = []
        means2d = np.zeros((2, shot.planes.shape[1]), np.float32)
        absolute = np.zeros_like(means2d) if shot.absgrad else None
        view = np.zeros(15, np.float32)
        needs_view = ctx.needs_input_grad[7] or ctx.needs_input_grad[8]
        first = 0
        for k, (features, channels) in enumerate(zip(shot.chunks, shot.channels, strict=True)):
            v_image = np.zeros((kernels.IMAGE_PLANES, height, width), np.float32)
            if v_renders is not None:
                v_image[:channels] = v_renders[..., first : first + channels].numpy().transpose(2, 0, 1)
            if k == 0 and v_alphas is not None:
                v_image[4] = v_alphas.numpy()
            first += channels
            planes = shot.planes
            if features is not None:
                if len(shot.chunks) > 1:
                    shot.frame.set_features(features, shot.threads)
                    shot.frame.rasterize(_BLACK, shot.images[k], shot.threads)
                planes = np.concatenate([shot.planes[: kernels.GEOMETRY_ROWS], features])
            shot.frame.rasterize_backward(_BLACK, shot.images[k], v_image, shot.absgrad, shot.threads)
            gradients = np.zeros_like(planes)
            v_means2d = np.zeros_like(means2d)
            v_abs = None if absolute is None else np.zeros_like(means2d)
            v_view = shot.frame.project_backward(planes, gradients, v_means2d, v_abs, needs_view, shot.threads)
            total += gradients[: kernels.GEOMETRY_ROWS]
            appearance.append(gradients[kernels.GEOMETRY_ROWS :])
            means2d += v_means2d
            if absolute is not None and v_abs is not None:
                absolute += v_abs
            if needs_view:
                view += np.asarray(v_view, np.float32)
        count = shot.count
        shot.abs_means2d = None if absolute is None else absolute[:, :count]

        def columns(rows: slice) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(total[rows, :count].T))

        colors = torch.from_numpy(np.ascontiguousarray(np.concatenate(appearance)[:, :count].T))
        if len(ctx.colors_shape) == 3:  # spherical harmonics; bands that are not used have no gradient
            unused = ctx.colors_shape[1] - colors.shape[1] // 3
            colors = torch.nn.functional.pad(colors.reshape(count, -1, 3), (0, 0, 0, unused))
        elif colors.shape[1] == 0:
            colors = torch.zeros(ctx.colors_shape)
        by_centre = torch.from_numpy(np.ascontiguousarray(means2d[:, :count].T))
        if shot.ids is not None:
            by_centre = by_centre[shot.ids]
        viewmat = torch.zeros(4, 4)
        viewmat[:3] = torch.from_numpy(view[:12].reshape(3, 4))
        return (
            None,
            by_centre,
            columns(kernels.MEANS),
            columns(kernels.QUATS),
            columns(kernels.SCALES),
            torch.from_numpy(total[kernels.OPACITY, :count].copy()),
            colors,
            viewmat,
            torch.from_numpy(view[12:].copy()),
            None,
        )


def _shoot(
    job: tuple[Tensor, ...], width: int, height: int, threads: int, absgrad: bool, options: dict[str, Any]
) -> tuple[_Shot, Tensor]:
    """Project one camera's Gaussians: the shot, and the camera's position (differentiable by the pose)."""
    means, quats, scales, opacities, colors, viewmat, K = job
    position = torch.inverse(viewmat)[:3, 3]
    degree, with_colors, with_depth = options["sh_degree"], options["with_colors"], options["with_depth"]
    harmonic = degree is not None and with_colors
    count = means.shape[0]
    coefficients = 3 * (degree + 1) ** 2 if harmonic else 0
    planes = kernels.empty_planes(kernels.GEOMETRY_ROWS + coefficients, count)
    planes[kernels.MEANS, :count] = means.detach().numpy().T
    planes[kernels.QUATS, :count] = quats.detach().numpy().T
    planes[kernels.SCALES, :count] = scales.detach().numpy().T
    planes[kernels.OPACITY, :count] = opacities.detach().numpy()
    chunks: list[NDArray[np.float32] | None] = [None]
    channels = [3 + with_depth]
    depth_chunk: int | None = 0 if with_depth else None
    if harmonic:
        used = colors.detach()[:, : (degree + 1) ** 2].reshape(count, -1)
        planes[kernels.GEOMETRY_ROWS :, :count] = used.numpy().T
    else:
        rows = np.zeros((0, count), np.float32) if not with_colors else colors.detach().numpy().T
        chunks, channels = [], []
        for first in range(0, len(rows), _FEATURES_AT_ONCE):
            part = rows[first : first + _FEATURES_AT_ONCE]
            features = np.zeros((len(part), planes.shape[1]), np.float32)
            features[:, :count] = part
            chunks.append(features)
            channels.append(len(part))
        if with_depth:  # in the last chunk if it has room, else in one of its own
            if not chunks or channels[-1] == _FEATURES_AT_ONCE:
                chunks.append(np.zeros((0, planes.shape[1]), np.float32))
                channels.append(0)
            channels[-1] += 1
            depth_chunk = len(chunks) - 1
    view = kernels.make_view(
        viewmat.detach().numpy(),
        position.detach().numpy(),
        K.detach().numpy(),
        width,
        height,
        near_plane=options["near_plane"],
        far_plane=options["far_plane"],
        eps2d=options["eps2d"],
        radius_clip=options["radius_clip"],
        antialiased=options["antialiased"],
    )
    frame = kernels.native().Frame()
    frame.project(view, planes, count, sh_degree=degree if harmonic else -1, channels=0, raw=False, threads=threads)
    return _Shot(frame, planes, count, chunks, channels, depth_chunk, threads, absgrad, None), position


def draw(
    jobs: list[tuple[Tensor, ...]],
    width: int,
    height: int,
    *,
    packed: bool,
    absgrad: bool,
    threads: int | None,
    **options: Any,
) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """Every job (see `rasterization`): images (C, H, W, D), alphas (C, H, W), meta."""
    used_threads = kernels.thread_count(threads)
    shots = [_shoot(job, width, height, used_threads, absgrad, options) for job in jobs]
    count = jobs[0][0].shape[0]
    known = np.zeros((len(jobs), _DESCRIPTION_ROWS, kernels.padded(count)), np.float32)
    for (shot, _), rows in zip(shots, known, strict=True):
        shot.frame.describe(rows)
    described = torch.from_numpy(known[:, :, :count].transpose(0, 2, 1).copy())
    conics, opacities = described[..., 3:6], described[..., 6]
    determinant = (conics[..., 0] * conics[..., 2] - conics[..., 1] ** 2).clamp(min=1e-30)
    reach = torch.sqrt(2 * torch.log((opacities * 255).clamp(min=1)))
    seen = described[..., 9] > described[..., 7]
    extent = reach[..., None] * torch.sqrt(conics[..., [2, 0]] / determinant[..., None])
    rounded = torch.ceil(extent).nan_to_num(nan=1).clamp(1, kernels.MAX_SIZE)
    radii = torch.where(seen[..., None], rounded, torch.zeros_like(extent)).int()
    meta: dict[str, Any] = {
        "radii": radii,
        "means2d": described[..., :2],
        "depths": described[..., 2],
        "conics": conics,
        "opacities": opacities,
    }
    starts = [0]
    if packed:
        cameras, ids = torch.nonzero(seen, as_tuple=True)
        meta = {name: value[cameras, ids] for name, value in meta.items()}
        meta |= {"camera_ids": cameras, "gaussian_ids": ids}
        starts += torch.cumsum(torch.bincount(cameras, minlength=len(jobs)), 0).tolist()
    anchor = torch.zeros(1, requires_grad=any(t.requires_grad for job in jobs for t in job))
    means2d = meta["means2d"] = _Expose.apply(meta["means2d"], anchor)  # type: ignore[no-untyped-call]
    if absgrad and means2d.requires_grad:
        _collect_absolute(means2d, [shot for shot, _ in shots], packed)
    images, alphas = [], []
    for c, ((shot, position), job) in enumerate(zip(shots, jobs, strict=True)):
        if packed:
            shot.ids = meta["gaussian_ids"][starts[c] : starts[c + 1]]
        centres = means2d[starts[c] : starts[c + 1]] if packed else means2d[c]
        means, quats, scales, opacity, colors, viewmat, _ = job
        image, alpha = _Draw.apply(  # type: ignore[no-untyped-call]
            shot, centres, means, quats, scales, opacity, colors, viewmat, position, (width, height)
        )
        images.append(image)
        alphas.append(alpha)
    return torch.stack(images), torch.stack(alphas), meta


def _collect_absolute(means2d: Tensor, shots: list[_Shot], packed: bool) -> None:
    """Give `means2d` an attribute absgrad once its gradient has arrived."""

    def collect(gradient: Tensor) -> None:
        parts = []
        for shot in shots:
            columns = np.zeros((2, shot.count), np.float32) if shot.abs_means2d is None else shot.abs_means2d
            part = torch.from_numpy(np.ascontiguousarray(columns.T))
            parts.append(part[shot.ids] if packed and shot.ids is not None else part)
        means2d.absgrad = torch.cat(parts) if packed else torch.stack(parts)  # type: ignore[attr-defined]

    means2d.register_hook(collect)  # type: ignore[no-untyped-call]
