"""How fast pictures get good: PSNR over seconds of training, from points' own start and from 3D Gaussian Splatting's.

    python benchmarks/training.py [--json FILE] [--steps N]

The scene is a furnished room seen from its middle in twelve directions (its depth is exact, so that the start is what a
perfect depth estimator would give). "discs" is `from_points`: discs in the surface's plane, as wide as the pixels are
apart, nearly opaque. "balls" is the published initialisation: balls as wide as the mean distance to the three nearest
points, opacity 0.1. Both have the same points, settings and number of steps. PSNR is measured at views that training
did not see: turned on the spot, and moved by up to 0.5 m (where, with no view from there, what was hidden stays a
hole).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.spatial import cKDTree

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.gaussians import Gaussians, Renderer, TrainConfig, Trainer, TrainingView, from_points
from lucid3d.pointcloud import PointCloud

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.analytic_room import furnished_room, see

CONSOLE = Console(width=110)
SIZE, FOV = 256, 75.0


def room_views() -> tuple[list[TrainingView], PointCloud]:
    """Twelve views and a point for every second pixel of each, in a checkerboard."""
    room = furnished_room()
    cameras = [Camera.from_fov(SIZE, SIZE, FOV, yaw_pitch(45 * i, 0)) for i in range(8)]
    cameras += [Camera.from_fov(SIZE, SIZE, FOV, yaw_pitch(90 * i, p)) for i in range(2) for p in (-60, 60)]
    rows, columns = np.indices((SIZE, SIZE))
    half = (rows + columns) % 2 == 0
    views, clouds = [], []
    for i, camera in enumerate(cameras):
        image, depth = see(room, camera)
        views.append(TrainingView(camera, image, np.ones((SIZE, SIZE), bool), depth))
        rays = camera.world_rays().astype(np.float64)[half]
        _, normals = room.cast(camera.position, rays)
        count = len(rays)
        clouds.append(
            PointCloud(
                camera.unproject(depth)[half],
                image[half],
                normals.astype(np.float32),
                (depth[half] / camera.fx * math.sqrt(2)).astype(np.float32),
                np.full(count, i, np.int32),
                np.ones(count, np.float32),
                np.zeros(count, bool),
            )
        )
    return views, PointCloud.concatenate(clouds)


def balls(cloud: PointCloud) -> Gaussians:
    """The start of 3D Gaussian Splatting (Kerbl et al. 2023)."""
    gaussians = from_points(cloud)
    distances, _ = cKDTree(cloud.positions).query(cloud.positions, k=4)
    width = np.sqrt(np.maximum((distances[:, 1:] ** 2).mean(1), 1e-7))
    gaussians.log_scales[:] = np.log(width)[:, None]
    gaussians.logit_opacities[:] = math.log(0.1 / 0.9)
    return gaussians


def held_out() -> dict[str, list[Camera]]:
    rng = np.random.default_rng(1)
    turned = [Camera.from_fov(SIZE, SIZE, FOV, yaw_pitch(rng.uniform(0, 360), rng.uniform(-20, 20))) for _ in range(4)]
    moved = []
    for _ in range(4):
        angle, radius = rng.uniform(0, 2 * np.pi), 0.5 * math.sqrt(rng.uniform())
        position = np.array([radius * math.sin(angle), 0, radius * math.cos(angle)])
        moved.append(Camera.from_fov(SIZE, SIZE, FOV, yaw_pitch(rng.uniform(0, 360), rng.uniform(-15, 15), position)))
    return {"turned": turned, "moved": moved}


def psnr(gaussians: Gaussians, cameras: list[Camera], pictures: list[NDArray[np.float32]]) -> float:
    """Mean over cameras, in dB."""
    renderer = Renderer(gaussians)
    errors = [
        np.mean((np.clip(renderer.render(c).image, 0, 1) - p) ** 2) for c, p in zip(cameras, pictures, strict=True)
    ]
    return float(np.mean([-10 * math.log10(max(float(e), 1e-12)) for e in errors]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--steps", type=int, default=200)
    arguments = parser.parse_args()
    views, cloud = room_views()
    room = furnished_room()
    cameras = held_out()
    truth = {name: [see(room, c)[0] for c in group] for name, group in cameras.items()}
    training = ([v.camera for v in views], [v.image for v in views])
    table = Table("start", "step", "seconds", "Gaussians", "trained views dB", "turned dB", "moved dB")
    figures = []
    marks = sorted({0, *(round(arguments.steps * f) for f in (0.1, 0.25, 0.5, 1.0))})
    for name, start in (("discs", from_points(cloud)), ("balls", balls(cloud))):
        trainer = Trainer(start, views, TrainConfig(iterations=arguments.steps))
        seconds = 0.0
        for mark in marks:
            begun = time.perf_counter()
            while trainer.iteration < mark:
                trainer.step()
            seconds += time.perf_counter() - begun
            state = trainer.gaussians
            scores = [psnr(state, *training), *(psnr(state, cameras[k], truth[k]) for k in ("turned", "moved"))]
            figures.append({"start": name, "step": mark, "seconds": seconds, "count": len(state), "psnr": scores})
            table.add_row(name, str(mark), f"{seconds:.1f}", f"{len(state):,}", *(f"{s:.2f}" for s in scores))
    CONSOLE.print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
