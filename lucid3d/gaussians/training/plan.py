"""How a scene is divided into parts, and where the parts and the pictures of them are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lucid3d.config import TrainConfig
from lucid3d.errors import InputError
from lucid3d.gaussians import kernels
from lucid3d.gaussians.model import Gaussians
from lucid3d.gaussians.training.layers import Drawable
from lucid3d.gaussians.training.state import morton_order
from lucid3d.gaussians.training.tiles import Tiles, cut_ground, nearest_first, tile_of
from lucid3d.gaussians.training.trainer import find_sky, sky_distance
from lucid3d.gaussians.training.view import TrainingView

WORTHWHILE = 0.001
"""Part of a picture that a part of the scene must fill to be trained on it."""
EVERY = 2
"""Of a picture's rows and columns that are asked whose they are."""


@dataclass(frozen=True)
class Part:
    """A tile, or the sky, or what is never trained.

    Attributes:
        count: Gaussians in it.
        is_sky: whether they keep their positions.
        steps: of training; 0 for what stays as it is.
        views: those that see it.
    """

    count: int
    is_sky: bool
    steps: int
    views: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """How a scene is divided.

    Attributes:
        tiles: of the ground; the parts of these numbers come first, then those that lie behind all of them.
        sky_distance: metres to the sky; None without one.
        known: of every view, how many of its pixels are known, and how many of them have a depth.
    """

    tiles: Tiles
    parts: tuple[Part, ...]
    config: TrainConfig
    seed: int
    sky_distance: float | None
    known: tuple[tuple[int, int], ...]

    @property
    def steps(self) -> int:
        """Of all parts together."""
        return sum(part.steps for part in self.parts)

    @property
    def trained(self) -> list[int]:
        """Numbers of the parts that are."""
        return [number for number, part in enumerate(self.parts) if part.steps]

    def order(self, eye: NDArray[np.floating]) -> list[int]:
        """All parts, so that from an eye (3,) none hides one before it."""
        ground = nearest_first(self.tiles, eye)
        return ground + list(range(len(ground), len(self.parts)))


class Material(Protocol):
    """Where parts and views are found."""

    @property
    def plan(self) -> Plan:
        """How they are divided."""
        ...

    def start(self, number: int) -> Drawable:
        """A part before it is trained."""
        ...

    def view(self, index: int) -> TrainingView:
        """A picture."""
        ...

    def part(self, number: int) -> Gaussians | None:
        """A part that is trained; None while it is not."""
        ...


@dataclass(frozen=True)
class AtHand:
    """Everything in memory."""

    plan: Plan
    starts: Sequence[Drawable]
    views: Sequence[TrainingView]
    done: dict[int, Gaussians] = field(default_factory=dict)

    def start(self, number: int) -> Drawable:
        """See `Material.start`."""
        return self.starts[number]

    def view(self, index: int) -> TrainingView:
        """See `Material.view`."""
        return self.views[index]

    def part(self, number: int) -> Gaussians | None:
        """See `Material.part`."""
        return self.done.get(number)


def divided(
    things: Gaussians, dome: Gaussians, views: Sequence[TrainingView], config: TrainConfig, seed: int = 0
) -> AtHand:
    """A scene in parts of at most `config.tile_gaussians`.

    Args:
        things: N, the Gaussians that are trained.
        dome: M, what lies behind all of them and stays as it is.
        seed: decides the order of the views.
    Raises:
        InputError: no pixel of any view is known, or there is no Gaussian.
    """
    if not len(things) or not any(view.known.any() for view in views):
        raise InputError("training needs at least one Gaussian, and a view of which something is known")
    everything = np.concatenate([things.means, dome.means])
    is_sky = find_sky(everything, views, config.sky_radius)
    far = sky_distance(everything, is_sky, views)
    is_sky = is_sky[: len(things)]
    ground = np.flatnonzero(~is_sky)
    tiles = cut_ground(things.means[ground], config.tile_gaussians) if len(ground) else 0
    label = tile_of(tiles, things.means[ground])
    members = [ground[label == number] for number in range(int(label.max(initial=0)) + 1)]
    skies = 1 if is_sky.any() else 0
    if skies:
        members.append(np.flatnonzero(is_sky))
    seen_by = _seen_by(tiles, len(members) - skies, skies, views)
    times = config.iterations / max(1, sum(view.weight > 0 for view in views))
    parts = [
        Part(len(rows), number >= len(members) - skies, round(times * len(seen)), tuple(seen))
        for number, (rows, seen) in enumerate(zip(members, seen_by, strict=True))
    ]
    # neighbours in space are neighbours in memory: what is out of sight is passed over in long runs
    starts = [_drawable(things[rows[morton_order(things.means[rows])]]) for rows in members]
    if len(dome):
        parts.append(Part(len(dome), True, 0))
        starts.append(_drawable(dome))
    known = tuple(_known(view, far) for view in views)
    return AtHand(Plan(tiles, tuple(parts), config, seed, far, known), starts, views)


def _drawable(gaussians: Gaussians) -> Drawable:
    return Drawable.packed(kernels.pack(gaussians), len(gaussians))


def _known(view: TrainingView, far: float | None) -> tuple[int, int]:
    if view.depth is None:
        return int(view.known.sum()), 0
    deep = (view.depth > 0) & (np.isfinite(view.depth) if far is None else ~np.isnan(view.depth))
    return int(view.known.sum()), int((view.known & deep).sum())


def _seen_by(tiles: Tiles, grounds: int, skies: int, views: Sequence[TrainingView]) -> list[list[int]]:
    """Of every part, the views that show it, by their depth."""
    found: list[list[int]] = [[] for _ in range(grounds + skies)]
    for index, view in enumerate(views):
        if view.weight <= 0:
            continue
        if view.depth is None:  # anything may be seen in it
            for each in found:
                each.append(index)
            continue
        owner = _owners(tiles, grounds, skies, view)
        area = np.bincount(owner[owner >= 0], minlength=len(found))
        for number in np.flatnonzero(area >= max(1, WORTHWHILE * owner.size)):
            found[number].append(index)
    return found


def _owners(tiles: Tiles, grounds: int, skies: int, view: TrainingView) -> NDArray[np.intp]:
    """The part that every `EVERY`-th pixel of every `EVERY`-th row shows, -1 where nobody knows."""
    assert view.depth is not None
    known = view.known[::EVERY, ::EVERY]
    depth = view.depth[::EVERY, ::EVERY]
    solid = known & np.isfinite(depth) & (depth > 0)
    rays = view.camera.world_rays()[::EVERY, ::EVERY][solid]
    owner = np.full(known.shape, -1, np.intp)
    owner[solid] = tile_of(tiles, view.camera.position + rays * depth[solid][:, None])
    if skies:
        owner[known & np.isposinf(depth)] = grounds
    return owner
