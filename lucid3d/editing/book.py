"""What was done to a scene's folder, so that it can be undone: SCENE/edits/.

`edits.json` holds every state that the scene has been in, as the list of what was set into it and changed, and which
state is the present one. `scene.ply` and `free_space.npz` in there are the files as they were before the first edit; an
.npz a thing holds its Gaussians and what it does to the light, one a change what it makes of Gaussians. The scene's
own files are made of these, so any state comes back exactly.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.editing.figure import Walking
from lucid3d.editing.insertion import Inserted, Wish
from lucid3d.editing.lighting import Shade, shaded
from lucid3d.editing.order import Order
from lucid3d.editing.patch import NAMES, Patch
from lucid3d.editing.regions import region_from
from lucid3d.editing.standing import Spot, without
from lucid3d.errors import InputError
from lucid3d.exploring.free_space import FREE_SPACE, FreeSpace, read_free_space, united, write_free_space
from lucid3d.export.ply import read_gaussians, write_gaussians
from lucid3d.figures.playing import Figure, figure_of, write_figures
from lucid3d.files import atomic_path, write_text
from lucid3d.gaussians.model import Gaussians, joined
from lucid3d.reading import guarded, read_arrays, read_json, read_yaml

EDITS = "edits"
BOOK = "edits.json"
OLD_BOOK = "edits.yaml"
"""What it was up to format 2."""
SCENE_FILE = "scene.ply"
FORMAT = 3
"""Since 2 there are changes; since 3 it is JSON, and says whether the scene's files are those of the present state."""
MOST_STATES = 200
"""Steps that can be undone; older ones are forgotten."""


@dataclass(frozen=True)
class Entry:
    """A thing that was set into a scene and stands there.

    Attributes:
        name: unique in the scene; key: of its .npz.
        wish: as it was asked for; spot: where it is; size: width, height and depth in metres.
    """

    name: str
    key: str
    wish: Wish
    spot: Spot
    size: tuple[float, float, float]


@dataclass(frozen=True)
class Change:
    """A change of what was there.

    Attributes:
        name: unique in the scene; key: of its .npz.
        order: as it was asked for; region: where, as JSON has it, or None.
        how: what was done, for a person.
        instances: of the world before it, what it was about.
    """

    name: str
    key: str
    order: Order
    region: dict[str, Any] | None = None
    how: str = ""
    instances: tuple[int, ...] = ()


@dataclass(frozen=True)
class Walk:
    """A figure that walks through the scene.

    Attributes:
        name: unique in the scene; key: of its .npz and .glb.
        wish: as it was asked for; along: its places (x, z); size: width, height and depth in metres.
        clip, scale, rate, pace: see `figures.playing.Figure`.
    """

    name: str
    key: str
    wish: Wish
    along: tuple[tuple[float, float], ...]
    size: tuple[float, float, float]
    clip: str | None
    scale: float
    rate: float
    pace: float


Step = Entry | Change | Walk
State = tuple[Step, ...]
"""In the order in which it came about."""


def things_in(state: State) -> list[Entry]:
    """What was set in."""
    return [entry for entry in state if isinstance(entry, Entry)]


def walks_in(state: State) -> list[Walk]:
    """Who walks."""
    return [entry for entry in state if isinstance(entry, Walk)]


def changes_in(state: State) -> list[Change]:
    """What was changed."""
    return [entry for entry in state if isinstance(entry, Change)]


