"""Training in parts: tiles of ground and the sky, each with the views that see it, so that memory is bounded by a tile.

A part is trained on those pixels to which it adds something visible. What others draw before and behind it there is
drawn once, as they were at the start, and laid around it (`layers`): so parts meet without seams, can be trained in any
order or at the same time, and give the same bytes however many work on them. CityGaussian (Liu et al. 2024) and
VastGaussian (Lin et al. 2024) divide a scene so and train the neighbours of every block with it; here they are seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.config import TrainConfig
from lucid3d.errors import InputError
from lucid3d.gaussians import kernels
from lucid3d.gaussians.model import Gaussians, joined
from lucid3d.gaussians.training.engine import Around, Shot
from lucid3d.gaussians.training.layers import Artist, Drawable
from lucid3d.gaussians.training.tiles import Tiles, cut_ground, nearest_first, tile_of
from lucid3d.gaussians.training.trainer import StepReport, Trainer, find_sky, sky_distance
from lucid3d.gaussians.training.view import TrainingView

if TYPE_CHECKING:
    import torch

OnStep = Callable[[int, StepReport | None, Trainer | None], None]
"""Hears of every step: the part's number, and what was done; None and None now and then while others work."""

WORTHWHILE = 0.001
"""Part of a picture that a part of the scene must fill to be trained on it."""
EVERY = 2
"""Of a picture's rows and columns that are asked whose they are, when the boxes are found."""
MARGIN = 24
"""Pixels around what a part's surfaces fill that are looked at: its discs are wider than the pixels they began as."""
VISIBLE = 0.02
"""Of a pixel, what a part must add to it to be trained on it."""
RIM = 5
"""Pixels around those that count too: half the window of SSIM."""
NO_LAYER = 1e-3
"""What is nowhere more opaque is not kept."""


@dataclass(frozen=True)
class Glance:
    """A view in which a part is seen, and where: rows from `top` to before `bottom`, columns from `left` to before
    `right`."""

    view: int
    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Part:
    """A tile, or the sky, or what is never trained.

    Attributes:
        count: Gaussians in it.
        is_sky: whether they keep their positions.
        steps: of training; 0 for what stays as it is.
        glances: the views that see it.
    """

    count: int
    is_sky: bool
    steps: int
    glances: tuple[Glance, ...] = ()


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
    glances = _glances(tiles, len(members) - skies, skies, views)
    times = config.iterations / max(1, sum(view.weight > 0 for view in views))
    parts = [
        Part(len(rows), number >= len(members) - skies, round(times * len(seen)), tuple(seen))
        for number, (rows, seen) in enumerate(zip(members, glances, strict=True))
    ]
    starts = [_drawable(things[rows]) for rows in members]
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


def _glances(tiles: Tiles, grounds: int, skies: int, views: Sequence[TrainingView]) -> list[list[Glance]]:
    """Of every part, the views whose surfaces, by their depth, lie in it."""
    found: list[list[Glance]] = [[] for _ in range(grounds + skies)]
    for index, view in enumerate(views):
        if view.weight <= 0:
            continue
        camera = view.camera
        if view.depth is None:  # anything may be seen anywhere in it
            for each in found:
                each.append(Glance(index, 0, 0, camera.height, camera.width))
            continue
        owner = _owners(tiles, grounds, skies, view)
        for number in range(grounds + skies):
            mine = owner == number
            if mine.sum() < max(1, WORTHWHILE * mine.size):
                continue
            rows, columns = EVERY * np.flatnonzero(mine.any(axis=1)), EVERY * np.flatnonzero(mine.any(axis=0))
            top, left = max(0, int(rows[0]) - MARGIN), max(0, int(columns[0]) - MARGIN)
            bottom = min(camera.height, int(rows[-1]) + EVERY + MARGIN)
            right = min(camera.width, int(columns[-1]) + EVERY + MARGIN)
            found[number].append(Glance(index, top, left, bottom, right))
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


@dataclass(frozen=True, eq=False)
class _Kept:
    """What is around a part in one view, of the pixels (`inside`, packed bits) that count."""

    glance: Glance
    inside: NDArray[np.uint8]
    before: NDArray[np.float16] | None
    behind: NDArray[np.float16] | None


@dataclass(frozen=True)
class _Pictures:
    """The pictures of one part, a `lucid3d.gaussians.training.engine.Material`."""

    material: Material
    kept: Sequence[_Kept]
    weights: Sequence[float]
    every: float

    def shot(self, index: int) -> Shot:
        """The view as it is read, and the layers around the part."""
        kept, plan = self.kept[index], self.material.plan
        view = cropped(self.material.view(kept.glance.view), kept.glance)
        inside = _unpacked(kept)
        shot = Shot.prepare(view, plan.sky_distance)
        known, deep = plan.known[kept.glance.view]
        return replace(
            shot,
            weight=inside.astype(np.float32),
            depth=None if shot.depth is None else np.where(inside, shot.depth, 0).astype(np.float32),
            # a part's gradients are what they are where the whole picture is trained on at once
            known_pixels=max(1, known),
            depth_pixels=max(1, deep),
            around=Around(_spread(kept.before, inside), _spread(kept.behind, inside)),
        )


def _unpacked(kept: _Kept) -> NDArray[np.bool_]:
    g = kept.glance
    size = (g.bottom - g.top, g.right - g.left)
    return np.unpackbits(kept.inside, count=size[0] * size[1]).reshape(size).astype(bool)


