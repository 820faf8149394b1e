"""3D Tiles: the tree of tiles is sound, and every replacement shows the whole scene."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import gsply
import numpy as np
import pytest
from scipy.spatial import cKDTree

from lucid3d.errors import InputError
from lucid3d.export import streamed, tiles
from lucid3d.export.tiles import write_tiles
from tests.export.scenes import random_scene, room_scene

Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""What a viewer of 3D Tiles does to glTF, which is y up."""
WORLD = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""From tiles (right, forward, up) to our world (right, down, forward)."""


def packed_positions(path: Path) -> np.ndarray:
    """(N, 3) of the .spz in a GLB, as gsply reads it, in glTF's axes; the accessors must say as much."""
    data = path.read_bytes()
    length, _ = struct.unpack_from("<I4s", data, 12)
    document = json.loads(data[20 : 20 + length])
    (primitive,) = document["meshes"][0]["primitives"]
    name = "KHR_gaussian_splatting_compression_spz_2"
    view = document["bufferViews"][primitive["extensions"]["KHR_gaussian_splatting"]["extensions"][name]["bufferView"]]
    assert name in document["extensionsRequired"] and primitive["mode"] == 0
    start = 20 + length + 8 + view["byteOffset"]
    packed = path.with_suffix(".spz")
    packed.write_bytes(data[start : start + view["byteLength"]])
    means = gsply.read_spz(packed).means
    assert {accessor["count"] for accessor in document["accessors"]} == {len(means)}
    low, high = (np.array(document["accessors"][0][name]) for name in ("min", "max"))
    assert (means >= low - 1e-3).all() and (means <= high + 1e-3).all()
    return means


def corners(tile: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    box = np.array(tile["boundingVolume"]["box"])
    half = np.abs(box[3:].reshape(3, 3)).sum(axis=0)
    return box[:3] - half, box[:3] + half


def visit(tile: dict[str, Any], folder: Path, finest: list[np.ndarray]) -> int:
    """Check a tile and all below; returns how many Gaussians its own content has."""
    positions = packed_positions(folder / tile["content"]["uri"]) @ Z_UP.T
    low, high = corners(tile)
    assert (positions >= low - 1e-3).all() and (positions <= high + 1e-3).all()
    children = tile.get("children", [])
    if not children:
        assert tile["geometricError"] == 0
        finest.append(positions)
    else:
        assert tile["geometricError"] > 0
        for child in children:
            inner_low, inner_high = corners(child)
            assert (inner_low >= low - 1e-4).all() and (inner_high <= high + 1e-4).all()
            assert child["geometricError"] <= tile["geometricError"]
        assert sum(visit(child, folder, finest) for child in children) > len(positions)
    return len(positions)


def test_tiles_are_replaced_by_the_whole_scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COARSEST", 600), ("PIECE_LEAST", 50), ("PIECE_MOST", 1000)):
        monkeypatch.setattr(streamed, name, value)
    monkeypatch.setattr(tiles, "TILE_GAUSSIANS", 2000)
    scene = room_scene(0.1)
    tileset = json.loads(write_tiles(scene, tmp_path).read_text())
    assert tileset["asset"]["version"] == "1.1" and tileset["root"]["refine"] == "REPLACE"
    assert tileset["geometricError"] >= tileset["root"]["geometricError"]
    finest: list[np.ndarray] = []
    assert visit(tileset["root"], tmp_path, finest) <= 600
    shown = np.concatenate(finest) @ WORLD.T
    distance, index = cKDTree(shown).query(scene.means)
    assert distance.max() < 4e-4 and len(set(index.tolist())) == len(shown) == len(scene)


def test_small_scenes_are_one_tile(tmp_path: Path) -> None:
    tileset = json.loads(write_tiles(random_scene(1, 1), tmp_path).read_text())
    assert "children" not in tileset["root"] and (tmp_path / tileset["root"]["content"]["uri"]).is_file()
    with pytest.raises(InputError, match="0 Gaussians"):
        write_tiles(random_scene(0), tmp_path / "none")
    assert not (tmp_path / "none").exists()
