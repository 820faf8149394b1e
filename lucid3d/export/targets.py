"""The table of export targets: single files, and bundles for one program each."""

from __future__ import annotations

import difflib
import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lucid3d import files
from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.export import usd
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.colmap import write_colmap
from lucid3d.export.gltf import write_gaussian_glb
from lucid3d.export.hdr import InverseToneMapping, expand_highlights
from lucid3d.export.images import write_exr, write_hdr, write_png
from lucid3d.export.mesh import Mesh, collision_mesh, scene_mesh, write_mesh_glb
from lucid3d.export.panorama_render import panorama_of, write_scene_skybox
from lucid3d.export.ply import write_gaussians
from lucid3d.export.rad import write_rad
from lucid3d.export.sog import write_sog
from lucid3d.export.splats import Reduction, reduce, write_compressed_ply, write_splat, write_spz
from lucid3d.export.stereo import write_stereo_panorama
from lucid3d.export.streamed import write_streamed_sog
from lucid3d.export.textured import beyond, textured_mesh, write_textured_glb
from lucid3d.export.tiles import write_tiles
from lucid3d.export.usd import write_usd
from lucid3d.export.walking import sky_distance, where_people_walk
from lucid3d.gaussians.model import Gaussians
from lucid3d.pointcloud import PointCloud


class Exportable(Protocol):
    """What an export needs of a scene; a `lucid3d.scene.Scene` is one.

    Optional attributes besides: `panorama`, either (H, 2H, 3) float32 sRGB or a function of the height that returns an
    object with image, depth, filled and radiance (without it one is rendered from the Gaussians); `radiance`,
    (H, 2H, 3) float32 linear light.
    """

    @property
    def gaussians(self) -> Gaussians:
        """What splat formats are written from."""
        ...

    @property
    def points(self) -> PointCloud | None:
        """The dreamed point cloud, or None."""
        ...

    @property
    def cameras(self) -> Sequence[Camera] | None:
        """The cameras of the dreamed views, or None."""
        ...


@dataclass(frozen=True)
class ExportOptions:
    """What a person can choose about an export.

    Attributes:
        reduction: what is left out of splat files.
        panorama_height: rows of a panorama that has to be rendered (its width is twice that).
        cube_size: pixels along a cube face's edge; by default half of the panorama's height.
        tone_mapping: how lights get their brightness where the scene has no true radiance.
        eye_distance: metres between the eyes of a stereo panorama.
        mesh_triangles: triangles of the visible mesh at most.
        collision_triangles: triangles of the mesh to walk on at most.
        textured_triangles: triangles of the mesh with baked textures at most.
        texture_size: texels along the side of its textures.
        film_height: rows of a spherical film's picture (of one eye's).
        spz_version: 3, which every viewer reads, or 4 (ZSTD), which the newest do.
    """

    reduction: Reduction = field(default_factory=Reduction)
    panorama_height: int = 2048
    cube_size: int | None = None
    tone_mapping: InverseToneMapping = field(default_factory=InverseToneMapping)
    eye_distance: float = 0.064
    mesh_triangles: int = 200_000
    collision_triangles: int = 5_000
    textured_triangles: int = 200_000
    texture_size: int = 4096
    film_height: int = 1024
    spz_version: int = 3


@dataclass(frozen=True)
class Target:
    """One row of the table.

    Attributes:
        writer: "module:function", imported when it is used; function(scene, folder, options) -> list of paths.
        description: what it is for, one line.
    """

    writer: str
    description: str


_HERE = "lucid3d.export"