def _spread(values: NDArray[np.float16] | None, inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(5, H, W) of values (5, M) of the pixels inside; nothing elsewhere."""
    layer = np.zeros((kernels.IMAGE_PLANES, *inside.shape), np.float32)
    if values is not None:
        layer[:, inside] = values
    return layer


def _gathered(layer: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float16] | None:
    values = layer[:, inside]
    return values.astype(np.float16) if values[4].max(initial=0) > NO_LAYER else None


def cropped(view: TrainingView, glance: Glance) -> TrainingView:
    """The part of a view in a box."""
    part = (slice(glance.top, glance.bottom), slice(glance.left, glance.right))
    depth = None if view.depth is None else view.depth[part]
    return TrainingView(window(view.camera, glance), view.image[part], view.known[part], depth, view.weight)


def window(camera: Camera, glance: Glance) -> Camera:
    """A camera that sees the box alone, pixel for pixel."""
    lens = (camera.fx, camera.fy, camera.cx - glance.left, camera.cy - glance.top)
    return Camera(glance.right - glance.left, glance.bottom - glance.top, *lens, camera.world_from_camera)


def _looked(material: Material, number: int, glance: Glance, artist: Artist) -> _Kept | None:
    """What is around a part in a view; None where nothing of it is seen."""
    view = material.view(glance.view)
    known = view.known[glance.top : glance.bottom, glance.left : glance.right]
    camera = window(view.camera, glance)
    order = material.plan.order(camera.position)
    place = order.index(number)
    before = artist.together([material.start(each) for each in order[:place]], camera)
    own = artist.draw(material.start(number), camera)
    seen = ((1 - before[4]) * own[4] > VISIBLE) & known
    if seen.sum() < max(1, WORTHWHILE * view.known.size):
        return None
    inside = (cv2.dilate(seen.astype(np.uint8), np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)) > 0) & known
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    box = (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1))
    inside, before = inside[box], before[(slice(None), *box)]
    top, left = glance.top + box[0].start, glance.left + box[1].start
    tight = Glance(glance.view, top, left, top + inside.shape[0], left + inside.shape[1])
    let_through = np.where(inside, 1 - before[4], 0).astype(np.float32)
    others = [material.start(each) for each in order[place + 1 :]]
    behind = artist.together(others, window(view.camera, tight), let_through)
    return _Kept(tight, np.packbits(inside), _gathered(before, inside), _gathered(behind, inside))


def train_part(
    material: Material,
    number: int,
    *,
    checkpoint: Path | None = None,
    every: int = 100,
    device: str | torch.device | None = None,
    on_step: Callable[[StepReport, Trainer], None] | None = None,
) -> Gaussians:
    """One part, trained while all others stay as they were at the start.

    Args:
        checkpoint: a file to go on from and to keep the state in; None keeps none. One that is damaged is removed.
        every: steps between two checkpoints.
        on_step: hears of every step (raise from it to stop).
    """
    plan, part, start = material.plan, material.plan.parts[number], material.start(number)
    gaussians = start.gaussians
    artist = Artist(plan.config.eps2d, plan.config.threads)
    looked = (_looked(material, number, glance, artist) for glance in part.glances) if part.steps else ()
    kept = [each for each in looked if each is not None]
    if not kept:
        return gaussians
    weights = [material.view(each.glance.view).weight for each in kept]
    pictures = _Pictures(material, kept, weights, plan.config.iterations / part.steps)
    config, seed = part_config(plan, number), plan.seed + number
    trainer = None
    if checkpoint is not None and checkpoint.is_file():
        try:
            trainer = Trainer.load(checkpoint, pictures, config, device=device)
        except InputError:
            checkpoint.unlink()
    if trainer is None:
        is_sky = np.full(part.count, part.is_sky)
        trainer = Trainer(gaussians, pictures, config, seed=seed, is_sky=is_sky, device=device)
    while not trainer.done:
        report = trainer.step()
        if checkpoint is not None and trainer.iteration % every == 0 and not trainer.done:
            trainer.save(checkpoint)
        if on_step is not None:
            on_step(report, trainer)
    return trainer.gaussians


def part_config(plan: Plan, number: int) -> TrainConfig:
    """The config of a part: its steps, and its share of what is counted over all Gaussians."""
    part, config = plan.parts[number], plan.config
    share = part.count / max(1, sum(each.count for each in plan.parts))
    return replace(
        config,
        iterations=part.steps,
        max_gaussians=max(100, round(share * config.max_gaussians)),
        opacity_regularizer=share * config.opacity_regularizer,
        scale_regularizer=share * config.scale_regularizer,
    )


def train_in_parts(
    scene: AtHand, *, device: str | torch.device | None = None, on_step: OnStep | None = None
) -> Gaussians:
    """All parts, one after another: in their order, what is never trained last. `on_step` hears of every step."""
    for number in scene.plan.trained:
        heard = None if on_step is None else partial(on_step, number)
        scene.done[number] = train_part(scene, number, device=device, on_step=heard)
    return so_far(scene)


def so_far(material: Material, now: int = -1, trainer: Trainer | None = None) -> Gaussians:
    """The whole scene as it is, while part `now` is being trained."""

    def of(number: int) -> Gaussians:
        if number == now and trainer is not None:
            return trainer.gaussians
        found = material.part(number)
        return material.start(number).gaussians if found is None else found

    return joined(*map(of, range(len(material.plan.parts))))
