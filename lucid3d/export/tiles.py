"""3D Tiles 1.1: a scene in tiles of glTF with KHR_gaussian_splatting, packed, coarse ones replaced by finer ones.

Source: OGC 22-025r4 (3D Tiles) and Khronos' KHR_gaussian_splatting. Tiles are z up: x is the scene's right, y its
forward. The geometric error of a tile is that of its Gaussians in metres, so viewers refine by screen size.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lucid3d
from lucid3d import files
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.gltf import EXTENSION, PACKED_EXTENSION, write_packed_glb
from lucid3d.export.lod import Tree, build
from lucid3d.export.streamed import Indices, Piece, choose_levels, split
from lucid3d.gaussians.model import Gaussians

TILE_GAUSSIANS = 65_536
"""A tile is halved while it has more: 1 MB."""
_TILES_FROM_WORLD = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


def write_tiles(
    gaussians: Gaussians, folder: Path, *, start: NDArray[np.floating] | None = None, reach: float = 0.0
) -> Path:
    """Write a scene as tileset.json and tiles.

    Args:
        gaussians: the scene.
        folder: for tileset.json and the tiles.
        start: (3,) where people start (default: the origin). Tiles are coarse in what is far from there.
        reach: metres around the start in which people walk.
    Returns:
        tileset.json, which is written last.
    """
    scene = checked_gaussians(gaussians, f"the scene for {folder.name}")
    tree = build(scene)
    levels = choose_levels(tree, np.zeros(3) if start is None else start, reach)
    root = _tile(tree, split(tree.nodes, levels), len(levels) - 1, folder, "0")
    inside = [EXTENSION, PACKED_EXTENSION]  # CesiumJS decides by these what a tile's content is
    tileset = {
        "asset": {"version": "1.1", "generator": f"lucid3d {lucid3d.__version__}"},
        "geometricError": float(tree.errors[-1]),  # of showing nothing: more than of the coarsest tile
        "extensionsUsed": ["3DTILES_content_gltf"],
        "extensions": {"3DTILES_content_gltf": {"extensionsUsed": inside, "extensionsRequired": inside}},
        "root": {**root, "refine": "REPLACE"},
    }
    files.write_text(folder / "tileset.json", json.dumps(tileset, separators=(",", ":")))
    return folder / "tileset.json"


def _tile(tree: Tree, piece: Piece, level: int, folder: Path, name: str) -> dict[str, object]:
    """A tile of all that is in a piece, at a level, and the tiles that replace it; written as <name>.glb."""
    here = _at(piece, level)
    tile: dict[str, object] = {"boundingVolume": {"box": _box(piece)}}
    children: list[dict[str, object]] = []
    if level > 0:
        parts = _parts(piece, level - 1)
        children = [_tile(tree, part, level - 1, folder, f"{name}_{i}") for i, part in enumerate(parts)]
    own = float(tree.errors[here].max(initial=0.0))
    tile["geometricError"] = max([own, *(float(str(child["geometricError"])) for child in children)]) if level else 0.0
    if len(here):
        write_packed_glb(tree.nodes[here], folder / f"{name}.glb")
        tile["content"] = {"uri": f"{name}.glb"}
    if children:
        tile["children"] = children
    return tile


def _parts(piece: Piece, level: int) -> list[Piece]:
    """A piece, or its halves, or theirs, until a level of each fits into a tile."""
    if len(_at(piece, level)) <= TILE_GAUSSIANS or not piece.children:
        return [piece]
    return [part for child in piece.children for part in _parts(child, level)]


def _at(piece: Piece, level: int) -> Indices:
    """(K,) all nodes of a level in a piece."""
    if piece.levels is not None:
        return piece.levels[level]
    return np.concatenate([_at(child, level) for child in piece.children])


def _box(piece: Piece) -> list[float]:
    """Twelve numbers: the middle, and half of each axis."""
    middle = _TILES_FROM_WORLD @ ((piece.low + piece.high) / 2)
    half = np.abs(_TILES_FROM_WORLD @ ((piece.high - piece.low) / 2))
    return [float(f"{value:.7g}") for value in (*middle, *np.diag(half).ravel())]
