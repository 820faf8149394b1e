"""How well depth maps that disagree from view to view are brought together.

    python benchmarks/alignment.py [--json FILE] [--plot FILE.svg] [--quick]

An analytic room with spheres and poles is seen from a path of cameras; every depth map after the first is distorted:
times exp(U(-0.35, 0.35)), times exp of a smooth field of 5 %, which is made of nine cosines ("cosines") or is smoothed
white noise ("noise"). The chain is that of the dreaming loop without its networks: project, align, lift what is
unknown, merge, close the loop, lift everything anew. Errors are relative to the true depth over every pixel of every
view but the first.

"zoe-like" is what a network does instead (`lucid3d.families.simulated`): blurred edges, a range that ends at 60 m, a
smooth bend, a scale a view.

Compared with: the published LucidDreamer code, run unchanged in an exact world with the cosine distortion (one seed).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from lucid3d.alignment import align, close_loop, move_objects
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.families.base import Depth, Image
from lucid3d.families.simulated import as_a_network_sees
from lucid3d.pointcloud import PointCloud, lift, merge
from lucid3d.projection import project_cloud

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.analytic_room import furnished_room, see

SIZE = 512
SKY_RADIUS = 100.0
KINDS = ("cosines", "noise")
NOISE_CORRELATION = 0.2
"""Picture sides; the standard deviation of the Gaussian that smooths white noise into a field of the second kind."""

Depths = list[Depth]


@dataclass
class Row:
    """One line of the table: errors in per cent, seconds a view."""

    name: str
    median: float
    percentile_90: float
    sequential_median: float
    sequential_90: float
    closing_before: float
    closing_after: float
    seconds: float
    cpu_seconds: float
    published: str
    bar: str
    aim: str


@dataclass
class View:
    camera: Camera
    depth: NDArray[np.float32]


def factors(kind: str, count: int, seed: int, size: int, log_scale: float = 0.35) -> Depths:
    """What the depths of `count` views are multiplied by; ones for the first."""
    rng = np.random.default_rng(seed)
    result = [np.ones((size, size), np.float32)]
    at = (np.arange(size) + 0.5) / size
    cosines = [np.cos(np.pi * p * at) for p in range(3)]
    for _ in range(count - 1):
        scale = rng.uniform(-log_scale, log_scale)
        if kind == "cosines":
            terms = (rng.normal() * np.outer(cosines[p], cosines[q]) for p in range(3) for q in range(3))
            field = 0.025 * np.sum(list(terms), axis=0)
        else:
            field = 0.05 * smooth_noise(rng, size)
        result.append(np.exp(scale + field).astype(np.float32))
    return result


def distorted(kind: str, truth: Depths, seed: int, log_scale: float, *, exact: bool = False) -> Depths:
    """What an estimator answers for true depths: the first right, the others wrong in the way of `kind`."""
    if kind == "zoe-like":
        rng = np.random.default_rng(seed)
        return [truth[0], *(as_a_network_sees(depth, rng) for depth in truth[1:])]
    distortion = factors(kind, len(truth), seed, truth[0].shape[0], log_scale)
    if exact:
        distortion = [np.ones_like(d) for d in distortion]
    return [(z * d).astype(np.float32) for z, d in zip(truth, distortion, strict=True)]


def smooth_noise(rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    """(size, size) white noise, smoothed, of unit standard deviation."""
    from scipy.ndimage import gaussian_filter, zoom

    coarse = 64
    noise = gaussian_filter(rng.normal(size=(3 * coarse, 3 * coarse)), NOISE_CORRELATION * coarse, mode="wrap")
    noise *= 2 * NOISE_CORRELATION * coarse * math.sqrt(math.pi)
    middle = noise[coarse : 2 * coarse, coarse : 2 * coarse]
    enlarged: NDArray[np.float64] = zoom(middle, size / coarse, order=3, mode="nearest", grid_mode=True)
    return enlarged


def turn(count: int, step_degrees: float, fov: float, size: int = SIZE) -> list[Camera]:
    """Cameras on the spot."""
    return [Camera.from_fov(size, size, fov, yaw_pitch(step_degrees * k, 0)) for k in range(count)]


def walk(count: int, fov: float, size: int = SIZE) -> list[Camera]:
    """Cameras that turn all the way around on a circle of 0.6 m, looking outwards."""
    cameras = []
    for k in range(count):
        yaw = 360 / count * k
        a = math.radians(yaw)
        position = 0.6 * np.array([math.sin(a), 0.0, math.cos(a) - 1.0])
        cameras.append(Camera.from_fov(size, size, fov, yaw_pitch(yaw, 0, position)))
    return cameras


@dataclass
class Outcome:
    """Relative errors over all views but the first, and the rest of a Row."""

    final: NDArray[np.float32]
    sequential: NDArray[np.float32]
    closing: tuple[float, float]
    seconds: float
    cpu_seconds: float


def run_chain(cameras: list[Camera], truth: list[tuple[Image, Depth]], given: Depths) -> Outcome:
    """The dreaming loop's geometry on `given` depths."""
    wall, cpu = time.perf_counter(), time.process_time()
    cloud = PointCloud.empty()
    views: list[View] = []
    scaled: Depths = []
    for k, (camera, (image, _), depth) in enumerate(zip(cameras, truth, given, strict=True)):
        if k == 0:
            cloud = lift(image, depth, camera, view=0, sky_radius=SKY_RADIUS)
            views.append(View(camera, depth))
            scaled.append(depth)
            continue
        partial = project_cloud(cloud, camera)
        alignment = align(depth, "metric", partial, camera, view=k)
        new = lift(image, alignment.depth, camera, view=k, mask=~partial.known, sky_radius=SKY_RADIUS)
        cloud = merge(cloud, new, camera)
        views.append(View(camera, alignment.depth))
        scaled.append(alignment.scaled)
    closure = close_loop(views, scaled=scaled)
    cloud, final = PointCloud.empty(), []
    for k, (view, (image, _), depth) in enumerate(zip(views, truth, closure.depths, strict=True)):
        mask = None
        if closure.changed and k > 0:
            partial = project_cloud(cloud, view.camera)
            depth, mask = move_objects(depth, partial), ~partial.known
        final.append(depth)
        cloud = merge(cloud, lift(image, depth, view.camera, view=k, mask=mask, sky_radius=SKY_RADIUS), view.camera)
    seconds, cpu_seconds = (time.perf_counter() - wall) / len(cameras), (time.process_time() - cpu) / len(cameras)

    def errors(depths: Depths) -> NDArray[np.float32]:
        return np.concatenate(
            [np.abs(d / z - 1)[np.isfinite(z)] for d, (_, z) in zip(depths[1:], truth[1:], strict=True)]
        )

    return Outcome(
        errors(final),
        errors([v.depth for v in views]),
        (closure.closing_before, closure.closing_after),
        seconds,
        cpu_seconds,
    )


