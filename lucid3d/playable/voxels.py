"""Solid voxels as PlayCanvas' engine and SuperSplat's viewer read them for collision: name.voxel.json and .voxel.bin.

Source: PlayCanvas, "Voxel Format" 1.1 (developer.playcanvas.com): a sparse octree in Laine and Karras' layout over
blocks of 4 x 4 x 4 voxels. A node is 32 bits: which of its eight children there are (x, y, z are bits 0, 1, 2 of the
child's number) in the top eight, where the first of them is in the rest; 0xFF000000 is a block that is solid through
and through, and with no children the rest counts the pairs of words that hold 64 voxels (bit x + 4 y + 16 z). Axes are
a PLY's turned by 180 degrees about z, which are glTF's: x left, y up, z forward.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lucid3d
from lucid3d.errors import InputError
from lucid3d.files import atomic_path, write_text

BLOCK = 4
"""Voxels along a leaf's side."""
SOLID = np.uint32(0xFF000000)
MOST_NODES = 0xFFFFFF
"""What 24 bits can point to."""

Solid = NDArray[np.bool_]


def write_voxels(solid: Solid, low: NDArray[np.floating], size: float, path: Path) -> list[Path]:
    """Write voxels.

    Args:
        solid: (X, Y, Z) bool in the file's axes.
        low: (3,) metres, the corner of the first voxel.
        size: metres along a voxel's side.
        path: ends in .voxel.json; the octree lies beside it.
    Returns:
        Both files.
    Raises:
        InputError: the name ends otherwise, or the tree has more nodes than the format can hold.
    """
    if not path.name.endswith(".voxel.json"):
        raise InputError(f"{path.name} must end in .voxel.json")
    nodes, leaves, depth, inner = octree(solid)
    if len(nodes) > MOST_NODES or len(leaves) // 2 > MOST_NODES:
        raise InputError(f"{len(nodes)} nodes are more than {path.name} can hold: take larger voxels")
    low = np.asarray(low, np.float64)
    blocks = -(-np.array(solid.shape) // BLOCK)
    filled = np.argwhere(solid)
    bounds = (filled.min(axis=0), filled.max(axis=0) + 1) if len(filled) else (np.zeros(3), np.zeros(3))
    header = {
        "version": "1.1",
        "asset": {"generator": f"lucid3d {lucid3d.__version__}"},
        "gridBounds": {"min": low.tolist(), "max": (low + blocks * BLOCK * size).tolist()},
        "sceneBounds": {"min": (low + bounds[0] * size).tolist(), "max": (low + bounds[1] * size).tolist()},
        "voxelResolution": size,
        "leafSize": BLOCK,
        "treeDepth": depth,
        "numInteriorNodes": inner,
        "numMixedLeaves": len(leaves) // 2,
        "nodeCount": len(nodes),
        "leafDataCount": len(leaves),
    }
    binary = path.with_name(path.name.replace(".voxel.json", ".voxel.bin"))
    with atomic_path(binary) as temporary:
        temporary.write_bytes(nodes.astype("<u4").tobytes() + leaves.astype("<u4").tobytes())
    write_text(path, json.dumps(header, indent=2) + "\n")
    return [path, binary]


def octree(solid: Solid) -> tuple[NDArray[np.uint32], NDArray[np.uint32], int, int]:
    """The tree over solid voxels (X, Y, Z) bool, breadth first.

    Returns:
        nodes (N,) and leaf words (2 M,) uint32, the levels between root and leaves, and how many nodes have children.
    """
    levels = [_blocks(solid)]
    depth = max(1, int(np.ceil(np.log2(max(levels[0][0].shape)))))
    # (kind, words): 0 empty, 1 solid, 2 mixed; parents of solid blocks alone are solid leaves themselves
    kinds = [np.pad(levels[0][0], [(0, 2**depth - n) for n in levels[0][0].shape])]
    for _ in range(depth):
        eight = _children(kinds[-1])
        kinds.append(np.where((eight == 1).all(axis=-1), 1, np.where((eight == 0).all(axis=-1), 0, 2)).astype(np.uint8))
    words = levels[0][1]
    if kinds[-1].item() == 0:
        return np.zeros(0, np.uint32), np.zeros(0, np.uint32), depth, 0
    nodes: list[NDArray[np.uint32]] = []
    leaves: list[NDArray[np.uint32]] = []
    wave, written, counted, inner = np.zeros((1, 3), np.int64), 0, 0, 0
    for level in range(depth, -1, -1):
        kind = kinds[level][tuple(wave.T)]
        values = np.full(len(wave), SOLID, np.uint32)
        mixed = kind == 2
        written += len(wave)
        if level == 0:
            values[mixed] = counted + np.arange(mixed.sum(), dtype=np.uint32)
            leaves.append(words[tuple(wave[mixed].T)].reshape(-1))
            nodes.append(values)
            break
        eight = _children(kinds[level - 1])[tuple(wave[mixed].T)] > 0
        masks = (eight << np.arange(8)).sum(axis=1).astype(np.uint32)
        first = written + np.concatenate([[0], np.cumsum(eight.sum(axis=1))[:-1]]) if mixed.any() else np.zeros(0)
        values[mixed] = (masks << np.uint32(24)) | first.astype(np.uint32)
        nodes.append(values)
        inner += int(mixed.sum())
        parent, child = np.nonzero(eight)
        offset = np.stack([child & 1, (child >> 1) & 1, (child >> 2) & 1], axis=1)
        wave = 2 * wave[mixed][parent] + offset
        if not len(wave):
            break
    return np.concatenate(nodes), np.concatenate(leaves) if leaves else np.zeros(0, np.uint32), depth, inner


def _blocks(solid: Solid) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Kind (BX, BY, BZ) and the two words (BX, BY, BZ, 2) of each block."""
    padded = np.pad(solid, [(0, -n % BLOCK) for n in solid.shape])
    x, y, z = (n // BLOCK for n in padded.shape)
    cubes = padded.reshape(x, BLOCK, y, BLOCK, z, BLOCK).transpose(0, 2, 4, 5, 3, 1).reshape(x, y, z, 64)
    bits = np.packbits(cubes, axis=-1, bitorder="little").view("<u4").astype(np.uint32)
    full, some = cubes.all(axis=-1), cubes.any(axis=-1)
    return np.where(full, 1, np.where(some, 2, 0)).astype(np.uint8), bits.reshape(x, y, z, 2)


def _children(kind: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(X, Y, Z) to (X/2, Y/2, Z/2, 8), children by their number."""
    x, y, z = (n // 2 for n in kind.shape)
    return kind.reshape(x, 2, y, 2, z, 2).transpose(0, 2, 4, 5, 3, 1).reshape(x, y, z, 8)
