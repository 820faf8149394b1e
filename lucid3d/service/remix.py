"""The same place again: how its structure is kept, and how well it was kept, measured afterwards."""

from __future__ import annotations

from dataclasses import replace
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


def remix_config(source: Path, change: str, style: str, base: Config | None) -> tuple[Config, Wording, str]:
    """The config that dreams an earlier result anew.

    Args:
        source: its folder.
        change: what is to be different, in words.
        style: a name of the catalogue, or "".
        base: a preset in place of the source's, or None.
    Returns:
        The config, the wording of its sentence, and how structure is kept, for the client to read.
    Raises:
        InputError: the source cannot be read, or neither change nor style was given.
    """
    record = read_record(source)
    before = overlay(Config(), record["config"])
    sentence = before.prompt[0] if before.prompt else str(record.get("prompt", ""))
    change = cleaned(change)
    if not change and not style:
        raise InputError("say what is to be different: a prompt, a style, or both")
    family = str(record.get("models", {}).get("family", "procedural"))
    merged, same = remixed(sentence, change)
    wording = styled(Wording(merged), style)
    settings = before if base is None else replace(base, seed=before.seed, models=before.models)
    config = replace(
        settings, prompt=(wording.sentence,), image=before.image, depth=before.depth, depth_unit=before.depth_unit
    )
    if before.image:
        how = "the picture that it began with is its first view again; what lies around it is made anew from the words"
    elif family == "procedural":
        how = "the world is built again from the same seed, so land and things stand where they stood"
        if not same:
            how += "; but the sentence now names another place or other things, and those are made anew"
    else:
        first = source / "images"
        depth = source / "depth"
        pictures, depths = sorted(first.glob("*.png")), sorted(depth.glob("*.exr")) + sorted(depth.glob("*.npy"))
        config = replace(config, image=str(pictures[0]) if pictures else "", depth=str(depths[0]) if depths else "")
        how = "the first view is kept with its depth; everything around it is painted anew from the words"
    return config, wording, how + "; structure_kept is measured when it is done"


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
