"""Folders for one program each: splats, sky, meshes and the helper that puts them together, in that program's axes.

Every file of a bundle lies in one coordinate system: what is in front in the skybox is in front in the meshes.
"""

from __future__ import annotations

import importlib
import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d import files
from lucid3d.errors import InputError
from lucid3d.export.hdr import expand_highlights
from lucid3d.export.images import write_exr, write_hdr, write_png
from lucid3d.export.integrations import copy_integration, copy_integration_folder
from lucid3d.export.mesh import Mesh, collision_mesh, scene_mesh, write_mesh_glb
from lucid3d.export.panorama_render import RenderedPanorama, panorama_of
from lucid3d.export.ply import write_gaussians
from lucid3d.export.skybox import ENGINE_PANORAMAS, UNITY_FACES, turn_panorama
from lucid3d.export.splats import reduce, write_spz
from lucid3d.export.webpage import write_page
from lucid3d.panorama import cube_from_equirectangular

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable, ExportOptions

GLB_FRAMES = {"unity": "gltf", "unreal": "unreal-gltf", "godot": "opengl", "blender": "opengl"}
"""Axes of a GLB so that the program's own importer makes our forward the program's forward (see `frames.FRAMES`):
Unity's importers mirror x, Unreal's take (x, y, z) to (x, z, y), Godot looks along -z as three.js does, and Blender's
makes -z its +y."""

PLY_DEGREES = {"unreal": 3}
"""Degree of harmonics that scene.ply has at least: Unreal's plugins ask for every property of the layout, or did."""

UNITY_PACKAGE = "com.lucid3d.unity"
"""The folder of the package, which Unity wants under the package's own name."""


def unity(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """unity/: scene.ply, skybox/ with a panorama and six sides, mesh.glb, collision.glb, the package for Unity."""
    home = folder / "unity"
    panorama = _sky("unity", scene, home / "skybox", options)
    size = options.cube_size or panorama.image.shape[0] // 2
    faces = cube_from_equirectangular(panorama.image, size)
    for slot, face in UNITY_FACES.items():
        write_png(home / "skybox" / f"{slot}.png", faces[face])
    surface = _splats_and_meshes("unity", scene, home, options)
    _playable(scene, home, frame="gltf", axes="unity", surface=surface)
    copy_integration_folder("unity", home / UNITY_PACKAGE)
    copy_integration("unity/README.md", home)
    return [home]


def unreal(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """unreal/: scene.ply, skybox/panorama.hdr, mesh.glb, collision.glb."""
    home = folder / "unreal"
    _sky("unreal", scene, home / "skybox", options)
    _splats_and_meshes("unreal", scene, home, options)
    copy_integration("unreal/README.md", home)
    return [home]


def godot(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """godot/: scene.ply, skybox/panorama.hdr, mesh.glb, collision.glb, playable.glb, scene.objects.json, scripts."""
    home = folder / "godot"
    _sky("godot", scene, home / "skybox", options)
    surface = _splats_and_meshes("godot", scene, home, options)
    _playable(scene, home, frame="opengl", axes="opengl", surface=surface)
    copy_integration_folder("godot", home)
    return [home]


def blender(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """blender/: mesh.glb, collision.glb, panorama.exr, scene.ply, the script."""
    home = folder / "blender"
    panorama = panorama_of(scene, options.panorama_height)
    radiance, _ = _radiance(panorama, options)
    write_exr(home / "panorama.exr", radiance, latlong=True)
    _splats_and_meshes("blender", scene, home, options)
    copy_integration("blender/lucid3d_import.py", home)
    copy_integration("blender/README.md", home)
    return [home]


def three(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """three/: index.html with everything inside, and the files apart for one's own pages."""
    home = folder / "three"
    panorama = panorama_of(scene, options.panorama_height)
    gaussians = reduce(scene.gaussians, options.reduction)
    write_page(gaussians, panorama.image, home / "index.html", title=getattr(scene, "prompt", "") or "lucid3d")
    write_spz(gaussians, home / "scene.spz")
    write_png(home / "panorama.png", panorama.image)
    write_hdr(home / "panorama.hdr", _radiance(panorama, options)[0])
    copy_integration("three/README.md", home)
    return [home]


def _radiance(panorama: RenderedPanorama, options: ExportOptions) -> tuple[NDArray[np.float32], dict[str, object]]:
    """Linear light, and where it comes from."""
    if panorama.radiance is not None:
        return panorama.radiance, {"source": "radiance of the scene", "curve": None}
    light, peak = expand_highlights(panorama.image, options.tone_mapping)
    return light, {"source": "inverse tone mapping", "curve": {**asdict(options.tone_mapping), "peak_used": peak}}


def _sky(engine: str, scene: Exportable, folder: Path, options: ExportOptions) -> RenderedPanorama:
    """The panorama turned for an engine, and a skybox.json that says how; returns the panorama as it was."""
    panorama = panorama_of(scene, options.panorama_height)
    convention = ENGINE_PANORAMAS[engine]
    light, source = _radiance(panorama, options)
    write_hdr(folder / "panorama.hdr", turn_panorama(light, convention.turn))
    write_png(folder / "panorama.png", turn_panorama(panorama.image, convention.turn))
    statement = {
        "version": 1,
        "engine": engine,
        "panorama": {"ldr": "panorama.png", "hdr": "panorama.hdr", "projection": "equirectangular"},
        "forward": convention.forward,
        "up": convention.up,
        "right": convention.right,
        "image_centre": convention.centre,
        "yaw_degrees": 0,
        "color_space": {"png": "sRGB", "hdr": "linear, Rec. 709 primaries"},
        "hdr": source,
        "holes_filled_fraction": panorama.filled,
    }
    files.write_text(folder / "skybox.json", json.dumps(statement, indent=2) + "\n")
    return panorama


def _playable(scene: Exportable, home: Path, *, frame: str, axes: str, surface: Mesh | None) -> None:
    """Bodies, navigation and things, by `lucid3d.playable`, which stands above the exports and is imported as a target
    is."""
    importlib.import_module("lucid3d.playable.target").beside(scene, home, frame, axes, surface)


def _splats_and_meshes(engine: str, scene: Exportable, home: Path, options: ExportOptions) -> Mesh | None:
    """Writes them; the collision mesh, or None where a scene has no surface."""
    write_gaussians(
        reduce(scene.gaussians, options.reduction), home / "scene.ply", least_degree=PLY_DEGREES.get(engine, 0)
    )
    try:
        mesh = scene_mesh(scene, options.mesh_triangles)
    except InputError as error:  # a scene that is all sky still has a skybox
        logging.getLogger(__name__).warning("%s/ comes without meshes: %s", engine, error)
        return None
    frame = GLB_FRAMES[engine]
    write_mesh_glb(mesh, home / "mesh.glb", frame=frame)
    light = collision_mesh(mesh, options.collision_triangles)
    write_mesh_glb(light, home / "collision.glb", frame=frame)
    return light
