"""How much memory a job will need, from its options: said before the start and not after hours; and how it is given
back."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from dataclasses import dataclass
from pathlib import Path

from lucid3d.config import Config
from lucid3d.errors import InputError

GIGABYTE = 2**30

PROGRAM = 0.9 * GIGABYTE
"""Of the program with everything that it loads, and a world without weights."""

VIEW_PIXEL = 40
"""Bytes a pixel of a kept view: picture, depth, mask, and what training makes of them."""
POINT = 150
"""Bytes a point of the cloud, with the copy that thinning makes of it."""
GAUSSIAN = 490
"""Bytes a Gaussian in training: 14 numbers, their gradients and Adam's moments, and the projected ones (measured: 487
at 600,000)."""
AT_REST = 120
"""Bytes a Gaussian that waits while another part of the scene is trained: 14 numbers, as planes and as rows."""
PANORAMA_PIXEL = 150
"""Bytes a pixel of the panorama while the skybox is written (measured at 2048 rows)."""
FILM_PIXEL = 3
"""Bytes a pixel of the depth film, which is kept until the other one is written."""
DRAWN_PIXEL = 400
"""Bytes a pixel of the view that is being drawn or projected."""

SPARE = 0.95
"""Part of the free memory that a job may take."""


@dataclass(frozen=True)
class Need:
    """What one stage takes.

    Attributes:
        bytes: beside what is kept over all stages.
        option: the one that decides it.
    """

    stage: str
    bytes: float
    option: str


def needs(config: Config, views: int) -> tuple[float, list[Need]]:
    """What a job keeps from the first stage to the last, and what each stage needs beside it, in bytes.

    Args:
        views: cameras of the path.
    """
    dream, training, render = config.dream, config.training, config.render
    count = views + dream.planned_views + dream.support_views
    pixels = dream.size**2
    points = min(dream.max_points, count * pixels)
    gaussians = min(training.max_gaussians, points)
    at_once = min(gaussians, training.tile_gaussians)
    resting = gaussians if gaussians > at_once else 0
    kept = PROGRAM + count * pixels * VIEW_PIXEL + points * POINT / 2
    stages = [
        Need("dreaming", points * POINT / 2 + pixels * DRAWN_PIXEL, "dream.size"),
        Need("training", at_once * GAUSSIAN + resting * AT_REST, "training.max_gaussians"),
        Need("the panorama", 2 * render.panorama_height**2 * PANORAMA_PIXEL, "render.panorama_height"),
        Need(
            "the films",
            render.film_width * render.film_height * (render.film_frames * FILM_PIXEL + DRAWN_PIXEL),
            "render.film_frames",
        ),
    ]
    return kept, stages


def check_memory(config: Config, views: int, free: float | None = None) -> None:
    """Refuse a job that this machine has too little memory for.

    Args:
        views: cameras of the path.
        free: bytes; by default those that the system says are free (`free_memory`).
    Raises:
        InputError: says how much is needed and is there, and which option to lower.
    """
    free = free_memory() if free is None else free
    if free is None:
        return
    kept, stages = needs(config, views)
    largest = max(stages, key=lambda need: need.bytes)
    wanted = kept + largest.bytes
    if wanted > SPARE * free:
        option = largest.option if largest.bytes > kept / 2 else "dream.size"
        raise InputError(
            f"this needs about {wanted / GIGABYTE:.1f} GB of memory for {largest.stage}, and {free / GIGABYTE:.1f} GB "
            f"are free: lower --{option.replace('_', '-')}, or close other programs"
        )


def free_memory() -> float | None:
    """Bytes that a program can still take: the machine's, or what is left to its container. None where nobody says."""
    found = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        found.append(float(lines["MemAvailable"].split()[0]) * 1024)
    group = Path("/sys/fs/cgroup")
    with contextlib.suppress(OSError, ValueError):
        most, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        cached = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        found.append(float(most - used + int(cached.get("inactive_file", 0))))
    return min(found, default=None)


def give_back() -> None:
    """Return what has been freed to the system; glibc would keep it, in more and more pieces."""
    gc.collect()
    with contextlib.suppress(AttributeError):  # other C libraries have no such call
        ctypes.CDLL(None).malloc_trim(0)