def measure(
    name: str,
    cameras: list[Camera],
    seeds: int,
    *,
    kinds: tuple[str, ...] = KINDS,
    log_scale: float = 0.35,
    exact: bool = False,
    published: str = "",
    bar: str = "",
    aim: str = "",
    spoil: Callable[[NDArray[np.float32], np.random.Generator], NDArray[np.float32]] | None = None,
) -> Row:
    """One line: the mean over kinds of distortion and seeds."""
    room = furnished_room(0)
    truth = [see(room, c) for c in cameras]
    rows = []
    for kind in kinds:
        for seed in range(seeds):
            given = distorted(kind, [z for _, z in truth], seed, log_scale, exact=exact)
            if spoil is not None:
                rng = np.random.default_rng(1000 + seed)
                given = [given[0], *(spoil(d, rng) for d in given[1:])]
            o = run_chain(cameras, truth, given)
            rows.append(
                [
                    *(100 * np.quantile(o.final, (0.5, 0.9))),
                    *(100 * np.quantile(o.sequential, (0.5, 0.9))),
                    100 * o.closing[0],
                    100 * o.closing[1],
                    o.seconds,
                    o.cpu_seconds,
                ]
            )
    mean = np.mean(rows, axis=0)
    fastest = np.min(rows, axis=0)
    return Row(name, *(float(v) for v in mean[:6]), float(fastest[6]), float(fastest[7]), published, bar, aim)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--plot", type=Path, help="draw how the error grows here (SVG)")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="the main table with one seed")
    arguments = parser.parse_args()
    seeds = 1 if arguments.quick else arguments.seeds
    console = Console(width=150)
    eight, ten = turn(8, 45, 90), turn(10, 36, 47.4)
    rows = [
        measure("10 views, 36 deg apart, 47.4 deg lens", ten, seeds, published="11 / 34", bar="4.5 / 11", aim="3 / 8"),
        measure("8 views, 45 deg apart, 90 deg lens", eight, seeds, published="8.3 / 74", bar="2.2 / 7", aim="1.5 / 5"),
        measure(
            "the same, scales off up to 10x", eight, seeds, log_scale=math.log(10), published="cannot", bar="2.5 / 8"
        ),
        measure("a path that also moves", walk(8, 90), seeds, bar="2.5 / 8"),
        measure("zoe-like depth, 8 views of 68 deg", turn(8, 45, 68), seeds, kinds=("zoe-like",), bar="2.5 / 8"),
        measure("zoe-like depth, 8 views of 90 deg", eight, seeds, kinds=("zoe-like",), bar="2.5 / 8"),
        measure("exact depths, 8 views", eight, 1, kinds=("cosines",), exact=True, published="0.02", bar="0.05"),
    ]
    table = Table(title=f"Relative depth error in % at {SIZE}x{SIZE}, mean over both distortions and {seeds} seeds")
    for column in (
        "case",
        "median / 90th",
        "view by view",
        "loop step before > after",
        "published",
        "bar",
        "aim",
        "s (CPU)",
    ):
        table.add_column(column)
    for r in rows:
        table.add_row(
            r.name,
            f"{r.median:.2f} / {r.percentile_90:.2f}",
            f"{r.sequential_median:.2f} / {r.sequential_90:.2f}",
            f"{r.closing_before:.3f} > {r.closing_after:.3f}",
            r.published,
            r.bar,
            r.aim,
            f"{r.seconds:.2f} ({r.cpu_seconds:.2f})",
        )
    console.print(table)
    console.print("s: a view; published 2.3 (47.4 deg), 5.1 (90 deg), bar 0.3, aim 0.1; loop step: 1 %, 0.5 %")
    console.print(f"here, 90 degrees: {5.1 / rows[1].seconds:.0f} times faster; {os.cpu_count()} cores")
    result: dict[str, object] = {"table": [asdict(r) for r in rows]}
    if not arguments.quick:
        growth = growth_tables(console, min(seeds, 2))
        result["growth"] = growth
        if arguments.plot:
            plot(growth, arguments.plot)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1), encoding="utf-8")


