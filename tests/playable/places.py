"""A room that all tests of this folder share: built once a process."""

from __future__ import annotations

import functools
from types import SimpleNamespace

import numpy as np

from lucid3d.exploring.finding import from_world
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.playable.assembly import Playable, playable
from lucid3d.procedural.build import build_world
from lucid3d.procedural.world import World


@functools.cache
def room() -> World:
    return build_world("a cosy living room", 0, drops=False)


@functools.cache
def room_free() -> FreeSpace:
    return from_world(room(), 6.0)


@functools.cache
def room_game() -> Playable:
    scene = SimpleNamespace(gaussians=[None], points=None, cameras=None, free=room_free())
    return playable(scene, room())


def ground(heights: np.ndarray, *, eye: float = 1.6, cell: float = 0.25) -> FreeSpace:
    """Free space of (N, N) heights, the eye of the start above the middle cell."""
    middle = float(heights[len(heights) // 2, len(heights) // 2])
    return FreeSpace(heights.astype(np.float32), np.array([0.0, middle - eye, 0.0]), eye, cell)
