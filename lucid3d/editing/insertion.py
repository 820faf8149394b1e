"""One insertion: from words or a file to Gaussians that stand in a scene, in its light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lucid3d.config import overlay
from lucid3d.editing.lighting import Shade, gaussians_of, shade_of
from lucid3d.editing.mesh_file import thing_of_file
from lucid3d.editing.splat_file import holds_gaussians, thing_of_splats
from lucid3d.editing.standing import Spot, spot_for
from lucid3d.editing.thing import IN_THE_AIR, Thing, thing_of_words
from lucid3d.errors import InputError
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.export.frames import rotate_gaussians
from lucid3d.families.choose import FAMILIES
from lucid3d.gaussians.model import Gaussians
from lucid3d.preparation import assemble_models, prepare
from lucid3d.procedural.build import place_under_sky
from lucid3d.procedural.compose.settlement.context import dimmed, lamp_share
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.language.brief import Brief, understand
from lucid3d.procedural.world import World
from lucid3d.progress import Listener, ignore
from lucid3d.scene import Scene

MOST = 40_000
"""Gaussians of one thing."""
PLAIN = 40.0
"""Metres of the plain that stands for the ground where no world is known."""
WILD = "land"
"""The kind of places whose fires glow as they were made, for nothing but the sky lights them."""
PLACES = ("", "ground", "water", "table", "sky")


@dataclass(frozen=True)
class Wish:
    """What to set in, and how.

    Attributes:
        thing: words of the catalogue ("a red rowing boat"), or "".
        file: a mesh or splats, its path also from the scene's own folder, or "".
        at: x and z in metres; None = a free place in the first view.
        on: "ground", "water", "table" or "sky"; "" = where the thing usually is.
        size: metres in its largest direction; None = its own.
        facing: degrees by which its front is turned to the right from looking towards -z; None = towards the start.
        seed: decides what the words leave open.
    """

    thing: str = ""
    file: str = ""
    at: tuple[float, float] | None = None
    on: str = ""
    size: float | None = None
    facing: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if bool(self.thing) == bool(self.file):
            raise InputError("insert needs one of --thing WORDS and --file MESH")
        if self.on not in PLACES:
            raise InputError(f"--on {self.on!r} is none of {', '.join(PLACES[1:])}")
        numbers = [*(self.at or ()), *(v for v in (self.size, self.facing) if v is not None)]
        if not np.isfinite(numbers).all():
            raise InputError("--at, --size and --facing take finite numbers")


@dataclass(frozen=True)
class Where:
    """Where to set a thing that is in the scene already; see `Wish`. None and "" leave it as it is."""

    at: tuple[float, float] | None = None
    on: str = ""
    size: float | None = None
    facing: float | None = None


@dataclass(frozen=True, eq=False)
class Inserted:
    """A thing in a scene: where it stands, its Gaussians, and what it does to the light on those of the scene."""

    thing: Thing
    spot: Spot
    gaussians: Gaussians
    shade: Shade


def insert(
    scene: Scene,
    wish: Wish,
    *,
    taken: Sequence[tuple[Spot, tuple[float, float, float]]] = (),
    world: World | None = None,
    free: FreeSpace | None = None,
    on_event: Listener = ignore,
) -> Inserted:
    """Set a thing into a scene.

    Args:
        scene: with its points; stays as it is.
        taken: where things were set in before, with their width, height and depth.
        world: that the scene was made of, if it is at hand; built anew by default (see `world_of`).
        free: where people could stand in it (`standing.free_space`), if that is at hand.
    Raises:
        InputError: the thing cannot be made or read, or has no room.
    """
    known = world if world is not None else world_of(scene, on_event)
    thing = thing_for(scene, wish, known)
    spot = spot_for(scene, thing, known, at=wish.at, facing=wish.facing, on=wish.on, taken=taken, free=free)
    return standing_at(scene, thing, spot, known, flies=(wish.on or thing.stands) == IN_THE_AIR)


def standing_at(scene: Scene, thing: Thing, spot: Spot, world: World | None, *, flies: bool = False) -> Inserted:
    """A thing where it stands, whatever else is there.

    Args:
        world: that the scene was made of; flies: it is seen from below, too.
    """
    before, after, standing = _worlds(scene, thing, spot, world)
    if thing.gaussians is not None:
        gaussians = _placed(thing.gaussians, spot)
    else:
        gaussians = gaussians_of(after, standing, flies=flies, most=MOST, sh_degree=scene.gaussians.sh_degree)
    return Inserted(thing, spot, gaussians, shade_of(before, after, standing, scene.gaussians))


def _placed(gaussians: Gaussians, spot: Spot) -> Gaussians:
    """Splats where they stand, in the light that they brought."""
    turned = rotate_gaussians(gaussians, spot.matrix[:3, :3])
    return replace(turned, means=turned.means + spot.matrix[:3, 3].astype(np.float32))


def shade_at(scene: Scene, thing: Thing, spot: Spot, world: World | None) -> Shade:
    """What a thing that stands there does to the light on the scene's Gaussians."""
    before, after, standing = _worlds(scene, thing, spot, world)
    return shade_of(before, after, standing, scene.gaussians)


