"""Whether what a sentence names is in the world that is built from it.

Every sentence of sentences.yaml says what a person would look for; the world is built and drawn once around and once
ahead, and its instances, labels and pixels are compared with that:

- place: 2 for the place named, 1 for a near one (`near` in adherence_tables.yaml), 0 for another.
- visible: at least 0.05 % of the panorama's solid angle, and, of what is visible there, 0.3 % of the first view (90
  degrees), times `least` of the thing where it is small or far; only drawn pixels count: what is hidden is not visible.
- attributes: counts (each of them at least a tenth of that share), colours (a quarter of the drawn pixels within a
  range of CIELAB hue, lightness and chroma, see HUES), materials (a quarter of the area), relations (from the boxes of
  what is seen; which way a thing faces is not known, so "facing" asks for nearness), time, weather, season, style.
- announced: what the person is told is there and the panorama does not show.
- layouts: of 50 sentences spread over the file, how many differ from all before in what stands where: half of what the
  panorama's cells show besides sky and bare ground is something else at any turn.

Every figure is printed for the sentences that may be tuned to, and for the third kept apart.

    python benchmarks/adherence.py [--json FILE] [--sentences FILE] [--only WORDS] [--part 1/3] [--summary FILE ...]

A sentence takes 5 to 10 s on one core; parts can run one after another, a run that was broken off goes on where its
--json file ends, and --summary prints their tables together. Of the sentences kept apart only the totals are printed.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from adherence_measure import (
    DISTINCT,
    HERE,
    IN_PANORAMA,
    IN_VIEW,
    Group,
    Picture,
    Tables,
    coloured,
    holds,
    layout,
    layout_distance,
    made_of,
    relation,
    wanted,
)

ROWS, SIZE = 256, 256
"""Rows of the panorama and of the first view."""
LAYOUTS = 50


def announced(brief: Any) -> list[str]:
    """What the program tells the person is there."""
    told = getattr(brief, "told", None)
    if told is not None:
        return list(told)
    return [name for name in brief.features if name not in brief.without]


_SINGULAR = {"lilies": "lily", "leaves": "leaves", "cacti": "cactus", "cherry_trees": "cherry tree", "birches": "birch",
             "cypresses": "cypress", "books": "book", "dead_trees": "dead tree", "bushes": "hedge", "grass": "grass",
             "flowers": "garden bed", "oaks": "oak", "bus": "bus", "clothes": "clothes", "goods": "goods",
             "stairs": "stairs", "drums": "drums", "towels": "towel"}  # fmt: skip


def named(feature: str) -> str:
    """A brief's feature as the tables name it."""
    name = _SINGULAR.get(feature, feature).replace("_", " ")
    return name[:-1] if name.endswith("s") and feature not in _SINGULAR and not name.endswith("ss") else name


@dataclass
class Row:
    """What was found for one sentence."""

    say: str
    kept: bool
    place: int
    built: str
    visible: dict[str, bool]
    in_view: dict[str, bool]
    attributes: dict[str, bool]
    announced: dict[str, bool]
    layout: list[str]
    build: float
    view: float
    explanation: str


def judge(entry: dict[str, Any], tables: Tables, seed: int) -> Row:
    """Build a sentence's world and look for what it asks for."""
    from lucid3d.camera import Camera
    from lucid3d.procedural.build import build_world

    start = time.process_time()
    world = build_world(entry["say"], seed)
    camera = Camera.from_fov(SIZE, SIZE, 90)
    world.draw(Camera.from_fov(32, 32, 90))  # the first picture meters the light: part of building
    built = time.process_time()
    view = world.draw(camera)
    drawn = time.process_time()
    around = Picture(world, world.draw_equirectangular(ROWS), tables, panorama=True)
    ahead = Picture(world, view, tables, panorama=False)
    brief = world.brief

    visible, in_view, honoured = {}, {}, {}
    groups: dict[str, list[Group]] = {}
    for text in entry.get("see", ()):
        want = wanted(text, set(tables.things))
        group, front = around.find(want.thing), ahead.find(want.thing)
        groups.setdefault(want.thing, []).append(group)
        visible[text] = group.share >= IN_PANORAMA
        land = "land" in (tables.things.get(want.thing) or {})
        in_view[text] = visible[text] and (front.share >= IN_VIEW or (land and visible[text]))
        if want.count > 1 or want.exact:
            number = group.counted
            honoured[f"{text}: count"] = number == want.count if want.exact else number >= want.count
        for colour in want.colours:
            seen = visible[text] and group.mask is not None
            honoured[f"{text}: {colour}"] = seen and coloured(around.drawing.image, group.mask, colour)  # type: ignore[arg-type]
        for material in want.materials:
            honoured[f"{text}: {material}"] = visible[text] and made_of(group.materials, material)
    for text in entry.get("rel", ()):
        first, name, second = relation(text)
        other = "wall" if name == "in corner" else second
        a, b = around.find(first), around.find(other) if other else Group()
        ground = "land" in (tables.things.get(second) or {})
        honoured[text] = holds(name, a, b, ground=ground)
    for text in entry.get("is", ()):
        fields = tables.attributes[text]
        honoured[text] = any(getattr(brief, name) in values for name, values in fields.items())
    told = {name: around.shows(named(name)) for name in announced(brief)}
    return Row(
        entry["say"], bool(entry.get("kept")), tables.place_score(entry["place"], brief.place), brief.place, visible,
        in_view, honoured, told, layout(around), built - start, drawn - built, brief.explanation,
    )  # fmt: skip


