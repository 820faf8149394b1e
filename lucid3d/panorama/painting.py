"""A painter for a dream that begins with a panorama: what the panorama shows is painted already."""

from __future__ import annotations

from typing import Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.families.base import Image, Mask, Painter
from lucid3d.panorama.resampling import checked_panorama, perspective_from_equirectangular

HERE = 1e-5
"""Metres within which a camera stands where the panorama was taken."""


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

    def _view(self, camera: Camera) -> Image:
        seen = perspective_from_equirectangular(self.panorama, camera, interpolation="cubic")
        return np.clip(seen, 0, 1).astype(np.float32)

    def close(self) -> None:
        """Let go of the other painter's networks."""
        close: Any = getattr(self.painter, "close", None)
        if close is not None:
            close()
