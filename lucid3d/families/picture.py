"""Painters and estimators for a dream that begins with a photograph or a panorama.

`photo_models` and `panorama_models` need no weights; `PanoramaPainter` shows a panorama to any painter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.families.base import Image, Mask, Painter, Repainter
from lucid3d.families.procedural import Drawings, ProceduralDepth, ProceduralPainter
from lucid3d.from_picture.panorama_world import HERE, PanoramaWorld, world_from_panorama
from lucid3d.from_picture.photo import PhotoWorld, world_from_photo
from lucid3d.from_picture.picture import Kind
from lucid3d.learning.reader import Reader, Reading
from lucid3d.panorama.resampling import checked_panorama, perspective_from_equirectangular


def photo_models(
    image: NDArray[np.floating],
    camera: Camera | float = 60.0,
    seed: int = 0,
    prompt: str = "",
    *,
    kind: Kind | None = None,
    reading: Reading | None = None,
) -> tuple[ProceduralPainter, ProceduralDepth, PhotoWorld]:
    """Painter and depth estimator that look at a photograph (H, W, 3) in its world: the painter imagines the photograph
    itself from the first camera, and continues it from others; depth agrees between views."""
    world = world_from_photo(image, camera, seed, prompt, kind=kind, reading=reading)
    drawings = Drawings(world)
    return ProceduralPainter(world, drawings), ProceduralDepth(world, drawings=drawings), world


def panorama_models(
    panorama: NDArray[np.floating], prompt: str = "", seed: int = 0, *, reader: Reader | None = None
) -> tuple[ProceduralPainter, ProceduralDepth, PanoramaWorld]:
    """Painter and depth estimator that look around in a panorama (H, 2H, 3); the depth agrees between views.

    Args:
        reader: the network that reads it; None to go by rules.
    """
    world = world_from_panorama(panorama, prompt, seed, reader=reader)
    drawings = Drawings(world)
    return ProceduralPainter(world, drawings), ProceduralDepth(world, drawings=drawings), world


class PanoramaPainter:
    """Looks views from the start up in a panorama, and leaves holes in views from elsewhere to another painter.

    Args:
        panorama: (H, 2H, 3) float32 sRGB in [0, 1], the middle column looking to +z.
        painter: inpaints what shows when a camera moves aside.
    """

    def __init__(self, panorama: Image, painter: Painter) -> None:
        self.panorama = checked_panorama(panorama)
        self.painter = painter

    def imagine(self, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int = 0) -> Image:
        """(H, W, 3) what the panorama shows; `camera` stands where it was taken."""
        return self._view(camera)

    def inpaint(
        self, image: Image, known: Mask, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int = 0
    ) -> Image:
        """`image` with its holes filled: from the panorama at the start, painted elsewhere."""
        if np.linalg.norm(camera.position) >= HERE:
            return self.painter.inpaint(image, known, prompt, camera, negative_prompt=negative_prompt, seed=seed)
        return np.where(known[..., None], image, self._view(camera)).astype(np.float32)

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
        """See `Repainter.repaint`; a painter that cannot do so leaves what is known as it is."""
        words: dict[str, Any] = {"negative_prompt": negative_prompt, "seed": seed}
        if np.linalg.norm(camera.position) < HERE:
            return self.inpaint(image, fine, prompt, camera, **words)
        if isinstance(self.painter, Repainter):
            return self.painter.repaint(image, known, fine, prompt, camera, **words)
        return self.painter.inpaint(image, known, prompt, camera, **words)

    def _view(self, camera: Camera) -> Image:
        seen = perspective_from_equirectangular(self.panorama, camera, interpolation="cubic")
        return np.clip(seen, 0, 1).astype(np.float32)
