"""How long worlds take to build and to draw, how much memory, and how well two cameras agree, over the gallery's
prompts.

Compared with the bars: a world in 6 s, a 512 x 512 view in 1 s on 2 cores, 1.5 GB, 30 dB between two views warped into
each other by their true depth on matt pixels that both see: beside edges in neither view ("agreement"), and, for
comparison, beside edges of the first view alone ("edges of the first"). Every prompt has a process of its own, so that
the memory is one world's; processor seconds stand beside wall seconds, for machines that do other things too.

    python benchmarks/procedural.py [--json FILE] [--only WORDS]
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from lucid3d.camera import Camera, yaw_pitch

BUILD_BAR, VIEW_BAR, MEMORY_BAR, AGREEMENT_BAR = 6.0, 1.0, 1.5, 30.0
SIZE = 512
STEP = 0.15
"""Metres between the two cameras that are compared."""


def agreement(world: object) -> tuple[float, float]:
    """PSNR in dB between one view and its neighbour warped into it, where both see the same matt surface.

    Half a pixel of an edge belongs to what lies behind it: pixels beside a jump in depth are left out, as in any
    comparison of warped views. The first figure leaves them out in both views, since a pixel that is half hidden in
    the second is not unoccluded there; the second figure, for comparison, only in the first.
    """
    import cv2

    from lucid3d.procedural.groundtruth import optical_flow
    from lucid3d.procedural.kit.labels import label_number

    first = Camera.from_fov(SIZE, SIZE, 90)
    second = first.at(yaw_pitch(0, 0, np.array([STEP, 0, 0])))
    a, b = world.draw(first), world.draw(second)  # type: ignore[attr-defined]
    flow, visible = optical_flow(world, first, second, a)  # type: ignore[arg-type]
    x, y = np.meshgrid(np.arange(SIZE, dtype=np.float32), np.arange(SIZE, dtype=np.float32))
    warped = cv2.remap(b.image, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR)
    matt = visible & np.isfinite(a.depth) & (a.labels != label_number("water")) & (a.labels != label_number("window"))

    def jumps(depth: np.ndarray) -> np.ndarray:
        near = 1 / np.where(np.isfinite(depth), depth, 1e6)
        return np.asarray(cv2.dilate(near, np.ones((3, 3))) > 1.05 * cv2.erode(near, np.ones((3, 3))))

    hidden = cv2.remap(jumps(b.depth).astype(np.float32), x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR) > 0
    first_only = matt & ~jumps(a.depth)
    figures = []
    for keep in (first_only & ~hidden, first_only):
        if keep.sum() < 2000:
            keep = matt
        error = float(np.mean((warped[keep] - a.image[keep]) ** 2)) if keep.any() else 0.0
        figures.append(-10 * math.log10(max(error, 1e-10)))
    return figures[0], figures[1]


def measure(prompt: str, seed: int) -> dict[str, float | str]:
    """Seconds, processor seconds, memory and agreement for one prompt."""
    from lucid3d.procedural.build import build_world
    from lucid3d.procedural.render.rays import open3d

    open3d()
    start, cpu = time.perf_counter(), time.process_time()
    world = build_world(prompt, seed)
    _ = world.draw(Camera.from_fov(32, 32, 90))  # the first picture meters the light: part of building
    build, build_cpu = time.perf_counter() - start, time.process_time() - cpu
    views, views_cpu = [], []
    for yaw in (0, 90, 180, 270):
        start, cpu = time.perf_counter(), time.process_time()
        world.draw(Camera.from_fov(SIZE, SIZE, 90, yaw_pitch(yaw, 0)))
        views.append(time.perf_counter() - start)
        views_cpu.append(time.process_time() - cpu)
    agreed, agreed_first = agreement(world)
    return {
        "prompt": prompt,
        "build": build,
        "build_cpu": build_cpu,
        "triangles": sum(mesh.triangle_count for mesh in world.meshes),
        "view": min(views),
        "view_mean": float(np.mean(views)),
        "view_cpu": float(np.mean(views_cpu)),
        "agreement": agreed,
        "agreement_first": agreed_first,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1e6 if sys.platform.startswith("linux") else 1e9),
    }


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    from lucid3d.procedural.gallery import PROMPTS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="prompts that contain these words")
    arguments = parser.parse_args()
    table = Table(title=f"Procedural worlds: {SIZE} x {SIZE} views; in brackets the share of the bar")
    columns = ("prompt", "build s", "CPU s", "view s", "CPU s a view", "agreement dB", "edges of the first", "peak GB")
    for column in columns:
        table.add_column(column, justify="left" if column == "prompt" else "right")
    rows = []
    for prompt in PROMPTS:
        if arguments.only not in prompt:
            continue
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            row = process.submit(measure, prompt, arguments.seed).result()
        rows.append(row)
        if arguments.json:
            arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
        table.add_row(
            prompt,
            f"{row['build']:.1f} ({float(row['build']) / BUILD_BAR:.0%})",
            f"{row['build_cpu']:.1f}",
            f"{row['view_mean']:.2f} ({float(row['view_mean']) / VIEW_BAR:.0%})",
            f"{row['view_cpu']:.2f}",
            f"{row['agreement']:.1f} ({float(row['agreement']) - AGREEMENT_BAR:+.1f})",
            f"{row['agreement_first']:.1f}",
            f"{row['memory']:.2f} ({float(row['memory']) / MEMORY_BAR:.0%})",
        )
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
