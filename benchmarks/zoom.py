"""What a zoom must reach: levels that agree, noise that stays noise, a film and a flight in which no level pops.

    python benchmarks/zoom.py [--json FILE] [--quick] [--pictures FOLDER]

Compared with: every level denoised by itself (known-answer denoiser), the world drawn exactly from the same camera (3-D
zoom), and a film that cuts from level to level (spikes).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from lucid3d.config import Config
from lucid3d.gaussians import render
from lucid3d.transforms import write_image
from lucid3d.zoom.dive import film_cameras
from lucid3d.zoom.film import changes, spikes, zoom_frames
from lucid3d.zoom.pipeline import dive_levels, zoom
from lucid3d.zoom.plan import read_plan
from lucid3d.zoom.sampler import sample_zoom
from lucid3d.zoom.stack import Geometry, agreement, centre, render_noise, white_matrix
from tests.zoom.known import KnownDenoiser, plan, truths

DRAWS = 1000
OFF_AXIS = 15.0
PLAN = Path(__file__).resolve().parent.parent / "configs" / "zoom" / "rock.yaml"


def noise_figures(factor: float) -> dict[str, float]:
    """Statistics of rendered noise over DRAWS draws of three levels of 16x16, and what chance allows (5 sigma)."""
    geometry = Geometry(16, (factor, factor))
    drawn = np.random.default_rng(1).standard_normal((3, DRAWS, 16, 16)).astype(np.float32)
    rendered = render_noise(drawn, geometry).astype(np.float64)
    pixels = rendered.reshape(3, DRAWS, -1)
    correlation = max(np.abs(level.T @ level / DRAWS - np.diag(level.var(axis=0))).max() for level in pixels)
    span = geometry.span(0, 1)
    matrix = white_matrix(16, span).astype(np.float64)
    shared = np.abs(centre(rendered[0], span) - matrix @ rendered[1] @ matrix.T).max()
    return {
        "factor": factor,
        "mean": float(np.abs(pixels.mean(axis=(1, 2))).max()),
        "mean allowed": 5 / np.sqrt(pixels[0].size),
        "variance": float(np.abs(pixels.var(axis=(1, 2)) - 1).max() + 1),
        "variance allowed": 1 + 5 * np.sqrt(2 / pixels[0].size),
        "largest correlation": float(correlation),
        "correlation allowed": 5.5 / np.sqrt(DRAWS),
        "sharing error": float(shared),
    }


def sampler_figures(factor: float) -> dict[str, float]:
    """Known-answer denoiser: agreement of levels and distance from the truth, together and each by itself."""
    pictures = truths(3, 128, factor)
    figures = {"factor": factor}
    for name, joint in (("together", True), ("alone", False)):
        result = sample_zoom(KnownDenoiser(pictures), plan(3, factor), size=128, steps=10, seed=0, joint=joint)
        figures[f"{name}: levels agree, dB"] = min(agreement(result.images, result.geometry))
        figures[f"{name}: before pasting, dB"] = min(result.raw_agreement)
        error = ((np.moveaxis(result.images, -1, 1) * 2 - 1 - pictures) ** 2).mean(axis=(1, 2, 3))
        figures[f"{name}: rms from truth"] = float(np.sqrt(error.mean()))
    return figures


def picture_figures(size: int, folder: Path | None) -> tuple[dict[str, float], Any, Config, float]:
    """The procedural zoom and its film."""
    config = Config(models="procedural")
    config = replace(config, dream=replace(config.dream, size=size))
    began, used = time.perf_counter(), time.process_time()
    made = zoom(read_plan(PLAN), config)
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    images, geometry = made.result.film or (made.result.images, made.result.geometry)
    frames = list(zoom_frames(images, geometry, 121, 2 * (size * 3 // 8)))
    cut = [frames[0]] * 20 + [frames[60]] * 20
    figures = {
        "size": size,
        "levels agree, dB": min(agreement(made.result.images, made.result.geometry)),
        "before blending, dB": min(made.result.raw_agreement),
        "largest change / median about it": float(spikes(changes(frames)).max()),
        "the same for a cut": float(spikes(changes(cut) + 1e-3).max()),
        "seconds": seconds,
        "cpu seconds": cpu,
    }
    if folder is not None:
        for level, image in enumerate(made.result.images):
            write_image(image, folder / f"level_{level}.png")
        for number in range(0, len(frames), 8):
            write_image(frames[number], folder / f"film_{number:03d}.jpg")
    return figures, made, config, seconds


def dive_figures(made: Any, config: Config, folder: Path | None, build_seconds: float) -> list[dict[str, Any]]:
    """The 3-D zoom: time, the views on and off the axis against the exact world, and its film."""
    began, used = time.perf_counter(), time.process_time()
    gaussians, _, _ = dive_levels(made, config)
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    world = made.models.painter.drawings.world
    rows: list[dict[str, Any]] = [
        {
            "what": "built in, s (with the pictures above)",
            "value": f"{seconds + build_seconds:.0f} (cpu {cpu:.0f} + pictures)",
        },
        {"what": "Gaussians a level", "value": str(np.bincount(gaussians.level).tolist())},
    ]
    for level in range(len(made.plan)):
        for off in (0.0, OFF_AXIS):
            camera = made.axis.camera(level, config.dream.size, yaw=off)
            drawn, true = render(gaussians.seen_from(camera), camera), world.draw(camera).image
            error = float(np.mean((np.clip(drawn.image, 0, 1) - true) ** 2))
            rows.append(
                {
                    "what": f"level {level}, {off:g} degrees off: PSNR dB / holes %",
                    "value": f"{-10 * np.log10(error):.1f} / {100 * float((drawn.alpha < 0.5).mean()):.2f}",
                }
            )
            if folder is not None:
                write_image(np.concatenate([drawn.image, true], axis=1), folder / f"scene_{level}_{off:g}.jpg")
    frames = [render(gaussians.seen_from(c), c).image for c in film_cameras(made.axis, 320, 320, 81)]
    rows.append(
        {"what": "film: largest change / median about it", "value": f"{float(spikes(changes(frames)).max()):.3f}"}
    )
    if folder is not None:
        for number in range(0, len(frames), 4):
            write_image(frames[number], folder / f"dive_{number:03d}.jpg")
    return rows


def show(title: str, rows: list[dict[str, Any]]) -> None:
    table = Table(title=title)
    for name in rows[0]:
        table.add_column(name)
    for row in rows:
        table.add_row(*(f"{value:.4g}" if isinstance(value, float) else str(value) for value in row.values()))
    Console(width=180).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--quick", action="store_true", help="smaller pictures")
    parser.add_argument("--pictures", type=Path, help="a folder for levels and frames, to be looked at")
    arguments = parser.parse_args()
    result: dict[str, Any] = {
        "noise": [noise_figures(factor) for factor in (4.0, 2.0, 1.5)],
        "known-answer denoiser": [sampler_figures(factor) for factor in (2.0, 4.0)],
    }
    show(f"noise of a zoom stack, {DRAWS} draws", result["noise"])
    show("levels denoised together and alone", result["known-answer denoiser"])
    figures, made, config, seconds = picture_figures(256 if arguments.quick else 512, arguments.pictures)
    result["procedural pictures"] = [figures]
    show(f"procedural zoom, {PLAN.name}", result["procedural pictures"])
    result["procedural scene"] = dive_figures(made, config, arguments.pictures, seconds)
    show("procedural 3-D zoom", result["procedural scene"])
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
