"""`lucid3d insert <scene> --thing "a red rowing boat"` and `lucid3d edits <scene> --undo`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from lucid3d.commands.display import ProgressDisplay
from lucid3d.editing.book import Entry, read_book
from lucid3d.editing.folder import Changed, insert_into, move_in, redraw, remove_from, step
from lucid3d.editing.insertion import Where, Wish
from lucid3d.errors import InputError
from lucid3d.extending import parse_place


@dataclass(frozen=True)
class InsertOptions:
    """Set a thing into a finished scene, in its light; everything else stays as it is."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene; it is changed, and `lucid3d edits SCENE --undo` takes that back."""
    thing: str = ""
    """Words: "a red rowing boat", "a blue sofa", "two" things are two commands."""
    file: str = ""
    """A mesh instead (.glb, .gltf, .obj, .ply, .stl, .off), y up, its front towards +z."""
    at: str = ""
    """Where: metres to the right and ahead of the start, as in 1.5,4 (-1.5,4 as --at=-1.5,4); a free place in view by
    default."""
    on: str = ""
    """ground, water, table or sky, instead of what such a thing is usually on."""
    size: float | None = None
    """Metres in its largest direction (default: its own size)."""
    facing: float | None = None
    """Degrees that its front is turned to the right from facing back (default: towards the start)."""
    seed: int = 0
    """Another boat, sofa or tree of the same words."""
    name: str = ""
    """What to call it, for `lucid3d edits` (default: what it is)."""


@dataclass(frozen=True)
class EditsOptions:
    """List what was set into a scene, move it, copy it, take it out, undo and redo."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene."""
    undo: bool = False
    """Take the last edit back."""
    redo: bool = False
    """Do again what was undone."""
    remove: str = ""
    """Take the thing of this name out; what was behind it comes back."""
    move: str = ""
    """Set the thing of this name elsewhere (--at), in another size (--size) or turned (--facing)."""
    copy: str = ""
    """Set in one more of the thing of this name."""
    at: str = ""
    """Where: metres to the right and ahead of the start."""
    size: float | None = None
    """Metres in its largest direction."""
    facing: float | None = None
    """Degrees that its front is turned to the right from facing back."""
    redraw: bool = False
    """Draw panorama, skybox, films and report of the scene as it is now; edits renew only scene.ply, free_space.npz and
    preview.jpg."""


def insert(arguments: Sequence[str]) -> None:
    """`lucid3d insert`.

    Raises:
        InputError: an option, the thing or the scene cannot be used.
    """
    options = tyro.cli(InsertOptions, args=list(arguments), prog="lucid3d insert")
    at = parse_place(options.at) if options.at else None
    wish = Wish(options.thing, options.file, at, options.on, options.size, options.facing, options.seed)
    with ProgressDisplay() as display:
        changed = insert_into(Path(options.scene), wish, name=options.name, on_event=display.show)
    _tell(changed, display.print)
    display.print(f"look at it: python viewer.py {options.scene}; take it back: lucid3d edits {options.scene} --undo")


def edits(arguments: Sequence[str]) -> None:
    """`lucid3d edits`.

    Raises:
        InputError: an option, a name or the scene cannot be used.
    """
    options = tyro.cli(EditsOptions, args=list(arguments), prog="lucid3d edits")
    folder = Path(options.scene)
    asked = [options.undo, options.redo, bool(options.remove), bool(options.move), bool(options.copy), options.redraw]
    if sum(asked) > 1:
        raise InputError("one of --undo, --redo, --remove, --move, --copy and --redraw at a time")
    with ProgressDisplay() as display:
        changed = None
        if options.undo or options.redo:
            changed = step(folder, -1 if options.undo else 1)
        elif options.remove:
            changed = remove_from(folder, options.remove)
        elif options.move or options.copy:
            at = parse_place(options.at) if options.at else None
            where = Where(at=at, size=options.size, facing=options.facing)
            name, copied = options.move or options.copy, bool(options.copy)
            changed = move_in(folder, name, where, copy=copied, on_event=display.show)
        elif options.redraw:
            redraw(folder, display.show)
        elif not folder.is_dir():
            raise InputError(f"scene folder '{folder}' does not exist")
    _tell(changed or Changed(None, read_book(folder).state), display.print)


def _tell(changed: Changed, say: Callable[[str], None]) -> None:
    if changed.entry is not None:
        say(_line(changed.entry))
        return
    if not changed.state:
        say("nothing is set into this scene")
    for entry in changed.state:
        say(_line(entry))


def _line(entry: Entry) -> str:
    width, height, depth = entry.size
    spot = entry.spot
    return (
        f"{entry.name}: {entry.wish.thing or entry.wish.file}, {width:.2g} x {height:.2g} x {depth:.2g} m, at "
        f"{spot.x:.2f},{spot.z:.2f} facing {spot.facing:.0f}"
    )
