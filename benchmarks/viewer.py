"""How soon a page has something to show, what it costs to send, and what the server holds.

    python benchmarks/viewer.py [--json FILE]

Measured at the server's side with a page that speaks viser's protocol without drawing: a browser's own drawing depends
on its graphics card (software WebGL draws 100,000 splats at 0.3 frames a second, which measures nothing of ours).
Compared with viser used plainly: the same Gaussians in `add_gaussian_splats`, every one of them, on a bare server.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the page without a browser lives with the tests

from lucid3d.access import Access
from lucid3d.gaussians.model import Gaussians
from lucid3d.scene import Scene
from lucid3d.viewer.app import BUDGET, Viewer
from lucid3d.viewer.server import close_server, open_server
from lucid3d.viewer.splats import Splats
from tests.viewer.page import Page
from tests.viewer.tiny_scene import cloud_of, save, small_config

COUNTS = (200_000, 1_000_000)
"""Gaussians of the scenes: that of the bar, and what a large scene has."""

BAR = 5.0
"""Seconds within which 200,000 Gaussians must show their first picture."""


def landscape(count: int) -> Gaussians:
    """Gaussians on hills around the origin, densest near it, as a dreamed scene has them."""
    rng = np.random.default_rng(0)
    distance, angle = 1.2 + 40 * rng.uniform(size=count) ** 2, rng.uniform(0, 2 * np.pi, count)
    x, z = distance * np.sin(angle), distance * np.cos(angle)
    y = 1.6 - 0.3 * np.sin(x / 3) * np.cos(z / 4) * np.minimum(distance / 5, 3)
    size = (0.004 * distance)[:, None] * rng.uniform(0.5, 1.5, (count, 3))
    return Gaussians(
        np.stack([x, y, z], axis=1).astype(np.float32),
        rng.normal(size=(count, 4)).astype(np.float32),
        np.log(size).astype(np.float32),
        rng.uniform(1, 4, count).astype(np.float32),
        rng.uniform(-1, 1, (count, 1, 3)).astype(np.float32),
    )


def resident() -> float:
    """Memory of this process, in MB."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextlib.contextmanager
def visited(port: int) -> Iterator[Page]:
    page = Page(port)
    yield page
    page.close()


def ours(root: Path, count: int) -> dict[str, Any]:
    """The viewer on a saved scene: the first visit, and a second one while the scene is in memory."""
    before = resident()
    viewer = Viewer(root, f"scene-{count}", access=Access("127.0.0.1", 0))
    viewer.start()
    with visited(viewer.port) as page:
        page.until(page.splat_count, "the first picture", 120)
        first = page.first_splats - page.began
        shown = min(count, BUDGET)
        page.until(lambda: page.splat_count() > 0.9 * shown and not page.splat_count() > shown, "the whole", 240)
        whole = time.monotonic() - page.began
        sent, splats = page.received, page.splat_count()
        with visited(viewer.port) as second:
            second.until(second.splat_count, "the first picture", 120)
            again = second.first_splats - second.began
        held = resident() - before
    viewer.stop()
    return {
        "first picture (s)": first,
        "first picture, scene in memory (s)": again,
        "everything (s)": whole,
        "splats sent": splats,
        "MB sent": sent / 2**20,
        "memory that it added to the server (MB)": held,
    }


def plain(root: Path, count: int) -> dict[str, Any]:
    """viser by itself, given the same file."""
    began = time.monotonic()
    server = open_server(Access("127.0.0.1", 0))
    splats = Splats.of(Scene.load(root / f"scene-{count}", views=False).gaussians)
    server.scene.add_gaussian_splats(
        "/splats", splats.centers, splats.covariances, splats.colors, splats.opacities[:, None]
    )
    with visited(server.get_port()) as page:
        page.until(page.splat_count, "the picture", 240)
        first = time.monotonic() - began
        result = {
            "first picture (s)": first,
            "everything (s)": first,
            "splats sent": page.splat_count(),
            "MB sent": page.received / 2**20,
        }
    close_server(server)
    return result


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for count in (1000, *COUNTS):
            gaussians = landscape(count)
            some = cloud_of(gaussians[:1000])
            save(Scene("a landscape", small_config(), gaussians, some), root / f"scene-{count}")
        del gaussians
        ours(root, 1000)  # imports
        for count in COUNTS:
            results.append({"gaussians": count, "viewer": ours(root, count), "plain viser": plain(root, count)})
    table = Table(title="The viewer, seen from a page that does not draw")
    for column in ("Gaussians", "", "viewer", "plain viser", "ratio"):
        table.add_column(column, justify="right" if column else "left")
    for result in results:
        for name, value in result["viewer"].items():
            other = result["plain viser"].get(name)
            ratio = f"{value / other:.2f}" if other else ""
            table.add_row(f"{result['gaussians']:,}", name, _number(value), _number(other), ratio)
        table.add_section()
    Console().print(table)
    first = results[0]["viewer"]["first picture (s)"]
    print(f"first picture of {COUNTS[0]:,} Gaussians: {first:.2f} s, the bar is {BAR} s")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
