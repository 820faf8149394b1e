"""Gaussians that carry the level they were dreamed at, blended by their size on the screen so that no level pops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.export.ply import read_gaussians, write_gaussians
from lucid3d.files import atomic_path
from lucid3d.gaussians.model import Gaussians, joined
from lucid3d.reading import read_arrays
from lucid3d.zoom.surface import step

FADE_IN = (0.9, 0.5)
"""A finer level fades in while its Gaussians grow from factor^-0.9 to factor^-0.5 of a pixel of the dream, ..."""
FADE_OUT = (0.5, 0.9)
"""... and what it covers of the coarser level goes when that has grown from factor^0.5 to factor^0.9 pixels: the finer
one is whole before the coarser one begins to go, so nothing behind them shows through."""

OF_EACH = ("gaussians", "level", "footprint", "covered", "covers")
"""Fields of `LevelGaussians` that have an entry for every Gaussian."""

SPREAD = 4.0
"""Deviations from its centre to which a Gaussian is drawn at most."""

INVISIBLE = 1 / 255
"""Opacity below which a Gaussian is left out."""

EACH = {"level": np.uint8, "footprint": np.float32, "covered": np.bool_, "covers": np.bool_}
"""The arrays of zoom/levels.npz with a value for each Gaussian, and their kinds."""

HELD = (*EACH, "factors", "pixel")
"""All of its arrays."""


@dataclass
class LevelGaussians:
    """N Gaussians of a zoom.

    Attributes:
        gaussians: of all levels.
        level: (N,) uint8, the level that each was dreamed at.
        footprint: (N,) float32 metres, the width of the pixel that each came from.
        covered: (N,) bool, True where the next level shows the same place finer.
        covers: (N,) bool, True where it lies over a coarser level.
        factors: magnification from each level to the next.
        pixel: radians, the width of a pixel of the dreamed views.
    """

    gaussians: Gaussians
    level: NDArray[np.uint8]
    footprint: NDArray[np.float32]
    covered: NDArray[np.bool_]
    covers: NDArray[np.bool_]
    factors: tuple[float, ...]
    pixel: float

    def __len__(self) -> int:
        return len(self.gaussians)

    def finest(self) -> Gaussians:
        """What is shown by viewers that know nothing of levels: every place by its finest level."""
        return self.gaussians[~self.covered]

    def weights(self, camera: Camera) -> NDArray[np.float32]:
        """(N,) factor on the opacity of each Gaussian, from its size on the screen: continuous in the camera."""
        distance = np.linalg.norm(self.gaussians.means - camera.position.astype(np.float32), axis=1)
        size = np.log(np.maximum(self.footprint / (np.maximum(distance, 1e-6) * self.pixel), 1e-9))
        factors = np.log(np.array([self.factors[0], *self.factors, self.factors[-1]], np.float32))
        into, out_of = factors[self.level], factors[self.level.astype(int) + 1]  # to the coarser, to the finer level
        rising = step(-FADE_IN[0] * into, -FADE_IN[1] * into, size)
        falling = step(FADE_OUT[1] * out_of, FADE_OUT[0] * out_of, size)
        weight = np.where(self.covers, rising, 1) * np.where(self.covered, falling, 1)
        return np.asarray(weight, np.float32)

    def inside(self, camera: Camera) -> LevelGaussians:
        """Those that can reach into what a camera sees; they hold for every camera straight ahead of it, too."""
        index = np.flatnonzero(_in_view(self.gaussians, camera))
        if len(index) == len(self):
            return self
        return replace(self, **{name: getattr(self, name)[index] for name in OF_EACH})

    def seen_from(self, camera: Camera) -> Gaussians:
        """The Gaussians to draw for a camera, with the opacity that they have for it; what it cannot see is not."""
        near = self.inside(camera)
        weights = near.weights(camera)
        shown = near.gaussians.opacities * weights > INVISIBLE
        return faded(near.gaussians[shown], weights[shown])

    def save(self, folder: Path) -> None:
        """zoom/levels.npz and zoom/coarse.ply beside scene.ply: scene.ply holds what is not covered, in this order."""

        write_gaussians(self.gaussians[self.covered], folder / "zoom" / "coarse.ply")
        order = np.concatenate([np.flatnonzero(~self.covered), np.flatnonzero(self.covered)])
        with atomic_path(folder / "zoom" / "levels.npz") as temporary:
            np.savez_compressed(
                temporary,
                level=self.level[order],
                footprint=self.footprint[order],
                covered=self.covered[order],
                covers=self.covers[order],
                factors=np.array(self.factors, np.float64),
                pixel=np.float64(self.pixel),
            )

    @classmethod
    def load(cls, folder: Path) -> LevelGaussians:
        """What `save` and scene.ply hold.

        Raises:
            InputError: the folder holds no zoom, or its files do not belong together.
        """

        path = folder / "zoom" / "levels.npz"
        if not path.is_file():
            raise InputError(f"'{folder}' holds no 3-D zoom: there is no zoom/levels.npz in it")
        fine, coarse = read_gaussians(folder / "scene.ply"), read_gaussians(folder / "zoom" / "coarse.ply")
        held = read_arrays(path, f"'{path}'")
        missing = [name for name in HELD if name not in held]
        if missing:
            raise InputError(f"'{path}' is damaged: it lacks {', '.join(missing)}")
        count = len(fine) + len(coarse)
        if any(held[name].shape != (count,) or held[name].dtype != kind for name, kind in EACH.items()):
            raise InputError(f"'{path}' does not belong to scene.ply: it holds no values for {count} Gaussians")
        if held["factors"].ndim != 1 or held["pixel"].shape or not np.isfinite([*held["factors"], held["pixel"]]).all():
            raise InputError(f"'{path}' is damaged: its magnifications are no numbers")
        return cls(
            joined(fine, coarse),
            held["level"],
            held["footprint"],
            held["covered"],
            held["covers"],
            tuple(float(f) for f in held["factors"]),
            float(held["pixel"]),
        )


def faded(gaussians: Gaussians, weights: NDArray[np.float32]) -> Gaussians:
    """The Gaussians with their opacities times weights (N,); where the weight is 1 they stay as they are."""
    share = np.clip(gaussians.opacities * weights, 1e-6, 1 - 1e-6)
    logits = np.where(weights < 1, np.log(share / (1 - share)), gaussians.logit_opacities)
    return replace(gaussians, logit_opacities=logits.astype(np.float32))


def _in_view(gaussians: Gaussians, camera: Camera) -> NDArray[np.bool_]:
    """(N,) False for Gaussians that are sure to lie outside the picture, `SPREAD` deviations and all."""
    local = (gaussians.means - camera.position.astype(np.float32)) @ camera.rotation.astype(np.float32)
    scales = gaussians.log_scales
    reach = SPREAD * np.exp(np.maximum(np.maximum(scales[:, 0], scales[:, 1]), scales[:, 2]))
    depth = local[:, 2]
    found = depth > -reach
    ahead = np.maximum(depth, 0)
    for axis, low, high in (
        (0, camera.cx / camera.fx, (camera.width - camera.cx) / camera.fx),
        (1, camera.cy / camera.fy, (camera.height - camera.cy) / camera.fy),
    ):
        found &= local[:, axis] > -low * ahead - reach * (1 + low)
        found &= local[:, axis] < high * ahead + reach * (1 + high)
    return np.asarray(found, bool)
