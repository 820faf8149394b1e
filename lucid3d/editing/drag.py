"""Handles are dragged and a region follows, as rigidly as possible (DragGAN's use, by Sorkine and Alexa 2007).

The Gaussians' neighbours take the part of a mesh's edges: every Gaussian keeps its edges as they were but for a turn of
its own, which its disc and its spherical harmonics turn with. The region's rim is held where the rest begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from lucid3d.errors import InputError
from lucid3d.export.frames import rotate_each
from lucid3d.gaussians.model import Gaussians

NEIGHBOURS = 8
ROUNDS = 30
"""Alternations of turns and places (the paper's local and global steps)."""
NODES = 4000
"""Most places that are solved for: a larger region follows those of a sample."""
HANDS = 1
"""Gaussians that a handle takes hold of: the nearest."""
RIM = 2.0
"""Gaussians' spacings within which the rest of the scene holds a region."""
STILL = 1e-6
"""Metres of a drag that is none."""

Points = NDArray[np.float64]


def dragged(
    gaussians: Gaussians,
    region: NDArray[np.bool_],
    handles: Sequence[Sequence[float]],
    targets: Sequence[Sequence[float]],
    *,
    hold: bool = True,
) -> Gaussians:
    """The Gaussians with a region dragged.

    Args:
        gaussians: N, stay as they are; region: (N,) bool, what follows.
        handles, targets: as many points (3,) each: what is nearest to a handle comes to its target.
        hold: whether what lies next to the rest of the scene stays with it; False lets the region float freely.
    Raises:
        InputError: handles and targets do not fit, are not finite, or the region is empty.
    """
    start, end = (np.asarray(points, np.float64).reshape(-1, 3) for points in (handles, targets))
    if len(start) != len(end) or not len(start) or not np.isfinite([start, end]).all():
        raise InputError("a drag takes as many targets as handles, at least one, of finite numbers")
    rows = np.flatnonzero(region)
    if not len(rows):
        raise InputError("the region to drag holds nothing")
    if np.abs(end - start).max() < STILL:
        return gaussians
    means = gaussians.means[rows].astype(np.float64)
    nodes = _sample(means)
    places = means[nodes]
    grip = cKDTree(places).query(start)[1]
    fixed = dict(zip(grip.tolist(), places[grip] + (end - start), strict=True))
    if hold:
        for number in _rim(places, gaussians.means[~region]):
            fixed.setdefault(int(number), places[number])
    moved, turns = as_rigid_as_possible(places, fixed)
    weights, near = _weights(means, places)
    turn = _blended(turns, near, weights)
    local = means[:, None] - places[near]
    follow = moved[near] + np.einsum("nkij,nkj->nki", turns[near], local)
    new = (follow * weights[..., None]).sum(axis=1)
    part = rotate_each(gaussians[rows], turn)
    changed = {name: values.copy() for name, values in vars(gaussians).items()}
    for name, values in vars(replace(part, means=new.astype(np.float32))).items():
        changed[name][rows] = values
    return Gaussians(**changed)


def as_rigid_as_possible(places: Points, fixed: dict[int, Points]) -> tuple[Points, Points]:
    """Where points come to, and how each is turned, when some are put elsewhere.

    Args:
        places: (M, 3); fixed: number -> (3,) where it shall be.
    Returns:
        (M, 3) and (M, 3, 3), rotations.
    """
    count = len(places)
    k = min(NEIGHBOURS + 1, count)
    near = cKDTree(places).query(places, k=k)[1].reshape(count, -1)[:, 1:]
    first = np.repeat(np.arange(count), near.shape[1])
    pairs = np.unique(np.sort(np.stack([first, near.ravel()], axis=1), axis=1), axis=0)
    i, j = np.concatenate([pairs, pairs[:, ::-1]]).T
    edges = places[i] - places[j]
    moved, turns = _rigid_start(places, fixed)
    held = np.array(sorted(fixed), np.intp)
    goals = np.array([fixed[number] for number in held.tolist()])
    free = np.setdiff1d(np.arange(count), held)
    moved[held] = goals
    if not len(free):
        return moved, turns
    degree = np.bincount(i, minlength=count).astype(np.float64)
    all_rows = np.concatenate([np.arange(count), i]), np.concatenate([np.arange(count), j])
    laplacian = csc_array(coo_array((np.concatenate([degree + 1e-9, -np.ones(len(i))]), all_rows)))
    inner = splu(csc_array(laplacian[free][:, free]))
    outer = laplacian[free][:, held]
    for _ in range(ROUNDS):
        product = edges[:, :, None] * (moved[i] - moved[j])[:, None, :]
        covariance = np.zeros((count, 3, 3))
        np.add.at(covariance, i, product)
        u, _, vt = np.linalg.svd(covariance)
        sign = np.sign(np.linalg.det(np.swapaxes(vt, 1, 2) @ np.swapaxes(u, 1, 2)))
        vt[:, 2] *= np.where(sign == 0, 1, sign)[:, None]
        turns = np.swapaxes(vt, 1, 2) @ np.swapaxes(u, 1, 2)
        pull = np.zeros((count, 3))
        np.add.at(pull, i, 0.5 * np.einsum("nij,nj->ni", turns[i] + turns[j], edges))
        moved[free] = inner.solve(pull[free] - outer @ goals)
    return moved, turns


def _rigid_start(places: Points, fixed: dict[int, Points]) -> tuple[Points, Points]:
    """All moved as the fixed ones are at best by one rigid motion: where turns are large this is where to begin."""
    held = np.array(sorted(fixed), np.intp)
    source, goal = places[held], np.array([fixed[number] for number in held.tolist()])
    a, b = source.mean(axis=0), goal.mean(axis=0)
    turn = np.eye(3)
    if len(held) >= 3 and np.linalg.matrix_rank(source - a, tol=1e-6) >= 2:
        turn = Rotation.align_vectors(goal - b, source - a)[0].as_matrix()
    return (places - a) @ turn.T + b, np.broadcast_to(turn, (len(places), 3, 3)).copy()


def _sample(means: Points) -> NDArray[np.intp]:
    """At most `NODES` of the points, evenly spread."""
    if len(means) <= NODES:
        return np.arange(len(means))
    size = float(np.ptp(means, axis=0).max()) / 8
    while True:
        _, first = np.unique(np.floor(means / size).astype(np.int64), axis=0, return_index=True)
        if len(first) > NODES / 3 or size < 1e-6:
            return np.sort(first[:NODES])
        size *= 0.8


def _rim(places: Points, others: NDArray[np.float32]) -> NDArray[np.intp]:
    """The points that touch what is not in the region."""
    if not len(others) or len(places) < 2:
        return np.zeros(0, np.intp)
    spacing = float(np.median(cKDTree(places).query(places, k=2)[0][:, 1]))
    away, _ = cKDTree(others).query(places, distance_upper_bound=RIM * spacing, workers=-1)
    return np.flatnonzero(np.isfinite(away))


def _weights(means: Points, places: Points) -> tuple[Points, NDArray[np.intp]]:
    """(N, K) how much each of the nearest places counts, and which they are; one that is a place follows it alone."""
    k = min(4, len(places))
    away, near = cKDTree(places).query(means, k=k, workers=-1)
    away, near = away.reshape(len(means), k), near.reshape(len(means), k)
    weights = 1 / np.maximum(away, 1e-9) ** 2
    return weights / weights.sum(axis=1, keepdims=True), near


def _blended(turns: Points, near: NDArray[np.intp], weights: Points) -> Points:
    """(N, 3, 3) the rotations that are nearest to the weighted means of some."""
    mean = np.einsum("nk,nkij->nij", weights, turns[near])
    u, _, vt = np.linalg.svd(mean)
    flip = np.sign(np.linalg.det(u @ vt))
    u[:, :, 2] *= np.where(flip == 0, 1, flip)[:, None]
    return np.asarray(u @ vt, np.float64)
