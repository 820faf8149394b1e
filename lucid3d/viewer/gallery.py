"""The scenes of an outputs folder: found, listed with thumbnails, loaded; and no path ever leads out of it."""

from __future__ import annotations

import base64
import functools
import html
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from lucid3d.errors import InputError
from lucid3d.reading import open_picture
from lucid3d.scene import Scene
from lucid3d.workspace import read_record

KEPT = 2
"""Scenes that stay in memory."""

THUMBNAIL = 200
"""Pixels across."""

PREVIEW_PIXELS = 16_000_000
"""Of a preview that is made into a thumbnail; ours have 0.6 million."""

LONGEST_PROMPT = 300
"""Characters of a prompt that are listed."""

MAX_READ = 500
"""Records that are read for the gallery, the newest first."""

MAX_LISTED = 60
"""Scenes with a thumbnail in the gallery, the newest first: the page carries the pictures inside it."""


@dataclass(frozen=True)
class Entry:
    """One scene of the gallery.

    Attributes:
        name: of its folder.
        prompt: what was dreamed.
        complete: False for one whose job was interrupted or goes on.
    """

    name: str
    prompt: str
    complete: bool


class Gallery:
    """The scenes directly inside one folder.

    Args:
        root: the outputs folder; it need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._loaded: OrderedDict[str, tuple[int, Scene]] = OrderedDict()
        self._lock = threading.Lock()

    def entries(self) -> list[Entry]:
        """Every scene, the newest first; what is no scene or cannot be read is left out."""
        found = []
        for record in sorted(self.root.glob("*/scene.yaml"), key=_age)[:MAX_READ]:
            try:
                folder = self.folder_of(record.parent.name)
                prompt = _prompt(record, record.stat().st_mtime_ns)
                complete = (folder / "scene.ply").is_file()
            except (InputError, OSError):  # a bad neighbour, or one that was removed just now
                continue
            found.append(Entry(folder.name, prompt, complete))
        return found

    def folder_of(self, name: str) -> Path:
        """The folder of a scene, which is always directly inside the outputs folder.

        Raises:
            InputError: the name is a path, or a link leads elsewhere, or there is no such folder.
        """
        check_name(name)
        folder = self.root / name
        if not folder.is_dir():
            raise InputError(f"there is no scene '{name}' in {self.root}")
        if folder.resolve().parent != self.root.resolve():
            raise InputError(f"scene '{name}' lies outside {self.root}")
        return folder

    def new_folder(self, name: str) -> Path:
        """Where a new scene may be saved.

        Raises:
            InputError: the name is a path or empty, or something is there already (nothing is ever overwritten).
        """
        check_name(name)
        folder = self.root / name
        if folder.exists():
            raise InputError(f"there is a scene '{name}' already; choose another name (nothing is overwritten)")
        return folder

    def free_name(self, wish: str) -> str:
        """`wish`, or `wish-2`, `wish-3`, ... if it is taken."""
        number, name = 1, wish
        while (self.root / name).exists():
            number += 1
            name = f"{wish}-{number}"
        return name

    def load(self, name: str) -> Scene:
        """A scene without its pictures, from memory if it was loaded before and has not changed.

        Raises:
            InputError: see `folder_of` and `Scene.load`.
        """
        folder = self.folder_of(name)
        ply = folder / "scene.ply"
        stamp = ply.stat().st_mtime_ns if ply.is_file() else 0
        with self._lock:
            held = self._loaded.get(name)
            if held is not None and held[0] == stamp:
                self._loaded.move_to_end(name)
                return held[1]
            scene = Scene.load(folder, views=False)
            self._loaded[name] = (stamp, scene)
            while len(self._loaded) > KEPT:
                self._loaded.popitem(last=False)
            return scene

    def page(self, shown: str = "") -> str:
        """The gallery as HTML, pictures inside; every scene is a link to itself.

        Args:
            shown: the scene that is open.
        """
        cells = []
        for entry in self.entries()[:MAX_LISTED]:
            picture = _thumbnail(self.root / entry.name / "preview.jpg")
            image = (
                f'<img src="{picture}" alt="" style="width:100%;aspect-ratio:1;object-fit:cover;border-radius:6px">'
                if picture
                else '<div style="aspect-ratio:1;border-radius:6px;background:#8884"></div>'
            )
            note = "" if entry.complete else " (unfinished)"
            mark = "outline:2px solid #4c8dff;outline-offset:2px;border-radius:6px;" if entry.name == shown else ""
            cells.append(
                f'<a href="/scene/{html.escape(entry.name)}" style="text-decoration:none;color:inherit;{mark}">{image}'
                f'<div style="font-size:0.75em;line-height:1.25;padding:2px 0 6px">'
                f"{html.escape((entry.prompt or entry.name)[:70])}{note}</div></a>"
            )
        if not cells:
            return "<p style='padding:0 0.5em'>No scene yet: dream one.</p>"
        return f'<div style="display:grid;grid-template-columns:1fr 1fr;gap:8px;padding:4px 8px">{"".join(cells)}</div>'


def _age(path: Path) -> float:
    """For sorting, the newest first; what is gone by now comes last."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


@functools.lru_cache(maxsize=1024)
def _prompt(record: Path, changed: int) -> str:
    """What a scene shows, from its record; `changed` is the file's time, so that a new one is not taken for the old."""
    return str(read_record(record.parent).get("prompt", ""))[:LONGEST_PROMPT]


def check_name(name: str) -> None:
    """Raises InputError unless `name` is the plain name of a folder."""
    if not re.fullmatch(r"[\w][\w .-]{0,99}", name):
        raise InputError(f"'{name[:60]}' is no name for a scene: letters, digits, spaces, dots and dashes make one")


def _thumbnail(path: Path) -> str:
    """A small JPEG as a data URL, or "" where there is no picture."""
    try:
        return _shrunk(path, path.stat().st_mtime_ns)
    except OSError:
        return ""


@functools.lru_cache(maxsize=2 * MAX_LISTED)
def _shrunk(path: Path, changed: int) -> str:
    """`changed` is the file's time, so that a new picture is not taken for the old one."""
    import io

    try:
        with open_picture(path, str(path), most_pixels=PREVIEW_PIXELS) as picture:
            picture.thumbnail((THUMBNAIL, THUMBNAIL))
            buffer = io.BytesIO()
            picture.convert("RGB").save(buffer, "JPEG", quality=80)
    except InputError:
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
