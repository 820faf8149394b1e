"""What the drawings of a world show of the things that a sentence asks for: shares, counts, colours, materials,
relations, layouts. What is measured how stands in adherence.py."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

HERE = Path(__file__).parent
IN_PANORAMA, IN_VIEW = 0.0005, 0.003
COUNTED = 0.1
"""Factor on those shares for one of several."""
COLOURED, MADE = 0.25, 0.25
"""Share of the pixels that carry a thing's colour, and of its area that is of its material."""
CELLS = (16, 32)
PLAIN = ("sky", "ground", "grass", "water", "road", "path", "floor", "ceiling", "wall")
"""Labels of what is above, below and around everything: it tells no plan from another."""
DISTINCT = 0.5
"""Share of what stands about in one of two layouts or in both, by solid angle, that differs at whatever turn they agree
best."""

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
            group.materials = self._materials(dict(zip(numbers.tolist(), sizes.tolist(), strict=True)))
            group.counted = int((sizes >= COUNTED * least * mask.size).sum()) if len(numbers) else 0
            if self.rays is not None:
                points = (self.rays * drawing.depth[..., None])[mask & np.isfinite(drawing.depth)].astype(np.float64)
                points = points[:: max(1, len(points) // 150)] * np.array([1, -1, 1])
                group.boxes = [np.stack([p, p]) for p in points]
        group.mask = mask
        group.share = (float(self.shares[mask].sum()) + self._parts(entry.get("parts", ()))) / (least / self.least)
        return group

    def _parts(self, patterns: Sequence[str]) -> float:
        """The share of the picture that is of these patterns on buildings, by the area of what is seen of them."""
        return sum(
            s.share * part
            for s in (self.seen if patterns else ())
            if s.label == "building"
            for material, part in s.materials.items()
            if material.pattern in patterns
        )

    def _materials(self, sizes: dict[int, int]) -> dict[Any, float]:
        """Materials of instances that nothing names, by their area, weighted by the pixels (number -> how many) that
        show them."""
        found: dict[Any, float] = {}
        for mesh, (first, behind, thing) in zip(self.world.meshes, self.world.spans(), strict=True):
            pixels = 0 if thing else sum(sizes.get(number, 0) for number in range(first, behind))
            if pixels:
                corners = mesh.vertices[mesh.triangles].astype(np.float64)
                area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
                own = np.zeros(len(corners), np.int64) if mesh.material_index is None else mesh.material_index
                shares = np.bincount(own, area, len(mesh.materials)) / max(float(area.sum()), 1e-12)
                for material, share in zip(mesh.materials, shares, strict=True):
                    found[material] = found.get(material, 0.0) + float(share) * pixels
        return found

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
    """Of the cells in which one of two layouts shows more than sky and bare ground, the share, by solid angle, that
    differs, at the turn at which they agree best; 0 where neither shows anything."""
    rows, columns = CELLS
    one, other = (np.array(x).reshape(rows, columns) for x in (a, b))
    weight = np.cos((0.5 - (np.arange(rows) + 0.5) / rows) * math.pi)[:, None]
    shown, beside = ~np.isin(one, PLAIN), ~np.isin(other, PLAIN)

    def apart(turn: int) -> float:
        either = shown | np.roll(beside, turn, axis=1)
        differ = either & (one != np.roll(other, turn, axis=1))
        return float((differ * weight).sum()) / max(float((either * weight).sum()), 1e-12)

    return min(apart(turn) for turn in range(columns))
