"""The command line of viewer.py."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from lucid3d.access import Access
from lucid3d.errors import InputError

NOTHING_YET = "outputs"
"""The outputs folder of a checkout, which need not exist: the page can fill it."""


@dataclass(frozen=True)
class ViewOptions:
    """Walk around in a scene, in the browser; dream, edit, film and export from the same page."""

    scene: tyro.conf.Positional[str] = NOTHING_YET
    """The folder of a scene, or the folder that holds the scenes."""
    port: int = 8080
    """Where the page is; 0 takes any free port."""
    host: str = "127.0.0.1"
    """The address to listen on. Beyond this computer (0.0.0.0, say) visitors need the token in the address printed."""
    token: str = ""
    """A token of your own choice that visitors need (default: made up when --host is not this computer)."""
    name: tuple[str, ...] = ()
    """A further host name under which the page is opened, behind a reverse proxy; demands the token."""
    splats: int = 400_000
    """Splats that a browser is sent at most; a slow machine draws 100000 better. Each page can choose for itself."""
    open: bool = False
    """Open the page in a browser at once."""


def serve(arguments: Sequence[str]) -> None:
    """Run the viewer until Ctrl-C.

    Raises:
        InputError: the folder holds no scene, the scene cannot be read, or the port is in use.
    """
    options = tyro.cli(ViewOptions, args=list(arguments), prog="viewer.py", config=(tyro.conf.UseAppendAction,))
    root, first = place(options.scene)

    from lucid3d.viewer.app import Viewer

    if options.splats < 1000:
        raise InputError(f"--splats {options.splats} must be at least 1000")
    viewer = Viewer(
        root, first, access=Access.to(options.host, options.port, options.token, options.name), budget=options.splats
    )
    if first:
        viewer.gallery.load(first)  # so that a broken scene is told here, and a page that opens finds it in memory
    address = viewer.start()
    print(f"walk in it: {address}", flush=True)
    if viewer.access.token is not None:
        print(f"reachable from other computers by port {viewer.port}, with that token", flush=True)
    print("Ctrl-C ends it", flush=True)
    if options.open:
        webbrowser.open(address)
    try:
        threading.Event().wait()
    finally:
        viewer.stop()


def place(folder: str) -> tuple[Path, str]:
    """The outputs folder and the scene in it that a person named; either one of them will do.

    Raises:
        InputError: the folder does not exist, or holds neither a scene nor scenes.
    """
    path = Path(folder)
    if (path / "scene.yaml").is_file():
        path = path.resolve()
        return path.parent, path.name
    if not path.exists():
        if folder == NOTHING_YET:  # nothing dreamed yet: the page can
            return path, ""
        raise InputError(f"'{folder}' does not exist; name a scene's folder, such as outputs/lake")
    if not path.is_dir():
        raise InputError(f"'{folder}' is a file; name the folder of a scene")
    if folder != NOTHING_YET and not any(path.glob("*/scene.yaml")):
        raise InputError(f"'{folder}' holds no scene: there is no scene.yaml in it, nor in a folder in it")
    return path, ""