TARGETS: dict[str, Target] = {
    "ply": Target(f"{_HERE}.targets:_ply", "scene.ply: Gaussians in the INRIA layout, for every splat viewer"),
    "compressed-ply": Target(f"{_HERE}.targets:_compressed_ply", "scene.compressed.ply: for PlayCanvas and SuperSplat"),
    "splat": Target(f"{_HERE}.targets:_splat", "scene.splat: 32 bytes a Gaussian, for web viewers"),
    "spz": Target(f"{_HERE}.targets:_spz", "scene.spz: a tenth of the PLY, for Niantic's and Spark's viewers"),
    "sog": Target(f"{_HERE}.targets:_sog", "scene.sog: the smallest, for PlayCanvas and Spark"),
    "streamed-sog": Target(f"{_HERE}.targets:_streamed", "streamed/: levels of detail in pieces, for PlayCanvas"),
    "rad": Target(f"{_HERE}.targets:_rad", "scene.rad: levels of detail in one file, for Spark"),
    "tiles": Target(f"{_HERE}.targets:_tiles", "tiles/: 3D Tiles of glTF with KHR_gaussian_splatting, coarse to fine"),
    "glb": Target(f"{_HERE}.targets:_glb", "scene.glb: Gaussians as glTF with KHR_gaussian_splatting"),
    "usd": Target(f"{_HERE}.targets:_usd", "scene.usd: Gaussians as a USD particle field"),
    "skybox": Target(f"{_HERE}.targets:_skybox", "skybox/: panorama, cube map and depth, turned for every engine"),
    "hdr": Target(f"{_HERE}.targets:_hdr", "panorama.hdr and .exr: linear light, for image-based lighting"),
    "mesh": Target(f"{_HERE}.targets:_mesh", "mesh.glb: vertex-coloured triangles, y up, metres"),
    "textured": Target(
        f"{_HERE}.targets:_textured", "textured.glb: a mesh with baked textures, the sky behind it, collision.glb"
    ),
    "collision": Target(f"{_HERE}.targets:_collision", "collision.glb: a light mesh to walk on, y up, metres"),
    "playable": Target("lucid3d.playable.target:target", "playable/: navigation, colliders, things and spawn points"),
    "usd-level": Target(
        "lucid3d.playable.usd_level:target", "level.usdc: colliders and labelled things, for Isaac Sim"
    ),
    "colmap": Target(f"{_HERE}.targets:_colmap", "colmap/: the views as COLMAP's text model, to train elsewhere"),
    "film360": Target("lucid3d.film360:mono", "film360.mp4: the whole sphere along the film's path"),
    "film360-stereo": Target("lucid3d.film360:stereo", "film360_stereo.mp4: the same for both eyes, top and bottom"),
    "ods": Target(f"{_HERE}.targets:_ods", "stereo360.png: top-bottom stereo panorama for headsets"),
    "unity": Target(f"{_HERE}.bundles:unity", "unity/: splats, skybox, meshes and a package that imports them"),
    "unreal": Target(f"{_HERE}.bundles:unreal", "unreal/: splats, skybox and meshes"),
    "godot": Target(f"{_HERE}.bundles:godot", "godot/: splats, skybox, meshes and a script"),
    "three": Target(f"{_HERE}.bundles:three", "three/: a web page that opens from disk, with all it needs"),
    "web": Target(f"{_HERE}.web:web", "web/: a page for any static host: streams, walks, stops at walls, headsets"),
    "blender": Target(f"{_HERE}.bundles:blender", "blender/: meshes, splats, world light and a script"),
}


def parse_targets(text: str | Sequence[str]) -> list[str]:
    """Target names from "unity,ply" or a list, each once, in order.

    Raises:
        InputError: an unknown name; the nearest known one is suggested.
    """
    names = text.split(",") if isinstance(text, str) else list(text)
    found: list[str] = []
    for raw in names:
        name = raw.strip().lower()
        if not name:
            continue
        if name not in TARGETS:
            nearest = difflib.get_close_matches(name, TARGETS, n=1, cutoff=0.4)
            hint = f"did you mean {nearest[0]!r}? " if nearest else ""
            raise InputError(f"export target {raw.strip()!r} is unknown: {hint}There are {', '.join(TARGETS)}")
        if name not in found:
            found.append(name)
    if not found:
        raise InputError(f"name at least one export target of {', '.join(TARGETS)}")
    return found


def check_target(name: str) -> None:
    """Refuse at once what would fail at the end: an unknown target, or one whose library is not installed.

    Raises:
        InputError: says which, and the way out.
    """
    for target in parse_targets(name):
        if target == "usd":
            usd.require()


