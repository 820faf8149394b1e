"""What a scene needs before browsers can show it, worked out once for all of them."""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from lucid3d.scene import Scene
from lucid3d.viewer.detail import reduce_to
from lucid3d.viewer.editing import start_of
from lucid3d.viewer.splats import Splats
from lucid3d.viewer.taking import Exact
from lucid3d.viewer.walking import Ground, find_ground, ground_of

KEPT = 3
"""Prepared scenes that stay in memory beyond those on show."""

EYE_STEP = 1.0
"""Metres in which the place is taken around which splats are fine."""

BUDGETS_KEPT = 2
"""Reduced versions of a scene that are kept."""


class Prepared:
    """A scene's splats, ground and exact renderer. Safe to use from several threads."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.start = start_of(scene)
        self.splats = Splats.of(scene.gaussians)
        self._ground: Ground | None = None
        self._exact: Exact | None = None
        self._reduced: OrderedDict[tuple[float, ...], Splats] = OrderedDict()
        self._lock = threading.RLock()

    @property
    def ground(self) -> Ground:
        """What people stand on."""
        with self._lock:
            if self._ground is None:
                free = self.scene.free
                self._ground = find_ground(self.splats, self.start[:3, 3]) if free is None else ground_of(free)
            return self._ground

    @property
    def exact(self) -> Exact:
        """Draws exact pictures."""
        with self._lock:
            if self._exact is None:
                self._exact = Exact(self.scene.gaussians)
            return self._exact

    def within(self, budget: int, eye: NDArray[np.floating] | None = None) -> Splats:
        """At most `budget` splats, finest around `eye` (3,), in steps of `EYE_STEP`; None for the start."""
        place = self.start[:3, 3] if eye is None else EYE_STEP * np.round(np.asarray(eye, np.float64) / EYE_STEP)
        key = (budget, *np.round(place / EYE_STEP, 1).tolist())
        with self._lock:
            if key not in self._reduced:
                self._reduced[key] = reduce_to(self.splats, budget, place)
                while len(self._reduced) > BUDGETS_KEPT:
                    self._reduced.popitem(last=False)
            self._reduced.move_to_end(key)
            return self._reduced[key]


class Shelf:
    """Prepared scenes, the last few of them."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, Prepared] = OrderedDict()
        self._lock = threading.Lock()

    def prepare(self, scene: Scene) -> Prepared:
        """The scene prepared, from the shelf if it stands there."""
        with self._lock:
            held = self._held.get(id(scene))
            if held is None or held.scene is not scene:
                held = self._held[id(scene)] = Prepared(scene)
            self._held.move_to_end(id(scene))
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
            return held
