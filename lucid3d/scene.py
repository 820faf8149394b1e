"""A finished place: Gaussians, the views and points they came from, and how they were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.config import Config, overlay
from lucid3d.errors import InputError
from lucid3d.export.ply import read_gaussians, read_points
from lucid3d.families.base import Depth, Image
from lucid3d.gaussians import render, render_equirectangular
from lucid3d.gaussians.model import Gaussians
from lucid3d.panorama import fill_holes
from lucid3d.pointcloud import PointCloud
from lucid3d.progress import Listener, ignore
from lucid3d.transforms import PosedView, read_transforms
from lucid3d.workspace import Workspace, read_record

if TYPE_CHECKING:
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
class Scene:
    """A place to walk around in.

    Attributes:
        prompt: the sentence (several are joined).
        config: every choice that made it.
        gaussians: what is drawn.
        points: the dreamed cloud that the Gaussians began as.
        views: dreamed views first, then support views.
        facts: which models and why, timings a stage in seconds, warnings, drift: plain values, for scene.yaml.
    """

    prompt: str
    config: Config
    gaussians: Gaussians
    points: PointCloud
    views: list[PosedView] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    radiance: Image | None = None

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

    def save(self, folder: str | Path, *, export: Sequence[str] = (), on_event: Listener = ignore) -> Path:
        """Write the output folder (README, "What appears"); every file appears when it is complete.

        Args:
            folder: a new or empty folder, or one that holds this very scene.
            export: further formats, by the names of `lucid3d.export`.
        Raises:
            InputError: the folder holds something else.
        """
        from lucid3d.outputs import write_scene

        workspace = Workspace(Path(folder), self.config)
        if not workspace.open(resume=True):
            write_scene(self, workspace, export=export, on_event=on_event)
        return Path(folder)

    @classmethod
    def load(cls, folder: str | Path, *, views: bool = True) -> Scene:
        """Read a saved scene back.

        Args:
            views: also read the pictures (a viewer may do without).
        Raises:
            InputError: there is no scene, it is broken, or it comes from a later version.
        """

        folder = Path(folder)
        if not folder.is_dir():
            raise InputError(f"scene folder '{folder}' does not exist")
        record = read_record(folder)
        if not (folder / "scene.ply").is_file():
            raise InputError(f"the scene in '{folder}' is unfinished: continue it with run.py --resume")
        points = folder / "points.ply"
        return cls(
            prompt=str(record.get("prompt", "")),
            config=overlay(Config(), record["config"]),
            gaussians=read_gaussians(folder / "scene.ply"),
            points=read_points(points) if points.is_file() else PointCloud.empty(),
            views=list(read_transforms(folder)) if views and (folder / "transforms.json").is_file() else [],
            facts={k: v for k, v in record.items() if k not in ("format", "config", "status")},
        )
