"""How far one can walk in a scene, and how sharp it is: eye-height poses in free space against the true world.

    python benchmarks/walk.py [--prompts "a;b"] [--preset default] [--distances 1,2,4,8] [--poses 8] [--json FILE]
    python benchmarks/walk.py --json FILE --plot docs/walk.svg      # draws what the file holds; nothing is dreamed anew

A scene is dreamed with the procedural models. Its world is drawn afresh at poses that were never dreamed from: places
at a given distance from the start that a person can walk to (`lucid3d.exploring.finding`), looking any way within 15
degrees of level. Per distance: mean and worst-tenth PSNR, and holes (pixels covered by less than half). At the start,
and half a metre before walls that were about 10 m away there, with the pixels of a window (1024 over 60 degrees): SSIM,
and the share of fine detail that is kept, which is the regression of the scene's high-pass picture (what a Gaussian of
2 pixels takes away) on the true one's; before the walls also after a closer look (`lucid3d refine --at`). With --json
each sentence is written when it is done, and what the file holds already is not measured again; it may hold several
presets.
"""

from __future__ import annotations

import json
import resource
import time
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

import cv2
import numpy as np
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import lucid3d
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.editing.closer_look import closer_look
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
WALLS = (7.0, 13.0)
"""Metres from the start to the walls that are walked up to."""
BEFORE_A_WALL = 0.5
MOST_WALLS = 4
UPRIGHT = 0.3
"""What part of a wall's unit normal may point up or down."""
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
    """A file to keep results in, and to go on from."""
    plot: str = ""
    """An SVG to draw of PSNR and holes by distance."""


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


def before_walls(world: World, free: FreeSpace, rng: np.random.Generator) -> list[Camera]:
    """Cameras half a metre before walls that are as far from the start as `WALLS` and seen from it."""
    yaws, pitches = np.meshgrid(np.radians(np.arange(0, 360, 2.0)), np.radians(np.arange(-10, 11, 5.0)))
    yaw, pitch = yaws.ravel(), pitches.ravel()
    rays = np.stack([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)], axis=1)
    distance, normals = world.trace(np.zeros_like(rays), rays)
    walls = (distance > WALLS[0]) & (distance < WALLS[1]) & (np.abs(normals[:, 1]) < UPRIGHT)
    lens = Camera.from_fov(WINDOW, WINDOW, WINDOW_FOV)
    found: list[Camera] = []
    for i in rng.permutation(np.flatnonzero(walls)):
        across = normals[i, [0, 2]] / np.linalg.norm(normals[i, [0, 2]])
        foot = distance[i] * rays[i]
        foot[[0, 2]] += BEFORE_A_WALL * across
        if not free.contains(foot[None])[0]:
            continue
        eye = np.array([foot[0], free.eyes(free.cells_at(foot[None]))[0, 1], foot[2]])
        found.append(lens.at(yaw_pitch(float(np.degrees(np.arctan2(-across[0], -across[1]))), 0.0, eye)))
        if len(found) == MOST_WALLS:
            break
    return found


def as_sharp(scene: Scene, world: World, cameras: list[Camera]) -> dict[str, float]:
    """Means over what windows show; empty without cameras."""
    if not cameras:
        return {}
    pairs = [(scene.render(camera).image, world.draw(camera).image) for camera in cameras]
    return {
        "PSNR": float(np.mean([psnr(*pair) for pair in pairs])),
        "SSIM": float(np.mean([ssim(*pair) for pair in pairs])),
        "detail kept (%)": float(np.mean([100 * detail_kept(*pair) for pair in pairs])),
        "views": float(len(pairs)),
    }


def after_a_closer_look(scene: Scene, world: World, cameras: list[Camera]) -> dict[str, float]:
    """The same after `lucid3d refine --at` there, each by itself, and its mean time."""
    found: list[dict[str, float]] = []
    for camera in cameras:
        began = time.perf_counter()
        yaw = float(np.degrees(np.arctan2(camera.forward[0], camera.forward[2])))
        patch = closer_look(scene.gaussians, world, camera.position, yaw)
        seconds = time.perf_counter() - began
        finer = replace(scene, gaussians=patch.on(scene.gaussians))
        found.append({**as_sharp(finer, world, [camera]), "seconds": seconds, "finer (k)": len(patch.parts) / 1000})
    means = {name: float(np.mean([each[name] for each in found])) for name in (found[0] if found else {})}
    return {**means, "views": float(len(found))} if found else {}


