"""One job, from its folder to its ending: what every worker runs, wherever it runs."""

from __future__ import annotations

import errno
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d import __version__
from lucid3d.config import Config, overlay
from lucid3d.errors import InputError
from lucid3d.export.images import write_jpeg
from lucid3d.pipeline import run
from lucid3d.preparation import prepare
from lucid3d.progress import Event, part_of_job
from lucid3d.restyle.pipeline import restyle
from lucid3d.scene import Scene
from lucid3d.service.remix import agreement, agreement_of
from lucid3d.service.spot import Ending, Progress, Spot
from lucid3d.service.wording import Wording, styled
from lucid3d.workspace import read_record

if TYPE_CHECKING:
    from lucid3d.scene import Scene

log = logging.getLogger(__name__)

TELL_EVERY = 0.15
"""Seconds between two words about a job; a new stage or a new picture is told at once."""

FULL_WAIT = 1.0
"""Seconds between two tries to write an ending on a full disk."""

PREVIEW_SIDE = 512
"""Pixels of a preview picture at most."""

LOOK_ROWS = 128
"""Rows of the first preview of a world made of rules, which shows it all around: a tenth of a second."""

Loader = Callable[..., Any]


class Cancelled(Exception):
    """Raised from a job's listener, which is how a job ends early (see `lucid3d.progress.Listener`)."""


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
    shutil.rmtree(spot.spec()["output"], ignore_errors=True)


