"""Edits of a scene that was saved: each is one step that can be undone."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d import __version__
from lucid3d.editing.book import (
    EDITS,
    Book,
    Change,
    Entry,
    State,
    Step,
    Walk,
    changed,
    changes_in,
    free_space_with,
    keep_original,
    read_book,
    read_inserted,
    things_in,
    write_book,
    write_change,
    write_inserted,
    write_state,
    write_walk,
)
from lucid3d.editing.changed_world import world_with
from lucid3d.editing.closer_look import NO_WORLD, check_true, closer_look, eye_at
from lucid3d.editing.clothing import Dress
from lucid3d.editing.drag import dragged
from lucid3d.editing.figure import walking
from lucid3d.editing.guided import guided, refined
from lucid3d.editing.inpainting import inpainted, painting
from lucid3d.editing.insertion import (
    Inserted,
    Where,
    Wish,
    insert,
    shade_at,
    standing_at,
    thing_for,
    world_of,
)
from lucid3d.editing.joining import joined_on
from lucid3d.editing.making import MESHES, Network, made
from lucid3d.editing.order import Order, read_order
from lucid3d.editing.patch import Patch, difference
from lucid3d.editing.regions import Region, choose, describe, write_region
from lucid3d.editing.rules import change_by_rules
from lucid3d.editing.standing import Spot, free_space, spot_instead, without
from lucid3d.editing.surroundings import Surroundings, surroundings_of
from lucid3d.errors import InputError
from lucid3d.exploring.free_space import FreeSpace, read_free_space, write_free_space
from lucid3d.families.base import Models
from lucid3d.families.diffusion.segmenter import segmenter_on_disk
from lucid3d.figures.playing import read_figures, with_figures
from lucid3d.files import sweep, sweep_here
from lucid3d.guidance.choose import way_called
from lucid3d.locking import FolderLock
from lucid3d.outputs import write_pictures, write_preview
from lucid3d.procedural.world import World
from lucid3d.progress import Listener, ignore
from lucid3d.scene import Scene

OUT = ("remove", "replace")
"""Deeds after which there is more room."""


@dataclass(frozen=True)
class Changed:
    """A scene's folder after an edit: what was set in, moved or changed (None: nothing), and all that was so far."""

    entry: Step | None
    state: State


def insert_into(
    folder: Path,
    wish: Wish,
    *,
    by: Network | None = None,
    name: str = "",
    world: World | None = None,
    on_event: Listener = ignore,
) -> Changed:
    """Set a thing into a saved scene; everything else in it stays as it is, bit for bit.

    Args:
        by: that a network shall make the thing, and of what; by default one does where it is on disk and the words
            name nothing of the catalogue. What it makes is kept as a mesh in the folder's `meshes`.
        name: what to call it; by default what it is.
        world: that the scene was made of, if it is at hand; built anew by default.
    Raises:
        InputError: see `insertion.insert` and `making.made`; the folder holds no finished scene, or somebody else
            writes into it.
    """
    with _writing(folder) as (scene, book):
        asked, wish = wish, made(wish, folder / MESHES, scene.config.diffusion, by, on_event=on_event)
        if wish is not asked:
            wish = replace(wish, file=f"{MESHES}/{Path(wish.file).name}")  # the folder may be moved
        known = _world_now(scene, book, world, on_event)
        free = _ground(folder, scene, book, known)
        inserted = insert(scene, wish, taken=_taken(book.state), world=known, free=free, on_event=on_event)
        return _added(folder, scene, book, book.state, name or inserted.thing.key, wish, inserted)