def thing_for(scene: Scene, wish: Wish, world: World | None) -> Thing:
    """What a wish wants, in its size, as such a thing is in a scene: plants of its season, a lamp for a room.

    Args:
        world: that the scene was made of, or None.
    Raises:
        InputError: it cannot be made or read.
    """
    if wish.file:
        path = Path(wish.file)
        if scene.origin is not None and (scene.origin / path).is_file():  # it is kept with the scene
            path = scene.origin / path
        return (thing_of_splats(path) if holds_gaussians(path) else thing_of_file(path)).resized(wish.size)
    brief = world.brief if world is not None and world.brief is not None else understand(scene.prompt)
    thing = thing_of_words(wish.thing, season=brief.season, indoors=brief.indoors, seed=wish.seed)
    return in_its_hour(thing, brief).resized(wish.size)


def in_its_hour(thing: Thing, brief: Brief) -> Thing:
    """A thing whose flames and lamps are as bright as those of the place that a brief makes: one exposure shows all."""
    if brief.record.kind == WILD:
        return thing
    mesh = replace(thing.mesh, materials=dimmed(thing.mesh.materials, lamp_share(brief)))
    return replace(thing, mesh=mesh)


def _worlds(scene: Scene, thing: Thing, spot: Spot, world: World | None) -> tuple[World, World, Mesh]:
    """The world without and with a thing, and the thing's mesh in it."""
    standing = replace(thing.mesh.transformed(spot.matrix), instances=None, thing=thing.name)
    before = world if world is not None else plain_world(scene, spot)
    return before, before.with_mesh(standing), standing


def world_of(scene: Scene, on_event: Listener = ignore) -> World | None:
    """The procedural world that a scene was made of, built anew; None for scenes that networks dreamed."""
    family = str(scene.facts.get("models", {}).get("family", scene.config.models))
    if family != "procedural":
        return None
    config = overlay(scene.config, {"models": family}) if family in FAMILIES else scene.config
    models = assemble_models(prepare(config), on_event=on_event)
    return models.world if isinstance(models.world, World) else None


def plain_world(scene: Scene, spot: Spot) -> World:
    """A plain at the thing's foot, under the hour and weather that the scene's words name."""
    brief = understand(scene.prompt)
    corners = np.array([(x, spot.y, z) for x in (-PLAIN, PLAIN) for z in (-PLAIN, PLAIN)], np.float32)
    corners += np.array([spot.x, 0, spot.z], np.float32)
    plain = Mesh(corners, np.array([[0, 1, 2], [2, 1, 3]], np.int32), (palette.LIGHT_CONCRETE,), "ground")
    return place_under_sky(Place(meshes=[plain]), brief, 0, weather=False)
