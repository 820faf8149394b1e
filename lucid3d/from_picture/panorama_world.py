"""A 360-degree picture as a place to look around in, without any network.

From where it was taken every view is the picture itself. Seen from beside, its layout (see `panorama_layout`) stands as
a surface that is cut at the edges of things, and behind the cuts show the ground plane and the sky, coloured from what
is beside the thing in front. The guesses are those for a photograph, and as honest: nothing is recognised, things
are flat cards, a room is an empty box with its furniture painted on.
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.colour import linear_from_srgb
from lucid3d.errors import InputError
from lucid3d.from_picture.learned_panorama import layout_of_panorama
from lucid3d.from_picture.panorama_layout import SphereLayout, read_panorama
from lucid3d.from_picture.picture import GROUND, SKY, UPRIGHT, WATER, Layout
from lucid3d.from_picture.surface import TEAR, joined
from lucid3d.from_picture.surround import clean_plate
from lucid3d.learning.reader import Reader
from lucid3d.panorama.resampling import (
    equirectangular_pixels,
    equirectangular_rays,
    perspective_from_equirectangular,
    sample_equirectangular,
)
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.render.drawing import Drawing
from lucid3d.procedural.render.rays import RayScene

if TYPE_CHECKING:
    from lucid3d.procedural.render.drawing import Drawing
    from lucid3d.procedural.render.rays import RayScene

Array = NDArray[np.float32]
Value = TypeVar("Value", bound=np.generic)

RIM = 3
"""Pixels of the layout by which the outline of a thing may be off: what it hid is not coloured from there."""
HERE = 1e-5
"""Metres within which a camera stands where the panorama was taken."""
SMALLEST = 32
"""Rows below which a panorama holds nothing that could be read."""


class PanoramaWorld:
    """A panorama drawn from any camera, like `World`.

    Attributes:
        panorama: (H, 2H, 3) float32 sRGB, the middle column looking to +z.
        layout: what was found in it.
        explanation: the same for a person.
    """

    def __init__(self, panorama: Array, layout: SphereLayout, prompt: str = "", seed: int = 0) -> None:
        self.panorama, self.layout = panorama, layout
        self.prompt, self.seed = prompt, seed
        self.explanation = f"A panorama, read as {layout.words}."
        height = layout.classes.shape[0]
        small = sample_equirectangular(panorama, equirectangular_rays(height))
        self._plate, self._plate_classes = _plate(np.clip(small, 0, 1), layout)

    def draw(self, camera: Camera, *, antialias: bool = True, only: NDArray[np.bool_] | None = None) -> Drawing:
        """What `camera` sees, all of it whatever `only` wants: it is looked up, which costs little.

        `antialias` averages the panorama's pixels where it is finer than the view.
        """
        rays = camera.world_rays()
        length = np.linalg.norm(rays, axis=-1)
        unit = (rays / length[..., None]).astype(np.float32)
        if np.linalg.norm(camera.position) < HERE:
            samples = None if antialias else 1
            image = perspective_from_equirectangular(self.panorama, camera, interpolation="cubic", supersample=samples)
            return self._drawing(image, self._nearest(self.layout.distance, unit), unit, length)
        return self._from_elsewhere(camera.position, unit, length)

    def draw_equirectangular(self, height: int, position: NDArray[np.floating] | None = None) -> Drawing:
        """(height, 2 * height) panorama from `position` (3,), the start by default; depth is distance along the ray."""
        rays = equirectangular_rays(height)
        length = np.ones(rays.shape[:2], np.float32)
        if position is None or np.linalg.norm(position) < HERE:
            image = _resized(self.panorama, height)
            return self._drawing(image, self._nearest(self.layout.distance, rays), rays, length)
        return self._from_elsewhere(np.asarray(position, np.float64), rays, length)

    def _from_elsewhere(self, start: NDArray[np.floating], rays: Array, length: Array) -> Drawing:
        """Through unit `rays` (H, W, 3) from `start`: the surface, and behind its cuts the ground plane and the sky."""
        flat = np.ascontiguousarray(rays.reshape(-1, 3))
        begin = np.broadcast_to(start.astype(np.float32), flat.shape)
        hit = self._surface.cast(begin, flat).distance.reshape(rays.shape[:2])
        on_surface = np.isfinite(hit)
        below = EYE_HEIGHT - float(start[1])
        descending = (rays[..., 1] > 1e-6) & (below > 0)
        room = self.layout.room
        if room is None:
            plane = np.where(descending, below / np.maximum(rays[..., 1], 1e-6), np.inf)
        else:
            plane = room.distance(rays, start)
        reach = np.where(on_surface, hit, plane)
        ahead = start + rays * np.where(np.isfinite(reach), reach, 1.0)[..., None]
        seen = np.where(np.isfinite(reach)[..., None], ahead, rays).astype(np.float32)  # as seen from the start
        colours = sample_equirectangular(self.panorama, seen, interpolation="cubic")
        gap = ~on_surface & self._nearest(self._rim, seen)
        colours[gap] = sample_equirectangular(self._plate, seen[gap])
        behind = self._nearest(self._plate_classes, seen)
        open_sky = ~on_surface & ((behind == SKY) | ~descending) if room is None else np.zeros_like(on_surface)
        return self._drawing(colours, np.where(open_sky, np.inf, reach).astype(np.float32), seen, length)

    def _drawing(self, image: Array, distance: Array, seen: Array, length: Array) -> Drawing:
        """A picture (H, W, 3) whose pixels lie `distance` (H, W) along their rays, in the direction `seen` from the
        start; `length` (H, W) is what a unit of depth is along the ray."""

        image = np.clip(image, 0, 1).astype(np.float32)
        names = {SKY: "sky", GROUND: "ground", WATER: "water", UPRIGHT: "object"}
        table = np.array([label_number(names[number]) for number in range(len(names))], np.int32)
        labels = np.where(np.isfinite(distance), table[self._nearest(self.layout.classes, seen)], 0).astype(np.int32)
        none = np.zeros(distance.shape, np.int32)
        depth = (distance / length).astype(np.float32)
        return Drawing(image, linear_from_srgb(image), depth, np.zeros_like(image), labels, none)

    @staticmethod
    def _nearest(values: NDArray[Value], directions: Array) -> NDArray[Value]:
        """What (H, 2H) `values` hold in `directions` (..., 3)."""
        height = values.shape[0]
        x, y = equirectangular_pixels(directions, height)
        picked: NDArray[Value] = values[
            np.clip(y.astype(np.intp), 0, height - 1), np.clip(x.astype(np.intp), 0, 2 * height - 1) % (2 * height)
        ]
        return picked

    @functools.cached_property
    def _rim(self) -> NDArray[np.bool_]:
        """(H, 2H) where something stands, and the pixels around it, which have some of its colours."""
        import cv2

        standing = self.layout.standing.astype(np.uint8)
        over = np.concatenate([standing[:, -RIM:], standing, standing[:, :RIM]], axis=1)
        return np.asarray(cv2.dilate(over, np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8))[:, RIM:-RIM] > 0)

    @functools.cached_property
    def _surface(self) -> RayScene:
        """The layout as triangles, closed around, cut where something upright ends."""

        height, width = self.layout.distance.shape
        distance = self.layout.distance
        solid = np.isfinite(distance)
        vertices = equirectangular_rays(height) * np.where(solid, distance, 1.0)[..., None]
        index = np.arange(height * width).reshape(height, width)
        around = np.concatenate([index, index[:, :1]], axis=1)
        corners = [around[:-1, :-1], around[:-1, 1:], around[1:, 1:], around[1:, :-1]]
        reach = np.stack([distance.ravel()[corner] for corner in corners])
        whole = np.stack([solid.ravel()[corner] for corner in corners]).all(axis=0)
        upright = np.stack([(self.layout.classes == UPRIGHT).ravel()[corner] for corner in corners])
        edge = upright.any(axis=0) & ~upright.all(axis=0)  # of two upright things the nearer is stretched to the other
        if self.layout.measured:
            with np.errstate(divide="ignore", invalid="ignore"):
                whole &= joined(reach)
        elif self.layout.kind == "outdoors":
            with np.errstate(invalid="ignore"):
                whole &= ~edge | (reach.min(axis=0) > (1 - TEAR) * reach.max(axis=0))
        a, b, c, d = (corner[whole] for corner in corners)
        triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
        return RayScene(vertices.reshape(-1, 3).astype(np.float32), triangles.astype(np.uint32))


def _plate(image: Array, layout: SphereLayout) -> tuple[Array, NDArray[np.uint8]]:
    """Colours (H, 2H, 3) and classes without the things in front; filled across the panorama's edge too."""
    height, width = layout.classes.shape
    over = width // 8

    def padded(values: NDArray[Value]) -> NDArray[Value]:
        return np.concatenate([values[:, -over:], values, values[:, :over]], axis=1)

    wide = Layout(
        kind=layout.kind,
        horizon=height / 2,
        classes=padded(layout.classes),
        standing=padded(layout.standing),
        depth=padded(layout.distance),
        focal=height / np.pi,
        pitch=0.0,
        words=layout.words,
    )
    colours, classes = clean_plate(padded(image), wide)
    return np.ascontiguousarray(colours[:, over:-over]), np.ascontiguousarray(classes[:, over:-over])


