"""How well single real pictures are read: depth, place, horizon; the rules, the network, and a constant beside both.

    python benchmarks/pictures.py FOLDER [--weights FILE.safetensors] [--readers rules network] [--rows] [--json FILE]

FOLDER holds `manifest.json` with `rows`; pictures of people's are not ours to pass on, so the folder is never part of
the repository. A row has `picture` and

- part "A": `depth`, an .npz whose array `depth` (or `depth_key`) is in metres on the picture's grid, NaN where it is
  unknown; `hfov_deg`, the lens, or null; `where`, "indoor" or "outdoor".
- part "B", written down by hand: `where`; `place_class` and `also_ok`, names of places; `horizon` as a share of the
  height from the top, or null, and `horizon_sure`.

Compared with: a constant, one distance everywhere (in the table of depths), which any reader has to beat. Depth is
compared after one scale a picture, as in papers on relative depth, and cut at 80 m before; the scale's own error stands
beside it. A horizon is
found when it is within 5 % of the height, or within 15 % where the one who wrote it down was not sure.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table

from lucid3d.errors import InputError
from lucid3d.from_picture.learned import read_photograph
from lucid3d.from_picture.picture import read_picture
from lucid3d.learning.metrics import FARTHEST, constant_score, depth_score
from lucid3d.learning.reader import PictureReader
from lucid3d.procedural.language.brief import understand

USUAL_FOV = 65.0
"""Degrees across that the rules take where no lens is known."""
CLOSE, VAGUE = 0.05, 0.15
"""Of the height, within which a horizon is found: a sure one, and a guessed one."""


@dataclass(frozen=True)
class Told:
    """What a reader says of a picture: depth (H, W) in metres, whether it is a room, place, horizon as a share of the
    height."""

    depth: NDArray[np.floating]
    indoors: bool
    place: str
    horizon: float


class Read(Protocol):
    """(image, lens in degrees or None) -> what it shows."""

    def __call__(self, image: NDArray[np.float32], fov: float | None) -> Told: ...


def by_rules(image: NDArray[np.float32], fov: float | None) -> Told:
    """`from_picture`, as a picture without words is read without weights."""
    height, width = image.shape[:2]
    focal = 0.5 * width / np.tan(np.radians(fov or USUAL_FOV) / 2)
    layout = read_picture(image, float(focal))
    return Told(layout.depth, layout.kind == "room", understand(layout.words).place, layout.horizon / height)


def by_network(weights: str | None) -> Read:
    reader = PictureReader(weights)

    def read(image: NDArray[np.float32], fov: float | None) -> Told:
        reading = read_photograph(image, reader, fov)
        return Told(reading.depth, reading.indoors > 0.5, reading.place, reading.horizon)

    return read


READERS: dict[str, Callable[[str | None], Read]] = {"rules": lambda weights: by_rules, "network": by_network}


def load(path: Path) -> NDArray[np.float32]:
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB"), np.float32) / 255


def measure(folder: Path, read: Read) -> list[dict[str, Any]]:
    """One record a picture: what was found, beside what is known."""
    records: list[dict[str, Any]] = []
    for row in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["rows"]:
        image = load(folder / row["picture"])
        began = time.process_time()
        told = read(image, row.get("hfov_deg"))
        record: dict[str, Any] = {"id": row["id"], "where": row["where"], "seconds": time.process_time() - began}
        record["indoors"] = told.indoors == (row["where"] == "indoor")
        if row.get("depth"):
            with np.load(folder / row["depth"]) as file:
                truth = file[row.get("depth_key", "depth")]
            score = depth_score(np.minimum(told.depth, FARTHEST), truth)
            constant = constant_score(truth)
            if score and constant:
                record |= {"abs_rel": score.abs_rel, "within": score.within, "factor": score.factor}
                record |= {"constant_abs_rel": constant.abs_rel, "constant_within": constant.within}
        if "place_class" in row:
            right = {name.replace(" ", "_") for name in (row["place_class"], *row.get("also_ok", ()))}
            best = told.place == row["place_class"].replace(" ", "_")
            record |= {"place": told.place in right, "best_place": best, "place_told": told.place}
        if row.get("horizon") is not None:
            off = abs(told.horizon - row["horizon"])
            record |= {"horizon": off < (CLOSE if row.get("horizon_sure") else VAGUE), "horizon_off": off}
            record["horizon_sure"] = bool(row.get("horizon_sure"))
        records.append(record)
    return records


def summary(records: list[dict[str, Any]]) -> dict[str, float]:
    """Means over the pictures that have a number, medians of factors and seconds."""
    found: dict[str, float] = {}

    def gather(name: str, key: str, take: Callable[[Any], Any], where: str = "") -> None:
        values = [float(r[key]) for r in records if key in r and where in ("", r["where"])]
        if values:
            found[name] = float(take(values))

    for where in ("indoor", "outdoor"):
        for key in ("abs_rel", "within", "constant_abs_rel", "constant_within"):
            gather(f"{where} {key}", key, np.mean, where)
        gather(f"{where} scale, factor off", "factor", np.median, where)
    gather("indoors or outdoors", "indoors", np.mean)
    gather("place, any fair answer", "place", np.mean)
    gather("place, the best answer", "best_place", np.mean)
    gather("horizon, guessed ones within 15 %", "horizon", np.mean)
    sure = [float(r["horizon_off"] < CLOSE) for r in records if r.get("horizon_sure")]
    if sure:
        found["horizon, sure ones within 5 %"] = float(np.mean(sure))
    all_close = [float(r["horizon_off"] < CLOSE) for r in records if "horizon_off" in r]
    if all_close:
        found["horizon, all within 5 %"] = float(np.mean(all_close))
    gather("CPU seconds a picture", "seconds", np.median)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="pictures with manifest.json")
    parser.add_argument("--weights", help="a file of `lucid3d learn export` (default: the package's)")
    parser.add_argument("--readers", nargs="+", choices=list(READERS), help="default: all that can run")
    parser.add_argument("--rows", action="store_true", help="print every picture, too")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    if not (arguments.folder / "manifest.json").is_file():
        parser.error(f"there is no manifest.json in '{arguments.folder}'")
    results: dict[str, dict[str, Any]] = {}
    for name in arguments.readers or READERS:
        try:
            read = READERS[name](arguments.weights)
        except InputError as error:
            if arguments.readers:
                parser.error(str(error))
            print(f"{name}: {error}")
            continue
        records = measure(arguments.folder, read)
        results[name] = {"summary": summary(records), "pictures": records}
    console = Console()
    table = Table("", *results)
    for key in dict.fromkeys(key for result in results.values() for key in result["summary"]):
        table.add_row(key, *(f"{result['summary'].get(key, float('nan')):.3f}" for result in results.values()))
    console.print(table)
    if arguments.rows:
        for name, result in results.items():
            for record in result["pictures"]:
                console.print(name, {k: round(v, 3) if isinstance(v, float) else v for k, v in record.items()})
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
