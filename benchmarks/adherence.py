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
- layouts: of 50 sentences spread over the file, how many differ from all before in what the panorama's cells show.

Every figure is printed for the sentences that may be tuned to, and for the third kept apart.

    python benchmarks/adherence.py [--json FILE] [--sentences FILE] [--only WORDS] [--part 1/3] [--summary FILE ...]

A sentence takes 5 to 10 s on one core; parts can run one after another, a run that was broken off goes on where its
--json file ends, and --summary prints their tables together. Of the sentences kept apart only the totals are printed.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

HERE = Path(__file__).parent
ROWS, SIZE = 256, 256
"""Rows of the panorama and of the first view."""
IN_PANORAMA, IN_VIEW = 0.0005, 0.003
COUNTED = 0.1
"""Factor on those shares for one of several."""
COLOURED, MADE = 0.25, 0.25
"""Share of the pixels that carry a thing's colour, and of its area that is of its material."""
CELLS = (8, 16)
DISTINCT = 0.15
"""Share of cells, by solid angle, in which two layouts show different things at whatever turn they agree best: in the
first run, sentences of the same place and seed differed in 0.03 (median), those of different places in more than 0.15
(98 %)."""
LAYOUTS = 50

# CIELAB: (hue in degrees, tolerance), (least, most lightness), (least, most chroma). Wide, for light and shade.
HUES: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "red": ((28, 27), (5, 75), (16, 200)), "orange": ((58, 18), (25, 90), (22, 200)),
    "yellow": ((90, 20), (35, 100), (18, 200)), "gold": ((80, 22), (20, 95), (14, 200)),
    "green": ((140, 42), (5, 95), (8, 200)), "turquoise": ((200, 28), (15, 95), (8, 200)),
    "blue": ((265, 48), (5, 95), (7, 200)), "purple": ((318, 28), (5, 90), (8, 200)),
    "pink": ((5, 40), (40, 98), (8, 200)), "brown": ((60, 30), (8, 62), (7, 50)),
    "black": ((0, 360), (0, 26), (0, 20)), "grey": ((0, 360), (20, 85), (0, 13)),
    "white": ((0, 360), (55, 100), (0, 24)),
}  # fmt: skip
MADE_OF = {
    "wood": "oak pine wood wooden timber walnut plank planks log logs beam teak bamboo bark", "glass": "glass",
    "stone": "stone granite ashlar limestone rubble sandstone cobbles slate", "marble": "marble", "brick": "brick",
    "metal": "iron steel brass copper zinc metal gold foil chrome", "leather": "leather", "concrete": "concrete",
    "plaster": "plaster limewash stucco", "thatch": "thatch",
}  # fmt: skip
PATTERNS_OF = {"wood": ("planks", "wood"), "brick": ("brick",), "metal": ("metal",), "stone": ("stone", "cobble"),
               "glass": ("glass",), "concrete": ("concrete",), "thatch": ("thatch",)}  # fmt: skip
RELATIONS = ("in front of", "left of", "right of", "behind", "beside", "between", "among", "around", "facing", "under",
             "above", "on", "in corner")  # fmt: skip
SIDES = ("left", "right", "ahead", "behind")


@dataclass(frozen=True)
class Wanted:
    """A thing that a sentence asks for: at least `count`, exactly so many if `exact`."""

    thing: str
    count: int = 1
    exact: bool = False
    colours: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()


@dataclass
class Group:
    """What a picture shows of one wanted thing: its instances, or points of it where it has none."""

    share: float = 0.0
    boxes: list[NDArray[np.float64]] = field(default_factory=list)
    """(2, 3) each, y up."""
    counted: int = 0
    mask: NDArray[np.bool_] | None = None
    materials: dict[Any, float] = field(default_factory=dict)


def _attribute(word: str) -> bool:
    return bool(re.fullmatch(r"x\d+\+?", word)) or word in HUES or word in MADE_OF


def wanted(text: str, names: set[str]) -> Wanted:
    """Read "barn x3 red": the longest known name, then a count, colours, materials.

    Raises:
        ValueError: a word that is none of these.
    """
    words = text.split()
    known = [n for n in range(len(words), 0, -1) if " ".join(words[:n]) in names]
    said = [n for n in range(1, len(words)) if _attribute(words[n])]
    cut = next((n for n in known if all(map(_attribute, words[n:]))), min(said, default=len(words)))
    count, exact, colours, materials = 1, False, [], []
    for word in words[cut:]:
        if re.fullmatch(r"x\d+\+?", word):
            count, exact = int(word.strip("x+")), not word.endswith("+")
        elif word in HUES:
            colours.append(word)
        elif word in MADE_OF:
            materials.append(word)
        else:
            raise ValueError(f"{text!r}: {word!r} is neither a count, a colour nor a material")
    return Wanted(" ".join(words[:cut]), count, exact, tuple(colours), tuple(materials))


