"""`lucid3d batch`: many scenes from one list, here or on a cluster, resumable, with a contact sheet at the end."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tyro

from lucid3d.config import Config, find_config, load_config, overlay, to_mapping
from lucid3d.errors import InputError, short
from lucid3d.export.targets import check_target
from lucid3d.files import atomic_path
from lucid3d.gaussians.training.shared import Folder
from lucid3d.reading import LIST_BYTES, guarded, open_picture, parse_json, read_text
from lucid3d.service.changing import steps_of
from lucid3d.service.cluster import RayWorkers
from lucid3d.service.dispatch import TICK
from lucid3d.service.local import LocalWorkers
from lucid3d.service.spec import DreamSpec, EditSpec, PartsSpec
from lucid3d.service.spot import Ending, Spot
from lucid3d.service.wording import worded
from lucid3d.workspace import tiles_of

if TYPE_CHECKING:
    from lucid3d.service.dispatch import Workers

TRIES = 3
"""How often a scene is tried whose worker died."""

CELL = 240
"""Pixels of a picture on the contact sheet."""

PREVIEW_PIXELS = 16_000_000
"""Of a preview that goes onto the sheet; ours have 0.6 million."""

LONGEST_LIST = 100_000
"""Scenes in one list; beyond it, it is some other file."""


@dataclass(frozen=True)
class Row:
    """One scene of a list.

    Attributes:
        prompt: the sentence; may be empty with a picture.
        image: a picture's file, beside the list or with its whole path.
        scene: instead of these, the folder of a finished scene (beside the list or with its whole path) of which a copy
            is changed; edits: how, as in "insert a red boat at 1.5,4; the house blue; refine roof".
    """

    prompt: str = ""
    negative_prompt: str = ""
    style: str = ""
    seed: int = 0
    preset: str = ""
    image: str = ""
    scene: str = ""
    edits: str = ""


@dataclass(frozen=True)
class BatchOptions:
    """Dream every scene of a list: a .txt file with a sentence a line, or .csv / .jsonl with the columns prompt,
    negative_prompt, style, seed, preset, image, scene, edits. The same command continues what was interrupted."""

    prompts: tyro.conf.Positional[str]
    """The list."""
    output: str = ""
    """The folder for the scenes (default: outputs/<name of the list>)."""
    config: str = "fast"
    """A preset or a YAML file, for rows that name none."""
    export: tuple[str, ...] = ()
    """A further format to write for each scene, may be repeated."""
    workers: int = 1
    """Scenes at once, each in a process of its own; those without a scene help to train tiles of large ones."""
    ray: str = ""
    """Run the scenes as Ray tasks: the address of a cluster, "auto", or "local"."""
    ray_cpus: float = 2.0
    """CPUs that a Ray task asks for."""
    ray_gpus: float = 0.0
    """GPUs that a Ray task asks for."""


@dataclass
class Scene:
    """A row with its folder, and what became of it."""

    name: str
    row: Row
    folder: Path
    spot: Spot
    state: str = "waiting"
    message: str = ""
    seconds: float = 0.0
    tries: int = 0
    in_parts: bool = False
    """Whether it may be trained in parts, so that several workers can be at it."""
    helped: int = 0


@dataclass(frozen=True)
class Help:
    """A worker without a scene of its own, at the tiles of another's."""

    scene: Scene
    spot: Spot
    handle: Any


