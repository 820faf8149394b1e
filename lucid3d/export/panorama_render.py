"""A scene's panorama: rendered from its Gaussians, its holes filled, and written as a skybox."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.export.skybox import write_skybox
from lucid3d.gaussians import render_equirectangular
from lucid3d.gaussians.model import Gaussians
from lucid3d.panorama import fill_holes
from lucid3d.panorama.filling import HOLE_ALPHA, Inpaint

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable, ExportOptions

MAX_HEIGHT = 4096
"""Rows of the largest panorama that engines take (8192 x 4096)."""


@dataclass(frozen=True)
class RenderedPanorama:
    """A panorama of a scene.

    Attributes:
        image: (H, 2H, 3) float32 sRGB in [0, 1], without holes.
        depth: (H, 2H) float32 distance along the rays in metres, +inf where nothing was hit.
        filled: fraction of the sphere that no Gaussian covered, None where it is not known.
        radiance: (h, 2h, 3) float32 linear light where the scene knows it.
    """

    image: NDArray[np.float32]
    depth: NDArray[np.float32] | None = None
    filled: float | None = None
    radiance: NDArray[np.float32] | None = None


def render_panorama(
    gaussians: Gaussians,
    height: int,
    position: NDArray[np.floating] = np.zeros(3),
    *,
    inpaint: Inpaint | None = None,
) -> RenderedPanorama:
    """Look around in a scene.

    Args:
        height: rows; the panorama is (height, 2 * height).
        position: (3,) the eye, in the world.
        inpaint: a painter for what no Gaussian covers, see `lucid3d.panorama.fill_holes`.
    Raises:
        InputError: no Gaussians, or a size out of range.
    """

    if not 8 <= height <= MAX_HEIGHT:
        raise InputError(f"panorama height {height} must lie between 8 and {MAX_HEIGHT}")
    if len(gaussians) == 0:
        raise InputError("the scene holds 0 Gaussians, so there is nothing to see: train or load a scene first")
    render = render_equirectangular(gaussians, position, height)
    image, filled = fill_holes(render.image, np.asarray(render.alpha, np.float32), inpaint=inpaint)
    if filled > 0:
        logging.getLogger(__name__).info("%.2f %% of the panorama were holes and have been filled", 100 * filled)
    depth = np.where(render.alpha >= HOLE_ALPHA, render.depth, np.inf).astype(np.float32)
    return RenderedPanorama(np.clip(image, 0, 1), depth, filled)


def panorama_of(scene: Exportable, height: int) -> RenderedPanorama:
    """A scene's own panorama where it has one, otherwise one rendered at the world's origin."""
    own = getattr(scene, "panorama", None)
    radiance = getattr(scene, "radiance", None)
    if own is None:
        return replace(render_panorama(scene.gaussians, height), radiance=radiance)
    if callable(own):
        made = own(height)
        return RenderedPanorama(made.image, made.depth, made.filled, made.radiance if radiance is None else radiance)
    return RenderedPanorama(own, radiance=radiance)


def panorama_behind(scene: Exportable, gaussians: Gaussians, distance: float, height: int) -> NDArray[np.float32]:
    """(H, 2H, 3) float32 sRGB, H = `height`: a scene's panorama to stand behind its near parts, which are drawn as they
    are.

    Where it is known what lies farther than `distance` metres from the origin, that is what it shows: the panorama has
    the near things as well, and one would see them twice as soon as one steps aside. Elsewhere it stays as it is.
    """
    image = panorama_of(scene, height).image
    far = gaussians[np.linalg.norm(gaussians.means, axis=1) > distance]
    if len(far) == 0:
        return image
    seen = render_equirectangular(far, np.zeros(3), image.shape[0])
    covered = np.clip(seen.alpha, 0, 1)[..., None].astype(np.float32)
    return np.clip(seen.image + (1 - covered) * image, 0, 1).astype(np.float32)


def write_scene_skybox(scene: Exportable, folder: Path, options: ExportOptions) -> Path:
    """The skybox of a scene, see `write_skybox`."""
    panorama = panorama_of(scene, options.panorama_height)
    return write_skybox(
        panorama.image,
        folder,
        radiance=panorama.radiance,
        depth=panorama.depth,
        cube_size=options.cube_size,
        tone_mapping=options.tone_mapping,
        holes_filled=panorama.filled,
    )
