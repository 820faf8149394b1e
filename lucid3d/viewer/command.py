"""The command line of viewer.py."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from lucid3d.access import Access, is_loopback, token_from
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
    """The address to listen on: 0.0.0.0 for other computers, too."""
    token: str = ""
    """A token of your own choice that visitors need (default: $LUCID3D_TOKEN, which other users of this computer cannot
    read, or one that is made up and stands in the address printed)."""
    no_token: bool = False
    """Ask nobody on this computer for a token: its other users can come in then."""
    name: tuple[str, ...] = ()
    """A further host name under which the page is opened, behind a reverse proxy."""
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
    token = "" if options.no_token else token_from(options.token)
    access = Access.to(options.host, options.port, token, options.name, without_token=options.no_token)
    viewer = Viewer(root, first, access=access, budget=options.splats)
    if first:
        viewer.gallery.load(first)  # so that a broken scene is told here, and a page that opens finds it in memory
    address = viewer.start()
    print(f"walk in it: {viewer.address(shown=True)}", flush=True)
    if access.chosen:
        print("it needs your token: put ?token= and the token behind the address", flush=True)
    if not is_loopback(options.host):
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
