"""Panorama first: the whole sphere painted from a sentence at once, by a network that was made for it.

View by view, a network gives the same house eight times, closes no circle, and guesses sky from ceiling. A LoRA (or a
checkpoint) trained on equirectangular pictures has seen whole spheres. What it does not know is that the left edge
continues the right one, and that a pole is one point: both are inpainted afterwards, each in a view where it lies in
the middle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.families.base import Image
from lucid3d.families.config import ModelsConfig, lora_name
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.catalogue import Entry, catalogue, entry
from lucid3d.panorama.resampling import equirectangular_rays, perspective_from_equirectangular, sample_image

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = "equirectangular 360 degree panorama, {prompt}"
"""What such networks are asked for where the catalogue says nothing of them."""
SEAM = 1 / 16
"""Of the width, to either side of the seam: what is painted again there."""
POLE_FOV = 100.0
"""Degrees of the view in which a pole is painted again."""
POLE = 25.0
"""Degrees around a pole that are painted again: there an equirectangular picture stretches 2.4 times and more."""
POLE_FADE = 5.0
"""Degrees over which that fades into the rest."""


@dataclass(frozen=True)
class SpherePainter:
    """Who paints the sphere.

    Attributes:
        checkpoint: paints from text.
        lora: merged into it, "" where the checkpoint itself was made for panoramas.
        words: what it is asked for; {prompt} is the sentence.
    """

    checkpoint: str
    lora: str
    words: str


def sphere_painter(config: ModelsConfig) -> SpherePainter:
    """The network of `config.panorama`; where that is empty, the first of the catalogue that is on disk.

    Raises:
        InputError: none is there, or the LoRA has no checkpoint that paints from text.
    """
    name, _ = lora_name(config.panorama)
    known = entry(name) if name else _on_disk()
    if not name and known is None:
        first = next(each for each in catalogue().models.values() if each.role == "panorama")
        raise InputError(
            "--dreaming panorama needs a network that was made for 360-degree panoramas, and none is on disk: fetch "
            f"one with `lucid3d models download {first.name} {first.base}`, or name one in diffusion.panorama"
        )
    name = name or (known.name if known else "")
    words = config.panorama_prompt or (known.says if known else "") or WORDS
    if "{prompt}" not in words:
        raise InputError(f'diffusion.panorama_prompt "{words}" must hold {{prompt}}, where the sentence goes')
    found = weights.inspect(name)
    path = found.require(config.allow_pickle)
    if path.is_dir() and (path / "model_index.json").is_file():
        return SpherePainter(name, "", words)
    base = config.text_to_image or (known.base if known else "") or config.inpainting
    weights.inspect(base, safety_checker=config.safety_checker).require(config.allow_pickle)
    return SpherePainter(base, config.panorama or name, words)


def _on_disk() -> Entry | None:
    known = [each for each in catalogue().models.values() if each.role == "panorama"]
    there = (each for each in known if weights.inspect(each.name).complete and weights.inspect(each.base).complete)
    return next(there, None)


def settings_for(painter: SpherePainter, config: ModelsConfig) -> ModelsConfig:
    """`config` for the checkpoint that paints the sphere, with its LoRA."""
    lora = (*config.lora, painter.lora) if painter.lora else config.lora
    return replace(config, text_to_image=painter.checkpoint, inpainting=painter.checkpoint, lora=lora, controlnet="")


def whole_camera(rows: int) -> Camera:
    """Stands for a sphere of `rows` rows where a painter asks for a camera: its size, looking ahead."""
    return Camera.from_fov(2 * rows, rows, 120.0)


def close_seam(panorama: Image, inpaint: Callable[[Image, NDArray[np.bool_], Camera], Image]) -> Image:
    """The left edge made to continue the right one: the picture turned by half, and its middle painted again.

    Args:
        panorama: (H, 2H, 3) float32 sRGB.
        inpaint: fills a picture (H, W, 3) where a mask (H, W) is False.
    Returns:
        (H, 2H, 3) float32 sRGB; outside of the seam's band as it was.
    """
    rows, columns = panorama.shape[:2]
    turned = np.roll(panorama, columns // 2, axis=1)
    known = np.ones((rows, columns), bool)
    band = max(1, round(SEAM * columns))
    known[:, columns // 2 - band : columns // 2 + band] = False
    closed = np.where(known[..., None], turned, inpaint(turned, known, whole_camera(rows)))
    return np.ascontiguousarray(np.roll(closed, -(columns // 2), axis=1), np.float32)


def mend_poles(panorama: Image, inpaint: Callable[[Image, NDArray[np.bool_], Camera], Image]) -> Image:
    """Zenith and nadir painted again, each in a perspective view that looks at it.

    Args:
        panorama: (H, 2H, 3) float32 sRGB.
        inpaint: fills a picture (H, W, 3) where a mask (H, W) is False.
    Returns:
        (H, 2H, 3) float32 sRGB; farther than `POLE` degrees from a pole as it was.
    """
    rows = panorama.shape[0]
    rays = equirectangular_rays(rows)
    for pitch in (90.0, -90.0):
        camera = Camera.from_fov(rows, rows, POLE_FOV, yaw_pitch(0, pitch, np.zeros(3)))
        seen = np.clip(perspective_from_equirectangular(panorama, camera, interpolation="cubic"), 0, 1)
        off = np.degrees(np.arctan(np.hypot(*_from_axis(camera)) / camera.fx))
        painted = inpaint(seen.astype(np.float32), off > POLE, camera)
        local = rays @ camera.rotation.astype(np.float32)
        ahead = local[..., 2] > 0.1
        angle = np.degrees(np.arccos(np.clip(local[..., 2], -1, 1)))
        share = np.where(ahead, np.clip((POLE - angle) / POLE_FADE, 0, 1), 0).astype(np.float32)
        depth = np.where(ahead, local[..., 2], 1)
        pixels = np.stack([camera.fx * local[..., i] / depth + (camera.cx, camera.cy)[i] for i in (0, 1)], axis=-1)
        there = sample_image(painted, pixels.reshape(-1, 2).astype(np.float32)).reshape(panorama.shape)
        panorama = (panorama + share[..., None] * (there - panorama)).astype(np.float32)
    return panorama


def _from_axis(camera: Camera) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Pixels from the optical axis, across (1, W) and down (H, 1)."""
    across = np.arange(camera.width) + 0.5 - camera.cx
    down = np.arange(camera.height) + 0.5 - camera.cy
    return across[None], down[:, None]