def relation(text: str) -> tuple[str, str, str]:
    """("barn", "on", "hill") from "barn on hill"; ("pier", "left", "") from "pier left".

    Raises:
        ValueError: no relation in it.
    """
    for name in RELATIONS:
        found = re.fullmatch(rf"(.+) {name}(?: (.+))?", text)
        if found and (found.group(2) or name == "in corner"):
            return found.group(1), name, found.group(2) or ""
    first, _, last = text.rpartition(" ")
    if first and last in SIDES:
        return first, last, ""
    raise ValueError(f"{text!r} holds none of the relations {', '.join(RELATIONS + SIDES)}")


class Tables:
    """adherence_tables.yaml."""

    def __init__(self, path: Path = HERE / "adherence_tables.yaml") -> None:
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.near: list[set[str]] = [set(group) for group in held["near"]]
        self.same: dict[str, set[str]] = {k: set(v) for k, v in held["same"].items()}
        self.things: dict[str, dict[str, Any]] = held["things"]
        self.attributes: dict[str, dict[str, list[str]]] = held["attributes"]

    def place_score(self, asked: str, built: str) -> int:
        """2 right, 1 near, 0 wrong."""
        if built == asked or built in self.same.get(asked, ()):
            return 2
        return int(any(asked in group and built in group for group in self.near))