def batch(arguments: Sequence[str]) -> int:
    """Run the command.

    Returns:
        0 when every scene is there, 1 when some failed.
    Raises:
        InputError: the list or an option cannot be used; nothing has been dreamed then.
    """
    options = tyro.cli(BatchOptions, args=list(arguments), prog="lucid3d batch", config=(tyro.conf.UseAppendAction,))
    if options.workers < 1:
        raise InputError(f"--workers {options.workers} must be at least 1")
    source = Path(options.prompts)
    rows = read_rows(source)
    output = Path(options.output or Path("outputs") / source.stem).resolve()
    scenes = plan(rows, output, options, source.parent)
    workers: Workers
    if options.ray:
        workers = RayWorkers(options.ray, cpus=options.ray_cpus, gpus=options.ray_gpus)
    else:
        alone = len(scenes) if not any(scene.in_parts for scene in scenes) else options.workers
        workers = LocalWorkers(min(options.workers, alone), output / ".batch" / "worker.log")
    try:
        for scene in work_off(scenes, workers):
            done = sum(each.state in ("done", "failed") for each in scenes)
            note = f"{scene.seconds:.0f} s" if scene.state == "done" else scene.message
            print(f"{done}/{len(scenes)}  {scene.name}: {scene.state}, {note}", flush=True)
    finally:
        workers.stop([])
    summarise(scenes, output)
    return int(any(scene.state == "failed" for scene in scenes))