def export_scene(
    scene: Exportable,
    target: str | Sequence[str],
    folder: str | os.PathLike[str],
    options: ExportOptions = ExportOptions(),
) -> list[Path]:
    """Write a scene for one or several targets.

    Args:
        scene: anything with gaussians, panorama, points and cameras.
        target: a name of `TARGETS`, several with commas between them, or a list.
        folder: where the files go; it is created when missing.
    Returns:
        The files and folders that were written.
    Raises:
        InputError: an unknown target, a scene with numbers that are none or that lacks what the target needs, a missing
            converter.
        OSError: the folder cannot be written to, or the disk is full; what was there before is there still then, and
            nothing of the target that was being written.
    """
    folder = Path(folder)
    names = parse_targets(target)
    checked_gaussians(scene.gaussians, "the scene", allow_empty=True)  # drawing leaves such out in silence
    written: list[Path] = []
    for name in names:
        module, function = TARGETS[name].writer.split(":")
        write = getattr(importlib.import_module(module), function)
        # All of a target or nothing: pieces without their index are no scene, new ones under an old index a broken one.
        with files.staged(folder) as fresh:
            found = write(scene, fresh, options)
        written += [folder / path.relative_to(fresh) for path in found]
    if getattr(scene, "figures", ()):
        with files.staged(folder) as fresh:
            written += [folder / path.relative_to(fresh) for path in _beside(scene, fresh)]
    return written


def _beside(scene: Exportable, folder: Path) -> list[Path]:
    """Figures that walk through the scene as rigged .glb, and where they walk: no splat format has any."""
    figures = getattr(scene, "figures", ())
    if figures:
        importlib.import_module("lucid3d.figures.playing").write_figures(figures, folder, for_others=True)
    return [folder / "figures"] if figures else []


def _reduced(scene: Exportable, options: ExportOptions) -> Gaussians:
    if len(scene.gaussians) == 0:
        raise InputError("the scene holds 0 Gaussians, so there is nothing to export: train or load a scene first")
    return reduce(scene.gaussians, options.reduction)


def _ply(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_gaussians(_reduced(scene, options), folder / "scene.ply")]


def _compressed_ply(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_compressed_ply(_reduced(scene, options), folder / "scene.compressed.ply")]


def _splat(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_splat(_reduced(scene, options), folder / "scene.splat")]


def _spz(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_spz(_reduced(scene, options), folder / "scene.spz", version=options.spz_version)]


def _sog(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_sog(_reduced(scene, options), folder / "scene.sog")]


def _streamed(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    start, reach = where_people_walk(scene)
    gaussians = _reduced(scene, options)
    sky = sky_distance(scene)
    return [write_streamed_sog(gaussians, folder / "streamed", start=start, reach=reach, sky_distance=sky).parent]


def _rad(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_rad(_reduced(scene, options), folder / "scene.rad")]


def _tiles(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    start, reach = where_people_walk(scene)
    return [write_tiles(_reduced(scene, options), folder / "tiles", start=start, reach=reach).parent]


def _glb(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_gaussian_glb(_reduced(scene, options), folder / "scene.glb")]


def _usd(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_usd(_reduced(scene, options), folder / "scene.usdc")]


def _skybox(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_scene_skybox(scene, folder / "skybox", options)]


def _hdr(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    panorama = panorama_of(scene, options.panorama_height)
    radiance = panorama.radiance
    if radiance is None:
        radiance, _ = expand_highlights(panorama.image, options.tone_mapping)
    return [
        write_hdr(folder / "panorama.hdr", radiance),
        write_exr(folder / "panorama.exr", radiance, latlong=True),
    ]


def _mesh(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_mesh_glb(scene_mesh(scene, options.mesh_triangles), folder / "mesh.glb")]


def _colmap(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [write_colmap(scene, folder / "colmap")]


def _textured(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    mesh, textures = textured_mesh(scene, options.textured_triangles, options.texture_size)
    visible = write_textured_glb(mesh, textures, folder / "textured.glb")
    sky = write_png(folder / "textured_sky.png", beyond(scene, options.panorama_height))
    light = collision_mesh(Mesh(mesh.vertices, mesh.triangles), options.collision_triangles)
    return [visible, sky, write_mesh_glb(light, folder / "collision.glb")]


def _collision(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    mesh = collision_mesh(scene_mesh(scene, options.mesh_triangles), options.collision_triangles)
    return [write_mesh_glb(mesh, folder / "collision.glb")]


def _ods(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    return [
        write_stereo_panorama(
            scene.gaussians, folder / "stereo360.png", options.panorama_height, eye_distance=options.eye_distance
        )
    ]
