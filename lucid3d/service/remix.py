"""The same place again: how its structure is kept, and how well it was kept, measured afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from lucid3d.config import Config, overlay
from lucid3d.errors import InputError
from lucid3d.input_panorama import is_panorama
from lucid3d.service.wording import Wording, cleaned, remixed, styled
from lucid3d.transforms import read_transforms
from lucid3d.workspace import read_record

if TYPE_CHECKING:
    from lucid3d.transforms import PosedView

CLOSE = 0.05
"""Relative difference of two depths up to which they count as the same surface."""

Role = Literal["panorama", "control"]


@dataclass(frozen=True)
class Remix:
    """How an earlier result is made anew.

    Attributes:
        config: what is dreamed; of a repainted one, the source's own.
        wording: its sentence.
        structure: how the place is kept, for the client to read.
        repaint: the source's own views are repainted over their depth, and nothing is dreamed.
    """

    config: Config
    wording: Wording
    structure: str
    repaint: bool


def plan_remix(source: Path, change: str, negative: str, style: str, base: Config | None) -> Remix:
    """How to dream an earlier result anew.

    A procedural place from a sentence is built again, and everything about it can change. Of every other one (from
    a picture, or painted by diffusion) only the pixels exist, so its views are repainted over their own depth
    (`lucid3d.restyle.pipeline`).

    Args:
        source: its folder.
        change: what is to be different, in words.
        negative: what must not be there, in words; a style may add to it.
        style: a name of the catalogue, or "".
        base: a preset in place of the source's, or None.
    Raises:
        InputError: the source cannot be read, or neither change nor style was given.
    """
    record = read_record(source)
    before = overlay(Config(), record["config"])
    # a result that was repainted itself shows the words of its repainting
    sentence = str(record.get("prompt", "")) or (before.prompt[0] if before.prompt else "")
    change = cleaned(change)
    if not change and not style:
        raise InputError("say what is to be different: a prompt, a style, or both")
    merged, same = remixed(sentence, change)
    wording = styled(Wording(merged, cleaned(negative, what="negative prompt")), style)
    family = str(record.get("models", {}).get("family", "procedural"))
    if family != "procedural" or before.image or before.panorama or "restyled" in record:
        return Remix(before, wording, f"{REPAINTED}; {MEASURED}", repaint=True)
    settings = before if base is None else replace(base, seed=before.seed, models=before.models)
    how = "the world is built again from the same seed, so land and things stand where they stood"
    if not same:
        how += "; but the sentence now names another place or other things, and those are made anew"
    config = replace(settings, prompt=(wording.sentence,), negative_prompt=wording.negative_prompt)
    return Remix(config, wording, f"{how}; {MEASURED}", repaint=False)


REPAINTED = (
    "the shape of the place stays as it is, and its views are repainted over their depth: by diffusion with a depth "
    "ControlNet where both are on disk, otherwise by carrying colours and sky over from a procedural world"
)
MEASURED = "structure_kept is measured when it is done"


STRUCTURE_OF = {
    "panorama": "all of the panorama is the place: its depth is found all around",
    "control": "the picture is read as a photograph (horizon, sky, ground, upright things), no network follows it line "
    "by line; it is the first view, and the rest of the place is made from it and the words",
}
"""What a client is told about an uploaded picture."""


def structure_of(role: Role, change: bool) -> str:
    """How an uploaded picture becomes a place, and whether it is repainted in the words that came with it."""
    if not change:
        return f"{STRUCTURE_OF[role]}; its colours stay, for no other words or style came with it"
    return f"{STRUCTURE_OF[role]}; then {REPAINTED}; {MEASURED}"


def check_panorama(pixels: np.ndarray) -> None:
    """Whether (H, W, 3) is a panorama.

    Raises:
        InputError: it is not 2:1.
    """

    height, width = pixels.shape[:2]
    if not is_panorama(width, height):
        raise InputError(f"a panorama is twice as wide as high; this picture has {width} x {height} pixels")


def agreement(source: Path, result: Path) -> float:
    """`agreement_of` two results in folders; -1 when one of them cannot be read."""

    try:
        return agreement_of(read_transforms(source), read_transforms(result))
    except (InputError, OSError):
        return -1.0


def agreement_of(source: Iterable[PosedView], result: Iterable[PosedView]) -> float:
    """Part of the pixels whose depth agrees within `CLOSE` between two results, over the views that both have.

    Sky agrees with sky. -1 when no view has the same camera.
    """

    def dreamed(views: Iterable[PosedView]) -> dict[bytes, PosedView]:
        return {np.round(view.camera.world_from_camera, 4).tobytes(): view for view in views if not view.support}

    before, after = dreamed(source), dreamed(result)
    agreeing, pixels = 0, 0
    for pose in before.keys() & after.keys():
        left, right = before[pose], after[pose]
        if left.camera.fov_degrees != right.camera.fov_degrees or left.depth is None or right.depth is None:
            continue
        ours = _resized(left.depth, right.depth.shape)
        sky = ~np.isfinite(ours) & ~np.isfinite(right.depth)
        with np.errstate(invalid="ignore"):
            near = np.abs(ours - right.depth) <= CLOSE * np.minimum(ours, right.depth)
        agreeing, pixels = agreeing + int((sky | near).sum()), pixels + right.depth.size
    return round(agreeing / pixels, 4) if pixels else -1.0


def _resized(depth: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Nearest neighbours: depths of two surfaces must not be mixed."""
    rows = ((np.arange(shape[0]) + 0.5) * depth.shape[0] / shape[0]).astype(int)
    columns = ((np.arange(shape[1]) + 0.5) * depth.shape[1] / shape[1]).astype(int)
    picked: np.ndarray = depth[rows[:, None], columns]
    return picked
