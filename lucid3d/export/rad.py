"""Spark's .rad: one file with a tree of Gaussians, coarse to fine, that Spark pages in by 65,536.

Source: what Spark 2's reader expects (github.com/sparkjsdev/spark, MIT): a table (JSON) of chunks; chunks of planes,
one for each property, deflated. Node 0 is the root, the children of a node follow one another. Axes as in a PLY: y
down.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.export import morton
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.frames import unit_quaternions
from lucid3d.export.lod import Tree, build
from lucid3d.files import atomic_path
from lucid3d.gaussians.model import Gaussians

CHUNK = 65_536
"""Gaussians of a chunk, which Spark's pages are made for."""
MAX_TABLE = 1 << 20
"""Bytes of the table at most: readers look no farther."""
_DEFLATE_LEVEL = 6


def write_rad(gaussians: Gaussians, path: str | os.PathLike[str]) -> Path:
    """Write a scene with all its levels of detail.

    Raises:
        InputError: an empty scene, values that are not finite, or so many Gaussians that the table is too long.
    """
    scene = checked_gaussians(gaussians, f"the scene for {Path(path).name}")
    tree = build(scene)
    order, child_counts, child_starts = in_order(tree)
    nodes = tree.nodes[order]
    chunks = [
        _chunk(
            nodes[begin : begin + CHUNK],
            begin,
            child_counts[begin : begin + CHUNK],
            child_starts[begin : begin + CHUNK],
        )
        for begin in range(0, len(nodes), CHUNK)
    ]
    sizes = [len(chunk) for chunk in chunks]
    offsets = np.cumsum([0, *sizes[:-1]]).tolist()
    table = json.dumps(
        {
            "version": 1, "type": "gsplat", "count": len(nodes), "maxSh": nodes.sh_degree, "lodTree": True,
            "chunkSize": CHUNK, "allChunkBytes": sum(sizes),
            "chunks": [{"offset": o, "bytes": size} for o, size in zip(offsets, sizes, strict=True)],
        },
        separators=(",", ":"),
    ).encode()  # fmt: skip
    if len(table) > MAX_TABLE - 8:
        raise InputError(f"{len(scene):,} Gaussians are too many for one .rad: use --max-gaussians, or streamed-sog")
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.write(b"RAD0" + struct.pack("<I", len(table)) + _padded(table))
        for chunk in chunks:
            file.write(chunk)
    return Path(path)


def in_order(tree: Tree) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """The order of a tree's nodes in the file, (M,) numbers, and of each the count (M,) and the first (M,) of its
    children in that order. Coarse before fine, and what is near together at each level."""
    parents = tree.parents
    height = np.zeros(len(parents), np.int64)
    inner = np.flatnonzero(parents >= 0)
    while True:
        higher = height.copy()
        np.maximum.at(higher, parents[inner], height[inner] + 1)
        if (higher == height).all():
            break
        height = higher
    codes, _ = morton.codes(tree.nodes.means, morton.middle(tree.nodes.means))
    # A parent is higher than its child, so it comes before it.
    families = np.lexsort((np.arange(len(inner)), parents[inner], codes[parents[inner]], -height[parents[inner]]))
    order = np.concatenate([np.flatnonzero(parents < 0), inner[families]])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    counts = np.bincount(parents[inner], minlength=len(parents))
    starts = np.full(len(parents), len(order))
    np.minimum.at(starts, parents[inner], place[inner])
    starts[counts == 0] = 0
    return order, counts[order], starts[order]


def _chunk(nodes: Gaussians, base: int, child_counts: NDArray[np.int64], child_starts: NDArray[np.int64]) -> bytes:
    """A chunk: its table, the length of what follows, and the planes (child_counts and child_starts are (N,))."""
    count = len(nodes)
    colours = np.clip(np.rint(nodes.colors * 255), 0, 255).astype(np.uint8)
    # Byte by byte, so that the bytes that are alike lie together.
    centers = np.ascontiguousarray(nodes.means.T, "<f4").view(np.uint8).reshape(3, count, 4).transpose(2, 0, 1)
    planes: list[tuple[dict[str, object], bytes]] = [
        ({"property": "center", "encoding": "f32_lebytes"}, centers.tobytes()),
        ({"property": "alpha", "encoding": "f16"}, nodes.opacities.astype("<f2").tobytes()),
        ({"property": "rgb", "encoding": "r8", "min": 0.0, "max": 1.0}, colours.T.tobytes()),
        ({"property": "scales", "encoding": "ln_f16"}, nodes.log_scales.T.astype("<f2").tobytes()),
        ({"property": "orientation", "encoding": "oct88r8"}, octahedral(unit_quaternions(nodes)).tobytes()),
    ]
    for degree in range(1, nodes.sh_degree + 1):
        band = nodes.sh[:, degree * degree : (degree + 1) ** 2].reshape(count, -1)
        planes.append(({"property": f"sh{degree}", "encoding": "f16"}, band.T.astype("<f2").tobytes()))
    planes += [
        ({"property": "child_count", "encoding": "u16"}, child_counts.astype("<u2").tobytes()),
        ({"property": "child_start", "encoding": "u32"}, child_starts.astype("<u4").tobytes()),
    ]
    properties, payload = [], bytearray()
    for said, plane in planes:
        packer = zlib.compressobj(_DEFLATE_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)  # bare, whatever "gz" says
        packed = packer.compress(plane) + packer.flush()
        properties.append({**said, "compression": "gz", "offset": len(payload), "bytes": len(packed)})
        payload += _padded(packed)
    table = json.dumps(
        {
            "version": 1, "base": base, "count": count, "payloadBytes": len(payload), "maxSh": nodes.sh_degree,
            # Said again in each chunk, for pages are read without the file's table.
            "lodTree": True, "splatEncoding": {"lodOpacity": True}, "properties": properties,
        },
        separators=(",", ":"),
    ).encode()  # fmt: skip
    return b"RADC" + struct.pack("<I", len(table)) + _padded(table) + struct.pack("<Q", len(payload)) + bytes(payload)


def octahedral(quats: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(N, 3) bytes of unit quaternions w x y z (N, 4): the axis on an octahedron (Meyer et al. 2010), and the angle."""
    turned = np.where(quats[:, :1] < 0, -quats, quats).astype(np.float64)
    angle = 2 * np.arccos(np.clip(turned[:, 0], 0, 1))
    sine = np.sin(angle / 2)[:, None]
    axis = np.where(np.abs(sine) < 1e-6, [1.0, 0.0, 0.0], turned[:, 1:] / np.maximum(sine, 1e-6))
    axis /= np.abs(axis).sum(axis=1, keepdims=True)
    signs = np.where(axis[:, :2] >= 0, 1.0, -1.0)
    folded = np.where(axis[:, 2:] < 0, (1 - np.abs(axis[:, 1::-1])) * signs, axis[:, :2])
    return np.rint(np.clip(np.column_stack([folded * 0.5 + 0.5, angle / np.pi]), 0, 1) * 255).astype(np.uint8)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)
