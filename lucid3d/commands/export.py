"""`lucid3d export <scene> --to unity,spz`."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from lucid3d import export
from lucid3d.export.skybox import read_radiance
from lucid3d.locking import holding
from lucid3d.scene import Scene


@dataclass(frozen=True)
class ExportOptions:
    """Write a finished scene in further formats."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene."""
    to: str
    """Formats or engines, separated by commas."""
    output: str = ""
    """Where to write (default: <scene>/export)."""
    sh_degree: int | None = None
    """Of the colours' spherical harmonics that splat files keep: 0 (the same from everywhere) to 3 (default: all)."""
    min_opacity: float = 0.0
    """Splat files leave out Gaussians fainter than this."""
    max_gaussians: int | None = None
    """Splat files keep at most this many, those that cover most (default: all)."""
    panorama_height: int = 2048
    """Rows of a rendered panorama, up to 4096; it is twice as wide."""
    cube_size: int | None = None
    """Pixels along a cube face's edge (default: half of the panorama's height)."""
    eye_distance: float = 0.064
    """Metres between the eyes of the stereo panorama (target ods)."""
    mesh_triangles: int = 200_000
    """Of the mesh, at most."""
    collision_triangles: int = 5_000
    """Of the mesh to walk on, at most."""
    textured_triangles: int = 200_000
    """Of the mesh with textures (target textured), at most."""
    texture_size: int = 4096
    """Texels along the side of its textures."""
    film_height: int = 1024
    """Rows of a spherical film's picture, of one eye's (targets film360, film360-stereo)."""
    spz_version: Literal[3, 4] = 3
    """Of .spz files: 3, which every viewer reads, or 4 (ZSTD), which the newest do."""


def main(arguments: Sequence[str]) -> None:
    """Parse and export.

    Raises:
        InputError: the scene or an option cannot be used.
    """
    options = tyro.cli(ExportOptions, args=list(arguments), prog="lucid3d export")
    targets = export.parse_targets(options.to)
    choices = export.ExportOptions(
        reduction=export.Reduction(options.sh_degree, options.min_opacity, options.max_gaussians),
        panorama_height=options.panorama_height,
        cube_size=options.cube_size,
        eye_distance=options.eye_distance,
        mesh_triangles=options.mesh_triangles,
        collision_triangles=options.collision_triangles,
        textured_triangles=options.textured_triangles,
        texture_size=options.texture_size,
        film_height=options.film_height,
        spz_version=options.spz_version,
    )
    source = Path(options.scene)
    folder = Path(options.output) if options.output else source / "export"
    # into the scene's own folder: nobody else may replace it meanwhile
    own = source.is_dir() and folder.resolve().is_relative_to(source.resolve())
    with holding(source) if own else contextlib.nullcontext():
        scene = Scene.load(source)
        scene.radiance = read_radiance(source / "skybox")
        for path in export.export_scene(scene, targets, folder, choices):
            print(path)
