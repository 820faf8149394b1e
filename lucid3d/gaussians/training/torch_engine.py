"""The training step in torch: on CUDA with gsplat's kernels, elsewhere with the twin. The same loss, the same Adam."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lucid3d.config import TrainConfig
from lucid3d.gaussians import kernels
from lucid3d.gaussians.rasterizer import rasterization
from lucid3d.gaussians.training.engine import LEAK, Losses, Seen, Shot, log_limits
from lucid3d.gaussians.training.state import State

_WINDOW, _SIGMA = 11, 1.5
_C1, _C2 = 0.01**2, 0.03**2


def ssim_map(x: Tensor, y: Tensor) -> Tensor:
    """SSIM (3, H, W) of two pictures (3, H, W), zeros outside (see `loss.cpp`)."""
    offsets = torch.arange(_WINDOW, dtype=x.dtype, device=x.device) - _WINDOW // 2
    window = torch.exp(-(offsets**2) / (2 * _SIGMA**2))
    window = window / window.sum()

    def blur(image: Tensor) -> Tensor:
        half = _WINDOW // 2
        rows = functional.conv2d(image[:, None], window.view(1, 1, 1, -1), padding=(0, half))
        return functional.conv2d(rows, window.view(1, 1, -1, 1), padding=(half, 0))[:, 0]

    u, v = blur(x), blur(y)
    squares, product = blur(x * x + y * y), blur(x * y)
    a, b = 2 * u * v + _C1, 2 * (product - u * v) + _C2
    c, d = u * u + v * v + _C1, squares - u * u - v * v + _C2
    return a * b / (c * d)


def image_loss(image: Tensor, shot: Shot, config: TrainConfig) -> tuple[Tensor, dict[str, float]]:
    """The loss of (5, H, W) planes, and its terms (see `types.h`, LossWeights)."""
    like: Any = {"dtype": image.dtype, "device": image.device}
    target, weight = torch.as_tensor(shot.target, **like), torch.as_tensor(shot.weight, **like)
    known = weight > 0
    x = torch.where(known, image[:3], target)
    terms = {
        "l1": (x - target).abs().sum() / (3 * shot.known_pixels),
        "ssim": (weight * (1 - ssim_map(x, target))).sum() / (3 * shot.known_pixels),
        "depth": image.new_zeros(()),
        "opaque": (weight * (1 - image[4])).sum() / shot.known_pixels,
    }
    if shot.depth is not None:
        depth = torch.as_tensor(shot.depth, **like)
        has = known & (depth > 0)
        error = image[3] / torch.where(has, depth, torch.ones_like(depth)) - image[4]
        farther = torch.where(has, error, torch.zeros_like(error)).clamp(min=0)
        nearer = torch.where(has, -error, torch.zeros_like(error)).clamp(min=0)
        ending = farther * image[4] / (farther + image[4]).clamp(min=torch.finfo(error.dtype).tiny)
        terms["depth"] = (nearer + ending).sum() / shot.depth_pixels
    total = shot.share * (
        (1 - config.ssim_weight) * terms["l1"]
        + config.ssim_weight * terms["ssim"]
        + config.depth_weight * terms["depth"]
        + config.opaque_weight * terms["opaque"]
    )
    return total, {name: float(value.detach()) for name, value in terms.items()}


def _let_through(alpha: Tensor) -> Tensor:
    """See `engine.let_through`."""
    rest = 1 - alpha
    return torch.where(rest < LEAK, torch.zeros_like(rest), rest)


class TorchEngine:
    """Keeps the planes as tensors on a device; `pull` and `push` carry them to and from the State."""

    def __init__(self, state: State, config: TrainConfig, device: str | torch.device) -> None:
        self._state, self._config = state, config
        self._device = torch.device(device)
        self._seen: Seen | None = None
        self.push()

    def pull(self) -> None:
        """See `Engine.pull`."""
        count = self._state.count
        parts = {"planes": self._planes, "first": self._first, "second": self._second}
        for name, tensor in parts.items():
            getattr(self._state, name)[:, :count] = tensor.detach().cpu().numpy()

    def push(self) -> None:
        """See `Engine.push`."""
        state = self._state

        def tensor(planes: NDArray[np.float32]) -> Tensor:
            return torch.as_tensor(planes[:, : state.count].copy(), device=self._device)

        self._planes, self._first, self._second = map(tensor, (state.planes, state.first, state.second))
        self._is_sky = torch.as_tensor(state.is_sky, device=self._device)

    def seen(self) -> Seen:
        """See `Engine.seen`."""
        assert self._seen is not None
        return self._seen

    def step(self, shot: Shot, rates: NDArray[np.float32], step: int, *, with_means2d: bool) -> Losses:
        """See `Engine.step`."""
        config, count = self._config, self._state.count
        camera = shot.camera
        planes = self._planes.detach().requires_grad_(True)
        as_tensor: Any = {"dtype": torch.float32, "device": self._device}
        renders, alphas, meta = rasterization(
            planes[kernels.MEANS].T,
            planes[kernels.QUATS].T,
            planes[kernels.SCALES].exp().T,
            planes[kernels.OPACITY].sigmoid(),
            planes[kernels.GEOMETRY_ROWS :].T.reshape(count, -1, 3),
            torch.as_tensor(camera.camera_from_world.copy(), **as_tensor)[None],
            torch.as_tensor(camera.intrinsics, **as_tensor)[None],
            camera.width,
            camera.height,
            eps2d=self._config.eps2d,
            sh_degree=self._state.degree,
            render_mode="RGB+D",
            packed=False,
            backend=None if self._device.type == "cuda" else "torch",
        )
        if with_means2d:
            meta["means2d"].retain_grad()
        image = torch.cat([renders[0], alphas[0]], -1).permute(2, 0, 1)
        if shot.around is not None:
            before, behind = (torch.as_tensor(a, **as_tensor) for a in (shot.around.before, shot.around.behind))
            image = before + _let_through(before[4]) * (image + _let_through(image[4]) * behind)
        loss, terms = image_loss(image, shot, config)
        regular = config.opacity_regularizer * planes[kernels.OPACITY].sigmoid().mean()
        regular = regular + config.scale_regularizer * planes[kernels.SCALES].exp().mean()
        (loss + regular).backward()  # type: ignore[no-untyped-call]
        visible = (meta["radii"][0] > 0).all(-1)
        gradient = None
        if with_means2d and meta["means2d"].grad is not None:
            gradient = meta["means2d"].grad[0].cpu().numpy()
        self._seen = Seen(shot, visible.cpu().numpy(), gradient)
        with torch.no_grad():
            self._update(planes, visible, torch.as_tensor(rates, device=self._device), step)
        return Losses(float(loss.detach()), terms["l1"], terms["ssim"], terms["depth"], terms["opaque"])

    def _update(self, planes: Tensor, visible: Tensor, rates: Tensor, step: int) -> None:
        """Adam and the limits on scales, as in `adam_group` of project_backward.cpp."""
        config, gradient = self._config, planes.grad
        assert gradient is not None
        moves = visible if config.visible_only else torch.ones_like(visible)
        mask = moves.expand(planes.shape).clone()
        mask[kernels.MEANS] &= ~self._is_sky
        middle = planes[kernels.SCALES].median(dim=0).values
        first = config.beta1 * self._first + (1 - config.beta1) * gradient
        second = config.beta2 * self._second + (1 - config.beta2) * gradient**2
        first_hat, second_hat = first / (1 - config.beta1**step), second / (1 - config.beta2**step)
        change = rates[:, None] * first_hat / (second_hat.sqrt() + config.epsilon)
        change[kernels.MEANS] *= middle.exp()
        self._first = torch.where(mask, first, self._first)
        self._second = torch.where(mask, second, self._second)
        self._planes = torch.where(mask, planes - change, planes).detach()
        needle, largest = log_limits(config)
        scales = self._planes[kernels.SCALES]
        limit = (scales.median(dim=0).values + needle).clamp(max=largest)
        limited = torch.minimum(scales, limit)
        self._planes[kernels.SCALES] = torch.where(moves, limited, scales)