def walk_in(
    folder: Path,
    wish: Wish,
    along: Sequence[tuple[float, float]],
    *,
    pace: float | None = None,
    dress: Dress | None = None,
    name: str = "",
    world: World | None = None,
    on_event: Listener = ignore,
) -> Changed:
    """Let a figure walk through a saved scene, in its films, viewers and beside its exports; see `figure.walking`.

    Args:
        dress: words that its colours follow by CLIP.

    Raises:
        InputError: see there, and `insert_into`.
    """
    with _writing(folder) as (scene, book):
        known = _world_now(scene, book, world, on_event)
        free = scene.free if scene.free is not None else free_space(scene, known)
        for entry in things_in(book.state):
            free = without(free, entry.spot, entry.size)
        going = walking(scene, wish, along, free, known, pace=pace, dress=dress, on_event=on_event)
        called = book.fresh_name(name or (Path(wish.file).stem if wish.file else wish.thing.removeprefix("a ")[:40]))
        places = tuple((float(x), float(z)) for x, z in along)
        walk = Walk(called, "", wish, places, going.size, going.clip, going.scale, going.rate, going.pace)
        walk = write_walk(folder, walk, going)
        return replace(_shown(folder, scene, book.then((*book.state, walk))), entry=walk)


def move_in(
    folder: Path,
    name: str,
    where: Where,
    *,
    copy: bool = False,
    world: World | None = None,
    on_event: Listener = ignore,
) -> Changed:
    """Set a thing that was inserted somewhere else, in another size or turned; or set in one more of it.

    Args:
        where: replaces the thing's own place, size and facing.
    Raises:
        InputError: there is no such thing, or it has no room there.
    """
    with _writing(folder) as (scene, book):
        old = book.entry(name)
        turned = old.spot.facing if where.at is None else old.wish.facing
        wish = replace(
            old.wish,
            at=where.at or (None if copy else (old.spot.x, old.spot.z)),
            on=where.on or old.wish.on,
            size=where.size if where.size is not None else old.wish.size,
            facing=where.facing if where.facing is not None else turned,
        )
        rest = book.state if copy else tuple(entry for entry in book.state if entry is not old)
        known = _world_now(scene, book, world, on_event)
        free = _ground(folder, scene, book, known)
        inserted = insert(scene, wish, taken=_taken(rest), world=known, free=free, on_event=on_event)
        called = name if not copy else inserted.thing.key
        return _added(folder, scene, book, rest, called, wish, inserted, keep=not copy)


def change_in(
    folder: Path,
    words: str,
    region: Region | None = None,
    *,
    name: str = "",
    world: World | None = None,
    on_event: Listener = ignore,
) -> Changed:
    """Change what is there by rules, in words: "the house blue", "remove the bin", "replace the sofa by a bench",
    "autumn"; outside of what they name, and of the region, everything stays as it is, bit for bit.

    Args:
        region: where; None for wherever the words point.
        name: what to call the change; by default what its words are.
        world: see `insert_into`.
    Raises:
        InputError: the words say no change, or point at nothing; see `rules.change_by_rules`.
    """
    order = read_order(words)
    with _writing(folder) as (scene, book):
        around = _around(scene, _world_now(scene, book, world, on_event))

        chosen = choose(region, around) if region is not None else None
        made = change_by_rules(scene, order, chosen, around, on_event)
        called = book.fresh_name(name or words[:40])
        change = Change(called, "", order, region.plain if region is not None else None, made.how, made.instances)
        change = write_change(folder, change, made.patch)
        after = replace(scene, gaussians=made.patch.on(scene.gaussians))
        state: State = (*_relit(folder, book.state, after, made.patch.rows, made.world), change)
        if order.deed == "replace" and made.taken is not None:
            wish = Wish(order.by)
            thing = thing_for(scene, wish, made.world)
            spot = spot_instead(made.taken, thing)
            inserted = standing_at(after, thing, spot, made.world)
            wish = replace(wish, facing=spot.facing)
            state = (*state, write_inserted(folder, book.fresh_name(thing.key), wish, inserted))
        return replace(_shown(folder, scene, book.then(state)), entry=change)


