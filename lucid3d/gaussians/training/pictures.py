"""What a part is trained on: the pixels of views to which it adds something, between what others draw there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.gaussians import kernels
from lucid3d.gaussians.training.engine import Around, Shot, let_through
from lucid3d.gaussians.training.layers import Artist, Drawable
from lucid3d.gaussians.training.plan import WORTHWHILE, Material
from lucid3d.gaussians.training.view import TrainingView

VISIBLE = 0.02
"""Of a pixel, what a part must add to it to be trained on it."""
COVERED = 0.1
"""Of a pixel, what others may draw before a part that is trained on it: where they cover more they have edges of their
own to learn, and what is behind would learn to make up for them."""
RIM = 5
"""Pixels around those that count too: half the window of SSIM."""
COARSE = 2
"""Pixels to one of the picture in which is looked where a part is."""
ABOUT = 1.2
"""Times as far as a view's surface, up to which a part may be what is seen there."""
MARGIN = 8
"""Pixels around the coarse box that are looked at."""
NO_LAYER = 1e-3
"""What is nowhere more opaque is not kept."""


@dataclass(frozen=True)
class Box:
    """A part of a picture: rows from `top` to before `bottom`, columns from `left` to before `right`."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def moved(self, down: int, right: int) -> Box:
        """The same, so many pixels further."""
        return Box(self.top + down, self.left + right, self.bottom + down, self.right + right)

    def window(self, camera: Camera) -> Camera:
        """A camera that sees the box alone, pixel for pixel."""
        lens = (camera.fx, camera.fy, camera.cx - self.left, camera.cy - self.top)
        return Camera(self.right - self.left, self.bottom - self.top, *lens, camera.world_from_camera)


def around(mask: NDArray[np.bool_]) -> Box:
    """The smallest box with all of a mask (H, W) that is somewhere True."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


@dataclass(frozen=True, eq=False)
class Kept:
    """What is around a part in a view.

    Attributes:
        inside: packed bits, the pixels of the box that count.
        before, behind: (5, M) of those M pixels; None for nothing.
    """

    view: int
    box: Box
    inside: NDArray[np.uint8]
    before: NDArray[np.float16] | None
    behind: NDArray[np.float16] | None


@dataclass(frozen=True)
class Pictures:
    """The pictures of one part, as the trainer takes them (`engine.ShotSource`)."""

    material: Material
    kept: Sequence[Kept]
    weights: Sequence[float]
    every: float

    def shot(self, index: int) -> Shot:
        """The view as it is read, and the layers around the part."""
        kept, plan = self.kept[index], self.material.plan
        view = cropped(self.material.view(kept.view), kept.box)
        inside = _unpacked(kept)
        shot = Shot.prepare(view, plan.sky_distance)
        known, deep = plan.known[kept.view]
        return replace(
            shot,
            weight=inside.astype(np.float32),
            depth=None if shot.depth is None else np.where(inside, shot.depth, 0).astype(np.float32),
            # a part's gradients are what they are where the whole picture is trained on at once
            known_pixels=max(1, known),
            depth_pixels=max(1, deep),
            around=Around(_spread(kept.before, inside), _spread(kept.behind, inside)),
        )


def _unpacked(kept: Kept) -> NDArray[np.bool_]:
    height, width = kept.box.bottom - kept.box.top, kept.box.right - kept.box.left
    return np.unpackbits(kept.inside, count=height * width).reshape(height, width).astype(bool)


def _spread(values: NDArray[np.float16] | None, inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(5, H, W) of values (5, M) of the pixels inside; nothing elsewhere."""
    layer = np.zeros((kernels.IMAGE_PLANES, *inside.shape), np.float32)
    if values is not None:
        layer[:, inside] = values
    return layer


def _gathered(layer: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float16] | None:
    values = layer[:, inside]
    return values.astype(np.float16) if values[4].max(initial=0) > NO_LAYER else None


def cropped(view: TrainingView, box: Box) -> TrainingView:
    """The part of a view in a box."""
    depth = None if view.depth is None else view.depth[box.slices]
    return TrainingView(box.window(view.camera), view.image[box.slices], view.known[box.slices], depth, view.weight)


def looked(material: Material, number: int, index: int, artist: Artist) -> Kept | None:
    """What is around a part in a view; None where nothing of it is seen."""
    view = material.view(index)
    order = material.plan.order(view.camera.position)
    place, start = order.index(number), material.start(number)
    rough = _in_sight(start, view, artist)
    if rough is None:
        return None
    camera = rough.window(view.camera)
    before = artist.together([material.start(each) for each in order[:place]], camera)
    own = artist.draw(start, camera)
    known = view.known[rough.slices]
    seen = ((1 - before[4]) * own[4] > VISIBLE) & (before[4] < COVERED) & known
    if seen.sum() < max(1, WORTHWHILE * view.known.size):
        return None
    rim = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    inside = (cv2.dilate(seen.astype(np.uint8), rim) > 0) & (before[4] < COVERED) & known
    tight = around(inside)
    inside, before = inside[tight.slices], before[(slice(None), *tight.slices)]
    box = tight.moved(rough.top, rough.left)
    open_ = np.where(inside, let_through(before[4]), 0).astype(np.float32)
    behind = artist.together([material.start(each) for each in order[place + 1 :]], box.window(view.camera), open_)
    return Kept(index, box, np.packbits(inside), _gathered(before, inside), _gathered(behind, inside))


def _in_sight(start: Drawable, view: TrainingView, artist: Artist) -> Box | None:
    """The box of a view in which a part lies before, or about where, the view says that surfaces are."""
    camera = view.camera
    own = artist.draw(start, camera.resized(-(-camera.width // COARSE), -(-camera.height // COARSE)))
    shown = own[4] > VISIBLE
    if view.depth is not None:
        depth = view.depth[::COARSE, ::COARSE]
        with np.errstate(invalid="ignore"):  # infinitely far, and nothing there
            shown &= ~(depth > 0) | (own[3] < ABOUT * depth * own[4])
    if not shown.any():
        return None
    box = around(shown)
    return Box(
        max(0, COARSE * box.top - MARGIN),
        max(0, COARSE * box.left - MARGIN),
        min(camera.height, COARSE * box.bottom + MARGIN),
        min(camera.width, COARSE * box.right + MARGIN),
    )
