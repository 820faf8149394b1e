"""glTF 2.0 binary: triangles, and Gaussians with the extension KHR_gaussian_splatting.

Source: Khronos, KHR_gaussian_splatting (ratified): a POINTS primitive whose attributes are named
KHR_gaussian_splatting:ROTATION (x y z w, length one), :SCALE (linear) and :OPACITY (0 to 1), and :SH_DEGREE_l_COEF_n.
Axes: glTF's y up.
"""

from __future__ import annotations

import gzip
import json
import os
import struct
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lucid3d
from lucid3d.colour import linear_from_srgb
from lucid3d.errors import InputError
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.frames import frame_rotation, rotate_gaussians, unit_quaternions
from lucid3d.export.splats import write_spz
from lucid3d.files import atomic_path
from lucid3d.gaussians.model import Gaussians

EXTENSION = "KHR_gaussian_splatting"
PACKED_EXTENSION = "KHR_gaussian_splatting_compression_spz_2"
_SPLATTING = {
    "kernel": "ellipse",
    "colorSpace": "srgb_rec709_display",
    "projection": "perspective",
    "sortingMethod": "cameraDistance",
}

_GLTF_MAGIC, _JSON_CHUNK, _BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
_UNSIGNED_BYTE, _UNSIGNED_SHORT, _UNSIGNED_INT, _FLOAT = 5121, 5123, 5125, 5126
_ARRAY_BUFFER, _ELEMENT_BUFFER, _POINTS = 34962, 34963, 0


def write_gaussian_glb(gaussians: Gaussians, path: str | os.PathLike[str], *, frame: str = "gltf") -> Path:
    """Write a scene as GLB.

    Args:
        frame: the axes, a name of `lucid3d.export.frames.FRAMES`; glTF itself says y up, z forward, x left.
    Raises:
        InputError: an empty scene, or values that are not finite.
    """
    scene = checked_gaussians(gaussians, f"the scene for {Path(path).name}")
    scene = rotate_gaussians(scene, frame_rotation(frame))
    attributes: dict[str, NDArray[np.float32]] = {
        "POSITION": scene.means,
        f"{EXTENSION}:ROTATION": np.roll(unit_quaternions(scene), -1, axis=1),
        f"{EXTENSION}:SCALE": scene.scales,
        f"{EXTENSION}:OPACITY": scene.opacities,
    }
    for degree in range(scene.sh_degree + 1):
        for index in range(2 * degree + 1):
            attributes[f"{EXTENSION}:SH_DEGREE_{degree}_COEF_{index}"] = scene.sh[:, degree * degree + index]
    # A fallback colour, for readers that show the points alone.
    attributes["COLOR_0"] = np.concatenate(
        [np.clip(scene.colors, 0, 1), scene.opacities[:, None]], axis=1, dtype=np.float32
    )

    chunks: list[bytes] = []
    views: list[dict[str, object]] = []
    accessors: list[dict[str, object]] = []
    offset = 0
    for name, values in attributes.items():
        data = np.ascontiguousarray(values, "<f4").tobytes()
        kind = {1: "SCALAR"}.get(values.ndim) or f"VEC{values.shape[1]}"
        accessor = {"bufferView": len(views), "componentType": _FLOAT, "count": len(scene), "type": kind}
        if name == "POSITION":  # the specification asks for its bounds
            accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": len(data), "target": _ARRAY_BUFFER})
        accessors.append(accessor)
        chunks.append(data)
        offset += len(data)
    document = {
        "asset": {"version": "2.0", "generator": f"lucid3d {lucid3d.__version__}"},
        "extensionsUsed": [EXTENSION],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "gaussians"}],
        "meshes": [
            {
                "primitives": [
                    {
                        "mode": _POINTS,
                        "attributes": {name: index for index, name in enumerate(attributes)},
                        "extensions": {EXTENSION: _SPLATTING},
                    }
                ]
            }
        ],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": offset}],
    }
    write_glb(path, document, b"".join(chunks))
    return Path(path)


