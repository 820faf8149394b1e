"""Regions of a scene: which of its Gaussians belong to the house, the roof, what was clicked on.

A region is a recipe of steps rather than a list of Gaussians: it is small, a person can read and write it, and it holds
after other edits, too. It is kept with the scene as SCENE/regions/NAME.json:

    {"name": "house", "steps": [{"thing": "house"}, {"grow": 0.3}]}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lucid3d.editing.belonging import connected_to
from lucid3d.editing.cutting import cut_out
from lucid3d.editing.surroundings import Surroundings
from lucid3d.errors import InputError
from lucid3d.files import write_text
from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.kit.labels import LABELS
from lucid3d.procedural.language.naming import thing_words, word_forms
from lucid3d.procedural.language.words import base_forms
from lucid3d.procedural.world import World
from lucid3d.reading import guarded, read_json

REGIONS = "regions"
NAME = re.compile(r"[\w][\w -]{0,63}")
MOST_STEPS = 100
FARTHEST = 1e5
"""Metres: no step takes larger numbers."""

Chosen = NDArray[np.bool_]


@dataclass(frozen=True)
class Step:
    """One step: `kind` is a key of `STEPS`, `value` what it takes (text, or numbers)."""

    kind: str
    value: Any


@dataclass(frozen=True)
class Region:
    """Steps that choose Gaussians, in their order: those that select add to what is chosen, the others change it."""

    steps: tuple[Step, ...]
    name: str = ""

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        steps = [{step.kind: list(step.value) if isinstance(step.value, tuple) else step.value} for step in self.steps]
        return {"name": self.name, "steps": steps}


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= FARTHEST:
        raise InputError(f"{value!r} is no number between -{FARTHEST:g} and {FARTHEST:g}")
    return float(value)


def _length(value: Any) -> float:
    if (number := _number(value)) <= 0:
        raise InputError(f"{number:g} must be more than 0 metres")
    return number


def _numbers(count: int) -> Callable[[Any], tuple[float, ...]]:
    def parse(value: Any) -> tuple[float, ...]:
        if not isinstance(value, list | tuple) or len(value) != count:
            raise InputError(f"{value!r} is not {count} numbers")
        return tuple(_number(each) for each in value)

    return parse


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 200:
        raise InputError(f"{value!r} is no word")
    return value.strip()


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
        raise InputError(f"{value!r} is no number of an instance")
    return value


def _true(value: Any) -> bool:
    if value is not True:
        raise InputError(f"{value!r} is not true")
    return True


def _box(around: Surroundings, chosen: Chosen, value: tuple[float, ...]) -> Chosen:
    centre, size = np.array(value[:3]), np.array(value[3:])
    inside: Chosen = (np.abs(around.gaussians.means - centre) <= size / 2).all(axis=1)
    return chosen | inside


def _ball(around: Surroundings, chosen: Chosen, value: tuple[float, ...]) -> Chosen:
    near: Chosen = np.linalg.norm(around.gaussians.means - np.array(value[:3]), axis=1) <= value[3]
    return chosen | near


def _label(around: Surroundings, chosen: Chosen, value: str) -> Chosen:
    if around.labels is None:
        raise InputError("this scene has no labels (no procedural world made it): choose by box or click instead")
    forms = forms_of(value)
    numbers = [number for number, label in enumerate(LABELS) if label in forms]
    if not numbers:
        raise InputError(f"label '{value}' is not known; known: {', '.join(LABELS)}")
    return np.asarray(chosen | np.isin(around.labels, numbers), bool)


def _thing(around: Surroundings, chosen: Chosen, value: str) -> Chosen:
    if around.instances is None or around.world is None:
        raise InputError(
            "nobody knows what things are in this scene (no procedural world made it): choose by box or click"
        )
    return np.asarray(chosen | np.isin(around.instances, instances_called(around.world, value)), bool)


def _instance(around: Surroundings, chosen: Chosen, value: int) -> Chosen:
    if around.instances is None:
        raise InputError("this scene has no instances (no procedural world made it): choose by box or click instead")
    return np.asarray(chosen | (around.instances == value), bool)


def _click(around: Surroundings, chosen: Chosen, value: tuple[float, ...]) -> Chosen:
    """What belongs together with the Gaussian that is nearest to a point: the thing that it is of; of what is no thing
    (ground, walls), all with its label that hangs together; without a world, what a network cuts out, or what is
    alike."""
    seed = int(np.argmin(np.linalg.norm(around.gaussians.means - np.array(value), axis=1)))
    if around.instances is None or around.labels is None:
        if around.cutter is not None and around.cameras:
            return chosen | cut_out(around.gaussians, around.cameras, around.cutter, np.array(value))
        return chosen | connected_to(around.gaussians, seed)
    mine = around.instances == around.instances[seed]
    named = around.world is not None and int(around.instances[seed]) in around.world.things()
    return np.asarray(chosen | (mine if named else mine & (around.labels == around.labels[seed])), bool)


def _segment(around: Surroundings, chosen: Chosen, value: tuple[float, ...]) -> Chosen:
    """What a network cuts out of pictures at a point, whatever else is known."""
    if around.cutter is None:
        raise InputError(
            "the network that cuts out what was clicked on is not on disk; fetch it with: lucid3d models download "
            "facebook/sam-vit-base"
        )
    return chosen | cut_out(around.gaussians, around.cameras, around.cutter, np.array(value))


def _grow(around: Surroundings, chosen: Chosen, value: float) -> Chosen:
    if not chosen.any() or chosen.all():
        return chosen
    means = around.gaussians.means
    away, _ = cKDTree(means[chosen]).query(means[~chosen], distance_upper_bound=value, workers=-1)
    grown = chosen.copy()
    grown[np.flatnonzero(~chosen)[np.isfinite(away)]] = True
    return grown


def _shrink(around: Surroundings, chosen: Chosen, value: float) -> Chosen:
    return ~_grow(around, ~chosen, value)


def _invert(around: Surroundings, chosen: Chosen, value: bool) -> Chosen:
    return ~chosen


@dataclass(frozen=True)
class _Kind:
    """How a step is read, and what it does."""

    parse: Callable[[Any], Any]
    apply: Callable[[Surroundings, Chosen, Any], Chosen]
    says: str


STEPS: Mapping[str, _Kind] = {
    "box": _Kind(_numbers(6), _box, "centre x, y, z and size x, y, z in metres (y down)"),
    "ball": _Kind(_numbers(4), _ball, "centre x, y, z and radius in metres: a dab of a brush"),
    "label": _Kind(_text, _label, "what carries a semantic label: roof, tree, floor"),
    "thing": _Kind(_text, _thing, "what is called so: house, sofa, rowing boat"),
    "instance": _Kind(_whole, _instance, "one thing, by its number in the world"),
    "click": _Kind(_numbers(3), _click, "what belongs together with the point x, y, z"),
    "segment": _Kind(_numbers(3), _segment, "what a network (SAM) cuts out of pictures at the point x, y, z"),
    "grow": _Kind(_length, _grow, "and all within so many metres of it"),
    "shrink": _Kind(_length, _shrink, "but nothing within so many metres of its outside"),
    "invert": _Kind(_true, _invert, "everything else instead"),
}
"""The kinds of steps."""


def region_from(data: Any, what: str = "the region") -> Region:
    """A region out of JSON's plain values.

    Raises:
        InputError: it is none.
    """
    steps = data.get("steps") if isinstance(data, dict) else None
    if not isinstance(steps, list) or not 0 < len(steps) <= MOST_STEPS:
        raise InputError(f'{what} must look like {{"name": "house", "steps": [{{"thing": "house"}}, {{"grow": 0.3}}]}}')
    name = data.get("name", "")
    if not isinstance(name, str) or (name and not NAME.fullmatch(name)):
        raise InputError(f"{what}: the name {name!r} must be letters, digits, '-' and '_'")
    return Region(tuple(_step(step, what) for step in steps), name)


def _step(data: Any, what: str) -> Step:
    if not isinstance(data, dict) or len(data) != 1 or (kind := str(next(iter(data)))) not in STEPS:
        known = "; ".join(f"{name}: {kind.says}" for name, kind in STEPS.items())
        raise InputError(f"{what}: the step {data!r} is not one of these: {known}")
    try:
        return Step(kind, STEPS[kind].parse(data[kind]))
    except InputError as error:
        raise InputError(f"{what}: {kind} takes {STEPS[kind].says}, but {error}") from None


def choose(region: Region, around: Surroundings) -> Chosen:
    """(N,) bool: the Gaussians that a region holds.

    Raises:
        InputError: a step cannot be done in this scene, or nothing or everything is chosen.
    """
    chosen = np.zeros(len(around.gaussians), bool)
    for step in region.steps:
        chosen = STEPS[step.kind].apply(around, chosen, step.value)
    if not chosen.any():
        raise InputError(f"the region {describe(region)} holds nothing of this scene")
    return chosen


def describe(region: Region) -> str:
    """A region in few words."""
    said = ", ".join(f"{s.kind} {', '.join(f'{v:g}' for v in s.value)}" if isinstance(s.value, tuple)
                     else s.kind if s.value is True else f"{s.kind} {s.value}" for s in region.steps)  # fmt: skip
    return f"'{region.name}'" if region.name else f"({said})"


def instances_called(world: World, words: str) -> list[int]:
    """The numbers of the instances that are called so, plural and kinds included ("houses", "chair").

    Raises:
        InputError: there are none; says which things there are.
    """
    things = world.things()
    catalogue = world.brief.catalogue if world.brief is not None else load_catalogue()
    forms = forms_of(words)
    for name in catalogue.things:
        if not forms.isdisjoint({name.replace("_", " "), *catalogue.things[name].words.english}):
            forms = forms | thing_words(name, catalogue)
    found = [number for number, thing in things.items() if not forms.isdisjoint(word_forms(thing))]
    if not found:
        there = sorted(set(things.values()))
        listed = f"; there: {', '.join(there[:30])}" if there else ""
        raise InputError(f"nothing in this scene is called '{words}'{listed}")
    return found


def forms_of(words: str) -> set[str]:
    """Words, and all that their last one may be the plural of."""
    *first, last = words.lower().replace("_", " ").split() or [""]
    return {" ".join([*first, form]) for form in (last, *base_forms(last))}


def region_path(folder: Path, name: str) -> Path:
    """Where a scene keeps a region."""
    return folder / REGIONS / f"{name}.json"


def write_region(folder: Path, region: Region) -> Path:
    """Keep a region with a scene.

    Raises:
        InputError: it has no name.
    """
    if not NAME.fullmatch(region.name):
        raise InputError(f"a region's name must be letters, digits, '-' and '_', not {region.name!r}")
    path = region_path(folder, region.name)
    path.parent.mkdir(exist_ok=True)
    write_text(path, json.dumps(region.plain) + "\n")
    return path


def read_region(folder: Path, name: str) -> Region:
    """A region of a scene by its name, or of a file.

    Raises:
        InputError: it is not there, or no region.
    """
    path = Path(name)
    if not path.is_file():
        path = region_path(folder, name.removesuffix(".json"))
    if not path.is_file():
        kept = region_names(folder)
        listed = f"; this scene keeps {', '.join(kept)}" if kept else "; this scene keeps none yet"
        raise InputError(f"there is no region '{name}'{listed}")
    with guarded(f"'{path}'"):
        return region_from(read_json(path, f"'{path}'"), f"'{path}'")


def region_names(folder: Path) -> list[str]:
    """The regions that a scene keeps."""
    return sorted(path.stem for path in (folder / REGIONS).glob("*.json"))


def united(regions: Sequence[Region], name: str = "") -> Region:
    """The steps of several regions after each other."""
    return Region(tuple(step for region in regions for step in region.steps), name)
