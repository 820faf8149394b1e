"""All meshes of a world in one set of arrays: what Embree and the native shader read, and what names every triangle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.colour import linear_from_srgb
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.materials import PATTERNS, Material
from lucid3d.procedural.kit.mesh import Mesh

Floats = NDArray[np.float32]
NO_UV = -1e9
"""Marks vertices without pattern coordinates."""


@dataclass
class Tables:
    """Everything by vertex, by triangle and by material; empty arrays where no mesh has the attribute."""

    vertices: Floats
    triangles: NDArray[np.uint32]
    material: NDArray[np.int32]
    normals: Floats
    tints: Floats
    uv: Floats
    materials: Floats
    label: NDArray[np.int32]
    instance: NDArray[np.int32]
    things: tuple[tuple[int, int, str], ...]
    """(first instance number, one past the last, what they are or "") of each mesh."""

    def identify(self, triangle: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Labels and instances (N,) of triangle numbers (N,) (-1 water, -2 sky)."""
        labels = np.zeros(len(triangle), np.int32)
        instances = np.zeros(len(triangle), np.int32)
        solid = triangle >= 0
        labels[solid], instances[solid] = self.label[triangle[solid]], self.instance[triangle[solid]]
        labels[triangle == -1] = label_number("water")
        instances[triangle == -1] = 1
        return labels, instances


def _row(material: Material, number: int) -> list[float]:
    hues = np.clip(linear_from_srgb(np.array(material.hues), np.float64), 0.004, 0.85).ravel()
    seed = sum((i + 1) * ord(c) for i, c in enumerate(material.name)) % 9973
    return [
        float(PATTERNS.index(material.pattern)),
        *hues.tolist(),
        max(material.scale, 1e-3),
        material.bump,
        material.roughness,
        *material.emission,
        material.translucency,
        material.wear,
        material.variation,
        float(seed),
    ]


def gather(meshes: Sequence[Mesh]) -> Tables:
    """Put the meshes of a world together; instance 1 is kept for water.

    The meshes' own arrays by vertex become views into the tables: so many triangles are kept in memory once.
    """
    table: dict[Material, int] = {}
    material, labels, instances, triangles, things = [], [], [], [], []
    first_vertex, first_instance = 0, 2
    for mesh in meshes:
        count = len(mesh.triangles)
        numbers = np.array([table.setdefault(m, len(table)) for m in mesh.materials], np.int32)
        own = np.zeros(count, np.int32) if mesh.material_index is None else mesh.material_index
        material.append(numbers[own])
        labels.append(np.full(count, label_number(mesh.label), np.int32))
        own = np.zeros(count, np.int32) if mesh.instances is None else mesh.instances
        instances.append((own + first_instance).astype(np.int32))
        behind = first_instance + int(own.max(initial=0)) + 1
        things.append((first_instance, behind, mesh.thing))
        first_instance = behind
        triangles.append((mesh.triangles + first_vertex).astype(np.uint32))
        first_vertex += len(mesh.vertices)

    def joined(name: str, width: int, default: float) -> Floats:
        if all(getattr(m, name) is None for m in meshes):
            return np.zeros((0, width), np.float32)
        out = np.full((first_vertex, width), default, np.float32)
        start = 0
        for mesh in meshes:
            values = getattr(mesh, name)
            if values is not None:
                part, missing = out[start : start + len(mesh.vertices)], np.isnan(values)
                part[:] = values
                if missing.any():
                    part[missing] = default
                else:
                    setattr(mesh, name, part)
            start += len(mesh.vertices)
        return out

    def stacked(parts: list[NDArray[np.int32]]) -> NDArray[np.int32]:
        return np.concatenate(parts) if parts else np.zeros(0, np.int32)

    return Tables(
        joined("vertices", 3, 0.0),
        np.concatenate(triangles) if triangles else np.zeros((0, 3), np.uint32),
        stacked(material),
        joined("normals", 3, 0.0),
        joined("tints", 3, 1.0),
        joined("uv", 2, NO_UV),
        np.array([_row(m, i) for m, i in table.items()], np.float32),
        stacked(labels),
        stacked(instances),
        tuple(things),
    )