def is_full(error: OSError) -> bool:
    """Whether there was no room on the disk."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def words_for(error: OSError) -> str:
    """What a person should read when a file could not be written."""
    if is_full(error):
        return "the disk is full; delete results that are not needed, and send the job again"
    return f"a file could not be read or written: {error.strerror or 'the log says more'}"  # no path goes to a client


@dataclass
class Teller:
    """Listens to a job, tells of it in its folder, and ends it when somebody asked for that."""

    spot: Spot
    told: Progress = field(default_factory=Progress)
    _when: float = 0.0

    def __post_init__(self) -> None:
        before = self.spot.progress()
        if before is not None:  # a resumed job goes on counting its previews
            self.told = replace(before, stage="models", part=0.0, detail="going on")

    def on_event(self, event: Event) -> None:
        """A `lucid3d.progress.Listener`."""
        if self.spot.cancelled():
            raise Cancelled
        picture = None
        if event.dream is not None and event.dream.newest is not None:
            picture = event.dream.newest.image
        elif event.look is not None and not self.told.preview:
            picture = event.look(LOOK_ROWS)
        changes: dict[str, Any] = {
            "stage": event.stage,
            "part": max(self.told.part, part_of_job(event.stage, event.done, event.total)),
            "detail": event.detail[:200],
        }
        if event.stage == "models" and event.done:
            changes |= {"understood": event.detail, "detail": ""}
        if event.stage == "paint":
            changes["part"] = self.told.part  # steps inside one picture
        self.tell(picture, **changes)

    def tell(self, picture: np.ndarray | None = None, **changes: Any) -> None:
        """Change what is known of the job; `picture` (H, W, 3) float32 becomes its preview."""
        if picture is not None:
            write_preview(self.spot.preview, picture)
            changes["preview"] = self.told.preview + 1
        progress = replace(self.told, **changes)
        now = time.monotonic()
        urgent = picture is not None or progress.stage != self.told.stage or progress.understood != self.told.understood
        self.told = progress
        if urgent or now - self._when > TELL_EVERY:
            self.spot.tell(progress)
            self._when = now


def write_preview(path: Path, picture: np.ndarray) -> None:
    """A JPEG of at most `PREVIEW_SIDE` pixels from (H, W, 3) float32 sRGB."""
    import cv2

    scale = PREVIEW_SIDE / max(picture.shape[:2])
    if scale < 1:
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    write_jpeg(path, picture, 85)


def _do(spot: Spot, teller: Teller, load: Loader | None) -> dict[str, Any]:
    spec = spot.spec()
    if spot.cancelled():
        raise Cancelled
    if spec["kind"] == "export":
        from lucid3d.service.exporting import export

        return export(spec, Path(spec["output"]), teller)
    if "repaint" in spec:
        return _repaint(spec, teller, load)
    return _dream(spot, spec, teller, load)


def _dream(spot: Spot, spec: dict[str, Any], teller: Teller, load: Loader | None) -> dict[str, Any]:
    folder = Path(spec["output"])
    config = overlay(Config(), spec["config"])
    teller.tell(stage="models", detail="")
    if config.image or config.panorama:
        config = _with_words(config, spec)
    teller.tell(sentence=config.prompt[0] if config.prompt else "")
    overwrite = sweep(folder)
    run(
        config,
        folder,
        export=spec.get("exports", ()),
        resume=not overwrite,
        overwrite=overwrite,
        load=load,
        on_event=teller.on_event,
    )
    facts: dict[str, Any] = {"sentence": teller.told.sentence, "understood": teller.told.understood}
    return facts | _measured(spec, folder)


def _repaint(spec: dict[str, Any], teller: Teller, load: Loader | None) -> dict[str, Any]:
    """A remix over the depth of an earlier result, or of an uploaded picture that is dreamed as it is first.

    One that was interrupted begins again: it is short beside a dream.
    """

    def listen(event: Event) -> None:
        # painting takes the time that dreaming takes otherwise
        teller.on_event(replace(event, stage="dream") if event.stage == "paint" else event)

    folder, words = Path(spec["output"]), spec["repaint"]
    teller.tell(stage="models", detail="", sentence=words["prompt"])
    if folder.exists():
        shutil.rmtree(folder)
    scene = _source(spec, teller, load)
    sentence = words["prompt"]
    if not sentence:  # a style alone: networks want to be told what they paint, rules have it before them
        by_rules = scene.facts["models"]["family"] == "procedural"
        sentence = _styled("" if by_rules else scene.prompt, spec)
    teller.tell(sentence=sentence)
    new = restyle(
        scene,
        sentence,
        models=scene.config.models,
        negative_prompt=words["negative_prompt"],
        seed=words["seed"],
        load=load,
        on_event=listen,
    )
    if spec.get("source"):
        new.facts["restyled"]["from"] = Path(spec["source"]).name
    teller.tell(new.views[0].image, stage="write")
    new.save(folder, export=spec.get("exports", ()), on_event=listen)
    kept = agreement_of(scene.views, new.views)
    how = str(new.facts["restyled"]["how"])
    return {"sentence": sentence, "understood": how, "bytes": size_of(folder), "structure_kept": kept}


def _source(spec: dict[str, Any], teller: Teller, load: Loader | None) -> Scene:
    """What is to be repainted."""

    if spec.get("source"):
        return Scene.load(Path(spec["source"]))
    return run(overlay(Config(), spec["config"]), load=load, on_event=teller.on_event)


def _measured(spec: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What is known of a result only once it stands."""
    facts: dict[str, Any] = {"bytes": size_of(folder)}
    if spec.get("source"):
        facts["structure_kept"] = agreement(Path(spec["source"]), folder)
    return facts


def _with_words(config: Config, spec: dict[str, Any]) -> Config:
    """A picture without a sentence is described first (BLIP where its weights are), so that the style can be added."""

    if config.prompt:
        return config
    described = prepare(config).config
    return replace(described, prompt=(_styled(described.prompt[0], spec),))


def _styled(sentence: str, spec: dict[str, Any]) -> str:
    return styled(Wording(sentence.rstrip(". ")), spec.get("style", "")).sentence


def sweep(folder: Path) -> bool:
    """Remove what a killed worker left half-written.

    Returns:
        Whether what is there cannot be continued (another version of the program began it) and has to go.
    """

    if not folder.is_dir():
        return False
    for path in folder.rglob(".*"):
        if path.is_file():  # files under their final names never begin with a dot (lucid3d.files)
            path.unlink(missing_ok=True)
    if not (folder / "scene.yaml").is_file():
        return False
    try:
        return bool(read_record(folder).get("lucid3d") != __version__)
    except InputError:
        return True


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def warm_up() -> None:
    """Import what every job needs, so that the first one does not wait for it."""
    import lucid3d.gaussians
    import lucid3d.outputs
    import lucid3d.pipeline
    import lucid3d.procedural.render.drawing  # noqa: F401