def guide_in(
    folder: Path,
    way: str,
    words: str = "",
    region: Region | None = None,
    *,
    others: Sequence[tuple[str, Region]] = (),
    picture: Path | None = None,
    network: str = "",
    steps: int = 0,
    name: str = "",
    world: World | None = None,
    on_event: Listener = ignore,
) -> Changed:
    """Let a scene, or a region of it, follow a guidance; see `guided.guided`.

    Args:
        others: other regions, each with words of its own, which follow at the same time.

    Raises:
        InputError: see there, and `insert_into`.
    """
    way_called(way)  # before the world is built
    with _writing(folder) as (scene, book):
        chosen = _chosen(scene, book, region, world, on_event) if region is not None else None
        more = [(said, _chosen(scene, book, other, world, on_event)) for said, other in others]
        patch = guided(
            scene, chosen, way, words, others=more, picture=picture, network=network, steps=steps, on_event=on_event
        )
        told = "; ".join([words or str(picture), *(f"{describe(other)}: {said}" for said, other in others)])
        order = Order(told, "guide", by=way)
        return _patched(folder, scene, book, name or words[:40] or way, order, region, f"guided by {way}", patch)


def inpaint_in(
    folder: Path,
    words: str,
    region: Region,
    *,
    name: str = "",
    models: Models | None = None,
    world: World | None = None,
    on_event: Listener = ignore,
) -> Changed:
    """Have networks repaint a region in words; see `inpainting.inpainted`.

    Args:
        models: that paint, left open; by default the networks that the scene's config names.
    Raises:
        InputError: see there, the networks are not on disk, and `insert_into`.
    """
    # the networks before the world, which takes seconds to build
    with _writing(folder) as (scene, book), painting(scene, models, on_event) as painters:
        chosen = _chosen(scene, book, region, world, on_event)
        patch = inpainted(scene, chosen, words, painters, on_event=on_event)
        order = Order(words, "guide", by="inpainting")
        return _patched(folder, scene, book, name or words[:40], order, region, "painted anew", patch)


def refine_in(
    folder: Path,
    region: Region | None = None,
    *,
    steps: int = 0,
    name: str = "",
    world: World | None = None,
    on_event: Listener = ignore,
) -> Changed:
    """Make a scene, or a region of it and its back, finer; see `guided.refined`.

    Raises:
        InputError: see there, and `insert_into`.
    """
    with _writing(folder) as (scene, book):
        now = _world_now(scene, book, world, on_event) if region is not None else None
        around = _around(scene, now)
        chosen = choose(region, around) if region is not None else None
        patch = refined(scene, chosen, around, steps=steps, on_event=on_event)
        how = f"refined, {len(patch.parts):,} Gaussians more"
        return _patched(folder, scene, book, name or "refined", Order("refine", "refine"), region, how, patch)


def look_closer_in(
    folder: Path,
    at: tuple[float, float],
    facing: float | None = None,
    *,
    name: str = "",
    world: World | None = None,
    on_event: Listener = ignore,
) -> Changed:
    """Make what is near a place as fine as a person there sees it; see `closer_look.closer_look`.

    Args:
        at: x and z, metres; facing: degrees to the right of ahead that are looked at; None = all around.
    Raises:
        InputError: see there, the scene was not made of a procedural world, and `insert_into`.
    """
    with _writing(folder) as (scene, book):
        check_true(change.order.deed for change in changes_in(book.state))
        now = _world_now(scene, book, world, on_event)
        if now is None:
            raise InputError(NO_WORLD)
        patch = closer_look(scene.gaussians, now, eye_at(now, *at), facing, on_event=on_event)
        how = f"looked at from {at[0]:g},{at[1]:g}: {len(patch.parts):,} finer Gaussians"
        return _patched(folder, scene, book, name or "closer-look", Order("closer look", "refine"), None, how, patch)


def drag_in(
    folder: Path,
    region: Region,
    handles: Sequence[Sequence[float]],
    targets: Sequence[Sequence[float]],
    *,
    name: str = "",
    world: World | None = None,
    on_event: Listener = ignore,
) -> Changed:
    """Drag handles of a region to targets; see `drag.dragged`.

    Raises:
        InputError: see there, and `insert_into`.
    """
    with _writing(folder) as (scene, book):
        chosen = _chosen(scene, book, region, world, on_event)
        patch = difference(scene.gaussians, dragged(scene.gaussians, chosen, handles, targets))
        return _patched(folder, scene, book, name or "dragged", Order("drag", "drag"), region, "dragged", patch)


