"""Voxels, read back by the words of the format's specification."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.playable.voxels import octree, write_voxels


def looked_up(path: Path, points: np.ndarray) -> np.ndarray:
    """(N,) whether points (N, 3) of the file's space are solid: down from the root, one child after the other."""
    meta = json.loads(path.read_text())
    words = np.frombuffer(path.with_name(path.name.replace(".json", ".bin")).read_bytes(), "<u4").tolist()
    nodes, leaves = words[: meta["nodeCount"]], words[meta["nodeCount"] :]
    assert len(leaves) == meta["leafDataCount"] == 2 * meta["numMixedLeaves"]
    found = []
    for point in points:
        voxel = np.floor((point - meta["gridBounds"]["min"]) / meta["voxelResolution"]).astype(int)
        block = voxel // meta["leafSize"]
        if not nodes or (voxel < 0).any() or (block >= 2 ** meta["treeDepth"]).any():
            found.append(False)
            continue
        at, solid = 0, False
        for level in range(meta["treeDepth"], -1, -1):
            mask, offset = nodes[at] >> 24, nodes[at] & 0xFFFFFF
            if mask == 0xFF and offset == 0:
                solid = True
                break
            if level == 0:
                x, y, z = (int(v) % 4 for v in voxel)
                bit = x + 4 * y + 16 * z
                solid = bool(leaves[2 * offset + bit // 32] >> (bit % 32) & 1)
                break
            x, y, z = ((int(v) >> (level - 1)) & 1 for v in block)
            child = x + 2 * y + 4 * z
            if not mask >> child & 1:
                break
            at = offset + (mask & ((1 << child) - 1)).bit_count()
        found.append(solid)
    return np.array(found)


@pytest.mark.parametrize("fill", [0.02, 0.5, 0.97])
def test_every_voxel_comes_back(tmp_path: Path, fill: float) -> None:
    rng = np.random.default_rng(3)
    solid = rng.random((13, 9, 21)) < fill
    solid[4:12, 0:8, 8:16] = True  # whole blocks, and a parent of eight of them
    low = np.array([-1.0, 2.0, 0.5])
    path, _ = write_voxels(solid, low, 0.1, tmp_path / "scene.voxel.json")
    cells = np.argwhere(np.ones_like(solid))
    np.testing.assert_array_equal(looked_up(path, low + (cells + 0.5) * 0.1), solid[tuple(cells.T)])
    assert not looked_up(path, low + np.array([[-0.05, 0.1, 0.1], [99.0, 0.1, 0.1]])).any()


def test_whole_and_empty() -> None:
    nodes, leaves, depth, inner = octree(np.ones((8, 8, 8), bool))
    assert nodes.tolist() == [0xFF000000] and not len(leaves) and (depth, inner) == (1, 0)
    nodes, _, _, _ = octree(np.zeros((4, 4, 4), bool))
    assert not len(nodes)


def test_names_and_limits(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.voxel\.json"):
        write_voxels(np.ones((4, 4, 4), bool), np.zeros(3), 0.1, tmp_path / "scene.json")
