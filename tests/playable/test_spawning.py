"""Spawn points have a metre free around them, are apart, and begin with the start."""

from __future__ import annotations

import numpy as np

from lucid3d.playable.spawning import APART, ROOM, spawn_points
from tests.playable.places import ground, room_free


def test_a_hall() -> None:
    heights = np.full((81, 81), 1.6)
    heights[:, 70:] = np.nan
    free = ground(heights)
    spawns = spawn_points(free)
    feet = np.array([spawn.position for spawn in spawns])
    np.testing.assert_allclose(feet[0], (0, 1.6, 0), atol=1e-6)
    assert spawns[0].heading == 0 and len(spawns) > 4
    gaps = np.linalg.norm(feet[:, None] - feet[None], axis=-1) + 100 * np.eye(len(feet))
    assert gaps.min() >= APART
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    around = ROOM * np.stack([np.cos(angles), 0 * angles, np.sin(angles)], axis=1)
    for foot in feet:
        assert free.contains(foot + around).all()


def test_a_closet_has_one_and_says_how_much_room() -> None:
    heights = np.full((11, 11), np.nan)
    heights[4:7, 4:7] = 1.6
    (only,) = spawn_points(ground(heights))
    np.testing.assert_allclose(only.position, (0, 1.6, 0), atol=1e-6)
    assert 0 < only.room < ROOM


def test_one_looks_along_the_longest_way() -> None:
    heights = np.full((41, 41), np.nan)
    heights[18:23, 18:] = 1.6  # a corridor to the right
    heights[10:31, 30:] = 1.6
    for spawn in spawn_points(ground(heights), room=0.5):
        assert room_free().cell > 0 and spawn.front.shape == (3,)
    first = spawn_points(ground(heights), room=0.5)[0]
    np.testing.assert_allclose(first.front, (1, 0, 0), atol=1e-9)