@dataclass(frozen=True)
class Book:
    """The states that a scene has been in, and the number of the present one.

    Attributes:
        settled: whether the scene's own files are those of the present state; False after a crash in mid-edit.
    """

    states: tuple[State, ...] = ((),)
    now: int = 0
    settled: bool = True

    @property
    def state(self) -> State:
        """What was set in and changed."""
        return self.states[self.now]

    def entry(self, name: str) -> Entry:
        """The thing of this name.

        Raises:
            InputError: there is none.
        """
        for entry in self.state:
            if entry.name == name and isinstance(entry, Entry):
                return entry
            if entry.name == name and isinstance(entry, Walk):
                raise InputError(f"{name} walks: take it out (--remove) and set it in again, --along another way")
            if entry.name == name:
                raise InputError(f"'{name}' is a change, no thing that was set in: it is taken back with --undo")
        there = ", ".join(entry.name for entry in things_in(self.state)) or "none"
        raise InputError(f"no thing called '{name}' was set into this scene; there: {there}")

    def without(self, name: str) -> State:
        """The state without a thing or a figure.

        Raises:
            InputError: see `entry`.
        """
        gone = next((walk for walk in walks_in(self.state) if walk.name == name), None) or self.entry(name)
        return tuple(entry for entry in self.state if entry is not gone)

    def then(self, state: State) -> Book:
        """The book with one more state; what had been undone is forgotten."""
        states = (*self.states[: self.now + 1], state)[-MOST_STATES:]
        return Book(states, len(states) - 1)

    def stepped(self, steps: int) -> Book:
        """The book some states back (negative) or forward.

        Raises:
            InputError: there are not as many.
        """
        if not 0 <= self.now + steps < len(self.states):
            raise InputError("there is nothing more to undo" if steps < 0 else "there is nothing to redo")
        return replace(self, now=self.now + steps)

    def fresh_name(self, wanted: str) -> str:
        """A name that no thing of the state has: "boat", "boat-2", ..."""
        return fresh_name(wanted, {entry.name for entry in self.state})


