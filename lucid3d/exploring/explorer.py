"""Exploring: a dream goes on beyond its path, by views that a planner chooses, as far or as long as a person said."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.config import DreamConfig
from lucid3d.exploring.finding import from_points, from_world
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.exploring.planner import Planner
from lucid3d.exploring.reach import Reach
from lucid3d.exploring.route import corridor
from lucid3d.pointcloud import PointCloud
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.world import World

LOOK_AGAIN = 6
"""Views after which free space is looked for anew in a cloud: what was hidden may be ground."""


@dataclass
class Explorer:
    """Plans one view after the other (see `dreaming.Explorer`).

    Attributes:
        reach: how far.
        lens: size and field of view of the views.
        sharpness: pixels a degree that a person looks with.
        seed: of the sides that are looked at.
        world: the procedural world that is dreamed, whose free space is known, or anything else: then it is looked for
            in the cloud, again as the cloud grows.
        worthwhile: see `Planner`.
        goal: x and z of a place to explore the way to, instead of all around.
        protected: see `Planner`.
        most: views to plan at most; 0 for all that are worthwhile.
        clock: seconds since any moment.
        free: where a person can be, as far as is known; None before the first view.
    """

    reach: Reach
    lens: Camera
    sharpness: float
    seed: int = 0
    world: Any = None
    worthwhile: float = DreamConfig.worthwhile
    goal: tuple[float, float] | None = None
    protected: int = 0
    most: int = 0
    clock: Callable[[], float] = time.monotonic
    free: FreeSpace | None = field(default=None, init=False)
    _planner: Planner | None = field(default=None, init=False)
    _began: float | None = field(default=None, init=False)
    _views: int = field(default=0, init=False)

    def __call__(self, cloud: PointCloud) -> Camera | None:
        """The next view, or None: all is known well enough, or the time is over."""
        now = self.clock()
        self._began = now if self._began is None else self._began
        if self.reach.seconds is not None and now - self._began >= self.reach.seconds:
            return None
        if self.most and self._views >= self.most:
            return None
        planner = self._planner
        if planner is None or (not self._exact and self._views % LOOK_AGAIN == 0):
            planner = self._look(cloud)
        camera = planner(cloud)
        if camera is None and not self._exact and self._views % LOOK_AGAIN:
            camera = self._look(cloud)(cloud)
        self._views += 1
        return camera

    @property
    def _exact(self) -> bool:
        return isinstance(self.world, World)

    def _look(self, cloud: PointCloud) -> Planner:
        if isinstance(self.world, World):
            self.free = from_world(self.world, self.reach.radius)
        else:
            self.free = from_points(cloud, np.zeros(3), self.reach.radius, eye=EYE_HEIGHT)
        done = self._planner.done if self._planner is not None else ()
        dear = None
        if self.goal is not None:
            self.free, dear = corridor(self.free, *self.goal)
        elif self.protected:
            dear = self.free.start[None]
        self._planner = Planner(
            self.free,
            self.lens,
            self.sharpness,
            worthwhile=self.worthwhile,
            seed=self.seed,
            done=done,
            dear=dear,
            protected=self.protected,
        )
        return self._planner
