"""What a scene holds, and how it looks: Gaussians, the views and points they came from, and how they were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.families.base import Depth, Image
from lucid3d.gaussians import render, render_equirectangular
from lucid3d.gaussians.model import Gaussians
from lucid3d.panorama import fill_holes
from lucid3d.pointcloud import PointCloud
from lucid3d.transforms import PosedView

if TYPE_CHECKING:
    from lucid3d.exploring.free_space import FreeSpace
    from lucid3d.figures.playing import Figure
    from lucid3d.gaussians import Render


SKY_FROM = 0.95
"""Part of the sky dome's radius beyond which a rendered depth is the sky: a blend with nearer things falls short."""


@dataclass
class Panorama:
    """A 360-degree picture; the centre column looks along world +z, the top row up.

    Attributes:
        image: (H, 2H, 3) float32 sRGB without a hole.
        depth: (H, 2H) float32 distance along the ray in metres, +inf in the sky.
        filled: part of the sphere that no Gaussian covered and that was filled in.
        radiance: (H, 2H, 3) float32 linear, brighter than white where light comes from, or None where it is not known.
    """

    image: Image
    depth: Depth
    filled: float
    radiance: Image | None = None


@dataclass
class SceneContents:
    """What a scene is made of. `lucid3d.scene.Scene` is this with a folder to be written to and read from.

    Attributes:
        prompt: the sentence (several are joined).
        config: every choice that made it.
        gaussians: what is drawn.
        points: the dreamed cloud that the Gaussians began as.
        views: dreamed views first, then support views.
        facts: which models and why, timings a stage in seconds, warnings, drift: plain values, for scene.yaml.
        radiance: (H, 2H, 3) float32 linear light all around the start, or None where it is not known.
        free: on what ground one can walk, as far as the place was explored; None where it was not.
        figures: who walks through it; they are no part of the Gaussians.
        origin: the folder that it was read from, where the book of its edits is; None where it was not.
    """

    prompt: str
    config: Config
    gaussians: Gaussians
    points: PointCloud
    views: list[PosedView] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    radiance: Image | None = None
    free: FreeSpace | None = None
    figures: tuple[Figure, ...] = ()
    origin: Path | None = None

    @property
    def cameras(self) -> list[Camera]:
        """Where the views were dreamed from, support views left out."""
        return [view.camera for view in self.views if not view.support]

    def render(self, camera: Camera) -> Render:
        """What a camera sees: image (H, W, 3) float32 sRGB, depth (H, W) in metres, alpha (H, W)."""

        return render(self.gaussians, camera)

    def panorama(self, height: int | None = None, position: Sequence[float] = (0.0, 0.0, 0.0)) -> Panorama:
        """The view all around from `position` (world, metres), `height` rows by twice as many columns."""

        height = height or self.config.render.panorama_height
        drawn = render_equirectangular(self.gaussians, np.asarray(position, np.float64), height)
        image, filled = fill_holes(drawn.image, drawn.alpha)
        # where nothing was dreamed, the depth is 0 for want of Gaussians: no surface is known there, as in the sky
        surface = (drawn.alpha > 0) & (drawn.depth > 0) & (drawn.depth < self._sky_distance())
        depth = np.where(surface, drawn.depth, np.inf).astype(np.float32)
        return Panorama(image, depth, filled, self.radiance)

    def _sky_distance(self) -> float:
        """Metres from which on what is drawn is the sky's dome, or +inf where there is none."""
        sky = self.points.positions[self.points.is_sky]
        return SKY_FROM * float(np.linalg.norm(sky[0])) if len(sky) else np.inf