def growth_tables(console: Console, seeds: int) -> dict[str, list[tuple[float, float, float]]]:
    """How the error grows with overlap, noise and outliers, at a quarter of the pixels: (x, median, 90th)."""
    size = SIZE // 2
    ring = turn(8, 45, 90, size)

    def noisy(sigma: float) -> Callable[[NDArray[np.float32], np.random.Generator], NDArray[np.float32]]:
        return lambda depth, rng: (depth * np.exp(rng.normal(0, sigma, depth.shape))).astype(np.float32)

    def outlying(share: float) -> Callable[[NDArray[np.float32], np.random.Generator], NDArray[np.float32]]:
        def spoil(depth: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
            wrong = rng.random(depth.shape) < share
            return np.where(wrong, depth * np.exp(rng.uniform(-2, 2, depth.shape)), depth).astype(np.float32)

        return spoil

    growth: dict[str, list[tuple[float, float, float]]] = {}
    series: list[tuple[str, list[float], Callable[[float], Row]]] = [
        (
            "overlap, % of the lens (ring of 90 deg views)",
            [10, 20, 30, 40, 50, 60],
            lambda x: measure("", turn(math.ceil(360 / (90 * (1 - x / 100))), 90 * (1 - x / 100), 90, size), seeds),
        ),
        ("noise a pixel, %", [0, 1, 2, 5, 10], lambda x: measure("", ring, seeds, spoil=noisy(x / 100))),
        ("outliers, % of the pixels", [0, 10, 20, 30, 40], lambda x: measure("", ring, seeds, spoil=outlying(x / 100))),
    ]
    for name, values, run in series:
        table = Table(title=f"Error in % against {name} ({size}x{size}, {seeds} seeds)")
        for column in ("", "median", "90th"):
            table.add_column(column)
        growth[name] = []
        for x in values:
            r = run(x)
            growth[name].append((x, r.median, r.percentile_90))
            table.add_row(f"{x:g}", f"{r.median:.2f}", f"{r.percentile_90:.2f}")
        console.print(table)
    return growth


def plot(growth: dict[str, list[tuple[float, float, float]]], path: Path) -> None:
    """An SVG with one panel a series: median (solid) and 90th percentile (dashed)."""
    width, height, left, top, wide, high = 420, 300, 52, 24, 350, 220
    parts = []
    for panel, (name, points) in enumerate(growth.items()):
        x_range = points[-1][0] - points[0][0]
        y_max = 1.1 * max(p[2] for p in points)

        def place(
            x: float, y: float, panel: int = panel, x0: float = points[0][0], xr: float = x_range, ym: float = y_max
        ) -> tuple[float, float]:
            return panel * width + left + wide * (x - x0) / xr, top + high * (1 - y / ym)

        corner = panel * width + left
        parts.append(f'<rect x="{corner}" y="{top}" width="{wide}" height="{high}" fill="none" stroke="#999"/>')
        for k in range(5):
            _, y = place(points[0][0], y_max * k / 4)
            parts.append(f'<path d="M{corner} {y:.1f}h{wide}" stroke="#ddd"/>')
            parts.append(f'<text x="{corner - 6}" y="{y + 4:.1f}" text-anchor="end">{y_max * k / 4:.1f}</text>')
        for x, _, _ in points:
            parts.append(f'<text x="{place(x, 0)[0]:.1f}" y="{top + high + 16}" text-anchor="middle">{x:g}</text>')
        label = f"{name}: error in %"
        parts.append(f'<text x="{corner + wide / 2}" y="{top + high + 36}" text-anchor="middle">{label}</text>')
        for column, style in ((1, 'stroke="#1668a8"'), (2, 'stroke="#c8501e" stroke-dasharray="6 4"')):
            line = " ".join("{:.1f},{:.1f}".format(*place(p[0], p[column])) for p in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke-width="2" {style}/>')
    total = width * len(growth)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{height}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