def measure(prompt: str, options: Options) -> dict[str, dict[str, float]]:
    """Rows of the table for one sentence."""
    config = replace(lucid3d.load_config(lucid3d.find_config(options.preset)), models="procedural", seed=options.seed)
    began, cpu_began = time.perf_counter(), time.process_time()
    scene = lucid3d.dream(prompt, config=config)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    world = build_world(prompt, options.seed, drops=False)
    distances = [float(text) for text in options.distances.split(",")]
    free = from_world(world, max(distances) + 1)
    rows = {f"{distance:g} m": at_distance(scene, world, free, distance, options) for distance in distances}
    rows["start"] = as_sharp(scene, world, [Camera.from_fov(WINDOW, WINDOW, WINDOW_FOV)])
    walls = before_walls(world, free, np.random.default_rng(options.seed))
    rows["before walls"] = as_sharp(scene, world, walls)
    rows["looked at closely"] = after_a_closer_look(scene, world, walls)
    rows["made"] = {
        "seconds": seconds,
        "CPU seconds": cpu_seconds,
        "peak memory (GB)": memory / 1e9,
        "planned views": float(scene.facts["dream"].get("planned", 0)),
        "Gaussians (k)": len(scene.gaussians) / 1000,
        "walkable (m2)": free.area,
    }
    return rows


Results = dict[str, dict[str, dict[str, float]]]
COLOURS = ("#1668a8", "#2e7d32", "#c8501e", "#8e24aa", "#6d4c41", "#00838f")


def plot(results: Results, title: str, path: Path) -> None:
    """An SVG with two panels, PSNR and holes by distance from the start, one line a sentence."""
    width, height, left, top, wide, high = 440, 330, 48, 34, 370, 220
    lines = {
        prompt: [(float(row[:-2]), f["PSNR"], f["holes (%)"]) for row, f in rows.items() if row.endswith(" m") and f]
        for prompt, rows in results.items()
    }
    lines = {prompt: sorted(points) for prompt, points in lines.items() if points}
    farthest = max(point[0] for points in lines.values() for point in points)
    parts = []
    for panel, name in enumerate(("PSNR (dB)", "holes (% of the picture)")):
        values = [point[1 + panel] for points in lines.values() for point in points]
        low = 5.0 * np.floor(min(values) / 5.0) if panel == 0 else 0.0
        above = max(low + 0.5, 5.0 * np.ceil(max(values) / 5.0))
        corner = panel * width + left
        parts.append(f'<text x="{corner}" y="{top - 12}">{name}, by metres from the start</text>')
        parts.append(f'<rect x="{corner}" y="{top}" width="{wide}" height="{high}" fill="none" stroke="#999"/>')
        for k in range(6):
            y = top + high * (1 - k / 5)
            parts.append(f'<path d="M{corner} {y:.1f}h{wide}" stroke="#ddd"/>')
            tick = low + (above - low) * k / 5
            parts.append(f'<text x="{corner - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:.3g}</text>')
        for distance in sorted({point[0] for points in lines.values() for point in points}):
            x = corner + wide * np.sqrt(distance / farthest)
            parts.append(f'<text x="{x:.1f}" y="{top + high + 16}" text-anchor="middle">{distance:g}</text>')
        for colour, points in zip(COLOURS, lines.values(), strict=False):
            line = " ".join(
                f"{corner + wide * np.sqrt(p[0] / farthest):.1f},"
                f"{top + high * (1 - (p[1 + panel] - low) / (above - low)):.1f}"
                for p in points
            )
            parts.append(f'<polyline points="{line}" fill="none" stroke-width="2" stroke="{colour}"/>')
    for i, (colour, prompt) in enumerate(zip(COLOURS, lines, strict=False)):
        x, y = left + (i % 3) * 280, top + high + 42 + 18 * (i // 3)
        parts.append(f'<path d="M{x} {y - 4}h18" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{x + 24}" y="{y}">{escape(prompt)}</text>')
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * width}" height="{height}" font-family="sans-serif" '
        f'font-size="12"><title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>'
        f"{''.join(parts)}</svg>",
        encoding="utf-8",
    )


def main() -> None:
    options = tyro.cli(Options)
    kept = Path(options.json) if options.json else None
    results: Results = json.loads(kept.read_text()) if kept is not None and kept.is_file() else {}
    for prompt in (text.strip() for text in options.prompts.split(";")):
        name = f"{prompt}, {options.preset}"
        if name not in results and not (options.plot and results):
            results[name] = measure(prompt, options)
            if kept is not None:
                kept.write_text(json.dumps(results, indent=1))
    for name, rows in results.items():
        table = Table("", "measured", title=name)
        for row, figures in rows.items():
            told = ", ".join(f"{what} {value:.2f}" for what, value in figures.items())
            table.add_row(row, told or "nobody gets there")
        Console().print(table)
    if options.plot:
        plot(results, "How far one can walk", Path(options.plot))


if __name__ == "__main__":
    main()
