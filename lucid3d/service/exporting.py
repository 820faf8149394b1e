"""One result in another form, later on: types, sizes and camera paths that a client may choose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from lucid3d.errors import InputError
from lucid3d.export import ExportOptions, export_scene
from lucid3d.export.images import write_exr, write_png
from lucid3d.export.skybox import read_radiance, write_depth_png
from lucid3d.export.video import write_film
from lucid3d.files import write_text
from lucid3d.gaussians import Renderer
from lucid3d.outputs import film_cameras
from lucid3d.progress import Event
from lucid3d.scene import Scene
from lucid3d.service.results import size_of, sweep
from lucid3d.service.spec import ExportSpec
from lucid3d.service.telling import Teller

COLUMNS = {"1k": 1024, "2k": 2048, "4k": 4096, "8k": 8192}
"""Columns of a panorama."""

TYPES = {
    "equirectangular": "panorama.png, 2:1",
    "cubemap": "six faces and a statement of their axes, turned for every engine, in skybox/",
    "hdr": "panorama.hdr and .exr, linear light",
    "depth": "depth.exr in metres along each ray, and depth.png with depth.json",
    "mesh": "mesh.glb, vertex-coloured triangles",
    "film": "film.mp4, a flight along a camera path",
    "files": "the formats and bundles named in targets",
}
"""Name -> what a client gets."""


def export(spec: ExportSpec, teller: Teller) -> dict[str, Any]:
    """Do an export job; returns what is known of its result.

    Raises:
        InputError: the source is gone or cannot be exported so.
    """
    sweep(spec.output)
    spec.output.mkdir(parents=True, exist_ok=True)
    teller.tell(stage="write", detail="reading the scene", part=0.05)
    scene = Scene.load(spec.source)
    scene.radiance = read_radiance(spec.source / "skybox")
    teller.tell(stage="write", detail=spec.type, part=0.2)
    _WRITERS[spec.type](scene, spec, teller)
    return {"bytes": size_of(spec.output)}


def _equirectangular(scene: Scene, spec: ExportSpec, teller: Teller) -> None:
    write_png(spec.output / "panorama.png", scene.panorama(_rows(spec)).image)


def _cubemap(scene: Scene, spec: ExportSpec, teller: Teller) -> None:
    rows = _rows(spec)
    export_scene(scene, "skybox", spec.output, ExportOptions(panorama_height=rows, cube_size=rows // 2))


def _hdr(scene: Scene, spec: ExportSpec, teller: Teller) -> None:
    export_scene(scene, "hdr", spec.output, ExportOptions(panorama_height=_rows(spec)))


def _depth(scene: Scene, spec: ExportSpec, teller: Teller) -> None:
    import json

    depth = scene.panorama(_rows(spec)).depth
    write_exr(spec.output / "depth.exr", depth, half=False)
    step = write_depth_png(spec.output / "depth.png", depth)
    statement = {"meaning": "distance along each pixel's ray", "metres_per_unit": step, "sky": 0}
    write_text(spec.output / "depth.json", json.dumps(statement, indent=2) + "\n")


def _mesh(scene: Scene, spec: ExportSpec, teller: Teller) -> None:
    export_scene(scene, "mesh", spec.output)


def _film(scene: Scene, spec: ExportSpec, teller: Teller) -> None:
    render = scene.config.render
    frames = max(2, round(spec.seconds * render.film_rate))
    config = replace(scene.config, render=replace(render, film=spec.path, film_frames=frames))
    cameras = film_cameras(replace(scene, config=config))
    if len(cameras) < 2:
        raise InputError(f"the camera path '{spec.path}' has a single picture; choose one to film along")
    renderer = Renderer(scene.gaussians)

    def pictures() -> Any:
        for index in range(frames):
            # a path of views, which has no frames in between, is shown view by view
            camera = cameras[min(len(cameras) - 1, index * len(cameras) // frames)]
            teller.on_event(Event("film", index, frames))
            yield np.asarray(renderer.render(camera).image)

    size = {"width": render.film_width, "height": render.film_height, "rate": render.film_rate}
    write_film(pictures(), spec.output / "film.mp4", **size)


def _files(scene: Scene, spec: ExportSpec, teller: Teller) -> None:
    export_scene(scene, spec.targets, spec.output, ExportOptions(panorama_height=_rows(spec)))


def _rows(spec: ExportSpec) -> int:
    return COLUMNS[spec.size] // 2


_WRITERS: dict[str, Callable[[Scene, ExportSpec, Teller], None]] = {
    "equirectangular": _equirectangular,
    "cubemap": _cubemap,
    "hdr": _hdr,
    "depth": _depth,
    "mesh": _mesh,
    "film": _film,
    "files": _files,
}
