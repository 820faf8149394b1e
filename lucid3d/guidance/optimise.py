"""Gaussians follow a guidance: the loop. What is not in the mask stays, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.gaussians import kernels
from lucid3d.gaussians.model import Gaussians
from lucid3d.gaussians.rasterizer import rasterization
from lucid3d.guidance.base import Guidance
from lucid3d.guidance.lean import LeanState
from lucid3d.progress import Event, Listener, ignore


@dataclass(frozen=True)
class Following:
    """How Gaussians follow.

    Attributes:
        steps: how many; views: pictures a step.
        size: pixels across a picture; 0 = those of its camera.
        geometry, colour: whether place, form and opacity, or colour, may change.
        means, quats, scales, opacities, colours, harmonics: learning rates of Adam; that of means in sizes of the
            Gaussian, those above degree 0 apart.
        decay: factor on all of them at the end.
        stay: weight of the mean squared distance to the colours that there were, so that nothing runs away.
        seed: of the order of views.
    """

    steps: int = 300
    views: int = 1
    size: int = 256
    geometry: bool = True
    colour: bool = True
    means: float = 0.02
    quats: float = 0.002
    scales: float = 0.005
    opacities: float = 0.02
    colours: float = 0.01
    harmonics: float = 0.0005
    decay: float = 0.1
    stay: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1 or self.views < 1 or self.size < 0:
            raise InputError("steps and views must be at least 1, and size not negative")
        if not (self.geometry or self.colour):
            raise InputError("with both geometry and colour frozen nothing can follow")


COLOURS_ALONE = Following(geometry=False)


def followed(
    gaussians: Gaussians,
    guidance: Guidance,
    cameras: Sequence[Camera],
    prompt: str = "",
    *,
    mask: NDArray[np.bool_] | None = None,
    settings: Following | None = None,
    on_event: Listener = ignore,
) -> Gaussians:
    """The Gaussians after they have followed a guidance.

    Args:
        gaussians: N, stay as they are; cameras: from which pictures are drawn, in turns.
        mask: (N,) bool, what may change; None = all.
    Raises:
        InputError: no camera, nothing that may change, or the loss is no finite number.
    """
    settings = settings or Following()
    rows = np.arange(len(gaussians)) if mask is None else np.flatnonzero(mask)
    if not len(rows) or not len(cameras):
        raise InputError("nothing that may change is seen: choose a larger region")
    lean = settings.views == 1 and not settings.stay and kernels.available()
    state = LeanState(gaussians, rows, settings) if lean else _State(gaussians, rows, settings)
    rng = np.random.default_rng(settings.seed)
    order: list[int] = []
    for step in range(settings.steps):
        while len(order) < settings.views:
            order += rng.permutation(len(cameras)).tolist()
        chosen = [_sized(cameras[order.pop(0)], settings.size) for _ in range(settings.views)]
        images = torch.stack([state.draw(camera) for camera in chosen])
        loss = guidance.loss(images, chosen, prompt)
        if not torch.isfinite(loss):
            raise InputError("the guidance gave no finite number: choose lower learning rates or another network")
        if isinstance(state, _State) and settings.stay:
            loss = loss + settings.stay * state.strayed()
        state.step(loss, step / settings.steps)
        on_event(Event("train", step + 1, settings.steps, f"loss {float(loss.detach()):.4f}"))
    return state.gaussians()


class _State:
    """The parameters that learn, and everything that is drawn."""

    def __init__(self, gaussians: Gaussians, rows: NDArray[np.intp], settings: Following) -> None:
        self._base, self._rows, self._settings = gaussians, rows, settings
        self._degree = gaussians.sh_degree
        part = gaussians[rows]
        whole = len(rows) == len(gaussians)
        self._index = None if whole else torch.from_numpy(rows)
        self._all = _activated(*(torch.from_numpy(np.ascontiguousarray(v)) for v in vars(gaussians).values()))
        self._size = torch.from_numpy(np.sort(part.scales, axis=1)[:, 1:2].copy())
        self._raw = {
            "means": torch.zeros(len(rows), 3),  # moves, in sizes
            "quats": torch.from_numpy(part.quats.copy()),
            "log_scales": torch.from_numpy(part.log_scales.copy()),
            "logit_opacities": torch.from_numpy(part.logit_opacities.copy()),
            "colours": torch.from_numpy(part.sh[:, :1].copy()),
            "harmonics": torch.from_numpy(part.sh[:, 1:].copy()),
        }
        s = settings
        rates = {"means": s.means, "quats": s.quats, "log_scales": s.scales, "logit_opacities": s.opacities,
                 "colours": s.colours, "harmonics": s.harmonics}  # fmt: skip
        self._start = torch.from_numpy(part.means.copy())
        self._first_colours = self._raw["colours"].clone()
        groups = []
        for name, rate in rates.items():
            may = s.colour if name in ("colours", "harmonics") else s.geometry
            if may and rate > 0 and self._raw[name].numel():
                self._raw[name].requires_grad_(True)
                groups.append({"params": [self._raw[name]], "lr": rate, "first": rate})
        self._optimizer = torch.optim.Adam(groups, eps=1e-15, fused=True)

    def _parameters(self) -> list[Tensor]:
        raw = self._raw
        means = self._start + raw["means"] * self._size
        return [means, raw["quats"], raw["log_scales"], raw["logit_opacities"],
                torch.cat([raw["colours"], raw["harmonics"]], dim=1)]  # fmt: skip

    def draw(self, camera: Camera) -> Tensor:
        """(3, H, W) what a camera sees, clipped to [0, 1]."""
        drawn = _activated(*self._parameters())
        if self._index is not None:
            index = self._index
            pairs = zip(self._all, drawn, strict=True)
            drawn = [whole.index_copy(0, index, part) if part.requires_grad else whole for whole, part in pairs]
        view = torch.from_numpy(camera.camera_from_world.astype(np.float32))[None]
        lens = torch.from_numpy(camera.intrinsics.astype(np.float32))[None]
        means, quats, scales, opacities, sh = drawn
        images, _, _ = rasterization(
            means, quats, scales, opacities, sh, view, lens, camera.width, camera.height,
            sh_degree=self._degree, packed=False,
        )  # fmt: skip
        return images[0].permute(2, 0, 1).clamp(0, 1)

    def strayed(self) -> Tensor:
        """How far colours are from those that there were."""
        return ((self._raw["colours"] - self._first_colours) ** 2).mean()

    def step(self, loss: Tensor, progress: float) -> None:
        """One step of Adam."""
        for group in self._optimizer.param_groups:
            group["lr"] = group["first"] * self._settings.decay**progress
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()

    def gaussians(self) -> Gaussians:
        """What came of it; what was frozen has its old bits."""
        s, base, rows = self._settings, self._base, self._rows
        means, quats, log_scales, opacities, sh = (p.detach().numpy() for p in self._parameters())
        changed = {name: values.copy() for name, values in vars(base).items()}
        if s.geometry:
            changed["means"][rows], changed["quats"][rows] = means, quats
            changed["log_scales"][rows], changed["logit_opacities"][rows] = log_scales, opacities
        if s.colour:
            changed["sh"][rows] = sh
        return Gaussians(**changed)


def _activated(means: Tensor, quats: Tensor, log_scales: Tensor, logits: Tensor, sh: Tensor) -> list[Tensor]:
    """As the rasteriser takes them."""
    return [means, quats, log_scales.exp(), logits.sigmoid(), sh]


def _sized(camera: Camera, size: int) -> Camera:
    if not size or max(camera.width, camera.height) == size:
        return camera
    factor = size / max(camera.width, camera.height)
    return camera.resized(max(16, round(camera.width * factor)), max(16, round(camera.height * factor)))


def seeing(gaussians: Gaussians, mask: NDArray[np.bool_], cameras: Sequence[Camera], least: int = 20) -> list[Camera]:
    """The cameras that have a region in their picture, turned to nothing else; (N,) bool mask."""
    means, found = gaussians.means[mask], []
    for camera in cameras:
        pixels, depth = camera.project(means)
        with np.errstate(invalid="ignore"):
            inside = (depth > 0.05) & (pixels >= 0).all(axis=1) & (pixels < (camera.width, camera.height)).all(axis=1)
        if inside.sum() >= min(least, len(means)):
            found.append(camera)
    return found


def closer(camera: Camera, means: NDArray[np.float32], size: int, margin: float = 1.3) -> Camera:
    """A camera at the same place, turned to a region with a lens that it fills: its crop, drawn finely.

    Args:
        means: (N, 3) of the region; size: pixels to a side.
    """
    ahead = camera.camera_from_world[:3, :3] @ (means.T - camera.position[:, None])
    ahead = ahead[:, ahead[2] > 0.05]
    middle = np.median(ahead / np.linalg.norm(ahead, axis=0), axis=1)
    middle /= np.linalg.norm(middle)
    right = np.cross([0, 1.0, 0], middle)
    right /= max(float(np.linalg.norm(right)), 1e-9)
    turn = np.stack([right, np.cross(middle, right), middle], axis=1)
    seen = turn.T @ ahead
    seen = seen[:, seen[2] > 0.05]
    half = float(np.percentile(np.abs(seen[:2] / seen[2]), 98)) * margin
    pose = camera.world_from_camera.copy()
    pose[:3, :3] = camera.rotation @ turn
    return Camera.from_fov(size, size, float(np.degrees(2 * np.arctan(np.clip(half, 0.02, 1.5)))), pose)


def around(means: NDArray[np.float32], size: int, count: int = 8, rise: float = 15.0) -> list[Camera]:
    """Cameras in a ring around a region (N, 3), which they look at: also at its back."""
    low, high = np.percentile(means, [2, 98], axis=0)
    middle, radius = (low + high) / 2, 0.5 * float(np.linalg.norm(high - low))
    distance = max(radius / np.sin(np.radians(25)), 0.3)
    cameras = []
    for number in range(count):
        a, b = 2 * np.pi * number / count, np.radians(rise)
        away = np.array([np.sin(a) * np.cos(b), -np.sin(b), -np.cos(a) * np.cos(b)])
        forward, right = -away, np.array([np.cos(a), 0.0, np.sin(a)])
        pose = np.eye(4)
        pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
        pose[:3, 3] = middle + distance * away
        cameras.append(Camera.from_fov(size, size, 60.0, pose))
    return cameras
