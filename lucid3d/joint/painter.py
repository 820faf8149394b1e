"""The joint pictures as a painter: the dream-and-align loop asks for its views one by one and is given them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Image, Mask, Painter, Repainter
from lucid3d.families.diffusion.compositing import composite
from lucid3d.joint.fusion import fusion
from lucid3d.joint.overlaps import turned_overlaps
from lucid3d.prompts import PromptPlan
from lucid3d.start import Start

FEATHER = 8
"""Pixels over which a joint picture fades into what is known around it."""


@dataclass
class JointViews:
    """The ring, painted.

    Attributes:
        cameras: of the views.
        pictures: (H, W, 3) float32 sRGB each; they agree where they overlap.
    """

    cameras: list[Camera]
    pictures: list[Image]


def paint_jointly(
    painter: Painter,
    cameras: Sequence[Camera],
    prompts: PromptPlan,
    *,
    negative_prompt: str,
    seed: int,
    start: Start | None = None,
) -> JointViews | None:
    """Have the ring painted all at once.

    Args:
        painter: one that paints views together (it has `imagine_together`), or that looks at one exact world (it has a
            `world`), whose views agree as they are.
        cameras: the ring, the first looking ahead.
        prompts: a sentence for all directions, or one a direction.
        start: a picture that is the first view, held fixed.
    Returns:
        The views, or None where there is nothing to join because the world is exact.
    Raises:
        InputError: a painter of another kind.
    """
    together = getattr(painter, "imagine_together", None)
    if together is None:
        if hasattr(painter, "world"):
            return None
        raise InputError(
            f"{type(painter).__name__} paints views one by one (it has no imagine_together): leave out --dreaming joint"
        )
    words = [prompts.at(camera) for camera in cameras]
    pictures = together(words, cameras, negative_prompt=negative_prompt, seed=seed, start=start)
    return agreeing(cameras, pictures, start)


def agreeing(cameras: Sequence[Camera], pictures: Sequence[Image], start: Start | None = None) -> JointViews:
    """The pictures fused once more, in pixels: what the decoder added to each by itself, and the difference in
    resolution between a view's centre and its edge, goes too.
    """
    overlaps = turned_overlaps(cameras)
    size = (cameras[0].height, cameras[0].width)
    fuse = fusion(overlaps, len(cameras), size, () if start is None else (0,))
    stacked = np.stack(pictures)
    if start is not None:
        stacked[0] = np.where(start.known[..., None], start.image, stacked[0])
    fused = np.clip(fuse(stacked), 0, 1)
    if start is not None:
        fused[0] = np.where(start.known[..., None], start.image, fused[0])
    fused = (np.round(fused * 255) / 255).astype(np.float32)  # what a PNG holds, with or without --resume
    return JointViews(list(cameras), list(fused))


class JointPainter:
    """A painter that has painted some views already and leaves the others to another one."""

    def __init__(self, painter: Painter, views: JointViews) -> None:
        self.painter = painter
        self.views = views

    def imagine(self, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int) -> Image:
        """See `Painter.imagine`."""
        picture = self._picture(camera)
        if picture is None:
            return self.painter.imagine(prompt, camera, negative_prompt=negative_prompt, seed=seed)
        return picture.copy()

    def inpaint(
        self, image: Image, known: Mask, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int
    ) -> Image:
        """See `Painter.inpaint`."""
        picture = self._picture(camera)
        if picture is None:
            return self.painter.inpaint(image, known, prompt, camera, negative_prompt=negative_prompt, seed=seed)
        return composite(picture, np.where(known[..., None], image, 0).astype(np.float32), known, FEATHER)

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
        if self._picture(camera) is None and isinstance(self.painter, Repainter):
            return self.painter.repaint(image, known, fine, prompt, camera, **words)
        return self.inpaint(image, known, prompt, camera, **words)

    def _picture(self, camera: Camera) -> Image | None:
        for mine, picture in zip(self.views.cameras, self.views.pictures, strict=True):
            same_pose = np.array_equal(mine.world_from_camera, camera.world_from_camera)
            if same_pose and np.array_equal(mine.intrinsics, camera.intrinsics) and mine.width == camera.width:
                return picture
        return None
