"""Edit jobs: a copy of a result, changed step by step as `lucid3d insert`, `edit` and `refine` change a folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lucid3d.editing.folder import Changed, change_in, insert_into, redraw, refine_in
from lucid3d.editing.insertion import Wish, world_of
from lucid3d.editing.order import read_order
from lucid3d.editing.regions import Region, region_from
from lucid3d.editing.thing import thing_of_words
from lucid3d.errors import InputError
from lucid3d.export import export_scene
from lucid3d.procedural.world import World
from lucid3d.progress import Listener
from lucid3d.scene import Scene
from lucid3d.service.results import size_of
from lucid3d.service.schemas import EditStep, InsertStep, RefineStep, Step
from lucid3d.service.spec import EditSpec
from lucid3d.service.telling import Teller

INSERT = re.compile(r"^(?:insert|add|set in)\s+(?P<thing>.+?)(?:\s+at\s+(?P<at>-?[\d.]+\s*,\s*-?[\d.]+))?$", re.I)
REFINE = re.compile(r"^refine(?:\s+(?:the\s+)?(?P<label>\w+))?$", re.I)


def steps_of(text: str) -> tuple[Step, ...]:
    """The steps of a line of a list: "insert a red boat at 1.5,4; the house blue; refine roof".

    Raises:
        InputError: one of them is none.
    """
    steps: list[Step] = []
    for words in filter(None, (part.strip() for part in text.split(";"))):
        if found := INSERT.match(words):
            at = tuple(float(value) for value in found["at"].split(",")) if found["at"] else None
            steps.append(InsertStep(do="insert", thing=found["thing"], at=(at[0], at[1]) if at else None))
        elif found := REFINE.match(words):
            steps.append(RefineStep(do="refine", region=[{"label": found["label"]}] if found["label"] else []))
        else:
            steps.append(EditStep(do="edit", prompt=words))
    if not steps:
        raise InputError("say what to change, as in: insert a red boat; the house blue; refine")
    check(steps)
    return tuple(steps)


def check(steps: Sequence[Step]) -> None:
    """Refuse what no scene could be changed by.

    Raises:
        InputError: words that name nothing or say no change, a region that is none.
    """
    for number, step in enumerate(steps, 1):
        try:
            if isinstance(step, InsertStep):
                thing_of_words(_wish(step).thing, seed=step.seed)
            else:
                _region(step)
            if isinstance(step, EditStep):
                read_order(step.prompt)
        except InputError as error:
            raise InputError(f"step {number}: {error}") from None


def change(spec: EditSpec, teller: Teller) -> dict[str, Any]:
    """Do an edit job; returns what is known of its result. One that was interrupted begins again.

    Raises:
        InputError: the source is gone, or a step cannot be done; the sentence names the step.
    """
    folder = spec.output
    shutil.rmtree(folder, ignore_errors=True)
    teller.tell(stage="models", detail="")
    if not spec.source.is_dir():
        raise InputError("the result that it starts from is gone")
    shutil.copytree(spec.source, folder, ignore=shutil.ignore_patterns(".*", "export", "*.mp4"))
    world = world_of(Scene.load(folder), teller.on_event)
    told = []
    for number, step in enumerate(spec.steps, 1):
        teller.tell(stage="dream", detail=f"step {number} of {len(spec.steps)}")
        try:
            told.append(_STEPS[type(step)](folder, step, world, teller.on_event))
        except InputError as error:
            raise InputError(f"step {number}: {error}") from None
    redraw(folder, teller.on_event)
    if spec.exports:
        export_scene(Scene.load(folder), spec.exports, folder / "export")
    return {"understood": "; ".join(told), "bytes": size_of(folder)}


def _region(step: EditStep | RefineStep) -> Region | None:
    return region_from({"steps": step.region}) if step.region else None


def _wish(step: InsertStep) -> Wish:
    return Wish(step.thing, "", step.at, step.on, step.size, step.facing, step.seed)


def _insert(folder: Path, step: InsertStep, world: World | None, on_event: Listener) -> str:
    entry = insert_into(folder, _wish(step), world=world, on_event=on_event).entry
    spot = getattr(entry, "spot", None)
    return f"{step.thing} set in" + (f" at {spot.x:.1f},{spot.z:.1f}" if spot else "")


def _edit(folder: Path, step: EditStep, world: World | None, on_event: Listener) -> str:
    return _how(step.prompt, change_in(folder, step.prompt, _region(step), world=world, on_event=on_event))


def _refine(folder: Path, step: RefineStep, world: World | None, on_event: Listener) -> str:
    return _how("refine", refine_in(folder, _region(step), steps=step.steps, world=world, on_event=on_event))


def _how(words: str, changed: Changed) -> str:
    return f"{words}: {getattr(changed.entry, 'how', '')}"


_STEPS: dict[type, Callable[..., str]] = {InsertStep: _insert, EditStep: _edit, RefineStep: _refine}
