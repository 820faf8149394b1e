"""One job, from its folder to its ending: what every worker runs, wherever it runs."""

from __future__ import annotations

import errno
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from lucid3d import gaussians
from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.gaussians import StepReport, Trainer
from lucid3d.gaussians.card import training_device
from lucid3d.gaussians.training.shared import PLAN, Folder, work
from lucid3d.pipeline import CHECKPOINT_EVERY, run
from lucid3d.preparation import prepare
from lucid3d.progress import Event
from lucid3d.restyle.pipeline import restyle
from lucid3d.scene import Scene
from lucid3d.service.changing import change
from lucid3d.service.exporting import export
from lucid3d.service.remix import agreement, agreement_of
from lucid3d.service.results import size_of, sweep
from lucid3d.service.spec import DreamSpec, EditSpec, ExportSpec, PartsSpec, Repaint
from lucid3d.service.spot import Ending, Spot
from lucid3d.service.telling import Cancelled, Teller
from lucid3d.service.wording import Wording, styled
from lucid3d.workspace import tiles_of

log = logging.getLogger(__name__)

FULL_WAIT = 1.0
"""Seconds between two tries to write an ending on a full disk."""

Loader = Callable[..., Any]


def perform(folder: Path, load: Loader | None = None) -> Ending:
    """Do a job, or go on with one that was interrupted; its ending is written last.

    Args:
        folder: the job's (see `lucid3d.service.spot`).
        load: how models are loaded (a `lucid3d.families.choose.Loader`), to keep networks between jobs.
    Raises:
        OSError: not even the ending could be written.
    """
    spot = Spot(folder)
    with spot.held():
        done = spot.ending()
        if done is not None:  # a worker before this one got it done, and died before anybody knew
            return done
        teller = Teller(spot)
        try:
            facts = _do(spot, teller, load)
            ending = Ending("done", "", facts)
        except Cancelled:
            ending = Ending("cancelled")
        except InputError as error:
            ending = Ending("failed", str(error))
        except MemoryError:
            ending = Ending("failed", "there was too little memory for it; choose a smaller preset or size")
        except OSError as error:
            if is_full(error):  # nobody can use half a result, and its room is what is lacking
                discard(spot)
            else:
                log.exception("the job in %s failed", folder)
            ending = Ending("failed", words_for(error))
        except Exception as error:
            log.exception("the job in %s failed", folder)
            ending = Ending("failed", f"the program has a bug: {type(error).__name__}: {error}")
        finish(spot, ending)
        return ending


def finish(spot: Spot, ending: Ending) -> None:
    """Write an ending, if need be once somebody has made room for it.

    Raises:
        OSError: it cannot be written for another reason.
    """
    while True:
        try:
            spot.finish(ending)
            return
        except OSError as error:
            if not is_full(error):
                raise
            log.warning("the disk is too full to say how %s ended; trying again", spot.folder.name)
            time.sleep(FULL_WAIT)


def discard(spot: Spot) -> None:
    """Remove what a job has written of its result."""
    shutil.rmtree(spot.spec().output, ignore_errors=True)


