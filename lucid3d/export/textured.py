"""A textured mesh of a scene: the surface of its views' depth, unwrapped, with colour and normals baked from them."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import lucid3d
from lucid3d.errors import InputError
from lucid3d.export.baking import Textures, bake
from lucid3d.export.frames import frame_rotation
from lucid3d.export.gltf import write_glb
from lucid3d.export.mesh import OrientedPoints, lift, mesh_cameras, poisson_mesh, surface_reach
from lucid3d.export.panorama_render import panorama_of, render_panorama
from lucid3d.export.unwrapping import Unwrapped, texels_of, unwrap
from lucid3d.gaussians import Renderer
from lucid3d.transforms import PosedView

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable

FAR = 40.0
"""Metres from a view up to which surfaces are made: what is further off is for the skybox."""
POINT_BUDGET = 500_000
"""Points that Poisson gets."""
POINTS_A_VIEW = 80_000
"""Lifted from each view at most, at random."""
RENDERED = 512
"""Pixels of the views that are rendered where a scene has none of its own."""
LEAST_TEXTURE, LARGEST_TEXTURE = 64, 8192


def textured_mesh(scene: Exportable, max_triangles: int, size: int) -> tuple[Unwrapped, Textures]:
    """The textured mesh of a scene.

    Args:
        scene: its dreamed views are taken where it has them, else views rendered from its Gaussians.
        max_triangles: at most.
        size: texels along the texture's side.
    Raises:
        InputError: nothing solid is in sight, or the size is out of range.
    """
    if not LEAST_TEXTURE <= size <= LARGEST_TEXTURE:
        raise InputError(f"a texture of {size} texels must lie between {LEAST_TEXTURE} and {LARGEST_TEXTURE} a side")
    views = [view for view in getattr(scene, "views", None) or [] if not view.support] or rendered_views(scene)
    points = view_points(views, mesh_reach(scene))
    if len(points.positions) < 100:
        raise InputError("the scene shows no solid surface nearer than its sky, so there is nothing to make a mesh of")
    mesh = unwrap(poisson_mesh(points, max_triangles, point_budget=POINT_BUDGET), size)
    return mesh, bake(mesh, texels_of(mesh, size), size, views)


def mesh_reach(scene: Exportable) -> float:
    """Metres up to which the textured mesh goes."""
    return min(surface_reach(scene), FAR)


def beyond(scene: Exportable, height: int) -> NDArray[np.float32]:
    """(H, 2H, 3) float32 sRGB panorama, H = `height`, of what lies farther than the textured mesh goes, to stand
    behind it.

    The scene's own panorama shows the near things as well: behind a mesh one would see them twice as soon as one steps
    aside. Where nothing is farther, it is that panorama after all.
    """
    distance = np.linalg.norm(scene.gaussians.means, axis=1)
    far = scene.gaussians[distance > mesh_reach(scene)]
    try:
        return render_panorama(far, height).image
    except InputError:  # nothing far, or too faint to be seen
        return panorama_of(scene, height).image


def view_points(views: Sequence[PosedView], far: float) -> OrientedPoints:
    """Surfaces of the views' depth maps up to `far` metres away, a part of the pixels of each."""
    rng = np.random.default_rng(0)
    parts = []
    for view in views:
        depth = np.where(np.isfinite(view.depth) & (view.depth > 0) & view.mask, view.depth, np.nan)
        part = lift(view.camera, depth.astype(np.float32), view.image, far)
        kept = rng.random(len(part[0])) < POINTS_A_VIEW / max(len(part[0]), 1)
        parts.append(tuple(values[kept] for values in part))
    return OrientedPoints(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def rendered_views(scene: Exportable) -> list[PosedView]:
    """Views of the Gaussians all around and along the path, for scenes without pictures.

    Raises:
        InputError: there are no Gaussians.
    """
    if len(scene.gaussians) == 0:
        raise InputError("the scene holds 0 Gaussians, so it has no surface: train or load a scene first")
    renderer = Renderer(scene.gaussians)
    views = []
    for small in mesh_cameras(list(scene.cameras or [])):
        scale = RENDERED / max(small.width, small.height)
        camera = small.resized(max(1, round(small.width * scale)), max(1, round(small.height * scale)))
        seen = renderer.render(camera)
        solid = (seen.alpha >= 0.9) & (seen.depth > 0)
        depth = np.where(solid, seen.depth, np.inf).astype(np.float32)
        views.append(PosedView(camera, np.clip(seen.image, 0, 1), depth, np.ones(depth.shape, bool)))
    return views


def write_textured_glb(
    mesh: Unwrapped, textures: Textures, path: str | os.PathLike[str], *, frame: str = "gltf"
) -> Path:
    """Write a textured mesh as GLB with PNG inside: base colour and tangent-space normals, shown as it is
    (KHR_materials_unlit: the light is in the colour; programs that light it anew drop that and find the normals).

    Args:
        frame: of `lucid3d.export.frames.FRAMES`.
    """
    rotation = frame_rotation(frame).astype(np.float32)
    tangents = textures.tangents.copy()
    tangents[:, :3] = tangents[:, :3] @ rotation.T
    positions = np.ascontiguousarray(mesh.vertices @ rotation.T, "<f4")
    float_type, index_type, attribute, element = 5126, 5125, 34962, 34963
    columns: list[tuple[str, NDArray[Any], dict[str, Any], int | None]] = [
        ("POSITION", positions, {"type": "VEC3", "min": positions.min(axis=0).tolist(),
                                 "max": positions.max(axis=0).tolist()}, attribute),
        ("NORMAL", np.ascontiguousarray(mesh.normals @ rotation.T, "<f4"), {"type": "VEC3"}, attribute),
        ("TANGENT", np.ascontiguousarray(tangents, "<f4"), {"type": "VEC4"}, attribute),
        ("TEXCOORD_0", np.ascontiguousarray(mesh.uv, "<f4"), {"type": "VEC2"}, attribute),
        ("", np.ascontiguousarray(mesh.triangles.reshape(-1), "<u4"), {"type": "SCALAR"}, element),
    ]  # fmt: skip
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    chunks: list[bytes] = []

    def stored(data: bytes, target: int | None = None) -> int:
        views.append({"buffer": 0, "byteOffset": sum(map(len, chunks)), "byteLength": len(data)})
        if target is not None:
            views[-1]["target"] = target
        chunks.append(data + b"\0" * (-len(data) % 4))
        return len(views) - 1

    for name, values, accessor, target in columns:
        kind = float_type if name else index_type
        view = stored(values.tobytes(), target)
        accessors.append({"bufferView": view, "componentType": kind, "count": len(values), **accessor})
    images = [
        {"name": name, "mimeType": "image/png", "bufferView": stored(_png(picture))}
        for name, picture in (("color", textures.color), ("normals", textures.normals * 0.5 + 0.5))
    ]
    material = {
        "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0, "roughnessFactor": 1},
        "normalTexture": {"index": 1},
        "extensions": {"KHR_materials_unlit": {}},
    }
    primitive = {
        "attributes": {name: i for i, (name, *_) in enumerate(columns) if name},
        "indices": len(columns) - 1,
        "material": 0,
    }
    document = {
        "asset": {"version": "2.0", "generator": f"lucid3d {lucid3d.__version__}"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "textured"}],
        "meshes": [{"primitives": [primitive]}],
        "materials": [material],
        # clamped: a chart at the texture's rim must not take up what is at the other side
        "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],
        "textures": [{"source": 0, "sampler": 0}, {"source": 1, "sampler": 0}],
        "images": images,
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": sum(map(len, chunks))}],
    }
    write_glb(path, document, b"".join(chunks))
    return Path(path)


def _png(picture: NDArray[np.float32]) -> bytes:
    from PIL import Image as Pillow

    stream = io.BytesIO()
    Pillow.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)).save(stream, "PNG", compress_level=6)
    return stream.getvalue()