def join_in(
    folder: Path,
    other: Path,
    at: tuple[float, float],
    facing: float = 0.0,
    *,
    door: bool = False,
    name: str = "",
    on_event: Listener = ignore,
) -> Changed:
    """Join another saved scene on, its start at a place of this one; see `joining.joined_on`.

    Raises:
        InputError: see there, and `insert_into`.
    """
    if not np.isfinite([*at, facing]).all():
        raise InputError("--at and --facing take finite numbers")
    guest = Scene.load(other, views=True)
    with _writing(folder) as (scene, book):
        patch, ground = joined_on(scene, guest, at, facing, door=door)
        order = Order(f"{guest.prompt or other.name} at {at[0]:g},{at[1]:g}", "join", by=str(other))
        how = f"joined on, {len(patch.parts):,} Gaussians more"
        change = Change(book.fresh_name(name or other.resolve().name[:40]), "", order, None, how)
        change = write_change(folder, change, patch, ground)
        return replace(_shown(folder, scene, book.then((*book.state, change))), entry=change)


def _around(scene: Scene, world: World | None) -> Surroundings:
    return surroundings_of(scene.gaussians, scene.cameras, world, segmenter_on_disk(scene.config.diffusion))


def _chosen(scene: Scene, book: Book, region: Region, world: World | None, on_event: Listener) -> NDArray[np.bool_]:
    """(N,) bool of the Gaussians in a region."""
    knows = any(step.kind in ("label", "thing", "instance", "click") for step in region.steps)
    now = _world_now(scene, book, world, on_event) if knows else None
    return choose(region, _around(scene, now))


def _patched(
    folder: Path, scene: Scene, book: Book, wanted: str, order: Order, region: Region | None, how: str, patch: Patch
) -> Changed:
    """The folder with one more change that leaves the world as it is."""
    change = Change(book.fresh_name(wanted), "", order, region.plain if region is not None else None, how)
    change = write_change(folder, change, patch)
    return replace(_shown(folder, scene, book.then((*book.state, change))), entry=change)


def keep_region(
    folder: Path, region: Region, *, world: World | None = None, on_event: Listener = ignore
) -> tuple[Path, int, int]:
    """Keep a region with a scene, once it is known to hold something.

    Returns:
        Its file, how many Gaussians it holds, and how many there are.
    Raises:
        InputError: it holds nothing, or has no name.
    """
    with _writing(folder) as (scene, book):
        now = _world_now(scene, book, world, on_event)
        chosen = choose(region, _around(scene, now))
        return write_region(folder, region), int(chosen.sum()), len(chosen)


def _relit(folder: Path, old: State, scene: Scene, rows: NDArray[np.int64], world: World | None) -> State:
    """A state whose things lay their light onto changed Gaussians."""
    state: list[Step] = []
    for entry in old:
        if isinstance(entry, Entry):
            gaussians, shade = read_inserted(folder, entry)
            if np.isin(shade.rows, rows).any():
                thing = thing_for(scene, entry.wish, world)
                shade = shade_at(scene, thing, entry.spot, world)
                inserted = Inserted(thing, entry.spot, gaussians, shade)
                entry = write_inserted(folder, entry.name, entry.wish, inserted)
        state.append(entry)
    return tuple(state)


def world_shown(scene: Scene, *, world: World | None = None, on_event: Listener = ignore) -> World | None:
    """The world that a scene was made of, with what was changed since and what was set in; None where no procedural
    world made it.

    Raises:
        InputError: the book of the scene's edits is damaged, or what was set in is gone.
    """
    world = world if world is not None else world_of(scene, on_event)
    if world is None or scene.origin is None:
        return world
    state = read_book(scene.origin).state
    world = world_with(world, [(change.order, change.instances) for change in changes_in(state)])
    for entry in things_in(state):
        thing = thing_for(scene, entry.wish, world)
        world = world.with_mesh(replace(thing.mesh.transformed(entry.spot.matrix), instances=None, thing=thing.key))
    return world