def is_full(error: OSError) -> bool:
    """Whether there was no room on the disk."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def words_for(error: OSError) -> str:
    """What a person should read when a file could not be written."""
    if is_full(error):
        return "the disk is full; delete results that are not needed, and send the job again"
    return f"a file could not be read or written: {error.strerror or 'the log says more'}"  # no path goes to a client


def _do(spot: Spot, teller: Teller, load: Loader | None) -> dict[str, Any]:
    spec = spot.spec()
    if spot.cancelled():
        raise Cancelled
    if isinstance(spec, ExportSpec):
        return export(spec, teller)
    if isinstance(spec, EditSpec):
        return change(spec, teller)
    if isinstance(spec, PartsSpec):
        return _help(spec, teller)
    if spec.repaint is not None:
        return _repaint(spec, spec.repaint, teller, load)
    return _dream(spot, spec, teller, load)


def _dream(spot: Spot, spec: DreamSpec, teller: Teller, load: Loader | None) -> dict[str, Any]:
    folder, config = spec.output, spec.config
    teller.tell(stage="models", detail="")
    if config.image or config.panorama:
        config = _with_words(config, spec)
    teller.tell(sentence=config.prompt[0] if config.prompt else "")
    overwrite = sweep(folder)
    run(
        config,
        folder,
        export=spec.exports,
        resume=not overwrite,
        overwrite=overwrite,
        load=load,
        on_event=teller.on_event,
    )
    facts: dict[str, Any] = {"sentence": teller.told.sentence, "understood": teller.told.understood}
    return facts | _measured(spec, folder)


def _help(spec: PartsSpec, teller: Teller) -> dict[str, Any]:
    """Train parts that the job's own worker is not at; when there is none left, or the scene is there, it is done."""
    folder = tiles_of(spec.output)

    def on_step(number: int, report: StepReport | None, _: Trainer | None) -> None:
        if report is not None:
            teller.on_event(Event("train", report.iteration, parts.plan.parts[number].steps, f"part {number + 1}"))

    try:
        parts = Folder(folder)
        work(parts, every=CHECKPOINT_EVERY, device=training_device(), on_step=on_step)
    except (InputError, OSError):
        if (folder / PLAN).exists():
            raise
    return {}


def _repaint(spec: DreamSpec, words: Repaint, teller: Teller, load: Loader | None) -> dict[str, Any]:
    """A remix over the depth of an earlier result, or of an uploaded picture that is dreamed as it is first.

    One that was interrupted begins again: it is short beside a dream.
    """

    def listen(event: Event) -> None:
        # painting takes the time that dreaming takes otherwise
        teller.on_event(replace(event, stage="dream") if event.stage == "paint" else event)

    folder = spec.output
    teller.tell(stage="models", detail="", sentence=words.prompt)
    if folder.exists():
        shutil.rmtree(folder)
    scene = _source(spec, teller, load)
    sentence = words.prompt
    if not sentence:  # a style alone: networks want to be told what they paint, rules have it before them
        by_rules = scene.facts["models"]["family"] == "procedural"
        sentence = _styled("" if by_rules else scene.prompt, spec)
    teller.tell(sentence=sentence)
    new = restyle(
        scene,
        sentence,
        models=scene.config.models,
        negative_prompt=words.negative_prompt,
        seed=words.seed,
        load=load,
        on_event=listen,
    )
    if spec.source:
        new.facts["restyled"]["from"] = spec.source.name
    teller.tell(new.views[0].image, stage="write")
    new.save(folder, export=spec.exports, on_event=listen)
    kept = agreement_of(scene.views, new.views)
    how = str(new.facts["restyled"]["how"])
    return {"sentence": sentence, "understood": how, "bytes": size_of(folder), "structure_kept": kept}


def _source(spec: DreamSpec, teller: Teller, load: Loader | None) -> Scene:
    """What is to be repainted."""
    if spec.source:
        return Scene.load(spec.source)
    return run(spec.config, load=load, on_event=teller.on_event)


def _measured(spec: DreamSpec, folder: Path) -> dict[str, Any]:
    """What is known of a result only once it stands."""
    facts: dict[str, Any] = {"bytes": size_of(folder)}
    if spec.source:
        facts["structure_kept"] = agreement(spec.source, folder)
    return facts


def _with_words(config: Config, spec: DreamSpec) -> Config:
    """A picture without a sentence is described first (BLIP where its weights are), so that the style can be added."""
    if config.prompt:
        return config
    described = prepare(config).config
    return replace(described, prompt=(_styled(described.prompt[0], spec),))


def _styled(sentence: str, spec: DreamSpec) -> str:
    return styled(Wording(sentence.rstrip(". ")), spec.style).sentence


def warm_up() -> None:
    """Load what every job needs and this module does not, so that the first job does not wait for it."""
    import cv2  # noqa: F401

    _ = gaussians.Renderer, gaussians.Trainer
