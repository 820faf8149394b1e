"""The horizon's row by what lines do: those that are level and parallel in the world meet on it.

Every straight edge votes for the points that it aims at ("Vanishing Points and Three-Dimensional Lines from Omni-
Directional Video", Bosse et al. 2003, section 3.2, has the vote by angle), and a row is as good as its best point. What
a network takes the row to be, and that people hold cameras level in rooms, are weighed against that.

The numbers were chosen on 161 views of worlds of which the network had seen none, two thirds of them augmented: of the
horizons in the picture 64 % are found within 5 % of the height, by the network alone 52 %. Most is gained in rooms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROWS, COLUMNS = 121, 81
"""Points that are voted for."""
DOWN, ACROSS = (-0.1, 1.1), (-0.75, 1.75)
"""Where they lie, as shares of the picture's height and width."""
SHORTEST = 0.03
"""Of the picture's scale: shorter edges aim anywhere."""
SLOPES = (4.0, 80.0)
"""Degrees from level: what is nearly level says nothing of where on its row it ends, and what is upright is so in the
world."""
MOST, FEWEST = 150, 5
"""Edges, the longest first, that vote; of fewer nothing is made."""
LONGEST = 0.3
"""Of the picture's scale: longer edges count no more than this."""
AIM = np.radians(1.2)
"""By how much an edge misses; a short one by a pixel over its length more."""
BESIDE = 0.6
"""Of its length from its middle, within which an edge aims at nothing: it would vote for itself."""
SCARCE = 3.0
"""Total length of edges, in the picture's scale, at which their vote counts half."""
CHANCE = 1.35
"""A row's votes over the median row's that come about by chance: leaves and ridges aim somewhere, too."""
VOTE = 5.0
"""What the logarithm of a row's votes over the median row's, as far as it is no chance, counts for."""
NETWORK_OFF = 0.08
"""Share of the height by which the network's row is off outdoors (the mean of a Laplace distribution)."""
NETWORK_OFF_IN_ROOMS, ROOM_OFF = 0.13, 0.2
"""And in rooms, and by which a room's horizon is off the middle (standard deviations)."""


def weighed_horizon(ends: NDArray[np.floating], size: tuple[int, int], expected: float, *, room: bool) -> float:
    """The horizon's row as a share of the height.

    Args:
        ends: (N, 4) x, y, x, y of the picture's straight edges, in pixels; size: its rows and columns.
        expected: where a network takes the horizon to be, as a share of the height; outside of `DOWN` it is left there.
        room: whether the picture shows one.
    """
    if not DOWN[0] < expected < DOWN[1]:
        return expected
    place = np.linspace(*DOWN, ROWS)
    votes, length = row_votes(ends, size)
    agreed = np.maximum(np.log(votes / np.median(votes) / CHANCE), 0) * length / (length + SCARCE)
    if room:
        doubt = 0.5 * (((place - expected) / NETWORK_OFF_IN_ROOMS) ** 2 + ((place - 0.5) / ROOM_OFF) ** 2)
    else:
        doubt = np.abs(place - expected) / NETWORK_OFF
    total = VOTE * agreed - doubt
    best = int(total.argmax())
    step = (DOWN[1] - DOWN[0]) / (ROWS - 1)
    # Where nothing moves it, the network's row stays what it is and is not rounded.
    return expected if abs(place[best] - expected) < step else float(place[best])


def row_votes(ends: NDArray[np.floating], size: tuple[int, int]) -> tuple[Floats, float]:
    """Votes for the best point of each row, as a share of all that could be; even ones where too few edges vote.

    Args:
        ends, size: (N, 4) edges, as for `weighed_horizon`.
    Returns:
        votes: (`ROWS`,), and the total length of the edges that voted, in the picture's scale; 0 where too few did.
    """
    height, width = size
    scale = np.sqrt(height * width)
    along = np.asarray(ends, np.float32).reshape(-1, 4)
    along, middle = along[:, 2:] - along[:, :2], (along[:, 2:] + along[:, :2]) / 2
    length = np.hypot(*along.T)
    slope = np.degrees(np.arctan2(np.abs(along[:, 1]), np.abs(along[:, 0])))
    keep = np.flatnonzero((length > SHORTEST * scale) & (slope > SLOPES[0]) & (slope < SLOPES[1]))
    keep = keep[np.argsort(-length[keep], kind="stable")][:MOST]
    if len(keep) < FEWEST:
        return np.ones(ROWS), 0.0
    along, middle, length = along[keep] / length[keep, None], middle[keep], length[keep]
    x = np.linspace(*ACROSS, COLUMNS, dtype=np.float32) * width - middle[:, :1]
    y = np.linspace(*DOWN, ROWS, dtype=np.float32) * height - middle[:, 1:]
    aside = np.abs(x[:, None] * along[:, 1, None, None] - y[:, :, None] * along[:, 0, None, None])
    away = np.maximum(np.hypot(x[:, None], y[:, :, None]), 1)
    miss = aside / away / (np.float32(AIM) + 1 / length)[:, None, None]
    aimed = np.exp(-0.5 * miss**2) * (away > BESIDE * length[:, None, None])
    weight = np.minimum(length / scale, LONGEST)
    votes = np.tensordot(weight, aimed, 1).max(axis=1) / weight.sum()
    return np.maximum(votes.astype(np.float64), 1e-6), float(weight.sum())
