"""Scenes small enough to be made in milliseconds, and known exactly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.config import Config, DreamConfig, RenderConfig
from lucid3d.export.ply import write_gaussians, write_points
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.pointcloud import PointCloud
from lucid3d.scene import Scene
from lucid3d.transforms import PosedView, write_transforms
from lucid3d.workspace import Workspace

EYE = 1.6
"""Metres from the floor of the tiny scene to its origin."""

WALLS = {"front": (0.9, 0.1, 0.1), "back": (0.1, 0.8, 0.1), "left": (0.1, 0.2, 0.9), "right": (0.9, 0.8, 0.1)}
"""sRGB of the four walls, 3 m from the origin, as a person at the origin that looks along +z names them."""

FLOOR = (0.5, 0.45, 0.4)


def gaussians_at(means: np.ndarray, colors: np.ndarray, sigma: float = 0.06, sh_degree: int = 0) -> Gaussians:
    """Round, nearly opaque Gaussians of known colours."""
    count = len(means)
    sh = np.zeros((count, (sh_degree + 1) ** 2, 3), np.float32)
    sh[:, 0] = (colors - 0.5) / SH_C0
    return Gaussians(
        means=np.ascontiguousarray(means, np.float32),
        quats=np.tile(np.float32([1, 0, 0, 0]), (count, 1)),
        log_scales=np.full((count, 3), np.log(sigma), np.float32),
        logit_opacities=np.full(count, 5.0, np.float32),
        sh=sh,
    )


def room(step: float = 0.1) -> Gaussians:
    """Four coloured walls and a floor, 6 m across, around the origin at eye height."""
    across = np.arange(-3, 3.001, step)
    up = np.arange(-2.4, EYE, step)
    u, v = (grid.ravel() for grid in np.meshgrid(across, up))
    three = np.full_like(u, 3.0)
    walls = {"front": (u, v, three), "back": (u, v, -three), "left": (-three, v, u), "right": (three, v, u)}
    means = [np.stack(walls[name], axis=1) for name in WALLS]
    colors = [np.tile(np.float32(color), (len(u), 1)) for color in WALLS.values()]
    x, z = (grid.ravel() for grid in np.meshgrid(across, across))
    means.append(np.stack([x, np.full_like(x, EYE), z], axis=1))
    colors.append(np.tile(np.float32(FLOOR), (len(x), 1)))
    return gaussians_at(np.concatenate(means), np.concatenate(colors), sigma=0.6 * step)


def cloud_of(gaussians: Gaussians) -> PointCloud:
    """The Gaussians' centres as a cloud."""
    count = len(gaussians)
    return PointCloud(
        positions=gaussians.means,
        colors=np.clip(gaussians.colors, 0, 1),
        normals=np.zeros((count, 3), np.float32),
        footprints=np.full(count, 0.1, np.float32),
        views=np.zeros(count, np.int32),
        confidences=np.ones(count, np.float32),
        is_sky=np.zeros(count, bool),
    )


def small_config(**changes: object) -> Config:
    """A config with which everything is quick."""
    config = Config(
        prompt=("a tiny room",),
        models="procedural",
        trajectory="lookaround",
        dream=DreamConfig(size=32, support_views=0),
        render=RenderConfig(panorama_height=64, film_width=64, film_height=48, film_frames=4),
    )
    return replace(config, **changes)


def tiny_scene(prompt: str = "a tiny room", views: int = 2, **options: float) -> Scene:
    """The room with flat pictures for its views."""
    gaussians = room(**options)
    posed = []
    for index in range(views):
        camera = Camera.from_fov(32, 32, 90, yaw_pitch(90 * index, 0))
        color = np.float32(list(WALLS.values())[(0, 3, 1, 2)[index % 4]])
        image = np.round(np.tile(color, (32, 32, 1)) * 255) / np.float32(255)
        depth = np.full((32, 32), 3, np.float32)
        posed.append(PosedView(camera, image.astype(np.float32), depth, np.ones((32, 32), bool), prompt=prompt))
    return Scene(prompt, small_config(prompt=(prompt,)), gaussians, cloud_of(gaussians), posed, {})


def save(scene: Scene, folder: Path) -> Path:
    """Write what the viewer reads of a scene's folder; films, skybox and report are left out."""
    workspace = Workspace(folder, scene.config)
    workspace.open()
    write_gaussians(scene.gaussians, folder / "scene.ply")
    write_points(scene.points, folder / "points.ply")
    write_transforms(scene.views, folder)
    workspace.note(prompt=scene.prompt, **scene.facts)
    workspace.complete()
    return folder
