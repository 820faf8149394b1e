"""Edits of a scene that was saved: each is one step that can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lucid3d.editing.book import (
    Book,
    Entry,
    keep_original,
    original,
    original_free_space,
    read_book,
    write_inserted,
    write_state,
)
from lucid3d.editing.insertion import Inserted, Where, Wish, insert
from lucid3d.editing.standing import Spot
from lucid3d.errors import InputError
from lucid3d.locking import FolderLock
from lucid3d.outputs import write_pictures, write_preview
from lucid3d.procedural.world import World
from lucid3d.progress import Listener, ignore
from lucid3d.scene import Scene


@dataclass(frozen=True)
class Changed:
    """A scene's folder after an edit: the thing that was set in or moved (None: none was), and all that stand in it."""

    entry: Entry | None
    state: tuple[Entry, ...]


def insert_into(
    folder: Path, wish: Wish, *, name: str = "", world: World | None = None, on_event: Listener = ignore
) -> Changed:
    """Set a thing into a saved scene; everything else in it stays as it is, bit for bit.

    Args:
        name: what to call it; by default what it is.
        world: that the scene was made of, if it is at hand; built anew by default.
    Raises:
        InputError: see `insertion.insert`; the folder holds no finished scene, or somebody else writes into it.
    """
    with _writing(folder) as (scene, book):
        inserted = insert(scene, wish, taken=_taken(book.state), world=world, on_event=on_event)
        return _added(folder, scene, book, book.state, name or inserted.thing.key, wish, inserted)


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
        inserted = insert(scene, wish, taken=_taken(rest), world=world, on_event=on_event)
        called = name if not copy else inserted.thing.key
        return _added(folder, scene, book, rest, called, wish, inserted, keep=not copy)


def remove_from(folder: Path, name: str) -> Changed:
    """Take a thing out again: what was behind it comes back, bit for bit.

    Raises:
        InputError: there is no such thing.
    """
    with _writing(folder) as (scene, book):
        gone = book.entry(name)
        return _shown(folder, scene, book.then(tuple(entry for entry in book.state if entry is not gone)))


def step(folder: Path, steps: int) -> Changed:
    """Undo (negative) or redo so many edits.

    Raises:
        InputError: there are not as many.
    """
    with _writing(folder) as (scene, book):
        return _shown(folder, scene, book.stepped(steps))


def redraw(folder: Path, on_event: Listener = ignore) -> None:
    """Panorama, skybox, films and report as the scene is now; an edit renews the preview alone, for speed."""
    with _writing(folder) as (_, _):
        write_pictures(Scene.load(folder), folder, on_event=on_event)


@contextmanager
def _writing(folder: Path) -> Iterator[tuple[Scene, Book]]:
    """The right to change a scene; the scene as it was before its first edit, and its book."""
    if not folder.is_dir():
        raise InputError(f"scene folder '{folder}' does not exist")
    lock = FolderLock(folder)
    lock.take()
    try:
        scene = Scene.load(folder)
        if len(scene.points) == 0:
            raise InputError("this scene was saved without its points (points.ply), so nothing can be set into it")
        keep_original(folder)
        yield replace(scene, gaussians=original(folder), free=original_free_space(folder)), read_book(folder)
    finally:
        lock.release()


def _taken(state: tuple[Entry, ...]) -> list[tuple[Spot, tuple[float, float, float]]]:
    """Where things stand already."""
    return [(entry.spot, entry.size) for entry in state]


def _added(
    folder: Path,
    scene: Scene,
    book: Book,
    rest: tuple[Entry, ...],
    wanted: str,
    wish: Wish,
    inserted: Inserted,
    *,
    keep: bool = False,
) -> Changed:
    name = wanted if keep else book.fresh_name(wanted)
    entry = write_inserted(folder, name, wish, inserted, book)
    return replace(_shown(folder, scene, book.then((*rest, entry))), entry=entry)


def _shown(folder: Path, scene: Scene, book: Book) -> Changed:
    """The folder in the present state, its preview too."""
    gaussians = write_state(folder, book)
    write_preview(gaussians, scene.views[0].camera if scene.views else None, folder)
    return Changed(None, book.state)
