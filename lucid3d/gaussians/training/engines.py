"""One training step: draw, compare, differentiate, update. On the CPU by the native kernels, elsewhere by torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.config import TrainConfig
from lucid3d.gaussians import kernels
from lucid3d.gaussians.training.engine import Engine, Losses, Seen, Shot, log_limits
from lucid3d.gaussians.training.state import State

if TYPE_CHECKING:
    import torch


class NativeEngine:
    """The whole step in compiled code, without autograd; the State's arrays are updated in place."""

    def __init__(self, state: State, config: TrainConfig) -> None:
        self._state, self._config = state, config
        self._threads = kernels.thread_count(config.threads)
        self._frame = kernels.native().Frame()
        self._loss = kernels.native().ImageLoss()
        self._image = self._v_image = np.empty((kernels.IMAGE_PLANES, 0, 0), np.float32)
        self._black = np.zeros(4, np.float32)
        self._shot: Shot | None = None
        self._means2d: NDArray[np.float32] | None = None
        self.push()

    def step(self, shot: Shot, rates: NDArray[np.float32], step: int, *, with_means2d: bool) -> Losses:
        """See `Engine.step`."""
        state, config, threads, frame = self._state, self._config, self._threads, self._frame
        size = (kernels.IMAGE_PLANES, shot.camera.height, shot.camera.width)
        if self._image.shape != size:
            self._image, self._v_image = np.empty(size, np.float32), np.empty(size, np.float32)
        frame.project(
            kernels.view_of(shot.camera, eps2d=config.eps2d),
            state.planes,
            state.count,
            sh_degree=state.degree,
            channels=0,
            raw=True,
            threads=threads,
        )
        frame.rasterize(self._black, self._image, threads)
        picture = self._image
        if shot.around is not None:
            picture = np.empty(size, np.float32)
            shot.around.whole(self._image, picture)
        terms = self._loss(
            picture,
            shot.target,
            shot.weight,
            shot.depth,
            self._v_image,
            l1=shot.share * (1 - config.ssim_weight),
            ssim=shot.share * config.ssim_weight,
            depth_weight=shot.share * config.depth_weight,
            opaque=shot.share * config.opaque_weight,
            known_pixels=shot.known_pixels,
            depth_pixels=shot.depth_pixels,
            threads=threads,
        )
        if shot.around is not None:
            shot.around.slope(self._image, self._v_image)
        frame.rasterize_backward(self._black, self._image, self._v_image, False, threads)
        self._shot = shot
        self._means2d = np.zeros((2, state.planes.shape[1]), np.float32) if with_means2d else None
        needle, largest = log_limits(config)
        frame.train_step(
            state.planes,
            state.first,
            state.second,
            rates,
            step,
            config.beta1,
            config.beta2,
            config.epsilon,
            config.visible_only,
            self._frozen,
            opacity_pull=config.opacity_regularizer / max(1, state.count),
            scale_pull=config.scale_regularizer / max(1, 3 * state.count),
            log_needle=needle,
            log_scale_max=largest,
            means2d=self._means2d,
            threads=threads,
        )
        return Losses(*terms)

    def seen(self) -> Seen:
        """See `Engine.seen`."""
        assert self._shot is not None
        count = self._state.count
        visible = np.zeros(count, bool)
        self._frame.visibility(visible)
        gradient = None if self._means2d is None else np.ascontiguousarray(self._means2d[:, :count].T)
        return Seen(self._shot, visible, gradient)

    def pull(self) -> None:
        """Nothing to do: the kernels work on the state itself."""

    def push(self) -> None:
        """Take note of which Gaussians are sky, which stay where they are."""
        self._frozen: NDArray[np.float32] | None = None
        if self._state.is_sky.any():
            self._frozen = np.zeros(self._state.planes.shape[1], np.float32)
            self._frozen[: self._state.count] = self._state.is_sky


def make_engine(state: State, config: TrainConfig, device: str | torch.device | None) -> Engine:
    """The native engine on the CPU (None), the torch one on any named device or where nothing was compiled."""
    if device is None and kernels.available():
        return NativeEngine(state, config)
    from lucid3d.gaussians.training.torch_engine import TorchEngine  # imports torch, which takes seconds

    return TorchEngine(state, config, device or "cpu")
