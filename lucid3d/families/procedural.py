"""Painter and depth estimator that look at a procedural world: no weights, exact depth.

`ProceduralDepth(world, distortion=seed)` errs as a monocular network does, for measuring alignment.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Depth, DepthKind, Image, Mask
from lucid3d.families.diffusion.compositing import composite
from lucid3d.procedural.build import build_world
from lucid3d.procedural.kit.labels import label_number

if TYPE_CHECKING:
    from lucid3d.procedural.render.drawing import Drawing
    from lucid3d.procedural.world import World

SCALE_SPREAD = 0.35
"""Depths of a distorted view are off by exp(U(-0.35, 0.35))."""
FIELD_STRENGTH = 0.025
"""Size of the smooth error, in log depth."""
FIELD_ORDER = 3
"""Cosines along each side of the image."""

RIM = 4
"""Pixels of known water beside new water, or at a picture's border, by which new water is made to look alike."""
BLEND = 0.12
"""Share of a picture's width over which new water goes over into what is known."""

Distortion = Literal["cosine", "random"]


class Drawable(Protocol):
    """A procedural world, or that of a photograph or a panorama."""

    def draw(self, camera: Camera, *, only: Mask | None = None) -> Drawing:
        """What `camera` sees; with `only`, colours may be left out where it is False."""
        ...


class Drawings:
    """Draws a world and keeps the last few views, so that painting a view and asking for its depth cost one drawing."""

    def __init__(self, world: Drawable, keep: int = 4) -> None:
        self.world = world
        self.keep = keep
        self._kept: OrderedDict[tuple[object, ...], Drawing] = OrderedDict()

    def __call__(self, camera: Camera, only: Mask | None = None) -> Drawing:
        """What `camera` sees; with `only`, colours just where it is True (depth everywhere, as ever)."""
        whole = _key(camera)
        key = whole if only is None or whole in self._kept else (*whole, np.packbits(only).tobytes())
        drawing = self._kept.pop(key, None)
        if drawing is None:
            drawing = self.world.draw(camera, only=only)
        self._kept[key] = drawing
        while len(self._kept) > self.keep:
            self._kept.popitem(last=False)
        return drawing

    def depth(self, camera: Camera) -> Depth:
        """The depth of the camera's last drawing, whole or in part, or of a new one."""
        whole = _key(camera)
        for key, drawing in self._kept.items():
            if key[: len(whole)] == whole:
                return drawing.depth
        return self(camera).depth


def _key(camera: Camera) -> tuple[object, ...]:
    lens = (camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy)
    return (*lens, camera.world_from_camera.tobytes())


class ProceduralPainter:
    """Paints what a camera sees of a world. The prompt has done its work when the world was built.

    Args:
        joins_water: for views that lie tens of metres apart. Water mirrors the sky otherwise from each of them; so as
            not to show where one view's water ends, new water begins as what is known beside it looks, and goes over
            into its own. Views a step apart agree as they are, and stay exact.
    """

    def __init__(self, world: Drawable, drawings: Drawings | None = None, *, joins_water: bool = False) -> None:
        self.world = world
        self.drawings = drawings or Drawings(world)
        self.joins_water = joins_water

    def imagine(self, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int = 0) -> Image:
        """(H, W, 3) picture of the world from `camera`; prompt and seed are the world's own."""
        return self.drawings(camera).image.copy()

    def inpaint(
        self, image: Image, known: Mask, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int = 0
    ) -> Image:
        """The picture from `camera`, with the known pixels exactly as they came.

        Raises:
            InputError: image or mask do not have the camera's size.
        """
        return self._painted(image, known, known, camera)

    def _painted(self, image: Image, known: Mask, fine: Mask, camera: Camera) -> Image:
        """(H, W, 3) the world where it is not `fine`, (H, W) and a part of `known`; `image` where it is.

        Raises:
            InputError: image or mask do not have the camera's size.
        """
        shape = (camera.height, camera.width)
        if image.shape != (*shape, 3) or known.shape != shape or fine.shape != shape:
            raise InputError(f"image {image.shape} and mask {fine.shape} must have the camera's size {shape}")
        drawing = self.drawings(camera, ~fine)
        painted: Image = np.where(fine[..., None], image, drawing.image).astype(np.float32)
        if self.joins_water:
            return self._joined(painted, image, known, fine, camera, drawing.labels == label_number("water"))
        return painted

    def _joined(self, painted: Image, image: Image, known: Mask, fine: Mask, camera: Camera, water: Mask) -> Image:
        """(H, W, 3) `painted` with new water that begins as the known `image` looks beside it and at the border.

        Args:
            painted, image: (H, W, 3); known, fine, water: (H, W), water where the world has it in this view.
        """
        import cv2

        new = water & ~fine
        near = cv2.dilate(new.astype(np.uint8), np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)).astype(bool)
        inner = near & water & fine
        border = np.ones(known.shape, bool)
        border[RIM:-RIM, RIM:-RIM] = False
        rim = inner | (border & new & known)
        if not rim.any():
            return painted
        drawn = painted
        if inner.any():  # what is fine was not drawn
            drawn = np.where(inner[..., None], self.drawings(camera, inner).image, painted)
        blended = composite(drawn, image, rim, round(BLEND * camera.width))
        return np.where(new[..., None], blended, painted).astype(np.float32)

    def repaint(
        self,
        image: Image,
        known: Mask,
        fine: Mask,
        prompt: str,
        camera: Camera,
        *,
        negative_prompt: str = "",
        seed: int = 0,
    ) -> Image:
        """The picture from `camera`, with the `fine` pixels exactly as they came: the world is drawn anew elsewhere.

        Raises:
            InputError: image or mask do not have the camera's size.
        """
        return self._painted(image, known, fine, camera)