def write_packed_glb(gaussians: Gaussians, path: str | os.PathLike[str]) -> Path:
    """Write a scene as GLB whose Gaussians are one .spz inside, a tenth as large. Axes: x right, y up, z backward.

    Source: KHR_gaussian_splatting_compression_spz_2 as CesiumJS reads it: accessors without data say what the .spz has;
    COLOR_0 has colour and opacity.
    Raises:
        InputError: see `lucid3d.export.splats.write_spz`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        packed = write_spz(gaussians, Path(scratch) / f"{Path(path).stem}.spz").read_bytes()
    _, _, count = struct.unpack_from("<III", gzip.decompress(packed))
    points = gaussians.means @ frame_rotation("opengl").astype(np.float32).T
    low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    accessors: dict[str, dict[str, object]] = {
        "POSITION": {"componentType": _FLOAT, "type": "VEC3", "min": low, "max": high},
        "COLOR_0": {"componentType": _UNSIGNED_BYTE, "type": "VEC4", "normalized": True},
        f"{EXTENSION}:ROTATION": {"componentType": _FLOAT, "type": "VEC4"},
        f"{EXTENSION}:SCALE": {"componentType": _FLOAT, "type": "VEC3"},
    }
    for degree in range(1, gaussians.sh_degree + 1):
        for index in range(2 * degree + 1):
            name = f"{EXTENSION}:SH_DEGREE_{degree}_COEF_{index}"
            accessors[name] = {"componentType": _FLOAT, "type": "VEC3"}
    extension = {**_SPLATTING, "extensions": {PACKED_EXTENSION: {"bufferView": 0}}}
    document = {
        "asset": {"version": "2.0", "generator": f"lucid3d {lucid3d.__version__}"},
        "extensionsUsed": [EXTENSION, PACKED_EXTENSION],
        "extensionsRequired": [EXTENSION, PACKED_EXTENSION],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "gaussians"}],
        "meshes": [
            {
                "primitives": [
                    {
                        "mode": _POINTS,
                        "attributes": {name: index for index, name in enumerate(accessors)},
                        "extensions": {EXTENSION: extension},
                    }
                ]
            }
        ],
        "accessors": [{**accessor, "count": count} for accessor in accessors.values()],
        "bufferViews": [{"buffer": 0, "byteOffset": 0, "byteLength": len(packed)}],
        "buffers": [{"byteLength": len(packed)}],
    }
    write_glb(path, document, packed)
    return Path(path)


def write_triangles_glb(
    vertices: NDArray[np.float32],
    triangles: NDArray[np.int32],
    colors: NDArray[np.float32] | None,
    path: str | os.PathLike[str],
) -> Path:
    """Write a triangle mesh as GLB.

    Args:
        vertices: (V, 3) in the file's own axes, metres.
        triangles: (T, 3).
        colors: (V, 3) sRGB in [0, 1], or None. glTF's vertex colours are linear; they are kept in 16 bits, for 8 would
            show steps in the dark, and shown as they are (KHR_materials_unlit): the light is already in them.
    Raises:
        InputError: no triangles.
    """
    if len(triangles) == 0:
        raise InputError(f"the mesh for {Path(path).name} has no triangles")
    positions = np.ascontiguousarray(vertices, "<f4")
    indices = np.ascontiguousarray(triangles.reshape(-1), "<u4")
    columns: list[tuple[str, NDArray[np.generic], dict[str, object]]] = [
        (
            "POSITION",
            positions,
            {
                "componentType": _FLOAT,
                "type": "VEC3",
                "min": positions.min(axis=0).tolist(),
                "max": positions.max(axis=0).tolist(),
            },
        ),
        ("NORMAL", _vertex_normals(positions, triangles), {"componentType": _FLOAT, "type": "VEC3"}),
    ]
    material: dict[str, object] = {"pbrMetallicRoughness": {"metallicFactor": 0, "roughnessFactor": 1}}
    if colors is not None:
        # Four channels: rows of three 16-bit numbers would break glTF's alignment to four bytes.
        linear = np.ones((len(positions), 4), np.float32)
        linear[:, :3] = linear_from_srgb(np.clip(colors, 0, 1))
        coded = np.rint(linear * 65535).astype("<u2")
        columns.append(("COLOR_0", coded, {"componentType": _UNSIGNED_SHORT, "type": "VEC4", "normalized": True}))
        material["extensions"] = {"KHR_materials_unlit": {}}
    columns.append(("", indices, {"componentType": _UNSIGNED_INT, "type": "SCALAR"}))

    views: list[dict[str, object]] = []
    accessors: list[dict[str, object]] = []
    offset = 0
    for name, values, accessor in columns:
        target = _ARRAY_BUFFER if name else _ELEMENT_BUFFER
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": values.nbytes, "target": target})
        accessors.append({"bufferView": len(accessors), "count": len(values), **accessor})
        offset += values.nbytes
    document: dict[str, object] = {
        "asset": {"version": "2.0", "generator": f"lucid3d {lucid3d.__version__}"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": Path(path).stem}],
        "meshes": [
            {
                "primitives": [
                    {
                        "attributes": {name: index for index, (name, _, _) in enumerate(columns) if name},
                        "indices": len(columns) - 1,
                        "material": 0,
                    }
                ]
            }
        ],
        "materials": [material],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": offset}],
    }
    if colors is not None:
        document["extensionsUsed"] = ["KHR_materials_unlit"]
    write_glb(path, document, b"".join(np.ascontiguousarray(values).tobytes() for _, values, _ in columns))
    return Path(path)


def _vertex_normals(vertices: NDArray[np.float32], triangles: NDArray[np.int32]) -> NDArray[np.float32]:
    """(V, 3) unit normals, averaged over a vertex's triangles by their area."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    normals = np.zeros((len(vertices), 3), np.float64)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(triangles[:, corner], face[:, axis], len(vertices))
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.where(lengths > 0, normals / np.maximum(lengths, 1e-30), [0.0, 1.0, 0.0]).astype("<f4")


def write_glb(path: str | os.PathLike[str], document: dict[str, object], binary: bytes) -> None:
    """Write the container of a glTF document and its buffer: header, a JSON chunk and a binary chunk, each padded to
    four bytes."""
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    total = 12 + 8 + len(text) + 8 + len(binary)
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        stream.write(struct.pack("<III", _GLTF_MAGIC, 2, total))
        stream.write(struct.pack("<II", len(text), _JSON_CHUNK) + text)
        stream.write(struct.pack("<II", len(binary), _BINARY_CHUNK))
        stream.write(binary)
