"""From sentences and cameras to pictures: the diffusion painter's views painted together, at its working size."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Image
from lucid3d.families.diffusion.device import memory_advice
from lucid3d.families.diffusion.prompting import adapt
from lucid3d.joint.overlaps import turned_overlaps
from lucid3d.joint.stable_diffusion import LATENT_CELL, Known, known_views, paint_views
from lucid3d.pixels import resize
from lucid3d.start import Start

if TYPE_CHECKING:
    from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter

RETRY_STRIDE = 7_368_787
"""What a retry adds to the seed: a prime far from what separates the seeds of views."""


def paint_ring(
    painter: DiffusionPainter,
    prompts: Sequence[str],
    cameras: Sequence[Camera],
    negative_prompt: str,
    seed: int,
    start: Start | None,
) -> list[Image]:
    """The work of `DiffusionPainter.imagine_together`, which says what goes in and what comes out."""
    width, height = painter.working_size(cameras[0])
    working = [camera.resized(width, height) for camera in cameras]
    known = _known(working, start) if start is not None else None
    overlaps = turned_overlaps([camera.resized(width // LATENT_CELL, height // LATENT_CELL) for camera in working])
    words = [adapt(prompt, camera, painter.config) for prompt, camera in zip(prompts, cameras, strict=True)]
    pictures = paint_patiently(
        painter, working, words, overlaps, negative_prompt=negative_prompt, seed=seed, known=known
    )
    return [
        np.clip(resize(picture, camera.width, camera.height), 0, 1).astype(np.float32)
        for picture, camera in zip(pictures, cameras, strict=True)
    ]


def _known(working: Sequence[Camera], start: Start) -> Known:
    """A start at the working size; a pixel that covers anything unknown is unknown."""
    width, height = working[0].width, working[0].height
    image = resize(start.image, width, height)
    mask = resize(start.known.astype(np.float32), width, height, "linear") > 0.999
    return known_views(working, {0: (image, mask)}, turned_overlaps(working))


def paint_patiently(
    painter: DiffusionPainter,
    working: Sequence[Camera],
    words: Sequence[str],
    overlaps: Any,
    *,
    seed: int,
    **options: Any,
) -> list[Image]:
    """`paint_views`, again with other seeds while a picture is blank or censored."""

    problem = ""
    for attempt in range(painter.config.retries + 1):
        with memory_advice(painter.config, painter.device, working[0].width, working[0].height):
            pictures, problems = paint_views(
                painter.pipeline_for_words(),
                painter.config,
                working,
                words,
                overlaps,
                seed=(seed + attempt * RETRY_STRIDE) % 2**63,
                on_step=_reporting(painter),
                **options,
            )
        problem = next((each for each in problems if each), "")
        if not problem:
            return pictures
        logging.getLogger(__name__).warning("a joint picture for seed %d %s", seed + attempt * RETRY_STRIDE, problem)
    raise InputError(
        f'the joint pictures of "{words[0]}" cannot be used, one {problem} ({painter.config.retries + 1} seeds): '
        "change the prompt, set diffusion.dtype to float32, or set diffusion.safety_checker to false"
    )


def _reporting(painter: DiffusionPainter) -> Any:
    def report(step: int, steps: int) -> None:
        if painter.progress:
            painter.progress("painting all views together", step, steps)

    return report
