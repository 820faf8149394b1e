"""GLB with a tree of named nodes: what stands where, with properties of one's own in `extras` (glTF 2.0, 3.5)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import lucid3d
from lucid3d.export.gltf import write_glb

_FLOAT, _UNSIGNED_INT, _ARRAY_BUFFER, _ELEMENT_BUFFER = 5126, 5125, 34962, 34963


@dataclass(frozen=True, eq=False)
class Node:
    """A node of a glTF scene, in the file's own axes.

    Attributes:
        vertices, triangles: (V, 3) float32 metres and (T, 3) int32 of its mesh, or None.
        translation: (3,) metres, or None.
        yaw: radians that it is turned about its y axis.
        extras: properties of one's own: plain values, lists and dictionaries of them.
    """

    name: str
    vertices: NDArray[np.float32] | None = None
    triangles: NDArray[np.int32] | None = None
    translation: NDArray[np.floating] | None = None
    yaw: float = 0.0
    extras: Mapping[str, Any] = field(default_factory=dict)
    children: Sequence[Node] = ()


def write_nodes_glb(roots: Sequence[Node], path: str | os.PathLike[str], extras: Mapping[str, Any] = {}) -> Path:
    """Write a scene of nodes as GLB; extras are the scene's own."""
    nodes: list[dict[str, Any]] = []
    meshes: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    views: list[dict[str, Any]] = []
    chunks: list[bytes] = []

    def stored(values: NDArray[Any], target: int, **accessor: Any) -> int:
        offset = sum(map(len, chunks))
        chunks.append(values.tobytes())
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": values.nbytes, "target": target})
        accessors.append({"bufferView": len(views) - 1, "count": len(values), **accessor})
        return len(accessors) - 1

    def added(node: Node) -> int:
        written: dict[str, Any] = {"name": node.name}
        number = len(nodes)
        nodes.append(written)
        if node.vertices is not None and node.triangles is not None and len(node.triangles):
            positions = np.ascontiguousarray(node.vertices, "<f4")
            bounds = {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
            position = stored(positions, _ARRAY_BUFFER, componentType=_FLOAT, type="VEC3", **bounds)
            corners = np.ascontiguousarray(node.triangles.reshape(-1), "<u4")
            indices = stored(corners, _ELEMENT_BUFFER, componentType=_UNSIGNED_INT, type="SCALAR")
            meshes.append(
                {"name": node.name, "primitives": [{"attributes": {"POSITION": position}, "indices": indices}]}
            )
            written["mesh"] = len(meshes) - 1
        if node.translation is not None:
            written["translation"] = [float(v) for v in node.translation]
        if node.yaw:
            written["rotation"] = [0.0, float(np.sin(node.yaw / 2)), 0.0, float(np.cos(node.yaw / 2))]
        if node.extras:
            written["extras"] = dict(node.extras)
        children = [added(child) for child in node.children]
        if children:
            written["children"] = children
        return number

    scene: dict[str, Any] = {"nodes": [added(node) for node in roots]}
    if extras:
        scene["extras"] = dict(extras)
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": f"lucid3d {lucid3d.__version__}"},
        "scene": 0,
        "scenes": [scene],
        "nodes": nodes,
    }
    binary = b"".join(chunks)
    if meshes:
        document |= {
            "meshes": meshes,
            "accessors": accessors,
            "bufferViews": views,
            "buffers": [{"byteLength": len(binary)}],
        }
    write_glb(path, document, binary)
    return Path(path)
