"""Edit jobs: a copy of a result, changed step by step as `lucid3d insert`, `edit` and `refine` change a folder."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lucid3d.editing.figure import figure_for
from lucid3d.editing.folder import (
    Changed,
    change_in,
    drag_in,
    guide_in,
    inpaint_in,
    insert_into,
    redraw,
    refine_in,
    walk_in,
)
from lucid3d.editing.insertion import Wish, world_of
from lucid3d.editing.making import MESHES
from lucid3d.editing.order import read_order
from lucid3d.editing.regions import Region, region_from
from lucid3d.editing.thing import names_a_thing, thing_of_words
from lucid3d.errors import InputError
from lucid3d.export import export_scene
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.shap_e import words_on_disk
from lucid3d.procedural.kit.labels import LABELS
from lucid3d.procedural.world import World
from lucid3d.progress import Listener
from lucid3d.scene import Scene
from lucid3d.service.results import size_of
from lucid3d.service.schemas import (
    DragStep,
    EditStep,
    FollowStep,
    InpaintStep,
    InsertStep,
    RefineStep,
    Step,
    WalkStep,
)
from lucid3d.service.spec import EditSpec
from lucid3d.service.telling import Teller

INSERT = re.compile(r"^(?:insert|add|set in)\s+(?P<thing>.+?)(?:\s+at\s+(?P<at>-?[\d.]+\s*,\s*-?[\d.]+))?$", re.I)
REPAINT = re.compile(r"^repaint\s+(?:the\s+)?(?P<thing>.+?)\s+as\s+(?P<words>.+)$", re.I)
REFINE = re.compile(r"^refine(?:\s+(?:the\s+)?(?P<label>\w+))?$", re.I)


def steps_of(text: str) -> tuple[Step, ...]:
    """The steps of a line of a list: "insert a red boat at 1.5,4; the house blue; repaint the bench as a marble bench;
    refine roof".

    Raises:
        InputError: one of them is none.
    """
    steps: list[Step] = []
    for words in filter(None, (part.strip() for part in text.split(";"))):
        if found := INSERT.match(words):
            at = tuple(float(value) for value in found["at"].split(",")) if found["at"] else None
            steps.append(InsertStep(do="insert", thing=found["thing"], at=(at[0], at[1]) if at else None))
        elif found := REPAINT.match(words):
            where = "label" if found["thing"].lower() in LABELS else "thing"
            steps.append(InpaintStep(do="inpaint", prompt=found["words"], region=[{where: found["thing"]}]))
        elif found := REFINE.match(words):
            steps.append(RefineStep(do="refine", region=[{"label": found["label"]}] if found["label"] else []))
        else:
            steps.append(EditStep(do="edit", prompt=words))
    if not steps:
        raise InputError("say what to change, as in: insert a red boat; the house blue; refine")
    check(steps)
    return tuple(steps)


def check(steps: Sequence[Step], *, mesh: bool = False) -> None:
    """Refuse what no scene could be changed by.

    Args:
        mesh: one was sent along.
    Raises:
        InputError: words that name nothing or say no change, a region that is none, a mesh that no step sets in.
    """
    if mesh and not any(isinstance(step, InsertStep) and not step.thing for step in steps):
        raise InputError("a mesh was sent, but every step that inserts names a thing of its own; leave one out")
    for number, step in enumerate(steps, 1):
        try:
            if isinstance(step, InsertStep):
                if step.thing:
                    if names_a_thing(step.thing) or not words_on_disk(ModelsConfig()):
                        thing_of_words(step.thing, seed=step.seed)
                elif not mesh:
                    raise InputError("name a thing, or send a mesh along (POST /v1/edits/mesh)")
            else:
                _region(step)
            if isinstance(step, EditStep):
                read_order(step.prompt)
            if isinstance(step, WalkStep):
                figure_for(Wish(step.thing))
            if isinstance(step, DragStep) and len(step.handles) != len(step.targets):
                raise InputError("a drag needs as many targets as handles")
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
    mesh: Path | None = None
    if spec.mesh is not None:  # it stays with the scene: whoever moves the thing later reads it again
        digest = hashlib.sha256(spec.mesh.read_bytes()).hexdigest()[:12]
        mesh = Path(MESHES) / f"{digest}{spec.mesh.suffix}"
        (folder / MESHES).mkdir(exist_ok=True)
        shutil.copyfile(spec.mesh, folder / mesh)
    world = world_of(Scene.load(folder), teller.on_event)
    told = []
    for number, step in enumerate(spec.steps, 1):
        teller.tell(stage="dream", detail=f"step {number} of {len(spec.steps)}")
        try:
            told.append(_STEPS[type(step)](folder, step, world, teller.on_event, mesh))
        except InputError as error:
            raise InputError(f"step {number}: {error}") from None
    redraw(folder, teller.on_event)
    if spec.exports:
        export_scene(Scene.load(folder), spec.exports, folder / "export")
    return {"understood": "; ".join(told), "bytes": size_of(folder)}


def _region(step: Step) -> Region | None:
    region = getattr(step, "region", None)
    return region_from({"steps": region}) if region else None


def _insert(folder: Path, step: InsertStep, world: World | None, on_event: Listener, mesh: Path | None) -> str:
    file = "" if step.thing or mesh is None else str(mesh)
    wish = Wish(step.thing, file, step.at, step.on, step.size, step.facing, step.seed)
    entry = insert_into(folder, wish, name="mesh" if file else "", world=world, on_event=on_event).entry
    spot = getattr(entry, "spot", None)
    return f"{step.thing or 'a mesh'} set in" + (f" at {spot.x:.1f},{spot.z:.1f}" if spot else "")


def _edit(folder: Path, step: EditStep, world: World | None, on_event: Listener, _: Path | None) -> str:
    return _how(step.prompt, change_in(folder, step.prompt, _region(step), world=world, on_event=on_event))


def _inpaint(folder: Path, step: InpaintStep, world: World | None, on_event: Listener, _: Path | None) -> str:
    region = region_from({"steps": step.region})
    return _how(step.prompt, inpaint_in(folder, step.prompt, region, world=world, on_event=on_event))


def _refine(folder: Path, step: RefineStep, world: World | None, on_event: Listener, _: Path | None) -> str:
    return _how("refine", refine_in(folder, _region(step), steps=step.steps, world=world, on_event=on_event))


def _drag(folder: Path, step: DragStep, world: World | None, on_event: Listener, _: Path | None) -> str:
    region = region_from({"steps": step.region})
    return _how("drag", drag_in(folder, region, step.handles, step.targets, world=world, on_event=on_event))


def _walk(folder: Path, step: WalkStep, world: World | None, on_event: Listener, _: Path | None) -> str:
    walk_in(folder, Wish(step.thing), step.along, pace=step.pace, world=world, on_event=on_event)
    return f"{step.thing} walks"


def _follow(folder: Path, step: FollowStep, world: World | None, on_event: Listener, _: Path | None) -> str:
    made = guide_in(folder, step.way, step.prompt, _region(step), steps=step.steps, world=world, on_event=on_event)
    return _how(step.prompt, made)


def _how(words: str, changed: Changed) -> str:
    return f"{words}: {getattr(changed.entry, 'how', '')}"


_STEPS: dict[type, Callable[..., str]] = {
    InsertStep: _insert,
    EditStep: _edit,
    RefineStep: _refine,
    InpaintStep: _inpaint,
    DragStep: _drag,
    WalkStep: _walk,
    FollowStep: _follow,
}
