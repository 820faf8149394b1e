"""Following by the native kernels alone: projection, its backward pass and Adam in one, of what may change and is seen.

torch sees the picture and nothing else: the loss is differentiated by its pixels, and from there on the gradient stays
in compiled code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lucid3d.camera import Camera
from lucid3d.gaussians import kernels
from lucid3d.gaussians.model import Gaussians

if TYPE_CHECKING:
    from lucid3d.guidance.optimise import Following

BETAS = (0.9, 0.999)
"""Of Adam, as torch has them."""
EPSILON = 1e-15
UNLIMITED = 1e30


class LeanState:
    """The parameters that learn, and everything that is drawn; one picture a step.

    Args:
        gaussians: N, stay as they are; rows: (K,) those that may change.
    """

    def __init__(self, gaussians: Gaussians, rows: NDArray[np.intp], settings: Following) -> None:
        self._base, self._rows, self._settings = gaussians, rows, settings
        self._planes = kernels.pack(gaussians)
        self._moments = np.zeros_like(self._planes), np.zeros_like(self._planes)
        self._still: NDArray[np.float32] | None = None
        if len(rows) < len(gaussians):
            self._still = np.ones(self._planes.shape[1], np.float32)
            self._still[rows] = 0
        s = settings
        self._rates = np.zeros(len(self._planes), np.float32)
        if s.geometry:
            self._rates[kernels.MEANS], self._rates[kernels.QUATS] = s.means, s.quats
            self._rates[kernels.SCALES], self._rates[kernels.OPACITY] = s.scales, s.opacities
        if s.colour:
            self._rates[kernels.GEOMETRY_ROWS :] = s.harmonics
            self._rates[kernels.GEOMETRY_ROWS : kernels.GEOMETRY_ROWS + 3] = s.colours
        self._threads = kernels.thread_count(None)
        self._frame = kernels.native().Frame()
        self._image = self._slope = np.zeros((kernels.IMAGE_PLANES, 0, 0), np.float32)
        self._black = np.zeros(4, np.float32)
        self._seen = torch.zeros(0)
        self._steps = 0

    def draw(self, camera: Camera) -> Tensor:
        """(3, H, W) what a camera sees, clipped to [0, 1]."""
        size = (kernels.IMAGE_PLANES, camera.height, camera.width)
        if self._image.shape != size:
            self._image, self._slope = np.zeros(size, np.float32), np.zeros(size, np.float32)
        self._frame.project(
            kernels.view_of(camera), self._planes, len(self._base), sh_degree=self._base.sh_degree, channels=0,
            raw=True, threads=self._threads,
        )  # fmt: skip
        self._frame.rasterize(self._black, self._image, self._threads)
        self._seen = torch.from_numpy(self._image[:3]).clone().requires_grad_(True)
        return self._seen.clamp(0, 1)

    def step(self, loss: Tensor, progress: float) -> None:
        """One step of Adam."""
        loss.backward()  # type: ignore[no-untyped-call]
        if self._seen.grad is None:
            return
        self._steps += 1
        self._slope[:3] = self._seen.grad.numpy()
        self._frame.rasterize_backward(self._black, self._image, self._slope, False, self._threads)
        self._frame.train_step(
            self._planes, *self._moments, self._rates * np.float32(self._settings.decay**progress), self._steps,
            *BETAS, EPSILON, True, None, opacity_pull=0.0, scale_pull=0.0, log_needle=UNLIMITED,
            log_scale_max=UNLIMITED, means2d=None, threads=self._threads, still=self._still,
        )  # fmt: skip

    def gaussians(self) -> Gaussians:
        """What came of it; what was frozen has its old bits."""
        now = kernels.unpack(self._planes, len(self._base))
        frozen = set[str]()
        if not self._settings.geometry:
            frozen |= {"means", "quats", "log_scales", "logit_opacities"}
        if not self._settings.colour:
            frozen |= {"sh"}
        changed = {name: values.copy() for name, values in vars(self._base).items()}
        for name, values in changed.items():
            if name not in frozen:
                values[self._rows] = getattr(now, name)[self._rows]
        return Gaussians(**changed)
