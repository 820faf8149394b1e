"""PlayCanvas's Streamed SOG: a scene in pieces, each at several levels of detail, that viewers load as they need them.

Source: developer.playcanvas.com, "Streamed SOG Format", version 1: lod-meta.json has a tree of boxes; a leaf names, for
each level (0 is the finest), a file and the run of Gaussians in it. Files are SOG folders. Axes as in a PLY: y down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lucid3d
from lucid3d import files
from lucid3d.export import morton
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.lod import Tree, build
from lucid3d.export.sog import in_order, write_sog_folder
from lucid3d.gaussians.model import Gaussians

COARSEST = 50_000
"""Gaussians of the coarsest level at most: some 0.6 MB, a quarter of a second at 20 Mbit/s."""
STEP = 2.5
"""Times that a level has fewer Gaussians than the one before, about: the steps are even."""
MAX_LEVELS = 8
PIECE_METRES = 16.0
"""A piece is split while it is larger than this, as splat-transform does it,"""
PIECE_LEAST = 4096
"""and has more Gaussians than this at its finest: less is not worth a choice;"""
PIECE_MOST = 32_768
"""or while it has more than this."""
FILE_GAUSSIANS = 65_536
"""A file takes pieces until it has this many: 0.7 MB."""
NEAREST = 0.5
"""Metres that people are from a surface at least, when levels are chosen."""

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Piece:
    """A node of the tree of boxes.

    Attributes:
        low, high: (3,) metres, what is in it with one standard deviation around.
        levels: of a leaf, the nodes of the tree of Gaussians at each level, finest first; None of an inner node.
        children: of an inner node, two pieces.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    levels: list[Indices] | None
    children: tuple[Piece, ...] = ()


def write_streamed_sog(
    gaussians: Gaussians,
    folder: Path,
    *,
    start: NDArray[np.floating] | None = None,
    reach: float = 0.0,
    sky_distance: float | None = None,
    with_sky: bool = True,
) -> Path:
    """Write a scene for streaming.

    Args:
        gaussians: the scene.
        folder: for lod-meta.json and the folders of images.
        start: (3,) where people start (default: the origin). Levels are coarse in what is far from there.
        reach: metres around the start in which people walk.
        sky_distance: Gaussians farther than this from the start are the environment, which viewers load whole.
        with_sky: whether the environment is written, too.
    Returns:
        lod-meta.json, which is written last.
    """
    scene = checked_gaussians(gaussians, f"the scene for {folder.name}")
    start = np.asarray(np.zeros(3) if start is None else start, np.float64)
    far = np.zeros(len(scene), bool)
    if sky_distance is not None:
        far = np.linalg.norm(scene.means - start, axis=1) > sky_distance
        far &= not far.all()  # a scene that is all sky is a scene
    tree = build(scene[~far])
    levels = choose_levels(tree, start, reach)
    root = split(tree.nodes, levels)
    names: list[str] = []
    runs: list[tuple[int, list[Indices]]] = []
    described = _describe(tree.nodes, root, names, runs)
    for name, (_, parts) in zip(names, runs, strict=True):
        write_sog_folder(tree.nodes[np.concatenate(parts)], folder / Path(name).parent)
    meta: dict[str, object] = {
        "version": 1,
        "asset": {"generator": f"lucid3d {lucid3d.__version__}"},
        "count": sum(map(len, levels)),
        "counts": [len(level) for level in levels],
        "lodLevels": len(levels),
        "lodErrors": False,
    }
    if with_sky and far.any():
        write_sog_folder(in_order(scene[far]), folder / "env")
        meta["environment"] = "env/meta.json"
    meta |= {"filenames": names, "tree": described}
    files.write_text(folder / "lod-meta.json", json.dumps(meta, separators=(",", ":")))
    return folder / "lod-meta.json"


def choose_levels(tree: Tree, start: NDArray[np.floating], reach: float) -> list[Indices]:
    """Cuts of a tree, finest first, each with about `STEP` times fewer Gaussians, until there are at most `COARSEST`.

    A level, (K,) numbers of nodes, allows errors that grow with the distance from where people walk, `reach` metres
    around `start` (3,).
    """
    distance = np.linalg.norm(tree.nodes.means - start.astype(np.float32), axis=1)
    seen_from = np.maximum(distance - tree.errors - reach, 0) + NEAREST
    levels: list[Indices] = [np.arange(tree.leaves)]
    shrink = tree.leaves / COARSEST
    steps = min(MAX_LEVELS - 1, max(1, round(np.log(shrink) / np.log(STEP)))) if shrink > 1 else 0
    for step in range(1, steps + 1):
        wanted = tree.leaves / shrink ** (step / steps)
        low, high = 1e-6, 1e3  # radians; a thousand is the root
        for _ in range(30):
            middle = np.sqrt(low * high)
            low, high = (middle, high) if len(tree.cut(middle * seen_from)) > wanted else (low, middle)
        level = tree.cut(high * seen_from)
        if len(level) == len(levels[-1]):
            break
        levels.append(level)
    return levels


def split(nodes: Gaussians, levels: list[Indices]) -> Piece:
    """The tree of boxes over levels, each (K,) numbers of nodes: halves along the longer side of the finest level."""
    every = np.concatenate(levels)
    around = np.exp(nodes.log_scales[every]).max(axis=1, keepdims=True)
    low, high = (nodes.means[every] - around).min(axis=0), (nodes.means[every] + around).max(axis=0)
    finest = nodes.means[levels[0]]
    if len(finest) > PIECE_LEAST:
        extent = np.ptp(finest, axis=0)
        axis = int(extent.argmax())
        plane = float(np.median(finest[:, axis]))
        sides = [nodes.means[level][:, axis] < plane for level in levels]
        splits = (len(finest) > PIECE_MOST or extent[axis] > PIECE_METRES) and bool(sides[0].any())
        if splits:
            parts = ([x[side] for x, side in zip(levels, sides, strict=True)],
                     [x[~side] for x, side in zip(levels, sides, strict=True)])  # fmt: skip
            children = tuple(split(nodes, part) for part in parts)
            return Piece(low.astype(np.float64), high.astype(np.float64), None, children)
    return Piece(low.astype(np.float64), high.astype(np.float64), levels)


def _describe(
    nodes: Gaussians, piece: Piece, names: list[str], runs: list[tuple[int, list[Indices]]]
) -> dict[str, object]:
    """A piece as lod-meta.json has it; what goes into files is added to `runs`: a level and its parts for each name."""
    bound = {"min": [float(f"{x:.7g}") for x in piece.low], "max": [float(f"{x:.7g}") for x in piece.high]}
    if piece.levels is None:
        return {"bound": bound, "children": [_describe(nodes, child, names, runs) for child in piece.children]}
    lods: dict[str, object] = {}
    for level, indices in enumerate(piece.levels):
        if len(indices) == 0:
            continue
        own = [number for number, (other, _) in enumerate(runs) if other == level]
        if not own or sum(map(len, runs[own[-1]][1])) + len(indices) > FILE_GAUSSIANS:
            own.append(len(runs))
            names.append(f"{level}_{len(own) - 1}/meta.json")
            runs.append((level, []))
        file, parts = own[-1], runs[own[-1]][1]
        codes, _ = morton.codes(nodes.means[indices], morton.middle(nodes.means[indices]))
        lods[str(level)] = {"file": file, "offset": sum(map(len, parts)), "count": len(indices)}
        parts.append(indices[np.argsort(codes, kind="stable")])
    return {"bound": bound, "lods": lods}
