"""A film of the whole sphere along the preview film's path, for headsets and players that turn with the head.

The picture always looks ahead (+z), whichever way the path turns: who watches turns themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.export.spherical import mark_spherical
from lucid3d.export.stereo import stereo_panorama
from lucid3d.export.video import write_film
from lucid3d.files import atomic_path
from lucid3d.gaussians import render_equirectangular
from lucid3d.gaussians.model import Gaussians
from lucid3d.outputs import film_cameras
from lucid3d.panorama import fill_holes
from lucid3d.scene_contents import SceneContents

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable, ExportOptions

HIGHEST = 2048
"""Rows of a film's picture (of one eye's): most players stop at 4096 x 2048."""


def mono(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """film360.mp4, equirectangular."""
    return [_film(scene, folder / "film360.mp4", options, stereo=False)]


def stereo(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """film360_stereo.mp4, the left eye above the right eye."""
    return [_film(scene, folder / "film360_stereo.mp4", options, stereo=True)]


def _film(scene: Exportable, path: Path, options: ExportOptions, *, stereo: bool) -> Path:
    if not isinstance(scene, SceneContents) or scene.config.render.film_frames == 0:
        raise InputError(
            f"{path.name} goes along the preview film's path, and this scene has none (render.film_frames)"
        )
    places = [camera.position for camera in film_cameras(scene)]
    height = min(options.film_height, HIGHEST)
    rate = scene.config.render.film_rate
    return write_film_360(
        scene.gaussians, places, path, height, rate, eye_distance=options.eye_distance if stereo else None
    )


def write_film_360(
    gaussians: Gaussians,
    places: Sequence[NDArray[np.floating]],
    path: Path,
    height: int,
    rate: int,
    *,
    eye_distance: float | None = None,
) -> Path:
    """Write a spherical film.

    Args:
        places: (3,) world positions, one a picture.
        height: rows of a picture (of one eye's); it is twice as wide.
        rate: pictures a second.
        eye_distance: metres between the eyes of a stereo film; None for one picture.
    Raises:
        InputError: no places, or an odd height.
        OSError: see `export.video.write_film`.
    """
    if not places or height < 8 or height % 2:
        raise InputError(f"a film of {len(places)} places and {height} rows cannot be made: rows are even, from 8 on")

    def pictures() -> Iterator[NDArray[np.float32]]:
        for place in places:
            position = np.asarray(place, np.float64)
            if eye_distance is not None:
                both = stereo_panorama(gaussians, height, eye_distance=eye_distance, position=position)
                yield np.concatenate(both, axis=0)
            else:
                drawn = render_equirectangular(gaussians, position, height)
                yield fill_holes(drawn.image, drawn.alpha)[0]

    with atomic_path(path) as temporary:
        rows = height if eye_distance is None else 2 * height
        write_film(pictures(), temporary, width=2 * height, height=rows, rate=rate)
        mark_spherical(temporary, stereo=eye_distance is not None)
    return path
