"""Runs the examples and keeps what they print and make, for the page of examples.

python docs/site/pictures.py build/examples
"""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
WIDTH = 960
"""Pixels, the widest that the page shows."""

RUNS: dict[str, tuple[tuple[str, ...], str]] = {
    "01_dream_and_save": (("a misty alpine lake at sunrise", "lake"), "lake/skybox/panorama.png"),
    "03_own_painter": (("tunnel",), "tunnel/preview.jpg"),
    "04_render_film": (("lake", "lake.mp4", "6", "480", "270"), "lake.mp4"),
    "05_export": (("lake", "ply,splat,glb", "lake/export"), ""),
    "06_watch_it_grow": (("a forest clearing with ferns", "clearing"), "clearing/preview.jpg"),
    "07_dream_here": (("lake", "lake-wider"), "lake-wider/preview.jpg"),
    "08_own_depth": (("meadow",), "meadow/preview.jpg"),
}
"""Example -> its arguments, and the file that is shown; an example that waits for a person (02) is not among them."""


def run(name: str, arguments: tuple[str, ...], shown: str, output: Path) -> None:
    """Run an example in the current folder; keep NN.txt, what it printed, and NN.jpg or NN.mp4, what it made."""
    number, printed = name[:2], io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"))["main"](*arguments)
    (output / f"{number}.txt").write_text(printed.getvalue(), encoding="utf-8")
    if shown.endswith(".mp4"):
        (output / f"{number}.mp4").write_bytes(Path(shown).read_bytes())
    elif shown:
        picture = Image.open(shown).convert("RGB")
        picture.thumbnail((WIDTH, WIDTH))
        picture.save(output / f"{number}.jpg", quality=85)


def main(folder: str) -> None:
    """Run them all, in their order: some read what an earlier one made."""
    output = Path(folder).resolve()
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, contextlib.chdir(work):
        for name, (arguments, shown) in RUNS.items():
            print(name, flush=True)
            run(name, arguments, shown, output)


if __name__ == "__main__":
    main(*sys.argv[1:])
