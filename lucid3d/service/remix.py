"""The same place again: how its structure is kept, and how well it was kept, measured afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.config import Config, overlay
from lucid3d.errors import InputError
from lucid3d.service.wording import Wording, cleaned, remixed, styled
from lucid3d.workspace import read_record

CLOSE = 0.05
"""Relative difference of two depths up to which they count as the same surface."""

FRONT_FOV = 90.0
"""Degrees of a panorama that become the first view."""

FRONT_SIDE = 1024
"""Pixels of that view."""

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

    A place made of rules from a sentence is built again, and everything about it can change. Of every other one (from
    a picture, or painted by diffusion) only the pixels exist, so its views are repainted over their own depth
    (`lucid3d.joint.restyle`).

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
    if family != "procedural" or before.image or "restyled" in record:
        return Remix(before, wording, f"{REPAINTED}; {MEASURED}", repaint=True)
    settings = before if base is None else replace(base, seed=before.seed, models=before.models)
    how = "the world is built again from the same seed, so land and things stand where they stood"
    if not same:
        how += "; but the sentence now names another place or other things, and those are made anew"
    config = replace(settings, prompt=(wording.sentence,), negative_prompt=wording.negative_prompt)
    return Remix(config, wording, f"{how}; {MEASURED}", repaint=False)


REPAINTED = (
    "the shape of the place stays as it is, and its views are repainted over their depth: by diffusion with a depth "
    "ControlNet where both are on disk, otherwise by carrying colours and sky over from a world made of rules"
)
MEASURED = "structure_kept is measured when it is done"


def front_view(panorama: np.ndarray) -> np.ndarray:
    """(S, S, 3) float32 picture of what lies ahead in a (H, 2H, 3) float32 panorama.

    Raises:
        InputError: the picture is not 2:1.
    """
    from lucid3d.panorama import perspective_from_equirectangular

    height, width = panorama.shape[:2]
    if abs(width - 2 * height) > max(2, 0.01 * width):
        raise InputError(f"a panorama is twice as wide as high; this picture has {width} x {height} pixels")
    if width != 2 * height:
        import cv2

        panorama = cv2.resize(panorama, (2 * height, height), interpolation=cv2.INTER_AREA)
    side = min(FRONT_SIDE, max(64, height))
    camera = Camera.from_fov(side, side, FRONT_FOV, yaw_pitch(0, 0))
    view: np.ndarray = np.clip(perspective_from_equirectangular(panorama, camera), 0, 1).astype(np.float32)
    return view


STRUCTURE_OF = {
    "panorama": (
        "the front 90 degrees of the panorama are the first view as they are, with their colours; their depth and the "
        "rest of the place are made from it and the words, so what lay behind is not kept"
    ),
    "control": (
        "the picture is used as a photograph: its horizon, sky, ground and upright things give the layout, and it is "
        "the first view as it is; no network follows it line by line"
    ),
}
"""What a client is told about an uploaded picture."""


def agreement(source: Path, result: Path) -> float:
    """Part of the pixels whose depth agrees within `CLOSE` between two results, over the views that both have.

    Sky agrees with sky. -1 when no view has the same camera.
    """
    from lucid3d.transforms import read_transforms

    def dreamed(folder: Path) -> dict[bytes, Any]:
        views = (view for view in read_transforms(folder) if not view.support)
        return {np.round(view.camera.world_from_camera, 4).tobytes(): view for view in views}

    try:
        before, after = dreamed(source), dreamed(result)
    except (InputError, OSError):
        return -1.0
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
