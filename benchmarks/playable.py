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
**textured**: points of the textured mesh, even by area and no further from the start than the radius, to the world's
nearest surface; and likeness of views of the mesh, before the scene's panorama, from places where one can walk, to the
world's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import lucid3d
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.exploring.finding import BODY, HEAD, KNEE, SOFT, UPWARDS, from_points, from_world
from lucid3d.exploring.free_space import STEP, FreeSpace
from lucid3d.export.mesh import open3d
from lucid3d.export.textured import beyond, textured_mesh
from lucid3d.export.unwrapping import Unwrapped
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
    triangles: int = 300_000
    """Of the textured mesh; 0: it is not measured."""
    texture: int = 4096
    """Texels along the side of its texture."""
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


def textured(world: World, free: FreeSpace, scene: Scene, options: Options) -> dict[str, float]:
    """How far a textured mesh is from the world, and how like it looks."""
    o3d = open3d()
    rng = np.random.default_rng(options.seed)
    mesh, textures = textured_mesh(scene, options.triangles, options.texture)
    points = sampled(NavigationMesh(mesh.vertices, mesh.triangles), 200_000, rng)
    points = points[np.linalg.norm(points - free.start, axis=1) <= options.radius].astype(np.float32)
    truth = o3d.t.geometry.RaycastingScene()
    for part in world.meshes:
        corners = part.vertices[part.triangles]
        near = (np.linalg.norm(corners - free.start.astype(np.float32), axis=2) < 2 * options.radius).any(axis=1)
        near |= np.ptp(corners, axis=1).max(axis=1) > options.radius  # large triangles have no corner near
        if near.any():
            truth.add_triangles(part.vertices, part.triangles[near].astype(np.uint32))
    distance = truth.compute_distance(points).numpy()
    drawn = o3d.t.geometry.RaycastingScene()
    drawn.add_triangles(mesh.vertices, mesh.triangles.astype(np.uint32))
    sky = beyond(scene, 1024)
    eyes = free.eyes(np.argwhere(free.free))
    away = np.linalg.norm(eyes - free.start, axis=1)
    figures = {
        "median distance (cm)": 100 * float(np.median(distance)),
        "90 % (cm)": 100 * float(np.quantile(distance, 0.9)),
        "triangles": float(len(mesh.triangles)),
        "seen (%)": 100 * textures.seen,
    }
    for reach in (2.0, options.radius):
        near_eyes = eyes[away <= reach]
        scores = []
        for eye in near_eyes[rng.permutation(len(near_eyes))[: options.places]]:
            camera = Camera.from_fov(VIEW, VIEW, 75, yaw_pitch(rng.uniform(0, 360), rng.uniform(-15, 15), eye))
            image = shown(drawn, mesh, textures.color, sky, camera)
            scores.append(-10 * np.log10(np.mean((image - world.draw(camera).image) ** 2)))
        figures[f"PSNR within {reach:g} m"] = float(np.mean(scores))
    return figures


def shown(
    drawn: Any, mesh: Unwrapped, color: NDArray[np.float32], sky: NDArray[np.float32], camera: Camera
) -> NDArray[np.float32]:
    """(H, W, 3) what a camera sees of a textured mesh before a panorama."""
    rays = camera.world_rays()
    origin = np.broadcast_to(camera.position.astype(np.float32), rays.shape)
    hits = drawn.cast_rays(np.concatenate([origin, rays], axis=-1))
    found = np.isfinite(hits["t_hit"].numpy())
    b, c = np.moveaxis(hits["primitive_uvs"].numpy()[found], -1, 0)
    corners = mesh.uv[mesh.triangles[hits["primitive_ids"].numpy()[found]]]
    uv = (1 - b - c)[:, None] * corners[:, 0] + b[:, None] * corners[:, 1] + c[:, None] * corners[:, 2]
    length = np.linalg.norm(rays, axis=-1)
    x = (np.arctan2(rays[..., 0], rays[..., 2]) / (2 * np.pi) + 0.5) * sky.shape[1]
    y = (np.arcsin(np.clip(rays[..., 1] / length, -1, 1)) / np.pi + 0.5) * sky.shape[0]
    image = cv2.remap(
        sky, x.astype(np.float32) - 0.5, y.astype(np.float32) - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )
    at = np.zeros((*found.shape, 2), np.float32)
    at[found] = uv * len(color) - 0.5
    texture = cv2.remap(color, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.where(found[..., None], texture, image).astype(np.float32)


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
        "textured": textured(world, truth, scene, options) if options.triangles else {},
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