def up(box: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) low and high corner, y down -> the same with y up."""
    low, high = box
    return np.array([[low[0], -high[1], low[2]], [high[0], -low[1], high[2]]])


class Picture:
    """One drawing of a world, asked for things by name."""

    def __init__(self, world: Any, drawing: Any, tables: Tables, *, panorama: bool) -> None:
        from lucid3d.procedural.kit.labels import label_number
        from lucid3d.procedural.render.drawing import equirectangular_rays
        from lucid3d.procedural.seen import pixel_shares, things_seen

        self.world, self.drawing, self.tables = world, drawing, tables
        self.least = IN_PANORAMA if panorama else IN_VIEW
        self.shares = pixel_shares(drawing, panorama=panorama)
        self.seen = things_seen(world, drawing, panorama=panorama)
        self.names = world.things()
        self.number = label_number
        self.rays = equirectangular_rays(drawing.labels.shape[0]) if panorama else None

    def _land(self, kind: str) -> NDArray[np.bool_]:
        """Pixels of ground that stand above the horizon: far and high for a mountain, near for a hill or a cliff."""
        drawing, ray = self.drawing, self.rays
        solid = np.isin(drawing.labels, [self.number(n) for n in ("ground", "rock", "snow", "ice", "lava")])
        if ray is None:
            return np.zeros(drawing.labels.shape, bool)
        rise = -ray[..., 1] * np.where(np.isfinite(drawing.depth), drawing.depth, 0)  # metres above the eye
        angle = np.degrees(np.arcsin(np.clip(-ray[..., 1], -1, 1)))
        if kind == "mountain":
            return solid & (rise > 60) & (angle > 3)
        if kind == "cliff":
            return solid & (rise > 2) & (np.abs(drawing.normals[..., 1]) < 0.6)
        return solid & (rise > 1.5) & (angle > 0.7)

    def find(self, thing: str) -> Group:
        """What is seen of a thing."""
        entry = self.tables.things.get(thing) or {}
        group = Group()
        kinds = {thing, *entry.get("things", ())}
        least = self.least * entry.get("least", 1.0)
        ours = [s for s in self.seen if s.thing in kinds]
        drawing = self.drawing
        mask = np.isin(drawing.instances, [s.instance for s in ours])
        group.counted = sum(s.share >= COUNTED * least for s in ours)
        group.boxes = [up(np.stack([s.low, s.high])) for s in ours[:200] if s.share >= COUNTED * least]
        for s in ours:
            for material, part in s.materials.items():
                group.materials[material] = group.materials.get(material, 0.0) + part * s.share
        if not ours:
            if "sky" in entry:
                drawn = entry["sky"] in self.world.brief.sky or entry["sky"] in self.world.brief.features
                return Group(share=float(drawn), counted=int(drawn), mask=None)
            labels = [self.number(n) for n in entry.get("labels", ())]
            if entry.get("water"):
                labels = [self.number("water")]
            mask = self._land(entry["land"]) if "land" in entry else np.isin(drawing.labels, labels)
            if "land" not in entry:  # an instance named as another thing is that, whatever its label
                mask &= ~np.isin(drawing.instances, [n for n in np.unique(drawing.instances) if n in self.names])
            numbers, sizes = np.unique(drawing.instances[mask], return_counts=True)
            group.counted = int((sizes >= COUNTED * least * mask.size).sum()) if len(numbers) else 0
            if self.rays is not None:
                points = (self.rays * drawing.depth[..., None])[mask & np.isfinite(drawing.depth)].astype(np.float64)
                points = points[:: max(1, len(points) // 150)] * np.array([1, -1, 1])
                group.boxes = [np.stack([p, p]) for p in points]
        group.mask = mask
        group.share = float(self.shares[mask].sum()) / (least / self.least)
        return group

    def shows(self, thing: str) -> bool:
        """Whether enough of it is seen."""
        return self.find(thing).share >= self.least


def coloured(image: NDArray[np.float32], mask: NDArray[np.bool_], colour: str) -> bool:
    """Whether enough of the pixels under `mask` have a colour."""
    import cv2

    (hue, tolerance), (dark, light), (dull, full) = HUES[colour]
    lab = cv2.cvtColor(np.ascontiguousarray(image, np.float32), cv2.COLOR_RGB2LAB)
    lightness, a, b = (lab[..., i][mask] for i in range(3))
    if not len(lightness):
        return False
    if colour == "white":  # what is white at dusk is as light as the picture gets, not as paper
        dark = min(dark, max(30.0, 0.8 * float(np.percentile(lab[..., 0], 90))))
    chroma = np.hypot(a, b)
    turn = np.abs((np.degrees(np.arctan2(b, a)) - hue + 180) % 360 - 180)
    inside = (turn <= tolerance) & (lightness >= dark) & (lightness <= light) & (chroma >= dull) & (chroma <= full)
    return float(inside.mean()) >= COLOURED


def made_of(materials: dict[Any, float], name: str) -> bool:
    """Whether enough of what is seen is of a material, by the names and patterns of its surfaces."""
    words = set(MADE_OF[name].split())
    known = {w for text in MADE_OF.values() for w in text.split()}
    part = 0.0
    for material, share in materials.items():
        said = set(re.findall(r"[a-z]+", material.name.lower()))
        part += share * bool(said & words if said & known else material.pattern in PATTERNS_OF.get(name, ()))
    return part >= MADE * max(sum(materials.values()), 1e-12)


def _gap(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Metres between two boxes, seen from above."""
    apart = np.maximum(np.maximum(a[0] - b[1], b[0] - a[1]), 0)
    return float(math.hypot(apart[0], apart[2]))


def _bearing(box: NDArray[np.float64]) -> float:
    x, _, z = box.mean(axis=0)
    return math.degrees(math.atan2(x, z))


def _turn(a: float, b: float) -> float:
    """Degrees from b to a, -180 to 180; positive to the right."""
    return (a - b + 180) % 360 - 180


def _away(box: NDArray[np.float64]) -> float:
    x, _, z = box.mean(axis=0)
    return math.hypot(x, z)


def _inside(a: NDArray[np.float64], b: NDArray[np.float64], margin: float) -> bool:
    x, _, z = a.mean(axis=0)
    return bool(b[0, 0] - margin <= x <= b[1, 0] + margin and b[0, 2] - margin <= z <= b[1, 2] + margin)


def _spread(centre: NDArray[np.float64], others: list[NDArray[np.float64]]) -> tuple[float, int]:
    """The widest gap in degrees between the bearings of `others` about a point, and how many there are."""
    angles = sorted(math.degrees(math.atan2(*(o.mean(axis=0) - centre)[[0, 2]])) for o in others)
    if len(angles) < 2:
        return 360.0, len(angles)
    gaps = [(b - a) % 360 for a, b in zip(angles, [*angles[1:], angles[0]], strict=True)]
    return max(gaps), len(angles)