class ProceduralDepth:
    """True depth of a world, or true depth with a network's errors.

    Args:
        world: what is looked at.
        distortion: None for exact depth; an integer seed for errors: each view is scaled by exp(U(-0.35, 0.35)) and
            bent by exp(0.025 f) with a smooth field f over the image, both fixed by the seed and the camera's pose.
        field: "cosine", f = the sum over p, q in 0..2 of N(0, 1) cos(pi p y) cos(pi q x), or "random", a field of the
            same size that is not made of cosines.
    """

    kind: DepthKind = "metric"

    def __init__(
        self,
        world: Drawable,
        distortion: int | None = None,
        *,
        field: Distortion = "cosine",
        drawings: Drawings | None = None,
    ) -> None:
        if field not in ("cosine", "random"):
            raise InputError(f"distortion field {field!r} must be 'cosine' or 'random'")
        self.world = world
        self.distortion = distortion
        self.field = field
        self.drawings = drawings or Drawings(world)

    @property
    def exact(self) -> bool:
        """Whether the depth is the truth, which needs no alignment."""
        return self.distortion is None

    def estimate(self, image: Image, camera: Camera) -> Depth:
        """(H, W) z-depth in metres, +inf = sky."""
        depth = self.drawings.depth(camera)
        if self.distortion is None:
            return depth.copy()
        pose = np.round(camera.world_from_camera, 6).astype(np.float64) + 0.0
        rng = np.random.default_rng([self.distortion, *np.frombuffer(pose.tobytes(), np.uint32).tolist()])
        scale = math.exp(rng.uniform(-SCALE_SPREAD, SCALE_SPREAD))
        make = cosine_field if self.field == "cosine" else random_field
        bent: Depth = (depth * scale * np.exp(FIELD_STRENGTH * make(rng, *depth.shape))).astype(np.float32)
        return bent


def cosine_field(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """(H, W): the sum over p, q in 0..2 of N(0, 1) cos(pi p y) cos(pi q x), x and y in [0, 1] over the image."""
    y, x = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
    order = np.arange(FIELD_ORDER)
    weights = rng.normal(size=(FIELD_ORDER, FIELD_ORDER))
    field: NDArray[np.float64] = np.cos(np.pi * order * y[:, None]) @ weights @ np.cos(np.pi * order[:, None] * x)
    return field


def random_field(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """(H, W): a smooth field of the size of `cosine_field`'s, interpolated from a coarse grid of random numbers."""
    from scipy.ndimage import zoom

    cells = 5
    coarse = rng.normal(size=(cells, cells))
    fine = zoom(coarse, (height / cells, width / cells), order=3, mode="nearest", grid_mode=True)
    field: NDArray[np.float64] = 2.0 * fine[:height, :width] + rng.normal()
    return field


def procedural_models(
    prompt: str, seed: int, negative_prompt: str = "", *, distortion: int | None = None
) -> tuple[ProceduralPainter, ProceduralDepth, World]:
    """Painter, depth estimator and the world that both look at; a view is drawn once for the two of them."""

    world = build_world(prompt, seed, negative_prompt, drops=False)
    drawings = Drawings(world)
    return ProceduralPainter(world, drawings), ProceduralDepth(world, distortion, drawings=drawings), world
