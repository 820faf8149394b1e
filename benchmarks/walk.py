"""How far one can walk in a scene, and how sharp it is: eye-height poses in free space against the true world.

    python benchmarks/walk.py [--prompts "a;b"] [--preset default] [--distances 1,2,4,8] [--poses 8] [--json FILE]

A scene is dreamed with the procedural models. Its world is drawn afresh at poses that were never dreamed from: places
at a given distance from the start that a person can walk to (`lucid3d.exploring.finding`), looking any way within 15
degrees of level. Per distance: mean and worst-tenth PSNR, and holes (pixels covered by less than half). At the start,
with the pixels of a window (1024 over 60 degrees): SSIM, and the share of fine detail that is kept, which is the
regression of the scene's high-pass picture (what a Gaussian of 2 pixels takes away) on the true one's.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import lucid3d
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.exploring.finding import from_world
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.procedural.build import build_world
from lucid3d.procedural.world import World
from lucid3d.scene import Scene

PROMPTS = (
    "a town street in the afternoon;a forest path in summer;a cosy living room with a fireplace;"
    "a red canyon with a river;a village in the afternoon"
)
VIEW, VIEW_FOV = 512, 75.0
WINDOW, WINDOW_FOV = 1024, 60.0
TILT = 15.0
HIGH_PASS = 2.0
"""Pixels; what a Gaussian of this deviation takes away is fine detail."""
Image = NDArray[np.float32]


@dataclass
class Options:
    """What to walk in."""

    prompts: str = PROMPTS
    """Sentences, separated by semicolons."""
    preset: str = "default"
    """A preset or a YAML file."""
    distances: str = "1,2,4,8,16"
    """Metres from the start, as the crow flies."""
    poses: int = 8
    """Poses at every distance."""
    seed: int = 0
    json: str = ""


def places(free: FreeSpace, distance: float, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """(count or fewer, 3) eyes about `distance` metres from the start; none where nobody gets that far."""
    cells = np.argwhere(free.free)
    away = np.hypot(*(cells - free.half).T) * free.cell
    ring = cells[np.abs(away - distance) <= max(0.1 * distance, free.cell)]
    picked = rng.permutation(len(ring))[:count]
    return free.eyes(ring[picked])


def psnr(image: Image, truth: Image) -> float:
    return float(-10 * np.log10(np.mean((np.clip(image, 0, 1) - truth) ** 2)))


def ssim(image: Image, truth: Image) -> float:
    """Mean structural similarity of the luminance (Wang et al. 2004), with a Gaussian window of 1.5 pixels."""

    def blur(a: Image) -> Image:
        return np.asarray(cv2.GaussianBlur(a, (11, 11), 1.5), np.float32)

    x, y = (np.asarray(a, np.float32) @ np.array([0.299, 0.587, 0.114], np.float32) for a in (image, truth))
    u, v = blur(x), blur(y)
    xx, yy, xy = blur(x * x) - u * u, blur(y * y) - v * v, blur(x * y) - u * v
    a, b = 0.01**2, 0.03**2
    return float(np.mean((2 * u * v + a) * (2 * xy + b) / ((u * u + v * v + a) * (xx + yy + b))))


def detail_kept(image: Image, truth: Image) -> float:
    """Share of the true picture's fine detail: 1 where it is all there, 0 where it is blurred or somewhere else."""
    fine, true = (a - cv2.GaussianBlur(a, (0, 0), HIGH_PASS) for a in (np.clip(image, 0, 1), truth))
    return float((fine * true).sum() / (true * true).sum())


def at_distance(scene: Scene, world: World, free: FreeSpace, distance: float, options: Options) -> dict[str, float]:
    """Likeness and holes of a scene at one distance from its start."""
    rng = np.random.default_rng([options.seed, round(100 * distance)])
    lens = Camera.from_fov(VIEW, VIEW, VIEW_FOV)
    scores, holes = [], []
    for eye in places(free, distance, options.poses, rng):
        camera = lens.at(yaw_pitch(rng.uniform(0, 360), rng.uniform(-TILT, TILT), eye))
        drawn = scene.render(camera)
        scores.append(psnr(drawn.image, world.draw(camera).image))
        holes.append(100 * float((drawn.alpha < 0.5).mean()))
    if not scores:
        return {}
    return {
        "PSNR": float(np.mean(scores)),
        "worst tenth": float(np.quantile(scores, 0.1)),
        "holes (%)": float(np.mean(holes)),
        "places": float(len(scores)),
    }


def measure(prompt: str, options: Options) -> dict[str, dict[str, float]]:
    """Rows of the table for one sentence."""
    config = replace(lucid3d.load_config(lucid3d.find_config(options.preset)), models="procedural", seed=options.seed)
    began = time.perf_counter()
    scene = lucid3d.dream(prompt, config=config)
    seconds = time.perf_counter() - began
    world = build_world(prompt, options.seed, drops=False)
    distances = [float(text) for text in options.distances.split(",")]
    free = from_world(world, max(distances) + 1)
    rows = {f"{distance:g} m": at_distance(scene, world, free, distance, options) for distance in distances}
    ahead = Camera.from_fov(WINDOW, WINDOW, WINDOW_FOV)
    image, truth = scene.render(ahead).image, world.draw(ahead).image
    rows["start"] = {
        "PSNR": psnr(image, truth),
        "SSIM": ssim(image, truth),
        "detail kept (%)": 100 * detail_kept(image, truth),
        "seconds": seconds,
        "Gaussians (k)": len(scene.gaussians) / 1000,
        "walkable (m2)": free.area,
    }
    return rows


def main() -> None:
    options = tyro.cli(Options)
    results = {}
    for prompt in (text.strip() for text in options.prompts.split(";")):
        results[prompt] = measure(prompt, options)
        table = Table("", "measured", title=f'"{prompt}", preset {options.preset}')
        for row, figures in results[prompt].items():
            told = ", ".join(f"{name} {value:.2f}" for name, value in figures.items())
            table.add_row(row, told or "nobody gets that far")
        Console().print(table)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