def holds(name: str, first: Group, second: Group, *, ground: bool = False) -> bool:
    """Whether a relation holds for any of the first (and any of the second). `ground`: the second is land."""
    if not first.boxes or (name not in SIDES and not second.boxes):
        return False
    if name in SIDES:
        middle = {"left": -65, "right": 65, "ahead": 0, "behind": 180}[name]
        return any(abs(_turn(_bearing(a), middle)) <= 55 for a in first.boxes)
    if name in ("among", "around", "between"):
        if name == "around":
            first, second = second, first
        for a in first.boxes:
            reach = 15 + float(np.ptp(a, axis=0)[[0, 2]].max())
            near = [b for b in second.boxes if _gap(a, b) <= reach]
            gap, count = _spread(a.mean(axis=0), near)
            if (count >= 2 and gap <= 240) if name == "between" else (count >= 3 and gap <= 200):
                return True
        return False
    if name == "in corner":
        return any(
            len(near := [b for b in second.boxes if _gap(a, b) <= 1.2]) > 2 and _spread(a.mean(axis=0), near)[0] < 290
            for a in first.boxes
        )

    def pair(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
        turn, size = _turn(_bearing(a), _bearing(b)), float(np.ptp(a, axis=0)[[0, 2]].max())
        if name in ("left of", "right of"):
            return -90 < turn < -3 if name == "left of" else 3 < turn < 90
        if name in ("behind", "in front of"):
            wide = math.degrees(math.atan2(np.ptp(b, axis=0)[[0, 2]].max() / 2 + size / 2, max(_away(b), 0.5)))
            farther = _away(a) - _away(b)
            return abs(turn) <= 12 + wide and (farther > 0.2 if name == "behind" else farther < -0.2)
        if name == "beside":
            return _gap(a, b) <= 2.5 + 0.5 * size
        if name == "facing":
            return _gap(a, b) <= 40
        if name == "under":
            return _inside(a, b, 0.7) and a[1, 1] < b[1, 1] - 0.2
        if name == "above":
            return a[0, 1] > b[0, 1] + 0.3 and (_inside(a, b, 2.0) or _gap(a, b) <= 60)
        if ground:  # on a hill: its foot stands higher than the ground at the start
            return a[0, 1] > -0.8
        sunk = min(0.1, float(np.ptp(b, axis=0)[1]))  # a dog on a rug stands a centimetre above the floor
        return _gap(a, b) <= 0.4 and b[0, 1] + sunk - 1e-3 <= a[0, 1] <= b[1, 1] + 0.3

    return any(pair(a, b) for a in first.boxes for b in second.boxes if a is not b)


def layout(picture: Picture) -> list[str]:
    """What most of each of CELLS of a panorama shows, row by row: a thing or a label."""
    from lucid3d.procedural.kit.labels import LABELS

    drawing = picture.drawing
    code = drawing.labels.astype(np.int64)
    kinds = {name: len(LABELS) + i for i, name in enumerate(sorted(set(picture.names.values())))}
    for s in picture.seen[:400]:
        code[drawing.instances == s.instance] = kinds[s.thing]
    words = [*LABELS, *kinds]
    rows, columns = CELLS
    cells = code.reshape(rows, code.shape[0] // rows, columns, -1).swapaxes(1, 2).reshape(rows * columns, -1)
    return [words[int(np.bincount(cell).argmax())] for cell in cells]


def layout_distance(a: list[str], b: list[str]) -> float:
    """Share of the cells, by solid angle, that differ at the turn at which they agree best."""
    rows, columns = CELLS
    one, other = (np.array(x).reshape(rows, columns) for x in (a, b))
    weight = np.cos((0.5 - (np.arange(rows) + 0.5) / rows) * math.pi)[:, None] / columns
    weight = weight / (weight.sum() * columns)
    return min(float(((one != np.roll(other, turn, axis=1)) * weight).sum()) for turn in range(columns))


def announced(brief: Any) -> list[str]:
    """What the program tells the person is there."""
    told = getattr(brief, "told", None)
    if told is not None:
        return list(told)
    return [name for name in brief.features if name not in brief.without]


_SINGULAR = {"lilies": "lily", "leaves": "leaves", "cacti": "cactus", "cherry_trees": "cherry tree", "birches": "birch",
             "cypresses": "cypress", "books": "book", "dead_trees": "dead tree", "bushes": "hedge", "grass": "grass",
             "flowers": "garden bed", "oaks": "oak"}  # fmt: skip


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
    if arguments.summary:
        print_tables([Row(**row) for path in arguments.summary for row in json.loads(path.read_text(encoding="utf-8"))])
        return
    tables, rows = Tables(), []
    part, parts = (int(n) for n in arguments.part.split("/"))
    entries = yaml.safe_load(arguments.sentences.read_text(encoding="utf-8"))
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
