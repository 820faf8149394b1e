"""Makes the training data: worlds, views of them, one shard a world.

World number i of a data set depends on (seed, i) alone, so that several processes can share the work, any of them can
be killed at any time, and the same command goes on where it stopped.
"""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.files import write_text
from lucid3d.learning.classes import CLASSES, NO_PLACE, SKY, class_table
from lucid3d.learning.plain import plain_room, plain_yard
from lucid3d.learning.shards import View, shard_meta, write_shard
from lucid3d.learning.viewpoints import sample_viewpoints
from lucid3d.learning.wishes import Wish, wish
from lucid3d.procedural.build import build_place, place_under_sky
from lucid3d.procedural.render.drawing import Drawing
from lucid3d.procedural.world import World

DEFAULT_FOLDER = Path.home() / ".cache" / "lucid3d" / "learning"
RECIPE = "recipe.json"
VERSION = 2
"""Of the recipe: raise it when the same numbers give other pictures."""
PLAIN_EVERY = 6
"""Every so many worlds one is of plain solids, turn by turn a room and a yard."""
INSTANCE_NUMBERS = 251
"""Instances are kept modulo this prime, plus 1: neighbours seldom share a number."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DataConfig:
    """Make training data: views of procedural worlds, with their truth."""

    folder: str = str(DEFAULT_FOLDER)
    """Where the shards go: one file a world, about 1 MB each."""
    worlds: int = 1000
    """How many worlds, those that are there already included."""
    first: int = 0
    """Number of the first world; processes with other numbers can work beside each other."""
    every: int = 1
    """Make each so-many-th world from there: `--first 0 --every 2` and `--first 1 --every 2` share the work."""
    views: int = 20
    """Views of each world."""
    size: int = 160
    """Pixels along a view's edge."""
    seed: int = 0
    """Decides everything."""
    gigabytes: float = 20.0
    """Stop when the folder holds this much."""
    minutes: float = 0.0
    """Stop after so many minutes, between two worlds; 0 = not."""

    def __post_init__(self) -> None:
        checks = {
            "worlds": (1 <= self.worlds <= 1_000_000, "must lie between 1 and 1,000,000"),
            "first": (self.first >= 0, "must not be negative"),
            "every": (self.every >= 1, "must be at least 1"),
            "views": (1 <= self.views <= 99, "must lie between 1 and 99"),
            "size": (64 <= self.size <= 512 and self.size % 2 == 0, "must be even and lie between 64 and 512"),
            "seed": (self.seed >= 0, "must not be negative"),
            "gigabytes": (self.gigabytes > 0, "must be positive"),
            "minutes": (self.minutes >= 0, "must not be negative"),
        }
        for name, (fine, rule) in checks.items():
            if not fine:
                raise InputError(f"learn data: {name} = {getattr(self, name)} {rule}")


def make_data(config: DataConfig, tell: Callable[[str], None] | None = None) -> int:
    """Make the worlds that are missing; returns how many were made.

    Args:
        tell: called with a line for a person after every world.
    Raises:
        InputError: the folder holds data of another recipe.
        OSError: it cannot be written to, or less than a gigabyte is free.
    """
    folder = Path(config.folder)
    _settle_recipe(folder, config)
    began, made = time.monotonic(), 0
    held = sum(path.stat().st_size for path in (folder / "worlds").glob("*.npz"))
    for index in range(config.first, config.worlds, config.every):
        path = shard_path(folder, index)
        if path.exists():
            continue
        if held > config.gigabytes * 1e9 or shutil.disk_usage(folder).free < 1e9:
            break
        if config.minutes and time.monotonic() - began > 60 * config.minutes:
            break
        spent = time.process_time()
        views, meta = world_views(config.seed, index, config.views, config.size)
        write_shard(path, views, meta)
        held += path.stat().st_size
        made += 1
        if tell:
            seconds = (time.process_time() - spent) / max(len(views), 1)
            tell(f"world {index}: {len(views)} views of {meta['prompt']}, {seconds:.2f} CPU s a view")
    return made


