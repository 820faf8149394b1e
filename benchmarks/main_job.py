"""The main job from a prompt to a finished folder: seconds, memory, coverage, holes, and likeness to the true world.

    python benchmarks/main_job.py [--prompt "..."] [--presets default,fast] [--json FILE]

Each preset runs `run.py` in a process of its own with the procedural models, whose world is then drawn afresh and
compared with the trained scene at poses that were never trained on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.scene import Scene
from lucid3d.transforms import read_image

ROOT = Path(__file__).parent.parent
BARS = {
    "default": {"seconds": (120.0, 60.0), "memory (GB)": (4.0, 2.0)},
    "fast": {"seconds": (45.0, 20.0), "memory (GB)": (4.0, 2.0)},
}
"""(bar, aim); the likeness bars hold for the default preset."""
LIKENESS = {"PSNR turned (dB)": (24.0, 30.0), "PSNR moved (dB)": (21.0, 26.0)}
POSES = 15
HOLE_POSES = 50
VIEW = 512
NEIGHBOURS = 8  # columns on each side of the panorama's edge that its step is compared with


@dataclass
class Options:
    """What to run."""

    prompt: str = "a misty alpine lake at sunrise"
    presets: str = "default,fast"
    seed: int = 0
    json: str = ""


def run(prompt: str, preset: str, seed: int, folder: Path) -> dict[str, float]:
    """Seconds from the command to the finished folder, and the peak of its memory in GB."""
    command = [sys.executable, str(ROOT / "run.py"), "--prompt", prompt, "--config", preset, "--seed", str(seed)]
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--models", "procedural", "--output", str(folder)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return {"seconds": seconds, "memory (GB)": usage.ru_maxrss / 2**20}


def random_poses(count: int, radius: float, seed: int) -> list[np.ndarray]:
    """Poses turned any way (up to 40 degrees up or down) and moved by up to `radius` metres."""
    rng = np.random.default_rng(seed)
    poses = []
    for _ in range(count):
        step = rng.normal(size=3)
        position = radius * rng.uniform() ** (1 / 3) * step / np.linalg.norm(step)
        poses.append(yaw_pitch(rng.uniform(0, 360), rng.uniform(-40, 40), position))
    return poses


def psnr(image: np.ndarray, truth: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((np.clip(image, 0, 1) - truth) ** 2)))


def quality(folder: Path, prompt: str, seed: int) -> dict[str, float]:
    """Coverage, holes, likeness and the panorama's seam of a finished scene."""
    from lucid3d.families.procedural import procedural_models

    scene = Scene.load(folder)
    painter, _, _ = procedural_models(prompt, seed, scene.config.negative_prompt)
    radius = scene.config.dream.walk_radius
    lens = Camera.from_fov(VIEW, VIEW, 75)
    result = {"sphere covered (%)": 100 * coverage(scene.cameras)}
    alphas = [scene.render(lens.at(pose)).alpha for pose in random_poses(HOLE_POSES, radius, 1)]
    result["holes (%)"] = 100 * float(np.mean([(alpha < 0.5).mean() for alpha in alphas]))
    for name, reach, poses_seed in (("turned", 0.0, 2), ("moved", radius, 3)):
        scores = []
        for pose in random_poses(POSES, reach, poses_seed):
            camera = lens.at(pose)
            truth = painter.imagine(prompt, camera, seed=seed)
            scores.append(psnr(scene.render(camera).image, truth))
        result[f"PSNR {name} (dB)"] = float(np.mean(scores))
    panorama = read_image(folder / "skybox" / "panorama.png")
    steps = np.abs(np.diff(panorama, axis=1)).mean(axis=(0, 2))
    wrap = float(np.abs(panorama[:, 0] - panorama[:, -1]).mean())
    beside = np.concatenate([steps[:NEIGHBOURS], steps[-NEIGHBOURS:]])  # what is there, not the average picture
    result["seam / neighbouring columns"] = wrap / float(beside.mean())
    result["Gaussians (k)"] = len(scene.gaussians) / 1000
    return result


def coverage(cameras: list[Camera]) -> float:
    """Part of the sphere of directions that the cameras at the start see."""
    index = np.arange(20_000) + 0.5
    y, angle = 1 - index / 10_000, np.pi * (1 + 5**0.5) * index
    ring = np.sqrt(1 - y**2)
    directions = np.stack([ring * np.cos(angle), y, ring * np.sin(angle)], axis=1)
    seen = np.zeros(len(directions), bool)
    for camera in cameras:
        if np.linalg.norm(camera.position) > 1e-9:
            continue
        pixels, depth = camera.project(directions)
        seen |= (depth > 0) & (pixels >= 0).all(axis=1) & (pixels <= (camera.width, camera.height)).all(axis=1)
    return float(seen.mean())


def main() -> None:
    options = tyro.cli(Options)
    results: dict[str, dict[str, float]] = {}
    timings: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for preset in options.presets.split(","):
            folder = Path(scratch) / preset
            results[preset] = run(options.prompt, preset, options.seed, folder)
            results[preset] |= quality(folder, options.prompt, options.seed)
            timings[preset] = Scene.load(folder, views=False).facts["timings"]
    table = Table("", "preset", "measured", "bar", "aim", title=f'"{options.prompt}"')
    for preset, figures in results.items():
        bars = {
            **BARS.get(preset, {}),
            "sphere covered (%)": (100.0, 100.0),
            "holes (%)": (1.0, 0.1),
            "seam / neighbouring columns": (1.0, 1.0),
            **(LIKENESS if preset == "default" else {}),
        }
        for name, value in figures.items():
            bar, aim = bars.get(name, ("", ""))
            table.add_row(name, preset, f"{value:.2f}", str(bar), str(aim))
        stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in timings[preset].items())
        table.add_row("stages (s)", preset, stages, "", "")
    Console().print(table)
    if options.json:
        Path(options.json).write_text(json.dumps({"prompt": options.prompt, "results": results, "timings": timings}))


if __name__ == "__main__":
    main()
