"""A page to send: a static folder that shows a scene at once, streams it, and lets people walk in it.

integrations/web/ has the page; here it gets the scene: Streamed SOG, panorama, a still of the first view, the ground.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import logging
import math
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d import files
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.images import write_jpeg
from lucid3d.export.integrations import copy_integration, integration
from lucid3d.export.panorama_render import panorama_behind, panorama_of
from lucid3d.export.splats import reduce
from lucid3d.export.streamed import write_streamed_sog
from lucid3d.export.walking import sky_distance, where_people_walk
from lucid3d.export.webpage import MODULES_VARIABLE, NETWORK, node_modules
from lucid3d.files import atomic_path
from lucid3d.gaussians import render
from lucid3d.gaussians.model import Gaussians
from lucid3d.panorama import perspective_from_equirectangular

if TYPE_CHECKING:
    from lucid3d.exploring.free_space import FreeSpace
    from lucid3d.export.targets import Exportable, ExportOptions

PLAYCANVAS_VERSION = "2.23.3"
ENGINE = "playcanvas/build/playcanvas.min.mjs"
SCRIPTS = ("page.js", "engine.js", "world.js", "walking.js", "controls.js", "headset.js")
FOV = 60.0
"""Degrees from top to bottom of the page's picture."""
STILL_SIZE = (840, 360)
"""Pixels of the still that is in the page itself: 21:9, of which narrower screens show the middle."""
SKY_ROWS = 1024
_LONGEST_BUILD = 120
"""Seconds that esbuild may take; it takes one or two."""
_NOBODY = -32768
"""In the page's ground: nobody can stand here."""