def _ground(folder: Path, scene: Scene, book: Book, world: World | None) -> FreeSpace:
    """Where people could stand, found once for every set of things that were taken out."""
    taken = sorted({n for change in changes_in(book.state) if change.order.deed in OUT for n in change.instances})
    key = hashlib.sha256(repr((__version__, taken, world is not None)).encode()).hexdigest()[:12]
    path = folder / EDITS / f"ground-{key}.npz"
    if path.is_file():
        with contextlib.suppress(InputError):  # a damaged one is found again
            return read_free_space(path)
    free = free_space(scene, world)
    write_free_space(free, path)
    return free


def _world_now(scene: Scene, book: Book, world: World | None, on_event: Listener) -> World | None:
    """The world that a scene was made of, with what was changed since."""
    own = world if world is not None else world_of(scene, on_event)
    if own is None:
        return None
    return world_with(own, [(change.order, change.instances) for change in changes_in(book.state)])


def remove_from(folder: Path, name: str) -> Changed:
    """Take a thing out again: what was behind it comes back, bit for bit.

    Raises:
        InputError: there is no such thing.
    """
    with _held(folder) as (scene, book):
        return _shown(folder, scene, book.then(book.without(name)))


def step(folder: Path, steps: int) -> Changed:
    """Undo (negative) or redo so many edits.

    Raises:
        InputError: there are not as many.
    """
    with _held(folder) as (scene, book):
        return _shown(folder, scene, book.stepped(steps))


def settle(folder: Path) -> Changed:
    """What was done to a scene so far; an edit that a crash cut short is brought to its end first.

    Raises:
        InputError: the folder holds no finished scene, or what was kept of its edits is damaged.
    """
    if not folder.is_dir():
        raise InputError(f"scene folder '{folder}' does not exist")
    if not (book := read_book(folder)).settled:
        with _held(folder) as (scene, book):
            return _shown(folder, scene, book)
    return Changed(None, book.state)


def redraw(folder: Path, on_event: Listener = ignore) -> None:
    """Panorama, skybox, films and report as the scene is now; an edit renews the preview alone, for speed."""
    settle(folder)
    with _held(folder) as (scene, _):
        write_pictures(scene, folder, on_event=on_event)


@contextmanager
def _held(folder: Path) -> Iterator[tuple[Scene, Book]]:
    """The right to change a scene; the scene as it is, and its book."""
    if not folder.is_dir():
        raise InputError(f"scene folder '{folder}' does not exist")
    lock = FolderLock(folder)
    lock.take()
    try:
        scene = Scene.load(folder)
        sweep([folder / EDITS])
        sweep_here(folder)
        keep_original(folder)
        yield scene, read_book(folder)
    finally:
        lock.release()


@contextmanager
def _writing(folder: Path) -> Iterator[tuple[Scene, Book]]:
    """The right to change a scene; the scene with its changes but nothing set in, and its book."""
    with _held(folder) as (scene, book):
        if len(scene.points) == 0:
            raise InputError("this scene was saved without its points (points.ply), so nothing can be set into it")
        yield replace(scene, gaussians=changed(folder, book.state), free=free_space_with(folder, book.state)), book


def _taken(state: State) -> list[tuple[Spot, tuple[float, float, float]]]:
    """Where things stand already."""
    return [(entry.spot, entry.size) for entry in things_in(state)]


def _added(
    folder: Path,
    scene: Scene,
    book: Book,
    rest: State,
    wanted: str,
    wish: Wish,
    inserted: Inserted,
    *,
    keep: bool = False,
) -> Changed:
    name = wanted if keep else book.fresh_name(wanted)
    entry = write_inserted(folder, name, wish, inserted)
    return replace(_shown(folder, scene, book.then((*rest, entry))), entry=entry)


def _shown(folder: Path, scene: Scene, book: Book) -> Changed:
    """The folder in the present state, its preview too."""
    gaussians = write_state(folder, book)
    gaussians = with_figures(gaussians, read_figures(folder), 0.0)
    write_preview(gaussians, scene.views[0].camera if scene.views else None, folder)
    write_book(folder, replace(book, settled=True))
    return Changed(None, book.state)
