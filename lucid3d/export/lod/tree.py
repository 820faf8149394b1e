"""Level of detail of a scene as a tree: coarse Gaussians that stand for finer ones, with an error in metres.

A cut through the tree is the whole scene, coarser or finer. A viewer takes the coarsest whose error, seen from where it
is, stays below a pixel. Built bottom-up over the cells of a Morton curve, whose edges double from level to level: what
is in a cell and not larger than it is merged into one Gaussian.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from lucid3d.export import morton
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.lod.merge import merge
from lucid3d.gaussians.model import Gaussians

LARGEST_IN_CELL = 0.5
"""A Gaussian takes part in a cell when its largest standard deviation is at most this part of the cell's edge."""
FINEST_PERCENTILE = 5
"""The smallest cells are those in which this percentage of all Gaussians take part."""
MAX_CHILDREN = 1024
"""Gaussians that one stands for directly at most: more in one cell (all in one point) take further levels."""
BLOCK = 1 << 19
"""Gaussians that are merged at once, which bounds the memory."""


@dataclass(frozen=True, eq=False)
class Tree:
    """A scene at all levels of detail. M nodes: the scene's own N Gaussians, then the merged ones, coarser and coarser.

    Attributes:
        nodes: M Gaussians.
        leaves: N.
        parents: (M,) int64, the node that stands for it; -1 for the last node, the root.
        errors: (M,) float32 metres: no Gaussian that a node stands for is farther from it. 0 for the scene's own;
            never smaller than a child's.
    """

    nodes: Gaussians
    leaves: int
    parents: NDArray[np.int64]
    errors: NDArray[np.float32]

    def cut(self, error: float | NDArray[np.floating]) -> NDArray[np.intp]:
        """Nodes that together are the scene with an error of at most `error` metres, the coarsest there are.

        Args:
            error: metres; or (M,), for each node, never growing from a node to its child by more than their errors do.
        """
        small = self.errors <= error
        coarser_is_small = small[self.parents]
        coarser_is_small[self.parents < 0] = False
        return np.flatnonzero(small & ~coarser_is_small)

    def cut_seen_from(self, position: NDArray[np.floating], radians: float) -> NDArray[np.intp]:
        """The coarsest nodes whose error is seen from `position` (3,) under an angle of at most `radians`.

        A node is as near as the nearest that it stands for may be, so that no child asks for more than its parent.
        """
        distance = np.linalg.norm(self.nodes.means - np.asarray(position, np.float32), axis=1)
        nearest = np.maximum(distance - self.errors, 0)
        return self.cut(radians * nearest)


def build(scene: Gaussians) -> Tree:
    """The tree of a scene.

    Args:
        scene: one Gaussian or more, world frame.
    Raises:
        InputError: an empty scene, or values that are not finite.
    """
    scene = checked_gaussians(scene, "the scene for levels of detail")
    count = len(scene)
    centre = morton.middle(scene.means)
    sizes = np.exp(scene.log_scales.max(axis=1))
    finest = float(np.percentile(sizes, FINEST_PERCENTILE)) / LARGEST_IN_CELL
    codes, cell = morton.codes(scene.means, centre, finest)
    order = np.argsort(codes, kind="stable")
    codes = codes[order]
    active, total = order.astype(np.int64), count
    layers, parents, errors = [scene], [np.full(count, -1, np.int64)], [np.zeros(count, np.float32)]
    sizes = sizes[order]
    active_errors = np.zeros(count, np.float32)
    # Of the nodes that are active: they may lie in any layer, so their Gaussians are carried along.
    current = scene[order]
    parent_of: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for level in itertools.chain(range(1, morton.BITS), itertools.repeat(morton.BITS)):
        if len(active) == 1:
            break
        last = level == morton.BITS  # one cell for all, until one is left
        small = np.flatnonzero(sizes <= (np.inf if last else LARGEST_IN_CELL * cell * 2.0**level))
        cells = codes[small] >> np.uint64(3 * level)
        starts = _runs(cells)
        lengths = np.diff(np.append(starts, len(cells)))
        if not (lengths > 1).any():
            continue
        merged = np.repeat(lengths > 1, lengths)
        children = small[merged]
        lengths = lengths[lengths > 1]
        starts = np.cumsum(lengths) - lengths
        nodes = _merged(current, children, starts)
        run = np.repeat(np.arange(len(starts)), lengths)
        moved = np.linalg.norm(nodes.means[run] - current.means[children], axis=1) + active_errors[children]
        error = np.maximum(np.maximum.reduceat(moved, starts), cell / 2).astype(np.float32)
        numbers = total + np.arange(len(starts))
        total += len(starts)
        parent_of.append((active[children], numbers[run]))
        layers.append(nodes)
        parents.append(np.full(len(starts), -1, np.int64))
        errors.append(error)
        # A merged node takes the place of its first child, so the list stays sorted.
        first = children[starts]
        keep = np.ones(len(active), bool)
        keep[children] = False
        keep[first] = True
        active[first], sizes[first] = numbers, np.exp(nodes.log_scales[:, 0])
        active_errors[first] = error
        for field in fields(Gaussians):
            getattr(current, field.name)[first] = getattr(nodes, field.name)
        active, sizes, codes, active_errors = active[keep], sizes[keep], codes[keep], active_errors[keep]
        current = current[keep]
    parent = np.concatenate(parents)
    for children, numbers in parent_of:
        parent[children] = numbers
    nodes = Gaussians(*(np.concatenate([getattr(layer, f.name) for layer in layers]) for f in fields(Gaussians)))
    return Tree(nodes, count, parent, np.concatenate(errors))


def _runs(cells: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Where runs of equal cells (N,) begin, in pieces of `MAX_CHILDREN`."""
    starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])[: len(cells)]
    lengths = np.diff(np.append(starts, len(cells)))
    pieces = -(-lengths // MAX_CHILDREN)
    if (pieces <= 1).all():
        return starts
    first = np.cumsum(pieces) - pieces
    number = np.arange(pieces.sum()) - np.repeat(first, pieces)
    return np.asarray(np.repeat(starts, pieces) + number * MAX_CHILDREN, np.intp)


def _merged(current: Gaussians, children: NDArray[np.intp], starts: NDArray[np.intp]) -> Gaussians:
    """One for each run of children, in blocks."""
    parts = []
    begin = 0
    while begin < len(starts):
        end = int(np.searchsorted(starts, starts[begin] + BLOCK, "left"))
        stop = starts[end] if end < len(starts) else len(children)
        parts.append(merge(current[children[starts[begin] : stop]], starts[begin:end] - starts[begin]))
        begin = end
    return Gaussians(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Gaussians)))
