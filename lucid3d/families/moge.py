"""MoGe-2 measures depth: metric, with sharp edges, and it takes the true lens.

"MoGe-2: Accurate Monocular Geometry with Metric Scale and Sharp Details", Wang et al. 2025.

Its network comes in its makers' own package: `pip install git+https://github.com/microsoft/MoGe.git`. Then
`--estimator moge-2` stands in for the stock depth network. Weights (a model.pt, of which the package reads tensors
alone) come from the hub's cache and are never fetched: `hf download Ruicheng/moge-2-vitl-normal model.pt` puts them
there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Depth, DepthKind, Image
from lucid3d.families.diffusion.device import choose_device

CHECKPOINT = "Ruicheng/moge-2-vitl-normal"
PACKAGE = "git+https://github.com/microsoft/MoGe.git"


class MoGeDepth:
    """MoGe-2 behind the DepthEstimator protocol; its network is read at first use.

    Args:
        checkpoint: hub name, or the path of a model.pt.
    Raises:
        InputError: its package is not installed.
    """

    kind: DepthKind = "metric"
    guesses_sky = True

    def __init__(self, checkpoint: str = CHECKPOINT) -> None:
        try:
            from moge.model.v2 import MoGeModel
        except ImportError:
            raise InputError(f"MoGe-2 comes in its makers' own package: pip install {PACKAGE}") from None
        self.checkpoint = checkpoint
        self._class: Any = MoGeModel
        self._network: Any = None

    def estimate(self, image: Image, camera: Camera) -> Depth:
        """(camera.height, camera.width) float32 z-depth in metres, +inf where its mask says that there is no surface.

        Args:
            image: (H, W, 3) float32 sRGB in [0, 1].
            camera: where it was taken from; its lens decides the scale.
        Raises:
            InputError: the image is not of the camera's size, or the weights are not on disk.
        """
        import torch

        if image.shape != (camera.height, camera.width, 3):
            raise InputError(f"estimate got an image {image.shape} for a camera of {(camera.height, camera.width)}")
        network = self._loaded()
        device = next(network.parameters()).device
        picture = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1), np.float32)).to(device)
        with torch.inference_mode():
            answer = network.infer(picture, fov_x=camera.fov_degrees, use_fp16=False)
        depth, seen = answer["depth"].float().cpu().numpy(), answer["mask"].cpu().numpy().astype(bool)
        metres: Depth = np.where(seen & np.isfinite(depth), depth, np.inf).astype(np.float32)
        return metres

    def close(self) -> None:
        """Let go of the network; the next call reads it again."""
        self._network = None

    def _loaded(self) -> Any:
        if self._network is None:
            try:
                network = self._class.from_pretrained(self.checkpoint, local_files_only=True)
            except (OSError, ValueError) as error:
                raise InputError(
                    f"the weights of {self.checkpoint} are not on disk ({error}); fetch them with: "
                    f"hf download {self.checkpoint} model.pt"
                ) from error
            self._network = network.to(choose_device("auto")).eval()
        return self._network
