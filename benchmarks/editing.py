"""Finished scenes are changed as people change them, and what comes of it is measured.

    python benchmarks/editing.py insert --scenes outputs/a-garden outputs/a-room [--sheets FOLDER] [--json FILE]
    python benchmarks/editing.py words --scenes outputs/a-garden outputs/a-lake [--sheets FOLDER]
    python benchmarks/editing.py follow                             # the speed of a free loss
    python benchmarks/editing.py book --scene outputs/a-garden      # fifty edits, then all undone

**insert**: twenty things, each set into a copy of the scene by its default place, and taken out again. *wall*, *cpu*:
seconds of an insertion in a program that has the scene's world at hand, as the viewer has. *size*: the largest extent
of its Gaussians over that which was said. *floats*: metres between its foot and the surface below. *in others*: of its
upper points, the share before which, seen from its middle, lies a surface of the world. *shadow*: the share of light
that is left on the darkest twentieth of what it shades. *lit*: correlation of its brightness with the direction that
most light comes from. *bytes*: whether taking it out gave scene.ply back.

**words**: colours, materials and a season. *hue*: of the pixels of dreamed views that show what most of the named
things' upright sides are made of (a house's walls, not its panes, beams, door and roof), the share whose hue is within
25 degrees of that of a world in which just these surfaces have the named colour (of greys: as grey); this world is made
without the editing's own choice of surfaces. *inner*: the same of pixels that have no others beside them, *smooth*: of
both pictures evened out over 5 pixels. Of a material, the pixels in which the two worlds differ; of a season, those
whose hue lies among those that such surfaces have in it. *rest*: whether undoing gave the bytes back.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import tyro
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.editing.book import Entry, read_inserted
from lucid3d.editing.changed_world import in_season
from lucid3d.editing.folder import change_in, insert_into, move_in, remove_from, step, world_shown
from lucid3d.editing.insertion import Where, Wish, world_of
from lucid3d.editing.regions import instances_called
from lucid3d.editing.rules import SEASONAL
from lucid3d.errors import InputError
from lucid3d.gaussians import render
from lucid3d.gaussians.model import Gaussians
from lucid3d.guidance.optimise import Following, closer, followed
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.render.rays import RayScene
from lucid3d.procedural.world import World
from lucid3d.restyle.rules import TARGET_ROWS
from lucid3d.scene import Scene

OUTDOORS = (
    "a wooden bench", "a red car", "a bicycle", "a white horse", "a brown dog", "a black cat", "a tent", "a well",
    "a statue", "a fountain", "a wooden barrel", "a stone lantern", "an oak tree", "a green bush", "a campfire",
    "a red telephone box", "a woman in a blue dress", "a swing", "a hot air balloon", "a wooden table",
)  # fmt: skip
INDOORS = (
    "a blue sofa", "a red armchair", "a wooden chair", "a wooden table", "a bookshelf", "a houseplant", "a lamp",
    "a black cat", "a brown dog", "a television", "a wardrobe", "a crate", "a guitar", "a globe",
    "a christmas tree", "a wooden stool", "a man in a grey suit", "a cup", "a rocking chair", "a robot",
)  # fmt: skip
WORDS = ("the house blue", "a wooden pier of stone", "autumn")
CELL = 300
"""Pixels of a picture on a sheet."""
HUE = 25.0
"""Degrees."""
SMOOTH = 5
"""Pixels over which textures finer than a scene's Gaussians are evened out."""
GREY = 6.0
"""Chroma in CIELAB below which a colour has no hue that one could name."""
CHANGED = 4.0
"""Difference in CIELAB between the two worlds from which a pixel is one that another material was to change."""
UPRIGHT = 0.3
"""Height of the unit normal of a side at most: roofs and floors are no sides."""
NO_WALLS = frozenset(("glass", "windows", "emissive", "leaf", "petal", "roof_tile", "shingle", "thatch"))
WOODWORK = ("door", "shutter", "frame", "beam", "awning", "canvas", "trim")
"""Patterns of panes, lamps, climbing plants and roofs, and how the names of joinery begin: a house is not called blue
for them."""


@dataclass(frozen=True)
class Insert:
    """Set twenty things into each scene, one at a time, and take each out again."""

    scenes: tuple[str, ...]
    """Their folders."""
    things: str = ""
    """Words with commas between them, instead of the twenty."""
    sheets: str = ""
    """A folder for contact sheets."""
    json: str = ""


