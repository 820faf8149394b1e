"""Depth from one picture: ZoeDepth, DepthAnything, DPT, GLPN, Depth Pro, through transformers, without torchvision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Depth, DepthKind, Image, Progress
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion import depth_pro, weights
from lucid3d.families.diffusion.device import choose_device, free, memory_advice
from lucid3d.families.diffusion.loading import quiet, read_checkpoint
from lucid3d.families.diffusion.networks import read_network
from lucid3d.families.diffusion.sky import find_sky

if TYPE_CHECKING:
    import torch


NEAREST_METRES = (
    1e-3  # a metric network that answers 0 or less has failed on that pixel; alignment needs a positive number
)
ZOE_PADDING = (
    3.0  # ZoeDepth, section "inference": borders of 3 sqrt(side / 2) pixels are reflected, against edge artefacts
)


class NetworkDepth:
    """A depth-estimation checkpoint behind the DepthEstimator protocol.

    The network is read at first use and stays until `close`.

    Attributes:
        kind: what its numbers mean. Metric: metres. Relative kinds: the network's own numbers. Sky is +inf in all of
            them.
        guesses_sky: whether sky is looked for, picture by picture.
        device: where it runs.
    """

    kind: DepthKind

    def __init__(self, config: ModelsConfig, progress: Progress | None = None) -> None:
        found = weights.inspect(config.depth)
        folder = found.require(config.allow_pickle)
        if not folder.is_dir() or not (folder / "config.json").is_file():
            raise InputError(f"diffusion.depth {config.depth} must be a folder or hub name with a config.json")
        self.config = config
        self.progress = progress
        self.device = choose_device(config.device)
        self._folder, self._variant = folder, found.variant
        self._settings = weights.read_json(folder / "config.json")
        self._architecture = str(self._settings.get("model_type"))
        self.kind = depth_kind(self._settings, config.depth) if config.depth_kind == "auto" else config.depth_kind
        self.guesses_sky = config.sky
        self._network: Any = None
        self._processor: Any = None

    def estimate(self, image: Image, camera: Camera) -> Depth:
        """Estimate the depth of every pixel.

        Args:
            image: (H, W, 3) float32 sRGB in [0, 1].
            camera: where it was taken from; its field of view goes to networks that take one, its pose says where the
                sky can be.
        Returns:
            (camera.height, camera.width) float32: z-depth in metres when `kind` is metric, else the network's numbers;
            +inf where it is sky.
        Raises:
            InputError: the image is not of the camera's size, memory is short, or the network answers with nothing
                usable.
        """
        if image.shape != (camera.height, camera.width, 3):
            raise InputError(f"estimate got an image {image.shape} for a camera of {(camera.height, camera.width)}")
        self._load()
        if self.progress:
            self.progress("measuring depth", 0, 1)
        depth, indoors = self._predict(np.clip(image, 0, 1), camera)
        if not np.isfinite(depth).all():
            raise InputError(
                f"{self.config.depth} answers with values that are not numbers: name another depth network"
            )
        if self.kind == "metric":
            depth = np.maximum(depth * self._lens_factor(camera, indoors), NEAREST_METRES)
        elif self.kind == "relative-disparity":
            depth = np.maximum(depth, 0)
        if self.config.sky and not indoors:
            far = -depth if self.kind == "relative-disparity" else depth
            depth = np.where(find_sky(image, far, camera), np.inf, depth)
        if self.progress:
            self.progress("measuring depth", 1, 1)
        result: Depth = depth.astype(np.float32)
        return result

    def close(self) -> None:
        """Free the network; the next call reads it again."""

        self._network = self._processor = None
        free()

    def _load(self) -> None:
        if self._network is not None:
            return
        import torch
        from transformers import AutoImageProcessor, AutoModelForDepthEstimation

        if self.progress:
            self.progress("reading the depth network", 0, 1)
        with memory_advice(self.config, self.device, 512, 512), quiet(), read_checkpoint(self.config.depth):
            if self._architecture == "depth_pro":
                self._processor = depth_pro.processor(self._folder)
            else:
                self._processor = AutoImageProcessor.from_pretrained(  # type: ignore[no-untyped-call]
                    self._folder, local_files_only=True
                )
            # Always float32: bfloat16's 8 bits of mantissa lay a wall 10 m away in terraces of 4 cm.
            network = read_network(
                AutoModelForDepthEstimation,
                self._folder,
                self.config.depth,
                dtype=torch.float32,
                variant=self._variant,
                allow_pickle=self.config.allow_pickle,
            )
            if self._architecture == "depth_pro":
                network.use_fov_model = False  # the camera is known: no need to guess its lens
            self._network = network.eval().to(self.device)

    def _predict(self, image: Image, camera: Camera) -> tuple[Depth, bool]:
        """The network's answer at the camera's size, mirrored average included; whether it took the place for
        indoors.
        """
        import torch

        height, width = image.shape[:2]
        picture = (image * 255 + 0.5).astype(np.uint8)  # processors expect bytes, and scale them themselves
        with memory_advice(self.config, self.device, width, height), torch.inference_mode(), quiet():
            inputs = self._processor(images=picture, return_tensors="pt")["pixel_values"]
            inputs = inputs.to(self.device, self._network.dtype)
            answer, indoors = self._run(inputs)
            if self.config.mirrored_average:
                mirrored, _ = self._run(inputs.flip(-1))
                answer = (answer + mirrored.flip(-1)) / 2
        depth = self._to_size(answer, height, width)
        if self._architecture == "depth_pro":  # after resampling: inverse depth does not overshoot at edges
            depth = depth_pro.metres(depth, camera)
        return depth.cpu().numpy(), indoors

    def _lens_factor(self, camera: Camera, indoors: bool) -> float:
        """Camera's focal length over the one that the network was trained with, which it takes every picture to have.

        Of a lens twice as long the same picture shows what is twice as far (Depth Pro, section 3.1).
        """
        trained = trained_focal(self._settings, indoors)
        return 1.0 if trained is None else camera.fx / camera.width / trained

    def _run(self, inputs: torch.Tensor) -> tuple[torch.Tensor, bool]:
        """One pass: (h, w) float32 at the network's own size; True when a ZoeDepth with two heads chose the indoor
        one.
        """
        output = self._network(pixel_values=inputs)
        answer = output.predicted_depth.float().reshape(output.predicted_depth.shape[-2:])
        logits = getattr(output, "domain_logits", None)
        names = [str(each.get("name", "")) for each in self._settings.get("bin_configurations", [])]
        indoors = logits is not None and len(names) > 1 and names[int(logits.float().argmax())].lower() == "nyu"
        return answer, indoors

    def _to_size(self, answer: torch.Tensor, height: int, width: int) -> torch.Tensor:
        """Resample (h, w) to (height, width); ZoeDepth's reflected border is cut off."""
        import torch.nn.functional as functional

        top = left = 0
        if self._architecture == "zoedepth" and getattr(self._processor, "do_pad", True):
            top, left = (int((side / 2) ** 0.5 * ZOE_PADDING) for side in (height, width))
        size = (height + 2 * top, width + 2 * left)
        large = functional.interpolate(answer[None, None], size, mode="bicubic", align_corners=False)[0, 0]
        return large[top : top + height, left : left + width]


