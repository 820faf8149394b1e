"""What a game gets of a scene, against the procedural truth: the navigation mesh, the things and the textured mesh.

    python benchmarks/playable.py [--prompts "a;b"] [--preset default] [--radius 10] [--json FILE]
    python benchmarks/playable.py --scenes outputs/a,outputs/b        # finished procedural scenes instead

**navigation** is the mesh of the world asked itself, as `--to playable` writes it for procedural scenes;
**navigation, dreamed** is that of the dreamed points alone, as for scenes that networks dreamed. *found*: the share
of places where a person can stand and walk to (`exploring.finding.from_world`) that the mesh covers. *wrong*: the
share of the mesh's area where nobody can stand: a person of 0.2 m radius (less 5 cm, for a cell's edge) meets
something between knee and head, the ground is elsewhere, too steep or water, or no place that can be walked to is
within half a metre. These are rays into the world at random points, not cells. **things**: of what at least 16 pixels
of a picture show at random places where one can walk, the share that scene.objects.json lists under its label.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import lucid3d
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.exploring.finding import BODY, HEAD, KNEE, SOFT, UPWARDS, from_points, from_world
from lucid3d.exploring.free_space import STEP, FreeSpace
from lucid3d.playable.assembly import playable
from lucid3d.playable.navigation import NavigationMesh, navigation_mesh
from lucid3d.playable.target import known_world
from lucid3d.playable.things import BACKGROUND, Thing
from lucid3d.procedural.kit.labels import LABELS, label_number
from lucid3d.procedural.world import World
from lucid3d.scene import Scene

PROMPTS = (
    "a town street in the afternoon;a forest path in summer;a cosy living room with a fireplace;"
    "a red canyon with a river;a village in the afternoon"
)
SAMPLES = 4000
AROUND = 16
"""Directions in which a person may meet something."""
TOLERANCE = 0.05
"""Metres of a person's radius and twice that of the ground's height that count as a cell's edge."""
REACHED = 0.5
"""Metres to the next place that can be walked to."""
LOOKED_AT = 16
"""Pixels of a thing that was seen, in pictures of this size."""
VIEW = 256
Points = NDArray[np.float64]


@dataclass
class Options:
    """What to measure."""

    prompts: str = PROMPTS
    """Sentences, separated by semicolons."""
    preset: str = "default"
    """A preset or a YAML file."""
    scenes: str = ""
    """Folders of finished procedural scenes, separated by commas, instead of sentences."""
    radius: float = 10.0
    """Metres around the start."""
    places: int = 12
    """Where things are looked at from."""
    seed: int = 0
    json: str = ""
    """A file to write the figures to."""


def meets(world: World, origins: Points, directions: Points, reach: float) -> NDArray[np.bool_]:
    """(N,) whether a ray meets something within `reach` metres that one does not walk through."""
    soft = [label_number(name) for name in SOFT]
    o, d = origins.astype(np.float32), directions.astype(np.float32)
    left = np.full(len(o), reach, np.float32)
    for _ in range(8):
        distance, _, labels = world.hits(o, d)
        through = np.isin(labels, soft) & (distance < left)
        if not through.any():
            break
        step = np.where(through, distance + 0.005, 0).astype(np.float32)
        o, left = o + step[:, None] * d, left - step
    hit: NDArray[np.bool_] = (distance < left) & ~np.isin(labels, soft)
    return hit


def stands(world: World, feet: Points, eye: float) -> NDArray[np.bool_]:
    """(N,) whether a person can stand with their feet at (N, 3)."""
    head = feet - np.array([0, eye + HEAD, 0])
    down = np.tile([0.0, 1.0, 0.0], (len(feet), 1))
    soft = [label_number(name) for name in SOFT]
    fallen, o = np.zeros(len(feet), np.float32), head.astype(np.float32)
    for _ in range(8):
        distance, normals, labels = world.hits(o, down)
        through = np.isin(labels, soft)
        if not through.any():
            break
        step = np.where(through, distance + 0.005, 0).astype(np.float32)
        o, fallen = o + step[:, None] * down.astype(np.float32), fallen + step
    fallen = fallen + distance
    good = (np.abs(fallen - eye - HEAD) <= STEP + 2 * TOLERANCE) & (-normals[:, 1] >= UPWARDS - 0.05)
    good &= labels != label_number("water")
    angles = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    ground = head[:, 1] + fallen
    for up in (KNEE + TOLERANCE, 0.5 * (KNEE + eye), eye):
        for angle in angles:
            rows = np.flatnonzero(good)
            middle = feet[rows].copy()
            middle[:, 1] = ground[rows] - up
            way = np.tile([np.sin(angle), 0.0, np.cos(angle)], (len(rows), 1))
            good[rows] = ~meets(world, middle, way, BODY - TOLERANCE)
    return good