def fresh_name(wanted: str, taken: Set[str]) -> str:
    """A name like the one that is wanted, in letters and dashes, for it names a file, too; numbered if it is taken."""
    base = re.sub(r"[^\w]+", "-", wanted.lower().replace("_", "-")).strip("-") or "thing"
    return next(n for n in (base, *(f"{base}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)


def read_book(folder: Path) -> Book:
    """The book of a scene's folder; a new one where nothing was changed yet.

    Raises:
        InputError: it is damaged, or from a later version.
    """
    path = folder / EDITS / BOOK
    if not path.is_file():
        path = folder / EDITS / OLD_BOOK
    if not path.is_file():
        return Book()
    with guarded(f"'{path}'"):
        data = read_json(path, f"'{path}'") if path.name == BOOK else read_yaml(path, f"'{path}'")
        if int(data["format"]) > FORMAT:
            raise InputError(f"'{path}' is from a later version of lucid3d; update it to change this scene further")
        things: dict[str, Step] = {str(key): _entry(str(key), entry) for key, entry in data["things"].items()}
        things |= {str(key): _change(str(key), entry) for key, entry in (data.get("changes") or {}).items()}
        things |= {str(key): _walk(str(key), entry) for key, entry in (data.get("walks") or {}).items()}
        states = tuple(tuple(things[key] for key in state) for state in data["states"])
        now = int(data["now"])
        if not 0 <= now < len(states):
            raise InputError(f"'{path}' is damaged: it has no state {now}")
        return Book(states, now, bool(data.get("settled", True)))


def _walk(key: str, data: dict[str, Any]) -> Walk:
    along = tuple((float(x), float(z)) for x, z in data["along"])
    numbers = (float(data[name]) for name in ("scale", "rate", "pace"))
    return Walk(str(data["name"]), key, _wish(data), along, _size(data), data["clip"], *numbers)


def _wish(data: dict[str, Any]) -> Wish:
    wish = data["wish"]
    if wish.get("at") is not None:
        wish = {**wish, "at": (float(wish["at"][0]), float(wish["at"][1]))}
    return Wish(**wish)


def _size(data: dict[str, Any]) -> tuple[float, float, float]:
    width, height, depth = (float(side) for side in data["size"])
    return width, height, depth


def _entry(key: str, data: dict[str, Any]) -> Entry:
    east, north = data["spot"]["slope"]
    spot = Spot(**{**data["spot"], "slope": (float(east), float(north))})
    return Entry(str(data["name"]), key, _wish(data), spot, _size(data))


def _change(key: str, data: dict[str, Any]) -> Change:
    order = Order(**{name: str(value) for name, value in data["order"].items()})  # type: ignore[arg-type]
    region = data.get("region")
    if region is not None:
        region = region_from(region).plain
    instances = tuple(int(number) for number in data.get("instances", ()))
    return Change(str(data["name"]), key, order, region, str(data.get("how", "")), instances)


def write_book(folder: Path, book: Book) -> None:
    """Write edits.json, and forget what no state holds any more."""
    things = {
        entry.key: {"name": entry.name, "wish": asdict(entry.wish), "spot": asdict(entry.spot), "size": entry.size}
        for state in book.states for entry in things_in(state)
    }  # fmt: skip
    changes = {
        entry.key: {"name": entry.name, "order": asdict(entry.order), "region": entry.region, "how": entry.how,
                    "instances": entry.instances}
        for state in book.states for entry in changes_in(state)
    }  # fmt: skip
    walks = {entry.key: {k: v for k, v in asdict(entry).items() if k != "key"}
             for state in book.states for entry in walks_in(state)}  # fmt: skip
    states = [[entry.key for entry in state] for state in book.states]
    data = {"format": FORMAT, "settled": book.settled, "now": book.now, "states": states, "things": things,
            "changes": changes, "walks": walks}  # fmt: skip
    write_text(folder / EDITS / BOOK, json.dumps(data, ensure_ascii=False) + "\n")
    (folder / EDITS / OLD_BOOK).unlink(missing_ok=True)
    kept = {FREE_SPACE, *(f"{key}.npz" for key in (things | changes | walks)), *(f"{key}.glb" for key in walks)}
    for path in (*(folder / EDITS).glob("*.npz"), *(folder / EDITS).glob("*.glb")):
        if path.name not in kept:
            path.unlink(missing_ok=True)


def keep_original(folder: Path) -> None:
    """Put the scene's files aside before its first edit."""
    for name in (SCENE_FILE, FREE_SPACE):
        kept = folder / EDITS / name
        if (folder / name).is_file() and not kept.is_file():
            with atomic_path(kept) as temporary:
                shutil.copyfile(folder / name, temporary)


def write_inserted(folder: Path, name: str, wish: Wish, inserted: Inserted) -> Entry:
    """Keep a thing's Gaussians beside the book."""
    key = _fresh_key(folder, name)
    parts = {f"parts_{field}": values for field, values in vars(inserted.shade.parts).items()}
    rows, light = inserted.shade.rows, inserted.shade.light
    with atomic_path(folder / EDITS / f"{key}.npz") as temporary, temporary.open("wb") as file:
        np.savez(file, **vars(inserted.gaussians), **parts, shade_rows=rows, shade_light=light)
    return Entry(name, key, wish, inserted.spot, inserted.thing.size)


def write_change(folder: Path, change: Change, patch: Patch, ground: FreeSpace | None = None) -> Change:
    """Keep what a change does beside the book, and what ground it adds; the change with its key."""
    key = _fresh_key(folder, change.name)
    arrays = {f"{part}_{field}": values for part in ("values", "parts")
              for field, values in vars(getattr(patch, part)).items()}  # fmt: skip
    if ground is not None:
        arrays["ground"] = ground.ground
    with atomic_path(folder / EDITS / f"{key}.npz") as temporary, temporary.open("wb") as file:
        np.savez(file, rows=patch.rows, **arrays)
    return replace(change, key=key)


def write_walk(folder: Path, walk: Walk, walking: Walking) -> Walk:
    """Keep a figure beside the book; the entry with its key."""
    key = _fresh_key(folder, walk.name)
    with atomic_path(folder / EDITS / f"{key}.glb") as temporary:
        temporary.write_bytes(walking.glb)
    with atomic_path(folder / EDITS / f"{key}.npz") as temporary, temporary.open("wb") as file:
        np.savez(file, faces=walking.faces, corners=walking.corners, **vars(walking.gaussians))
    return replace(walk, key=key)


def _kept_arrays(path: Path, name: str) -> dict[str, NDArray[Any]]:
    try:
        return read_arrays(path)
    except FileNotFoundError:
        raise InputError(f"'{path}' is gone: undo back to before {name}, or make it anew") from None


def read_walk(folder: Path, walk: Walk) -> Figure:
    """What `write_walk` kept.

    Raises:
        InputError: it is damaged or gone.
    """
    path = folder / EDITS / f"{walk.key}.npz"
    data = _kept_arrays(path, walk.name)
    with guarded(f"'{path}'"):
        gaussians = Gaussians(*(data[name] for name in NAMES))
        return figure_of(
            walk.name, path.with_suffix(".glb"), walk.clip, walk.scale, walk.rate, walk.pace, data["corners"],
            gaussians, data["faces"],
        )  # fmt: skip


def read_change(folder: Path, change: Change) -> Patch:
    """What `write_change` kept.

    Raises:
        InputError: it is damaged or gone.
    """
    path = folder / EDITS / f"{change.key}.npz"
    data = _kept_arrays(path, change.name)
    with guarded(f"'{path}'"):
        values, parts = (Gaussians(*(data[f"{part}_{name}"] for name in NAMES)) for part in ("values", "parts"))
        return Patch(data["rows"], values, parts)


def _fresh_key(folder: Path, name: str) -> str:
    """A key whose file is not there yet."""
    return next(key for i in itertools.count(1) if not (folder / EDITS / f"{(key := f'{name}.{i}')}.npz").exists())


def read_inserted(folder: Path, entry: Entry) -> tuple[Gaussians, Shade]:
    """What `write_inserted` kept.

    Raises:
        InputError: it is damaged or gone.
    """
    path = folder / EDITS / f"{entry.key}.npz"
    data = _kept_arrays(path, entry.name)
    with guarded(f"'{path}'"):
        parts = Gaussians(*(data[f"parts_{name}"] for name in NAMES))
        return Gaussians(*(data[name] for name in NAMES)), Shade(data["shade_rows"], data["shade_light"], parts)


def original(folder: Path) -> Gaussians:
    """The Gaussians before the first edit."""
    kept = folder / EDITS / SCENE_FILE
    return read_gaussians(kept if kept.is_file() else folder / SCENE_FILE)


def changed(folder: Path, state: State) -> Gaussians:
    """The scene's own Gaussians as the changes of a state have them, without what was set in."""
    gaussians = original(folder)
    for change in changes_in(state):
        with guarded(f"'{folder / EDITS}'"):
            gaussians = read_change(folder, change).on(gaussians)
    return gaussians


def original_free_space(folder: Path) -> FreeSpace | None:
    """The free space before the first edit, where it is known."""
    for path in (folder / EDITS / FREE_SPACE, folder / FREE_SPACE):
        if path.is_file():
            return read_free_space(path)
    return None


def free_space_with(folder: Path, state: State) -> FreeSpace | None:
    """The free space with the ground that changes added, without what was set in; where it is known."""
    free = original_free_space(folder)
    if free is None:
        return None
    for change in changes_in(state):
        path = folder / EDITS / f"{change.key}.npz"
        if change.order.deed == "join" and path.is_file():
            with guarded(f"'{path}'"):
                if (ground := read_arrays(path).get("ground")) is not None:
                    free = united(free, replace(free, ground=ground))
    return free


def composed(base: Gaussians, things: Sequence[tuple[Gaussians, Shade]]) -> Gaussians:
    """A scene with things in it: its own Gaussians first, in their order."""
    result = shaded(base, [shade for _, shade in things])
    for gaussians, shade in things:
        result = joined(joined(result, shade.parts), gaussians)
    return result


def write_state(folder: Path, book: Book) -> Gaussians:
    """Make the scene's own files those of the book's present state.

    The book is written first, as one whose state is not settled: after a crash in between the next edit begins by
    doing this again. Whoever calls ends with `write_book`.
    """
    write_book(folder, replace(book, settled=False))
    write_figures([read_walk(folder, walk) for walk in walks_in(book.state)], folder)
    if not book.state:
        for name in (SCENE_FILE, FREE_SPACE):
            kept = folder / EDITS / name
            if kept.is_file():
                with atomic_path(folder / name) as temporary:
                    shutil.copyfile(kept, temporary)
        return original(folder)
    base = changed(folder, book.state)
    things = [read_inserted(folder, entry) for entry in things_in(book.state)]
    with guarded(f"'{folder / EDITS}'"):
        gaussians = composed(base, things)
    write_gaussians(gaussians, folder / SCENE_FILE)
    free = free_space_with(folder, book.state)
    if free is not None:
        for entry in things_in(book.state):
            free = without(free, entry.spot, entry.size)
        write_free_space(free, folder / FREE_SPACE)
    return gaussians