NYU, KITTI, HYPERSIM, VKITTI = 519 / 640, 721 / 1242, 886.8 / 1024, 725 / 1242
"""Focal lengths over the width of the pictures that metric networks are trained on (the cameras' calibrations)."""
OUTDOORS_METRES = 40
"""A Depth Anything of a larger range is the one for outdoors (80 m, VKITTI), of a smaller the one for rooms."""


def trained_focal(settings: dict[str, Any], indoors: bool) -> float | None:
    """Focal length over the width that a metric network takes its pictures to have; None: it knows the lens, or nobody
    knows.

    Args:
        settings: its config.json.
        indoors: whether a network with two heads chose the one for rooms.
    """
    architecture = settings.get("model_type")
    if architecture == "zoedepth":
        heads = [str(each.get("name", "")).lower() for each in settings.get("bin_configurations", [])]
        return NYU if indoors or heads == ["nyu"] else KITTI
    if architecture == "depth_anything":
        return VKITTI if float(settings.get("max_depth") or 0) > OUTDOORS_METRES else HYPERSIM
    return NYU if architecture == "glpn" else None


def depth_kind(settings: dict[str, Any], name: str) -> DepthKind:
    """What the numbers of a transformers depth-estimation checkpoint mean, from its config.json.

    Raises:
        InputError: it is no depth-estimation checkpoint, or one that needs more than a picture.
    """
    architecture = settings.get("model_type")
    if architecture == "depth_anything":
        # DepthAnything V2: the metric checkpoints say so; the relative ones answer disparity.
        return "metric" if settings.get("depth_estimation_type") == "metric" else "relative-disparity"
    if architecture in ("zoedepth", "glpn", "depth_pro"):
        return "metric"
    if architecture == "dpt":
        # MiDaS 3 answers disparity; the DPT heads on DINOv2 were trained on metric depth (NYU, KITTI), and say Dinov2.
        backbone = settings.get("backbone_config") or {}
        return "metric" if str(backbone.get("model_type", "")).startswith("dinov2") else "relative-disparity"
    if architecture == "prompt_depth_anything":
        raise InputError(
            f"diffusion.depth {name} refines a depth sensor's map: name one that works from the picture alone"
        )
    if any("DepthEstimation" in str(each) for each in settings.get("architectures") or []):
        raise InputError(f'diffusion.depth {name}: say what a "{architecture}" answers with, in diffusion.depth_kind')
    raise InputError(f'diffusion.depth {name} is a "{architecture}" checkpoint, no depth estimator')