def covered(mesh: NavigationMesh, places: Points) -> NDArray[np.bool_]:
    """(N,) whether a mesh lies under or over places (N, 3), within the height of a step."""
    from lucid3d.export.mesh import open3d

    scene = open3d().t.geometry.RaycastingScene()
    scene.add_triangles(mesh.vertices, mesh.triangles.astype(np.uint32))
    up = places - np.array([0, 0.45, 0])
    rays = np.concatenate([up, np.tile([0.0, 1.0, 0.0], (len(up), 1))], axis=1).astype(np.float32)
    found: NDArray[np.bool_] = scene.cast_rays(rays)["t_hit"].numpy() < 0.9
    return found


def sampled(mesh: NavigationMesh, count: int, rng: np.random.Generator) -> Points:
    """(count, 3) points of a mesh, even by area."""
    a, b, c = (mesh.vertices[mesh.triangles[:, i]].astype(np.float64) for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    rows = rng.choice(len(area), count, p=area / area.sum())
    u, v = rng.random(count), rng.random(count)
    u, v = np.where(u + v > 1, 1 - u, u)[:, None], np.where(u + v > 1, 1 - v, v)[:, None]
    return a[rows] + u * (b - a)[rows] + v * (c - a)[rows]


def navigation(world: World, truth: FreeSpace, mesh: NavigationMesh, rng: np.random.Generator) -> dict[str, float]:
    """How much of the walkable ground a mesh covers, and how much of it is not walkable."""
    from scipy.spatial import cKDTree

    cells = np.argwhere(truth.free)
    feet = truth.eyes(cells) + np.array([0, truth.eye, 0])
    rows = rng.choice(len(feet), SAMPLES)
    aside = rng.uniform(-0.5, 0.5, (SAMPLES, 2)) * truth.cell
    places = feet[rows] + np.stack([aside[:, 0], np.zeros(SAMPLES), aside[:, 1]], axis=1)
    places = places[stands(world, places, truth.eye)]
    points = sampled(mesh, SAMPLES, rng)
    right = stands(world, points, truth.eye) & (cKDTree(feet[:, [0, 2]]).query(points[:, [0, 2]])[0] < REACHED)
    return {
        "found (%)": 100 * float(covered(mesh, places).mean()),
        "wrong (%)": 100 * float(1 - right.mean()),
        "walkable (m2)": truth.area,
        "triangles": float(len(mesh.triangles)),
    }


def things_listed(world: World, free: FreeSpace, things: list[Thing], options: Options) -> dict[str, float]:
    """Of the things that pictures show, how many are listed under their label."""
    rng = np.random.default_rng(options.seed)
    listed = {thing.instance: thing.label for thing in things}
    cells = np.argwhere(free.free)
    eyes = free.eyes(cells[rng.choice(len(cells), min(options.places, len(cells)), replace=False)])
    seen: dict[int, str] = {}
    for eye in eyes:
        for yaw in (0, 90, 180, 270):
            camera = Camera.from_fov(VIEW, VIEW, 90, yaw_pitch(yaw + 45, 0, eye))
            drawing = world.draw(camera, antialias=False, only=np.zeros((VIEW, VIEW), bool))
            numbers, first, counts = np.unique(drawing.instances, return_index=True, return_counts=True)
            for number, at, count in zip(numbers.tolist(), first.tolist(), counts.tolist(), strict=True):
                label = LABELS[drawing.labels.ravel()[at]]
                if count >= LOOKED_AT and label not in BACKGROUND:
                    seen[number] = label
    right = sum(listed.get(number) == label for number, label in seen.items())
    return {"listed (%)": 100 * right / max(len(seen), 1), "seen": float(len(seen)), "in the list": float(len(things))}


def measure(scene: Scene, options: Options) -> dict[str, dict[str, float]]:
    """Rows of the table for one scene."""
    world = known_world(scene)
    if world is None:
        raise SystemExit(f"the truth of {scene.prompt!r} is not known: it is no procedural scene")
    rng = np.random.default_rng(options.seed)
    truth = from_world(world, options.radius)
    game = playable(replace(scene, free=truth), world)
    dreamed = from_points(scene.points, truth.start, options.radius, eye=truth.eye)
    return {
        "navigation": navigation(world, truth, game.navigation, rng),
        "navigation, dreamed": navigation(world, truth, navigation_mesh(dreamed), rng),
        "things": things_listed(world, truth, game.things, options),
        "colliders": {
            "bodies": float(len(game.colliders)),
            "convex": float(sum(body.convex for body in game.colliders)),
            "triangles": float(sum(len(body.mesh.triangles) for body in game.colliders)),
        },
    }


def main() -> None:
    options = tyro.cli(Options)
    results: dict[str, dict[str, dict[str, float]]] = {}
    if options.scenes:
        for folder in options.scenes.split(","):
            scene = Scene.load(folder.strip())
            results[scene.prompt] = measure(scene, options)
    else:
        config = lucid3d.load_config(lucid3d.find_config(options.preset))
        for prompt in (text.strip() for text in options.prompts.split(";")):
            scene = lucid3d.dream(prompt, config=replace(config, models="procedural", seed=options.seed))
            results[prompt] = measure(scene, options)
    for name, rows in results.items():
        table = Table("", "measured", title=name)
        for row, figures in rows.items():
            table.add_row(row, ", ".join(f"{what} {value:.4g}" for what, value in figures.items()))
        Console().print(table)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
