"""How right the depth and the sky of a dreamed scene are: exact, distorted, as a network answers, and measured by
lucid3d's own small network.

    python benchmarks/loop_depth.py [--weights FILE.safetensors] [--size 256] [--places room ...] [--json FILE]
    python benchmarks/loop_depth.py --walk 20 --depth distorted

The dream loop runs as in the main job (procedural painter, default path); its views' depths are compared with the true
world's after one scale for the whole scene, in per cent. "drift" is the largest median error of one view against the
scene: what is left of scales that differ from view to view once the loop is closed.

With --walk METRES the path goes through free space, so far ahead and back, a view every two metres,
with a turn at its end and one at home; "step" is the median relative depth step where its last views meet the first.

"sky" is the share of the true sky's pixels that are sky in the end, "zenith" of those within 30 degrees of it, "false"
the share of the others that are sky as well. "zoe-like" is `lucid3d.families.simulated`, on the path of narrower views
that networks are asked for.

Compared with: exact depth, which shows what the loop itself adds, and the distortion that its tests are made with.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from lucid3d.alignment import close_loop
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.config import Config, DreamConfig
from lucid3d.dreaming import dream_views
from lucid3d.exploring.finding import from_world
from lucid3d.exploring.route import corridor
from lucid3d.families.base import DepthEstimator
from lucid3d.families.mini import MiniDepth
from lucid3d.families.procedural import ProceduralDepth, procedural_models
from lucid3d.families.simulated import SimulatedDepth
from lucid3d.preparation import prepare
from lucid3d.procedural.world import World

PLACES = {
    "street": "a town street in the afternoon",
    "room": "a living room",
    "forest": "a forest",
    "misty": "a misty forest at dawn",
    "lake": "an alpine lake at sunrise",
    "canyon": "a desert canyon at noon",
    "village": "a village in the rain",
    "pass": "a snowy mountain pass under an overcast sky",
    "harbour": "a harbour quay at dusk",
    "meadow": "a flower meadow under a bright blue sky",
    "city": "a modern city street at night",
    "courtyard": "a castle courtyard in the morning",
}
SEED = 1
FIGURES = ("median", "p90", "drift", "step", "scale", "sky", "zenith", "false")
STRIDE = 2.0
"""Metres between the views of a walk; one in place of two changes the errors by a hundredth."""
TURNS = (90.0, 180.0, 270.0)
"""Degrees of the views on the spot at the end of a walk, and at home."""
ZENITH = math.sin(math.radians(60))
FARTHEST = 80.0
"""Metres up to which depth is compared."""


def there_and_back(world: World, metres: float, lens: Camera) -> list[Camera]:
    """Cameras of a walk through free space, as far ahead as it goes up to `metres`, and back."""
    free = from_world(world, metres + STRIDE)
    _, way = corridor(free, 0.0, metres)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    stops = np.arange(0.0, along[-1] + 1e-6, STRIDE)
    eyes = np.stack([np.interp(stops, along, axis) for axis in way.T], axis=1)
    step = np.gradient(eyes, axis=0)
    yaws = np.degrees(np.arctan2(step[:, 0], step[:, 2]))
    yaws[0] = 0.0  # the first view looks ahead
    out = [lens.at(yaw_pitch(yaw, 0.0, eye)) for yaw, eye in zip(yaws, eyes, strict=True)]
    turn = [lens.at(yaw_pitch(yaws[-1] + angle, 0.0, eyes[-1])) for angle in TURNS[:2]]
    back = [lens.at(yaw_pitch(yaw + 180.0, 0.0, eye)) for yaw, eye in zip(yaws[-2::-1], eyes[-2::-1], strict=True)]
    home = [lens.at(yaw_pitch(180.0 + angle, 0.0, eyes[0])) for angle in (45.0, 90.0, 135.0)]
    return out + turn + back + home


def measured(name: str, prompt: str, size: int, weights: str | None, walk: float = 0.0) -> dict[str, float]:
    """Median, 90th percentile and drift of one scene's depth, recall and false share of its sky, in per cent, and the
    seconds that it took, for the estimator `name` of `ESTIMATORS`."""
    began = time.perf_counter()
    painter, own, world = procedural_models(prompt, SEED, distortion=7 if name == "distorted" else None)
    estimator = ESTIMATORS[name](world, own, weights)
    path = "walk_narrow" if name == "zoe-like" else "walk"
    config = Config(prompt=(prompt,), trajectory=path, dream=replace(DreamConfig(), size=size))
    prepared = prepare(config)
    cameras = there_and_back(world, walk, prepared.cameras[0]) if walk else prepared.cameras
    *_, result = dream_views(painter, estimator, cameras, prepared.prompts, config.dream)
    ratios, skies = [], Sky()
    for view in result.views:
        truth = world.draw(view.camera, antialias=False).depth
        skies.count(view.camera, ~np.isfinite(truth), ~np.isfinite(view.depth))
        both = np.isfinite(truth) & np.isfinite(view.depth) & (truth < FARTHEST)
        ratios.append(np.log(view.depth[both] / truth[both]))
    scale = float(np.median(np.concatenate(ratios)))
    errors = np.abs(np.expm1(np.concatenate(ratios) - scale))
    drift = max(abs(float(np.median(ratio)) - scale) for ratio in ratios if len(ratio))
    return {
        "median": 100 * float(np.median(errors)),
        "p90": 100 * float(np.percentile(errors, 90)),
        "drift": 100 * drift,
        "step": 100 * close_loop(result.views).closing_before,
        "scale": float(np.exp(abs(scale))),
        **skies.shares(),
        "seconds": time.perf_counter() - began,
    }


@dataclass
class Sky:
    """Pixels of all views: the true sky and what is found of it, the same near the zenith, the rest and what of it is
    taken for sky."""

    true: int = 0
    found: int = 0
    true_above: int = 0
    found_above: int = 0
    rest: int = 0
    false: int = 0

    def count(self, camera: Camera, truth: NDArray[np.bool_], sky: NDArray[np.bool_]) -> None:
        """Add a view; both (H, W)."""
        rays = camera.world_rays()
        above = -rays[..., 1] > ZENITH * np.linalg.norm(rays, axis=-1)
        self.true += int(truth.sum())
        self.found += int((truth & sky).sum())
        self.true_above += int((truth & above).sum())
        self.found_above += int((truth & above & sky).sum())
        self.rest += int((~truth).sum())
        self.false += int((~truth & sky).sum())

    def shares(self) -> dict[str, float]:
        """In per cent; not a number where there is no sky."""
        return {
            "sky": 100 * self.found / self.true if self.true else math.nan,
            "zenith": 100 * self.found_above / self.true_above if self.true_above else math.nan,
            "false": 100 * self.false / max(self.rest, 1),
        }


ESTIMATORS: dict[str, Callable[[World, ProceduralDepth, str | None], DepthEstimator]] = {
    "exact": lambda world, own, weights: own,
    "distorted": lambda world, own, weights: own,
    "zoe-like": lambda world, own, weights: SimulatedDepth(world, SEED),
    "lucid3d-mini": lambda world, own, weights: MiniDepth(weights),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default=None)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--places", nargs="+", default=["street", "room", "forest"], choices=list(PLACES))
    parser.add_argument("--depth", nargs="+", default=list(ESTIMATORS), choices=list(ESTIMATORS))
    parser.add_argument("--walk", type=float, default=0.0, help="metres to walk ahead and back in place of the path")
    parser.add_argument("--json", default=None)
    arguments = parser.parse_args()
    table = Table(title=f"depth of a scene, per cent of the truth, {arguments.size} px")
    for name in ("place", "depth", *FIGURES, "s"):
        table.add_column(name, justify="left" if name in ("place", "depth") else "right")
    rows = {}
    for place in arguments.places:
        for name in arguments.depth:
            row = measured(name, PLACES[place], arguments.size, arguments.weights, arguments.walk)
            rows[f"{place}, {name}"] = row
            figures = [f"{row[key]:.2f}" for key in FIGURES]
            table.add_row(place, name, *figures, f"{row['seconds']:.0f}")
    Console().print(table)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