def web(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """web/: index.html and its scripts, the engine, sky.jpg, splats/ in Streamed SOG. index.html is written last."""
    if len(scene.gaussians) == 0:
        raise InputError("the scene holds 0 Gaussians, so there is nothing to export: train or load a scene first")
    home = folder / "web"
    gaussians = checked_gaussians(reduce(scene.gaussians, options.reduction), "the scene for a web page")
    panorama = panorama_of(scene, min(SKY_ROWS, options.panorama_height)).image
    start, reach = where_people_walk(scene)
    sky = sky_distance(scene)
    streamed = write_streamed_sog(
        gaussians, home / "splats", start=start, reach=reach, sky_distance=sky, with_sky=False
    )
    pieces = json.loads(streamed.read_text(encoding="utf-8"))
    behind = panorama if sky is None else panorama_behind(scene, gaussians, sky, len(panorama))
    write_jpeg(home / "sky.jpg", behind, quality=85)
    for script in (*SCRIPTS, "README.md"):
        copy_integration(f"web/{script}", home)
    free = getattr(scene, "free", None)
    if free is None:
        logging.getLogger(__name__).warning("nobody found out where one can walk in this scene: web/ has no walls")
    coarsest = f"{pieces['lodLevels'] - 1}_"
    tables = [f"splats/{name}" for name in pieces["filenames"] if name.startswith(coarsest)]
    pictures = [address for table in tables for address in _pictures(home, table)]
    described = {
        "engine": write_engine(home),
        "fov": FOV,
        "levels": pieces["lodLevels"],
        "first": pictures,
        "start": (start * [1, -1, -1]).tolist(),
        "walk": None if free is None else ground(free),
    }
    title = html.escape(getattr(scene, "prompt", "") or "lucid3d")
    preloads = [f'<link rel="modulepreload" href="{script}">' for script in SCRIPTS]
    wanted = [*([] if str(described["engine"]).startswith("http") else [described["engine"]]), "sky.jpg"]
    wanted += ["splats/lod-meta.json", *tables]
    preloads += [f'<link rel="preload" href="{file}" as="fetch" crossorigin>' for file in wanted]
    page = integration("web/index.html").read_text(encoding="utf-8")
    for place, value in {
        "{{TITLE}}": title,
        "{{PRELOADS}}": "\n".join(preloads),
        "{{STILL}}": _still(gaussians, panorama, start),
        "{{SCENE}}": json.dumps(described).replace("<", "\\u003c"),
    }.items():
        page = page.replace(place, value)
    files.write_text(home / "index.html", page)
    return [home]


def ground(free: FreeSpace) -> dict[str, object]:
    """Where one can stand, as walking.js reads it: centimetres below the start's eye, only the part that is free."""
    rows, columns = np.nonzero(free.free)
    window = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
    heights = (free.ground[window] - free.start[1]) * 100
    coded = np.where(np.isfinite(heights), np.clip(np.rint(heights), _NOBODY + 1, -_NOBODY - 1), _NOBODY)
    return {
        "cell": free.cell,
        "eye": free.eye,
        "row": int(rows.min()) - free.half,
        "column": int(columns.min()) - free.half,
        "rows": coded.shape[0],
        "columns": coded.shape[1],
        "heights": base64.b64encode(coded.astype("<i2").tobytes()).decode(),
    }


def _pictures(home: Path, table: str) -> list[str]:
    """Addresses of the images that a SOG's meta.json names."""
    meta = json.loads((home / table).read_text(encoding="utf-8"))
    folder = table.rpartition("/")[0]
    return [f"{folder}/{file}" for part in meta.values() if isinstance(part, dict) for file in part.get("files", [])]


def write_engine(home: Path) -> str:
    """Put the engine beside the page, in gzip; returns its address, on the network where it is not installed."""
    modules = node_modules("web", [ENGINE])
    if modules is None:
        logging.getLogger(__name__).warning(
            "PlayCanvas's engine is not installed, so the page will load it from the network: "
            "run 'npm ci' in integrations/web, or set %s, for a folder that works without one",
            MODULES_VARIABLE,
        )
        return f"{NETWORK}/playcanvas@{PLAYCANVAS_VERSION}/build/playcanvas.min.mjs"
    with atomic_path(home / "engine.bin") as temporary:
        temporary.write_bytes(gzip.compress(_needed(modules), mtime=0))
    return "engine.bin"  # not .gz, which some hosts unpack on the way


def _needed(modules: Path) -> bytes:
    """The engine's code, without what the page does not need of it where esbuild is there to leave that out."""
    esbuild = shutil.which("esbuild", path=str(modules / ".bin"))
    if esbuild is None:
        return (modules / ENGINE).read_bytes()
    line = [esbuild, str(integration("web/parts.js")), "--bundle", "--minify", "--format=esm", "--log-level=error"]
    environment = {**os.environ, "NODE_PATH": str(modules)}
    try:
        built = subprocess.run(line, check=True, capture_output=True, env=environment, timeout=_LONGEST_BUILD).stdout
    except (subprocess.SubprocessError, OSError) as error:
        said = (getattr(error, "stderr", None) or str(error).encode()).decode(errors="replace")[:200]
        logging.getLogger(__name__).warning(
            "esbuild could not make PlayCanvas's engine smaller, so web/ has all of it: %s", said
        )
        built = b""
    return built or (modules / ENGINE).read_bytes()


def _still(gaussians: Gaussians, panorama: NDArray[np.float32], start: NDArray[np.float64]) -> str:
    """The first view as a data address."""
    width, height = STILL_SIZE
    focal = height / 2 / math.tan(math.radians(FOV) / 2)
    camera = Camera(width, height, focal, focal, width / 2, height / 2, yaw_pitch(0, 0, start))
    drawn = render(gaussians, camera)
    behind = perspective_from_equirectangular(panorama, camera)
    picture = np.clip(drawn.image + (1 - drawn.alpha[..., None]) * behind, 0, 1)
    with tempfile.TemporaryDirectory() as scratch:
        coded = write_jpeg(Path(scratch) / "still.jpg", picture, quality=70).read_bytes()
    return "data:image/jpeg;base64," + base64.b64encode(coded).decode()