def shard_path(folder: Path, index: int) -> Path:
    """Where world `index` of a data set is kept."""
    return folder / "worlds" / f"{index:06d}.npz"


def shards(folder: Path) -> list[Path]:
    """The shards of a data set that hold a view, in the order of their numbers.

    Raises:
        InputError: there are none.
    """
    found = [path for path in sorted((folder / "worlds").glob("*.npz")) if shard_meta(path)["views"]]
    if not found:
        raise InputError(f"'{folder}' holds no training data: make some with `lucid3d learn data --folder {folder}`")
    return found


def _settle_recipe(folder: Path, config: DataConfig) -> None:
    recipe = {"version": VERSION, "seed": config.seed, "views": config.views, "size": config.size}
    path = folder / RECIPE
    if path.exists():
        try:
            there = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            raise InputError(f"'{path}' cannot be read: choose another --folder") from None
        if there != recipe:
            raise InputError(f"'{folder}' was made as {there}, not as {recipe}: choose another --folder")
        return
    write_text(path, json.dumps(recipe))


def world_views(seed: int, index: int, count: int, size: int) -> tuple[list[View], dict[str, object]]:
    """World `index` of a data set: its views and what its shard says of itself. Depends on the arguments alone."""
    rng = np.random.default_rng([seed, index])
    world, place = _world(rng, index)
    brief = world.brief
    record = brief.record if brief is not None and place != NO_PLACE else None
    indoors = world.place.interior and not (record is not None and record.sheltered)
    terrain = world.place.terrain
    covered = terrain is not None and terrain.ground.snow_cover > 0.5
    snowy = not indoors and brief is not None and (covered or brief.weather == "snow")
    table = class_table(indoors=indoors, snowy=snowy)
    points = sample_viewpoints(world, count, rng, size=size, indoors=indoors)
    views = []
    for point in points:
        drawing = world.draw(point.camera, antialias=False)
        views.append(_view(drawing, point.camera, table, height=point.height, place=place, indoors=indoors))
    meta: dict[str, object] = {"place": place, "indoors": indoors, "prompt": world.prompt or place, "world": index}
    if brief is not None:
        meta |= {"time": brief.time, "weather": brief.weather, "season": brief.season}
    return views, meta


def _world(rng: np.random.Generator, index: int) -> tuple[World, str]:
    """The world and the name of its place."""
    what = wish(rng)
    if index % PLAIN_EVERY == PLAIN_EVERY - 1:
        make = plain_room if index // PLAIN_EVERY % 2 == 0 else plain_yard
        world = place_under_sky(make(rng), what.brief, what.seed, weather=False)
        world.prompt = make.__name__.replace("_", " ")
        return world, NO_PLACE
    return _built(what), what.brief.place


def _built(what: Wish) -> World:
    return place_under_sky(build_place(what.brief, what.seed), what.brief, what.seed)


def _view(
    drawing: Drawing, camera: Camera, table: NDArray[np.uint8], *, height: float, place: str, indoors: bool
) -> View:
    rotation = camera.rotation
    turned = drawing.normals @ rotation.astype(np.float32)
    classes = table[drawing.labels]
    depth = np.where(classes == SKY, np.inf, drawing.depth).astype(np.float32)
    return View(
        image=(np.clip(drawing.image, 0, 1) * 255 + 0.5).astype(np.uint8),
        depth=depth,
        normals=np.ascontiguousarray(turned[::2, ::2], np.float32),
        classes=classes,
        instances=np.where(classes == SKY, 0, drawing.instances % INSTANCE_NUMBERS + 1).astype(np.uint8),
        down=rotation.T @ np.array([0.0, 1.0, 0.0]),
        focal=camera.fx,
        height=height,
        place=place,
        indoors=indoors,
    )


def recipe_of(config: DataConfig) -> str:
    """The recipe in words, for the model card."""
    settings = ", ".join(f"{name} {value}" for name, value in asdict(config).items() if name != "folder")
    return f"lucid3d.learning.data, version {VERSION} ({settings}); classes {', '.join(CLASSES)}"
