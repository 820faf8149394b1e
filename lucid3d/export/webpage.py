"""A scene as one web page that opens from disk: splats, panorama, three.js and Spark in a single .html."""

from __future__ import annotations

import base64
import html
import json
import logging
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d import files
from lucid3d.errors import InputError
from lucid3d.export.images import write_jpeg
from lucid3d.export.integrations import integration
from lucid3d.export.splats import write_spz
from lucid3d.gaussians.model import Gaussians

MODULES_VARIABLE = "LUCID3D_WEB_MODULES"
"""Environment variable with a node_modules folder that holds three and @sparkjsdev/spark, or playcanvas."""
THREE_VERSION, SPARK_VERSION = "0.187.0", "2.2.0"
NETWORK = "https://cdn.jsdelivr.net/npm"
_MODULES = {
    "three": "three/build/three.module.js",
    "three-core": "three/build/three.core.js",
    "three/addons/postprocessing/Pass.js": "three/examples/jsm/postprocessing/Pass.js",
    "@sparkjsdev/spark": "@sparkjsdev/spark/dist/spark.module.min.js",
}
"""Name in an import -> file in node_modules."""


def write_page(
    gaussians: Gaussians, panorama: NDArray[np.float32], path: str | os.PathLike[str], *, title: str = "lucid3d"
) -> Path:
    """Write the page.

    Args:
        gaussians: the scene.
        panorama: (H, 2H, 3) float32 sRGB, shown behind the splats.
        title: shown on the page, as text.
    Returns:
        The path. Where three.js and Spark are not installed the page loads them from the network, and a warning says
        how to make it self-contained.
    """
    with tempfile.TemporaryDirectory() as scratch:
        packed = write_spz(gaussians, Path(scratch) / "scene.spz").read_bytes()
        picture = write_jpeg(Path(scratch) / "panorama.jpg", panorama).read_bytes()
    page = integration("three/index.html").read_text(encoding="utf-8")
    for place, value in {
        "{{TITLE}}": html.escape(title),
        # "<" would end the script element in the middle of a string.
        "{{IMPORTS}}": json.dumps(import_map()).replace("<", "\\u003c"),
        "{{PANORAMA}}": "data:image/jpeg;base64," + base64.b64encode(picture).decode(),
        "{{SPLATS}}": base64.b64encode(packed).decode(),
    }.items():
        page = page.replace(place, value)
    files.write_text(path, page)
    return Path(path)


def import_map() -> dict[str, str]:
    """Names of JavaScript modules -> addresses: the modules themselves as data, or a public network's copies."""
    folder = node_modules("three", _MODULES.values())
    if folder is None:
        logging.getLogger(__name__).warning(
            "three.js and Spark are not installed, so the page will load them from the network: "
            "run 'npm ci' in integrations/three, or set %s, for a page that works without one",
            MODULES_VARIABLE,
        )
        three = f"{NETWORK}/three@{THREE_VERSION}"
        return {
            "three": f"{three}/build/three.module.js",
            "three/addons/": f"{three}/examples/jsm/",
            "@sparkjsdev/spark": f"{NETWORK}/@sparkjsdev/spark@{SPARK_VERSION}/dist/spark.module.min.js",
        }
    addresses = {}
    for name, file in _MODULES.items():
        # A module that is data has no folder, so what it names by a relative path needs a name of the map.
        source = (folder / file).read_text(encoding="utf-8").replace("./three.core.js", "three-core")
        addresses[name] = "data:text/javascript;base64," + base64.b64encode(source.encode()).decode()
    return addresses


def node_modules(page: str, needed: Iterable[str]) -> Path | None:
    """The folder with the JavaScript that a page of integrations/ needs, None if it is not installed.

    Args:
        page: its folder, such as "three".
        needed: files that must be in node_modules.
    Raises:
        InputError: $LUCID3D_WEB_MODULES names a folder that lacks one.
    """
    named = os.environ.get(MODULES_VARIABLE)
    folder = Path(named) if named else integration(f"{page}/index.html").parent / "node_modules"
    missing = [file for file in needed if not (folder / file).is_file()]
    if missing and named:
        raise InputError(f"{MODULES_VARIABLE} is {named!r}, which lacks {missing[0]}: correct it or unset it")
    return None if missing else folder