def read_rows(path: Path) -> list[Row]:
    """The scenes of a list.

    Raises:
        InputError: it cannot be read, is empty, or a line is not of its form; the message names the line.
    """
    text = read_text(path, f"the list '{path}'", LIST_BYTES, encoding="utf-8-sig")
    lines = enumerate(text.splitlines(), 1)
    if path.suffix.lower() == ".csv":
        with guarded(f"the list '{path}'"):
            entries = list(_csv(path, text))
    elif path.suffix.lower() in (".jsonl", ".ndjson"):
        entries = [(number, _json(path, number, line)) for number, line in lines if line.strip()]
    else:
        entries = [(n, {"prompt": line}) for n, line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not entries:
        raise InputError(f"the list '{path}' holds no scene")
    if len(entries) > LONGEST_LIST:
        raise InputError(f"the list '{path}' holds {len(entries)} scenes; split it, {LONGEST_LIST} are the limit")
    return [_row(path, number, entry) for number, entry in entries]


def _csv(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(text.splitlines())
    if "prompt" not in (reader.fieldnames or ()) and "image" not in (reader.fieldnames or ()):
        raise InputError(f"the list '{path}' needs a first line with column names, 'prompt' or 'image' among them")
    for entry in reader:
        yield reader.line_num, {name: value for name, value in entry.items() if value}


def _json(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        entry = parse_json(line, f"line {number} of '{path}'")
    except InputError:
        entry = None
    if not isinstance(entry, dict):
        raise InputError(f'line {number} of \'{path}\' is no JSON object, such as {{"prompt": "a lake"}}')
    return entry


def _row(path: Path, number: int, entry: Mapping[Any, Any]) -> Row:
    known = [field.name for field in fields(Row)]
    unknown = [str(name) for name in entry if name not in known]
    if unknown:
        raise InputError(f"line {number} of '{path}' has {short(unknown[0])}; known are {', '.join(known)}")
    values = dict(entry)
    if isinstance(values.get("seed"), str):
        if not re.fullmatch(r"[0-9]{1,12}", values["seed"].strip()):
            raise InputError(f"line {number} of '{path}': the seed {short(values['seed'])} is no whole number")
        values["seed"] = int(values["seed"])
    try:
        row = overlay(Row(), values)
    except InputError as error:
        raise InputError(f"line {number} of '{path}': {error}") from None
    if bool(row.scene) != bool(row.edits.strip()):
        raise InputError(f"line {number} of '{path}': scene and edits go together: which one, and what to change in it")
    if row.scene and (row.prompt.strip() or row.image):
        raise InputError(f"line {number} of '{path}': a scene is changed by edits; leave out prompt and image")
    if not row.prompt.strip() and not row.image and not row.scene:
        raise InputError(f"line {number} of '{path}' has neither a prompt nor an image, nor a scene with edits")
    return row


def plan(rows: Sequence[Row], output: Path, options: BatchOptions, beside: Path) -> list[Scene]:
    """A folder for every row, named by its words and what decides its scene, so that a list may grow and be sorted.

    Raises:
        InputError: a row cannot be dreamed as it stands.
    """

    for target in options.export:
        check_target(target)
    scenes: list[Scene] = []
    taken: dict[str, int] = {}
    for index, row in enumerate(rows, 1):
        try:
            steps = steps_of(row.edits) if row.scene else ()
            preset = load_config(find_config(row.preset or options.config))
            wording = worded(row.prompt, row.negative_prompt, row.style) if row.prompt.strip() else None
            config = replace(
                overlay(preset, {"seed": row.seed}),
                prompt=(wording.sentence,) if wording else (),
                negative_prompt=wording.negative_prompt if wording else row.negative_prompt,
                image=str((beside / row.image).resolve()) if row.image else "",
            )
        except InputError as error:
            raise InputError(f"scene {index} of the list: {error}") from None
        changed = (beside / row.scene).resolve() if row.scene else None
        if changed is not None and not (changed / "scene.ply").is_file():
            raise InputError(f"scene {index} of the list: '{changed}' holds no finished scene")
        digest = _digest(config, options.export, row.style, f"{row.scene}\n{row.edits}" if row.scene else "")
        words = (
            re.sub(r"[^\w]+", "-", (row.prompt or Path(row.image or row.scene).stem).lower()).strip("-")[:40].strip("-")
        )
        name = f"{words or 'scene'}-{digest}"
        taken[name] = taken.get(name, 0) + 1
        if taken[name] > 1:
            name = f"{name}-{taken[name]}"
        spot = Spot(output / ".batch" / name)
        training = config.training
        in_parts = changed is None and training.max_gaussians > training.tile_gaussians
        scene = Scene(name, row, output / name, spot, in_parts=in_parts)
        try:
            ending = spot.ending()
            if ending is not None and ending.state == "done":
                scene.state, scene.seconds = "done", float(ending.facts.get("seconds", 0))
            else:  # failed ones are tried again: whoever repeats the command has mended something
                dream = DreamSpec(
                    kind="dream", config=config, exports=options.export, style=row.style, output=scene.folder
                )
                edit = changed and EditSpec(steps=steps, exports=options.export, source=changed, output=scene.folder)
                spot.prepare(edit or dream)
        except OSError as error:
            raise InputError(f"--output '{output}' cannot be written to: {error.strerror}; choose another") from None
        scenes.append(scene)
    return scenes


def _digest(config: Config, exports: Sequence[str], style: str, edits: str) -> str:
    """Eight digits of all that decides a scene."""
    told: dict[str, Any] = {"kind": "dream", "config": to_mapping(config), "exports": list(exports), "style": style}
    if edits:
        told = {"kind": "edit", "edits": edits, "exports": list(exports)}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]


def work_off(scenes: Sequence[Scene], workers: Workers) -> Iterator[Scene]:
    """Dream what is not there yet; yields every scene as it ends."""

    waiting = [scene for scene in scenes if scene.state == "waiting"]
    active: list[tuple[Scene, Any, float]] = []
    helpers: list[Help] = []
    while waiting or active or helpers:
        while waiting and len(active) + len(helpers) < workers.count:
            scene = waiting.pop(0)
            scene.tries += 1
            active.append((scene, workers.start(scene.spot.folder), time.monotonic()))
        if not waiting:
            helpers += _more_help([scene for scene, _, _ in active], helpers, workers, len(active))
        helpers = [each for each in helpers if _is_at_it(each, workers)]
        time.sleep(TICK)
        for entry in list(active):
            scene, handle, since = entry
            alive = handle.alive()
            ending = scene.spot.ending()
            if ending is None and alive:
                continue
            active.remove(entry)
            workers.release(handle)
            scene.seconds += time.monotonic() - since
            if ending is None and scene.tries < TRIES:
                waiting.insert(0, scene)  # its worker died; another one goes on from the checkpoint
                continue
            ending = ending or Ending("failed", f"{TRIES} workers died over it ({handle.trouble()})")
            scene.state, scene.message = ending.state, ending.message
            scene.spot.finish(replace(ending, facts={**ending.facts, "seconds": round(scene.seconds, 1)}))
            yield scene


def _more_help(scenes: Sequence[Scene], there: Sequence[Help], workers: Workers, busy: int) -> list[Help]:
    """Workers that have nothing to do, sent to scenes of which more tiles are left than workers are at them."""
    sent: list[Help] = []
    for scene in scenes:
        while busy + len(there) + len(sent) < workers.count:
            at_it = 1 + sum(each.scene is scene for each in (*there, *sent))
            if scene.helped >= TRIES * workers.count or tiles_left(scene) <= at_it:
                break
            scene.helped += 1
            spot = Spot(scene.spot.folder / f"help-{scene.helped}")
            spot.prepare(PartsSpec(output=scene.folder))
            sent.append(Help(scene, spot, workers.start(spot.folder)))
    return sent


def tiles_left(scene: Scene) -> int:
    """Tiles of a scene that are not trained yet; 0 before it is that far, and after."""
    if not scene.in_parts:
        return 0
    try:
        return len(Folder(tiles_of(scene.folder)).left)
    except InputError:
        return 0


def _is_at_it(helper: Help, workers: Workers) -> bool:
    """Whether a helper is still busy; the place of one that has ended, or died, is free again: what is left is done by
    the others."""
    alive = helper.handle.alive()
    if alive and helper.spot.ending() is None:
        return True
    workers.release(helper.handle)
    return False


def summarise(scenes: Sequence[Scene], output: Path) -> None:
    """The table on the terminal and as table.csv, and contact.jpg."""
    from rich.console import Console
    from rich.table import Table

    table = Table("scene", "state", "seconds", "prompt or reason")
    for scene in scenes:
        text = scene.message if scene.state == "failed" else _words(scene.row)
        table.add_row(scene.name, scene.state, f"{scene.seconds:.0f}", text[:80])
    Console(highlight=False).print(table)
    with atomic_path(output / "table.csv") as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        # the scene that was changed is not the one that came of it
        asked = ["of_scene" if field.name == "scene" else field.name for field in fields(Row)]
        writer.writerow(["scene", "state", "seconds", "message", *asked])
        for scene in scenes:
            values = asdict(scene.row).values()
            writer.writerow([scene.name, scene.state, f"{scene.seconds:.1f}", scene.message, *values])
    write_contact_sheet(scenes, output / "contact.jpg")
    failed = [scene for scene in scenes if scene.state == "failed"]
    print(f"{len(scenes) - len(failed)} of {len(scenes)} scenes are in {output}; look at {output / 'contact.jpg'}")
    if failed:
        print(f"{len(failed)} failed; the same command tries them again")


def _words(row: Row) -> str:
    return row.prompt or row.image or f"{Path(row.scene).name}: {row.edits}"


def write_contact_sheet(scenes: Sequence[Scene], path: Path) -> None:
    """Every scene's picture with its words below; failed ones as a grey field with the reason."""
    import math

    from PIL import Image, ImageDraw, ImageFont

    columns = max(1, min(6, math.ceil(math.sqrt(len(scenes)))))
    caption, gap = 40, 8
    rows = math.ceil(len(scenes) / columns)
    sheet = Image.new("RGB", (columns * (CELL + gap) + gap, rows * (CELL + caption + gap) + gap), (24, 26, 30))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for index, scene in enumerate(scenes):
        x = gap + index % columns * (CELL + gap)
        y = gap + index // columns * (CELL + caption + gap)
        try:
            preview = scene.folder / "preview.jpg"
            with open_picture(preview, str(preview), most_pixels=PREVIEW_PIXELS) as picture:
                picture.thumbnail((CELL, CELL))
                sheet.paste(picture, (x, y))
        except InputError:
            draw.rectangle((x, y, x + CELL - 1, y + CELL - 1), fill=(60, 44, 44))
        words = scene.message if scene.state == "failed" else _words(scene.row)
        for line, part in enumerate(_wrapped(words, draw, font)[:2]):
            draw.text((x, y + CELL + 4 + 16 * line), part, fill=(220, 220, 220), font=font)
    with atomic_path(path) as temporary:
        sheet.save(temporary, quality=90)


def _wrapped(text: str, draw: Any, font: Any) -> list[str]:
    """Lines that fit below a picture."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font=font) <= CELL:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]
