"""What a change does to a scene's Gaussians: some become others, some give way, some are new; the rest stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.editing.lighting import UNSEEN, Shade, shaded
from lucid3d.errors import InputError
from lucid3d.gaussians.model import Gaussians, joined

NAMES = tuple(each.name for each in fields(Gaussians))


@dataclass(frozen=True, eq=False)
class Patch:
    """A change of N Gaussians.

    Attributes:
        rows: (K,) int64, ascending, those that become others.
        values: K Gaussians, what they become; what gives way becomes unseen, so that no row moves.
        parts: M more Gaussians, which follow those that were there.
    """

    rows: NDArray[np.int64]
    values: Gaussians
    parts: Gaussians

    def on(self, gaussians: Gaussians) -> Gaussians:
        """The N Gaussians with the change, N + M; all that it does not name are the same, bit for bit.

        Raises:
            InputError: it was made for more Gaussians.
        """
        if len(self.rows) and int(self.rows.max()) >= len(gaussians):
            raise InputError("the change was made for another scene: undo back to before it")
        changed = {name: getattr(gaussians, name).copy() for name in NAMES}
        for name, values in changed.items():
            values[self.rows] = getattr(self.values, name)
        return joined(Gaussians(**changed), self.parts)


def difference(before: Gaussians, after: Gaussians) -> Patch:
    """The patch that makes `after` (N + M) of `before` (N): rows that differ in any bit, and those that are new."""
    count = len(before)
    same = np.ones(count, bool)
    for name in NAMES:
        a, b = getattr(before, name), getattr(after, name)[:count]
        if a.shape[1:] != b.shape[1:]:
            raise ValueError(f"{name} has other coefficients than before")
        same &= (a == b).reshape(count, -1).all(axis=1)
    rows = np.flatnonzero(~same).astype(np.int64)
    return Patch(rows, after[rows], after[slice(count, None)])


def hidden(gaussians: Gaussians, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Gaussians:
    """The Gaussians with some of them, `rows` (K,) or (N,) bool, unseen."""
    opacities = gaussians.logit_opacities.copy()
    opacities[rows] = UNSEEN
    return replace(gaussians, logit_opacities=opacities)


def in_light(gaussians: Gaussians, shades: Sequence[Shade]) -> Gaussians:
    """The Gaussians in changed light, the parts of those that gave way after them."""
    lit = shaded(gaussians, list(shades))
    for shade in shades:
        lit = joined(lit, shade.parts)
    return lit
