"""How right the depth of a dreamed scene is: exact, distorted, and measured by lucid3d's own small network.

    python benchmarks/loop_depth.py [--weights FILE.safetensors] [--size 256] [--places room ...] [--json FILE]

The dream loop runs as in the main job (procedural painter, default path); its views' depths are compared with the true
world's after one scale for the whole scene, in per cent. "drift" is the largest median error of one view against the
scene: what is left of scales that differ from view to view once the loop is closed.

Compared with: exact depth, which shows what the loop itself adds, and the distortion that its tests are made with.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from lucid3d.config import Config, DreamConfig
from lucid3d.dreaming import dream_views
from lucid3d.families.base import DepthEstimator
from lucid3d.families.mini import MiniDepth
from lucid3d.families.procedural import procedural_models
from lucid3d.preparation import prepare
from lucid3d.procedural.build import build_world

PLACES = {
    "street": "a town street in the afternoon",
    "room": "a living room",
    "forest": "a forest",
}
SEED = 1
FARTHEST = 80.0
"""Metres up to which depth is compared."""


def measured(prompt: str, estimator: DepthEstimator | None, distortion: int | None, size: int) -> dict[str, float]:
    """Median, 90th percentile and drift of one scene's depth, in per cent, and the seconds that it took.

    Args:
        estimator: None for the world's own depth, distorted with `distortion`.
    """
    began = time.perf_counter()
    painter, own, _ = procedural_models(prompt, SEED, distortion=distortion)
    config = Config(prompt=(prompt,), dream=replace(DreamConfig(), size=size))
    prepared = prepare(config)
    *_, result = dream_views(painter, estimator or own, prepared.cameras, prepared.prompts, config.dream)
    world = build_world(prompt, SEED, drops=False)
    ratios = []
    for view in result.views:
        truth = world.draw(view.camera, antialias=False).depth
        both = np.isfinite(truth) & np.isfinite(view.depth) & (truth < FARTHEST)
        ratios.append(np.log(view.depth[both] / truth[both]))
    scale = float(np.median(np.concatenate(ratios)))
    errors = np.abs(np.expm1(np.concatenate(ratios) - scale))
    drift = max(abs(float(np.median(ratio)) - scale) for ratio in ratios if len(ratio))
    return {
        "median": 100 * float(np.median(errors)),
        "p90": 100 * float(np.percentile(errors, 90)),
        "drift": 100 * drift,
        "scale": float(np.exp(abs(scale))),
        "seconds": time.perf_counter() - began,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default=None)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--places", nargs="+", default=list(PLACES), choices=list(PLACES))
    parser.add_argument("--json", default=None)
    arguments = parser.parse_args()
    estimators = {
        "exact": (None, None),
        "distorted": (None, 7),
        "lucid3d-mini": (MiniDepth(arguments.weights), None),
    }
    table = Table(title=f"depth of a scene, per cent of the truth, {arguments.size} px")
    for name in ("place", "depth", "median", "p90", "drift", "scale off", "s"):
        table.add_column(name, justify="left" if name in ("place", "depth") else "right")
    rows = {}
    for place in arguments.places:
        for name, (estimator, distortion) in estimators.items():
            row = measured(PLACES[place], estimator, distortion, arguments.size)
            rows[f"{place}, {name}"] = row
            figures = [f"{row[key]:.2f}" for key in ("median", "p90", "drift", "scale")]
            table.add_row(place, name, *figures, f"{row['seconds']:.0f}")
    Console().print(table)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