@dataclass(frozen=True)
class Words:
    """Change each scene in words."""

    scenes: tuple[str, ...]
    """Their folders."""
    words: str = ""
    """Sentences with commas between them."""
    sheets: str = ""
    json: str = ""


@dataclass(frozen=True)
class Follow:
    """How long a loss that costs nothing is followed."""

    gaussians: int = 200_000
    steps: int = 1000
    share: float = 1.0
    """Of the Gaussians, that may change."""


@dataclass(frozen=True)
class InBook:
    """Fifty edits in a row, and all of them undone."""

    scene: str
    edits: int = 50


def digest(path: Path) -> str:
    """Of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copied(scene: str, parent: str) -> Path:
    """A scene's folder beside which nothing is harmed."""
    target = Path(parent) / Path(scene).name
    shutil.copytree(scene, target, ignore=shutil.ignore_patterns("edits", "skybox", "*.mp4"))
    return target


def clocked(work: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Any, float, float]:
    """What comes of it, wall seconds and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = work(*arguments, **options)
    return made, time.perf_counter() - wall, time.process_time() - cpu


# ---- insert ----


def inserting(options: Insert) -> list[dict[str, Any]]:
    """One row a thing and scene."""
    rows: list[dict[str, Any]] = []
    for name in options.scenes:
        with tempfile.TemporaryDirectory() as parent:
            folder = copied(name, parent)
            scene = Scene.load(folder)
            world = world_of(scene)
            if world is None:
                raise InputError(f"'{name}' was made of no procedural world")
            things = (
                tuple(options.things.split(",")) if options.things else INDOORS if world.brief.indoors else OUTDOORS
            )
            first = digest(folder / "scene.ply")
            pictures = []
            for thing in things:
                try:
                    changed, wall, cpu = clocked(insert_into, folder, Wish(thing), world=world)
                except InputError as error:
                    rows.append({"scene": folder.name, "thing": thing, "refused": str(error)})
                    pictures.append((thing, np.full((CELL, CELL, 3), 0.2, np.float32), str(error)))
                    continue
                entry = changed.entry
                after = Scene.load(folder)
                row: dict[str, Any] = {"scene": folder.name, "thing": thing, "wall": wall, "cpu": cpu}
                row |= stands(folder, entry, scene, world)
                picture = portrait(scene, after, read_inserted(folder, entry)[0].means)
                remove_from(folder, entry.name)
                row["bytes"] = digest(folder / "scene.ply") == first
                rows.append(row)
                told = {"size": "size", "float": "floats", "in": "in others", "sh": "shadow", "lit": "lit"}
                note = " ".join(f"{short} {row[name]:.2f}" for short, name in told.items())
                pictures.append((thing, picture, note))
                print(folder.name, thing, f"{wall:.1f} s, CPU {cpu:.1f} s;", note, flush=True)
            if options.sheets:
                sheet(pictures, Path(options.sheets) / f"insert-{folder.name}.png")
    return rows


def stands(folder: Path, entry: Entry, scene: Scene, world: World) -> dict[str, float]:
    """How a thing that was set in stands there."""
    gaussians, shade = read_inserted(folder, entry)
    means = gaussians.means
    low, high = np.percentile(means, [0.5, 99.5], axis=0)
    spot = entry.spot
    size = float((high - low).max()) / max(entry.size)
    turned = (means - np.array([spot.x, spot.y, spot.z])) @ spot.matrix[:3, :3]  # in its own frame
    foot = means[turned[:, 1] > np.percentile(turned[:, 1], 98)]
    from_above = foot + np.array([0, -0.3, 0], np.float32)
    down, *_ = world.trace(from_above, np.broadcast_to(np.array([0, 1, 0], np.float32), foot.shape))
    floats = float(np.min(np.abs(down - 0.3))) if np.isfinite(down).any() else np.inf
    # from its middle outwards: the world's own surfaces lie beyond the thing's
    middle = np.median(means, axis=0)
    chosen = np.random.default_rng(0).choice(len(means), min(2000, len(means)), replace=False)
    rays = means[chosen] - middle
    beyond, *_ = world.trace(np.broadcast_to(middle, rays.shape), rays)
    upper = turned[chosen, 1] < -0.08 * max(entry.size)  # what touches the ground is in it
    inside = float((beyond[upper] < 0.97).mean()) if upper.any() else 0.0
    light = shade.light[np.isfinite(shade.light).all(axis=1)]
    darkest = float(np.percentile(light.mean(axis=1), 5)) if len(light) else 1.0
    return {
        "size": size,
        "floats": floats,
        "in others": inside,
        "shadow": darkest,
        "lit": lit_side(means, gaussians, world),
    }


def lit_side(means: NDArray[np.float32], gaussians: Any, world: World) -> float:
    """Correlation of brightness with where the strongest light comes from; NaN where the sky is all the light."""
    middle = np.median(means, axis=0)
    sun = np.asarray(world.atmosphere.sun_direction, np.float64)
    lamps = world.place.lamps
    if world.brief.indoors and lamps:
        strongest = max(
            lamps, key=lambda lamp: float(np.mean(lamp.color)) / (1e-2 + float(((lamp.position - middle) ** 2).sum()))
        )
        sun = np.asarray(strongest.position, np.float64) - middle
        sun /= np.linalg.norm(sun)
    away = (means - middle) / np.maximum(np.linalg.norm(means - middle, axis=1, keepdims=True), 1e-6)
    bright = np.clip(gaussians.colors, 0, 1).mean(axis=1)
    return float(np.corrcoef(away @ sun, bright)[0, 1])


def portrait(before: Scene, after: Scene, means: NDArray[np.float32]) -> NDArray[np.float32]:
    """(CELL, CELL, 3) a thing and what is around it, from the start."""
    start = before.views[0].camera.position
    ahead = np.median(means, axis=0) - start
    yaw, pitch = np.degrees(np.arctan2(ahead[0], ahead[2])), np.degrees(np.arctan2(-ahead[1], np.hypot(*ahead[[0, 2]])))
    towards = Camera.from_fov(CELL, CELL, 60, yaw_pitch(float(yaw), float(pitch), start))
    return np.asarray(render(after.gaussians, closer(towards, means, CELL, margin=2.0)).image)


def sheet(pictures: Sequence[tuple[str, NDArray[np.float32], str]], path: Path, columns: int = 5) -> None:
    """A contact sheet."""
    rows = -(-len(pictures) // columns)
    high = CELL + 30
    canvas = Image.new("RGB", (columns * CELL, rows * high))
    draw = ImageDraw.Draw(canvas)
    for number, (title, picture, note) in enumerate(pictures):
        x, y = number % columns * CELL, number // columns * high
        canvas.paste(Image.fromarray((np.clip(picture, 0, 1) * 255).astype(np.uint8)), (x, y))
        draw.text((x + 2, y + CELL), title, fill=(255, 255, 120))
        draw.text((x + 2, y + CELL + 14), note[:50], fill=(200, 200, 200))
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.save(path)


# ---- words ----


def in_words(options: Words) -> list[dict[str, Any]]:
    """One row a sentence and scene; scenes that have nothing of what is named are left out."""
    rows: list[dict[str, Any]] = []
    pictures: list[tuple[str, NDArray[np.float32], str]] = []
    for name in options.scenes:
        with tempfile.TemporaryDirectory() as parent:
            folder = copied(name, parent)
            scene = Scene.load(folder)
            world = world_of(scene)
            if world is None:
                raise InputError(f"'{name}' was made of no procedural world")
            first = digest(folder / "scene.ply")
            for words in options.words.split(",") if options.words else WORDS:
                try:
                    changed, wall, cpu = clocked(change_in, folder, words, world=world)
                except InputError as error:
                    print(folder.name, words, "refused:", error, flush=True)
                    continue
                after = Scene.load(folder)
                row: dict[str, Any] = {"scene": folder.name, "words": words, "wall": wall, "cpu": cpu}
                row |= hues(scene, after, world, world_shown(after, world=world), changed.entry)
                rows.append(row)
                print(
                    folder.name,
                    words,
                    changed.entry.how,
                    f"{wall:.1f} s, CPU {cpu:.1f} s; hue {row['hue']:.3f} inner {row.get('inner', 1.0):.3f}",
                    flush=True,
                )
                before, now = (
                    np.asarray(render(s.gaussians, looked_from(scene, row["view"])).image) for s in (scene, after)
                )
                pictures += [(f"{folder.name}: before", before, ""), (words, now, f"hue {row['hue']:.3f}")]
                step(folder, -1)
                row["rest"] = digest(folder / "scene.ply") == first
    if options.sheets:
        sheet(pictures, Path(options.sheets) / "words.png", columns=4)
    return rows


def looked_from(scene: Scene, view: int) -> Camera:
    """A dreamed view's camera with a square picture of a sheet's size."""
    return scene.views[view].camera.resized(CELL, CELL)


def hues(scene: Scene, after: Scene, before_world: World, after_world: World | None, change: Any) -> dict[str, Any]:
    """Of pixels that were to change, how many have the hue that they should have."""
    assert after_world is not None
    if change.order.deed == "season":
        return of_season(scene, after, before_world, change.order.season)
    walls: list[NDArray[np.bool_]] | None = None
    if change.order.colour and not change.order.material:
        after_world, walls = in_colour_named(scene, before_world, change.order.target, change.order.colour)
    right = evened = inner_right = inner = total = most = view = 0
    for number, each in enumerate(shown_views(scene)):
        camera = each.camera
        other = after_world.draw(camera)
        if walls is not None:
            wanted = walls[number]
        else:
            one = before_world.draw(camera)
            differs = np.linalg.norm(lab_of(one.image) - lab_of(other.image), axis=2) > CHANGED
            wanted = np.isin(one.instances, change.instances) & differs
        if not wanted.any():
            continue
        shown = np.asarray(render(after.gaussians, camera).image)
        good = same_hue(lab_of(shown)[wanted], lab_of(other.image)[wanted])
        smooth_other, smooth = (
            lab_of(np.asarray(cv2.blur(np.clip(p, 0, 1), (SMOOTH, SMOOTH)), np.float32)) for p in (other.image, shown)
        )
        whole = cv2.erode(wanted.astype(np.uint8), np.ones((3, 3), np.uint8))[wanted] > 0
        right, total = right + int(good.sum()), total + int(wanted.sum())
        inner_right, inner = inner_right + int(good[whole].sum()), inner + int(whole.sum())
        evened += int(same_hue(smooth[wanted], smooth_other[wanted]).sum())
        if wanted.sum() > most:
            most, view = int(wanted.sum()), scene.views.index(each)
    if not total:  # it was of that material before
        return {"hue": 1.0, "inner": 1.0, "smooth": 1.0, "pixels": 0, "view": view}
    shares = {"hue": right / total, "inner": inner_right / max(inner, 1), "smooth": evened / total}
    return shares | {"pixels": total, "view": view}


def shown_views(scene: Scene) -> list[Any]:
    """The dreamed views without those that only support others."""
    return [each for each in scene.views if not each.support]


def of_season(scene: Scene, after: Scene, world: World, season: str) -> dict[str, Any]:
    """Of pixels of surfaces that have their own colours in a season, how many have one of these."""
    right = total = 0
    ranges = seasonal(world, season)
    for each in shown_views(scene):
        one = world.draw(each.camera, antialias=False, only=np.zeros((each.camera.height, each.camera.width), bool))
        picture = lab_of(render(after.gaussians, each.camera).image)
        for labels, (low, high) in ranges.items():
            mine = picture[np.isin(one.labels, labels) & (one.depth < np.inf)]
            right, total = right + int(within(mine, low, high).sum()), total + len(mine)
    return {"hue": right / max(total, 1), "pixels": total, "view": 0}


def in_colour_named(scene: Scene, world: World, target: str, colour: str) -> tuple[World, list[NDArray[np.bool_]]]:
    """The world whose things called `target` have the largest of their upright surfaces in a colour, and the pixels of
    each view (H, W) bool that show these. Knows nothing of what an edit does."""
    wanted = sorted(instances_called(world, target))
    spans = world.spans()
    first_of = [first for first, _, _ in spans]
    own = [np.zeros(len(m.triangles), np.int32) if m.instances is None else m.instances for m in world.meshes]
    mine = [np.isin(numbers + first, wanted) for numbers, first in zip(own, first_of, strict=True)]
    chosen = [number for number, which in enumerate(mine) if which.any()]
    vertices, triangles, names = [], [], []
    for number in chosen:
        mesh, which = world.meshes[number], mine[number]
        index = np.zeros(len(mesh.triangles), np.int32) if mesh.material_index is None else mesh.material_index
        triangles.append(mesh.triangles[which] + sum(map(len, vertices)))
        vertices.append(mesh.vertices)
        instance = own[number][which] + first_of[number]
        names.append(np.stack([np.full(int(which.sum()), number), index[which], instance], 1))
    rays, named = RayScene(np.concatenate(vertices), np.concatenate(triangles).astype(np.uint32)), np.concatenate(names)
    seen = []
    for each in shown_views(scene):
        camera = each.camera
        drawn = world.draw(camera, antialias=False, only=np.zeros((camera.height, camera.width), bool))
        rows, columns = np.nonzero(np.isin(drawn.instances, wanted))
        directions = camera.world_rays()[rows, columns].astype(np.float32)
        hits = rays.cast(np.broadcast_to(camera.position, directions.shape).astype(np.float32), directions)
        hit = np.isfinite(hits.distance)
        found = np.full((len(rows), 3), -1)
        found[hit] = named[hits.triangle[hit]]
        seen.append((rows, columns, found))
    walls = set[tuple[int, ...]]()
    for part in {tuple(int(v) for v in each[[0, 2]]) for _, _, found in seen for each in found if each[0] >= 0}:
        mesh = world.meshes[part[0]]
        index = np.zeros(len(mesh.triangles), np.int32) if mesh.material_index is None else mesh.material_index
        which = own[part[0]] + first_of[part[0]] == part[1]
        walls |= {(part[0], kind, part[1]) for kind in largest_sides(mesh, index, which)}
    masks = []
    for each, (rows, columns, found) in zip(shown_views(scene), seen, strict=True):
        mask = np.zeros((each.camera.height, each.camera.width), bool)
        mask[rows, columns] = [tuple(row) in walls for row in found.tolist()]
        masks.append(mask)
    meshes = list(world.place.meshes)
    land = len(world.meshes) - len(meshes)
    for number, kind, instance in sorted(walls):
        mesh = meshes[number - land]
        index = np.zeros(len(mesh.triangles), np.int32) if mesh.material_index is None else mesh.material_index.copy()
        index[(index == kind) & (own[number] + first_of[number] == instance)] = len(mesh.materials)
        paint = palette.painted(mesh.materials[kind], palette.named(colour))
        meshes[number - land] = replace(mesh, materials=(*mesh.materials, paint), material_index=index)
    return world.with_place(replace(world.place, meshes=meshes)), masks


def largest_sides(mesh: Mesh, index: NDArray[np.int32], which: NDArray[np.bool_]) -> list[int]:
    """The materials of the largest upright surfaces of some of a mesh's triangles, and those of at least a third of
    their area; woodwork, panes and roofs apart."""
    corners = mesh.vertices[mesh.triangles[which]]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(normals, axis=1)
    upright = np.abs(normals[:, 1]) < UPRIGHT * area
    areas = np.bincount(index[which][upright], area[upright], len(mesh.materials))
    for number, material in enumerate(mesh.materials):
        if material.pattern in NO_WALLS or material.name.removeprefix("main ").startswith(WOODWORK):
            areas[number] = 0
    return np.flatnonzero((areas > 0) & (areas >= areas.max() / 3)).tolist()


def same_hue(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N,) bool: colours in CIELAB (N, 3) that one would call by the same name."""
    chroma = [np.hypot(lab[:, 1], lab[:, 2]) for lab in (one, other)]
    turn = np.degrees(np.arctan2(one[:, 2], one[:, 1]) - np.arctan2(other[:, 2], other[:, 1]))
    near = np.abs((turn + 180) % 360 - 180) < HUE
    grey = np.linalg.norm(one[:, 1:] - other[:, 1:], axis=1) < GREY
    return np.asarray(grey | (near & (chroma[0] > GREY / 2)), bool)