def failed(entry: dict[str, Any], tables: Tables, error: Exception) -> Row:
    """The row of a sentence whose world could not be built: nothing is there."""
    nothing = dict.fromkeys(entry.get("see", ()), False)
    wishes = [(text, wanted(text, set(tables.things))) for text in entry.get("see", ())]
    asked = [f"{t}: {said}" for t, w in wishes for said in (*w.colours, *w.materials, *["count"] * (w.count > 1))]
    lost = dict.fromkeys([*asked, *entry.get("rel", ()), *entry.get("is", ())], False)
    return Row(
        entry["say"], bool(entry.get("kept")), 0, "(none)", nothing, nothing, lost, {}, [], math.nan, math.nan,
        f"{type(error).__name__}: {error}",
    )  # fmt: skip


def _share(values: list[bool]) -> float:
    return sum(values) / len(values) if values else math.nan


def distinct(rows: list[Row]) -> tuple[int, int]:
    """How many layouts of sentences spread over `rows` differ from all before, and of how many."""
    chosen = rows if len(rows) <= LAYOUTS else [rows[i * len(rows) // LAYOUTS] for i in range(LAYOUTS)]
    kept: list[list[str]] = []
    for row in chosen:
        if all(layout_distance(row.layout, other) > DISTINCT for other in kept):
            kept.append(row.layout)
    return len(kept), len(chosen)


def summary(rows: list[Row]) -> dict[str, str]:
    """The figures of the table."""
    made = [r for r in rows if r.layout]
    layouts, build, view = distinct(made), [r.build for r in made], [r.view for r in made]
    return {
        "sentences (of these failed)": f"{len(rows)} ({len(rows) - len(made)})",
        "place right (0 to 2), mean": f"{np.mean([r.place for r in rows]):.2f}",
        "named things visible in the panorama": f"{_share([v for r in rows for v in r.visible.values()]):.0%}",
        "of these in the first view": f"{_share([v for r in rows for n, v in r.in_view.items() if r.visible[n]]):.0%}",
        "announced and not visible": f"{1 - _share([v for r in rows for v in r.announced.values()]):.0%}",
        "attributes honoured": f"{_share([v for r in rows for v in r.attributes.values()]):.0%}",
        "distinct layouts": f"{layouts[0]} of {layouts[1]}",
        "building a world, CPU s (mean, worst)": f"{np.mean(build):.1f}, {max(build):.1f}",
        f"drawing {SIZE} x {SIZE}, CPU s (mean, worst)": f"{np.mean(view):.2f}, {max(view):.2f}",
    }


def print_tables(rows: list[Row]) -> None:
    """The summary, for tuned and kept sentences."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="What was said and what is there")
    parts = {"tuned": [r for r in rows if not r.kept], "kept apart": [r for r in rows if r.kept], "all": rows}
    parts = {name: held for name, held in parts.items() if held}
    for column in ("", *parts):
        table.add_column(column, justify="left" if not column else "right")
    figures = [summary(held) for held in parts.values()]
    for line in figures[0]:
        table.add_row(line, *(f[line] for f in figures))
    Console(width=120).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write a row a sentence here")
    parser.add_argument("--sentences", type=Path, default=HERE / "sentences.yaml")
    parser.add_argument("--only", default="", help="sentences that contain these words")
    parser.add_argument("--part", default="1/1", help="2/3: the second of three interleaved parts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tuned", action="store_true", help="leave out the third that is kept apart")
    parser.add_argument("--summary", type=Path, nargs="+", help="print the table of JSON files written before")
    arguments = parser.parse_args()
    entries = yaml.safe_load(arguments.sentences.read_text(encoding="utf-8"))
    if arguments.summary:
        made = [Row(**row) for path in arguments.summary for row in json.loads(path.read_text(encoding="utf-8"))]
        order = {entry["say"]: i for i, entry in enumerate(entries)}
        # as one run has them: which fifty are compared does not hang on the parts
        print_tables(sorted(made, key=lambda row: order.get(row.say, len(order))))
        return
    tables, rows = Tables(), []
    part, parts = (int(n) for n in arguments.part.split("/"))
    if arguments.json and arguments.json.exists():
        rows = [Row(**row) for row in json.loads(arguments.json.read_text(encoding="utf-8"))]
    done = {row.say for row in rows}
    chosen = [e for e in entries if arguments.only in e["say"] and not (arguments.tuned and e.get("kept"))]
    for entry in [e for e in chosen[part - 1 :: parts] if e["say"] not in done]:
        try:
            row = judge(entry, tables, arguments.seed)
        except Exception as error:  # one sentence that brings the program down must not hide the others' figures
            row = failed(entry, tables, error)
            print(row.explanation)
        rows.append(row)
        if arguments.json:
            arguments.json.write_text(
                json.dumps([asdict(r) for r in rows], indent=1, ensure_ascii=False), encoding="utf-8"
            )
        if row.kept:
            continue
        missing = [name for name, found in {**row.visible, **row.attributes}.items() if not found]
        silent = [name for name, found in row.announced.items() if not found]
        print(f"{row.place} {row.built:14} {row.say}" + (f"\n    not there: {'; '.join(missing)}" if missing else "")
              + (f"\n    announced, not there: {', '.join(silent)}" if silent else ""), flush=True)  # fmt: skip
    print_tables(rows)


if __name__ == "__main__":
    main()
