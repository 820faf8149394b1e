"""Where lines meet, beside where a network takes the horizon to be."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lucid3d.from_picture.vanishing import row_votes, weighed_horizon

SIZE = (300, 400)


def street(row: float, column: float = 0.5, count: int = 24) -> NDArray[np.float64]:
    """Edges (N, 4) that aim at one point, given in shares of the picture's size."""
    rng = np.random.default_rng(3)
    goal = np.array([column * SIZE[1], row * SIZE[0]])
    far = rng.uniform((0, 0), (SIZE[1], SIZE[0]), (4 * count, 2))
    far = far[np.abs(far[:, 1] - goal[1]) > 0.15 * SIZE[0]][:count]
    return np.c_[far, far + 0.35 * (goal - far)]


@pytest.mark.parametrize("row", [0.3, 0.5, 0.72])
@pytest.mark.parametrize("column", [0.5, -0.3])
def test_the_horizon_is_where_lines_meet(row: float, column: float) -> None:
    found = weighed_horizon(street(row, column), SIZE, 0.5, room=False)
    assert found == pytest.approx(row, abs=0.02)


def test_edges_of_leaves_hardly_move_the_networks_row() -> None:
    rng = np.random.default_rng(0)
    middle, turn = rng.uniform(0, 300, (150, 2)), rng.uniform(0, np.pi, 150)
    along = 9 * np.c_[np.cos(turn), np.sin(turn)]
    assert abs(weighed_horizon(np.c_[middle - along, middle + along], SIZE, 0.62, room=False) - 0.62) < 0.05


@pytest.mark.parametrize("ends", [np.zeros((0, 4)), street(0.3)[:3], np.array([[0, 50, 400, 50.0]] * 9)])
def test_few_or_level_edges_say_nothing(ends: NDArray[np.float64]) -> None:
    votes, length = row_votes(ends, SIZE)
    assert length == 0 and np.ptp(votes) == 0
    assert weighed_horizon(ends, SIZE, 0.41, room=False) == 0.41


def test_a_room_is_held_nearly_level_and_a_horizon_far_outside_stays() -> None:
    tilted = weighed_horizon(np.zeros((0, 4)), SIZE, 0.05, room=True)
    assert 0.05 < tilted < 0.5
    assert weighed_horizon(street(0.5), SIZE, -0.4, room=False) == -0.4