def lab_of(image: NDArray[np.floating]) -> NDArray[np.float32]:
    """A picture in CIELAB."""
    return np.asarray(cv2.cvtColor(np.clip(image, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB))


def seasonal(world: World, season: str) -> dict[tuple[int, ...], tuple[float, float]]:
    """Label numbers -> the hues, in degrees, between which nearly all of such surfaces lie in that season."""
    target = in_season(world, season).draw_equirectangular(TARGET_ROWS)
    lab = lab_of(target.image)
    found = {}
    for names in SEASONAL:
        numbers = tuple(label_number(name) for name in names)
        mine = lab[np.isin(target.labels, numbers)]
        if len(mine) > 50:
            low, high = np.percentile(hue_of(mine), [0.5, 99.5])
            found[numbers] = (float(low) - HUE / 2, float(high) + HUE / 2)
    return found


def hue_of(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) degrees; what grows is far from the cut at magenta."""
    return np.asarray((np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) + 90) % 360 - 90)


def within(lab: NDArray[np.float32], low: float, high: float) -> NDArray[np.bool_]:
    """(N,) bool: of a hue in between, or of none."""
    hue = hue_of(lab)
    return np.asarray(((hue >= low) & (hue <= high)) | (np.hypot(lab[:, 1], lab[:, 2]) < GREY))


# ---- the loop of losses, and the book ----


def following(options: Follow) -> list[dict[str, Any]]:
    """Steps of a loss that costs nothing."""
    rng = np.random.default_rng(0)
    count = options.gaussians
    means = rng.normal(size=(count, 3)).astype(np.float32)
    means *= (rng.uniform(2, 6, count) / np.linalg.norm(means, axis=1))[:, None].astype(np.float32)
    gaussians = Gaussians(
        means,
        rng.normal(size=(count, 4)).astype(np.float32),
        np.log(rng.uniform(0.005, 0.03, (count, 3))).astype(np.float32),
        rng.normal(size=count).astype(np.float32),
        rng.normal(size=(count, 4, 3)).astype(np.float32) * np.float32(0.3),
    )
    cameras = [Camera.from_fov(512, 512, 75, yaw_pitch(yaw, 0)) for yaw in range(0, 360, 45)]
    mask = rng.random(count) < options.share if options.share < 1 else None
    settings = Following(steps=options.steps)
    _, wall, cpu = clocked(followed, gaussians, Mean(), cameras, mask=mask, settings=settings)
    return [{"gaussians": count, "steps": options.steps, "share": options.share, "wall": wall, "cpu": cpu}]


class Mean:
    """A loss that costs nothing: how bright the pictures are."""

    def loss(self, images: Any, cameras: Sequence[Camera], prompt: str) -> Any:
        """Their mean."""
        return images.mean()


def in_a_row(options: InBook) -> list[dict[str, Any]]:
    """Edits one after the other, and all undone."""
    with tempfile.TemporaryDirectory() as parent:
        folder = copied(options.scene, parent)
        world = world_of(Scene.load(folder))
        kept = {name: digest(folder / name) for name in ("scene.ply", "free_space.npz") if (folder / name).is_file()}
        rng = np.random.default_rng(0)
        things = INDOORS if world is not None and world.brief.indoors else OUTDOORS
        done: list[str] = []
        refused, edits, start = 0, 0, time.perf_counter()
        while edits < options.edits:
            deed = rng.choice(["insert", "insert", "move", "copy", "remove", "words"])
            try:
                if deed == "insert" or not done:
                    made = insert_into(folder, Wish(str(rng.choice(things))), world=world)
                elif deed == "words":
                    made = change_in(
                        folder, str(rng.choice(["autumn", "winter", "summer", "the ground brown"])), world=world
                    )
                elif deed == "remove":
                    made = remove_from(folder, str(rng.choice(done)))
                else:
                    at = tuple(rng.uniform(-4, 4, 2) + np.array([0, 6]))
                    made = move_in(folder, str(rng.choice(done)), Where(at=at), copy=deed == "copy", world=world)
            except InputError as error:
                refused += 1
                if refused > 4 * options.edits:
                    raise
                print(deed, "refused:", error, flush=True)
                continue
            edits += 1
            done = [entry.name for entry in made.state if isinstance(entry, Entry)]
            print(edits, deed, len(made.state), f"{time.perf_counter() - start:.0f} s", flush=True)
        for _ in range(options.edits):
            step(folder, -1)
        same = all(digest(folder / name) == old for name, old in kept.items())
        size = sum(path.stat().st_size for path in (folder / "edits").rglob("*") if path.is_file()) / 1e6
    return [{"edits": edits, "refused": refused, "bytes": same, "seconds": time.perf_counter() - start, "MB": size}]


COMMANDS: dict[type, Callable[[Any], list[dict[str, Any]]]] = {
    Insert: inserting, Words: in_words, Follow: following, InBook: in_a_row
}  # fmt: skip


def main() -> None:
    """Run one of them and print its table."""
    options = tyro.cli(
        Annotated[Insert, tyro.conf.subcommand("insert")]
        | Annotated[Words, tyro.conf.subcommand("words")]
        | Annotated[Follow, tyro.conf.subcommand("follow")]
        | Annotated[InBook, tyro.conf.subcommand("book")]
    )
    rows = COMMANDS[type(options)](options)
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(*names)
    for row in rows:
        table.add_row(*(f"{row[n]:.3f}" if isinstance(row.get(n), float) else str(row.get(n, ""))[:60] for n in names))
    Console(width=180).print(table)
    if getattr(options, "json", ""):
        Path(options.json).write_text(json.dumps(rows, indent=1, default=float), encoding="utf-8")


if __name__ == "__main__":
    main()