def _resized(panorama: Array, height: int) -> Array:
    """The panorama with another number of rows."""
    import cv2

    if panorama.shape[0] == height:
        return panorama.copy()
    how = cv2.INTER_AREA if height < panorama.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(panorama, (2 * height, height), interpolation=how), np.float32)


def world_from_panorama(
    panorama: NDArray[np.floating], prompt: str = "", seed: int = 0, *, reader: Reader | None = None
) -> PanoramaWorld:
    """Read a level panorama (H, 2H, 3) of sRGB in [0, 1], seen from a person's height.

    Args:
        reader: the network that reads it; None to go by rules.

    Raises:
        InputError: it has another shape, is less than 32 rows high, or has values outside [0, 1].
    """
    picture = np.asarray(panorama, np.float32)
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.shape[1] != 2 * picture.shape[0]:
        raise InputError(f"a panorama must be twice as wide as high, (H, 2H, 3); this one is {picture.shape}")
    if picture.shape[0] < SMALLEST:
        raise InputError(f"the panorama is {picture.shape[0]} rows high: at least {SMALLEST} are needed")
    if not np.isfinite(picture).all() or picture.min() < -1e-3 or picture.max() > 1.001:
        raise InputError("image values must lie between 0 and 1: divide 8-bit pictures by 255")
    picture = np.clip(picture, 0, 1)
    layout = read_panorama(picture, prompt) if reader is None else layout_of_panorama(picture, reader, prompt)
    logging.getLogger(__name__).info("panorama read as %s: %s", layout.kind, layout.words)
    return PanoramaWorld(picture, layout, prompt, seed)
