"""Spark's .rad, by its own words; tests/export/test_web.py has Spark draw it."""

from __future__ import annotations

import json
import struct
import urllib.request
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.export import rad
from lucid3d.export.lod import build
from lucid3d.export.rad import in_order, octahedral, write_rad
from tests.export.ranges import range_server
from tests.export.scenes import ROOM_LOW, random_scene, room_scene


def chunk_at(data: bytes, offset: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    assert data[offset : offset + 4] == b"RADC"
    (length,) = struct.unpack_from("<I", data, offset + 4)
    said = json.loads(data[offset + 8 : offset + 8 + length])
    start = offset + 8 + (length + 7) // 8 * 8
    (payload,) = struct.unpack_from("<Q", data, start)
    assert payload == said["payloadBytes"]
    planes = {}
    for part in said["properties"]:
        begin = start + 8 + part["offset"]
        planes[part["property"]] = zlib.decompress(data[begin : begin + part["bytes"]], -zlib.MAX_WBITS)
    return said, planes


def test_chunks_hold_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rad, "CHUNK", 1000)
    scene = room_scene(0.2)
    data = write_rad(scene, tmp_path / "scene.rad").read_bytes()
    assert data[:4] == b"RAD0"
    (length,) = struct.unpack_from("<I", data, 4)
    table = json.loads(data[8 : 8 + length])
    first = 8 + (length + 7) // 8 * 8
    assert table["chunkSize"] == 1000 and len(table["chunks"]) == -(-table["count"] // 1000) >= 2
    assert first + table["allChunkBytes"] == len(data)
    means, counts, starts = [], [], []
    for number, where in enumerate(table["chunks"]):
        said, planes = chunk_at(data, first + where["offset"])
        assert said["base"] == 1000 * number
        # Spark pages chunks in without the file's table: each must say itself what it is.
        assert said["lodTree"] is True and said["splatEncoding"]["lodOpacity"] is True and said["maxSh"] == 0
        bytes_of = np.frombuffer(planes["center"], np.uint8).reshape(4, 3, said["count"])
        means.append(np.ascontiguousarray(bytes_of.transpose(2, 1, 0)).view("<f4")[..., 0])
        counts.append(np.frombuffer(planes["child_count"], "<u2"))
        starts.append(np.frombuffer(planes["child_start"], "<u4"))
    mean, count, start = np.concatenate(means), np.concatenate(counts).astype(int), np.concatenate(starts).astype(int)
    leaves = np.flatnonzero(count == 0)
    assert len(leaves) == len(scene)
    order, expected = np.lexsort(mean[leaves].T), np.lexsort(scene.means.T)
    np.testing.assert_array_equal(mean[leaves][order], scene.means[expected])
    # From the root every other node is reached once, from a parent before it.
    children = np.concatenate([np.arange(s, s + c) for s, c in zip(start, count, strict=True)])
    assert sorted(children.tolist()) == list(range(1, len(mean)))
    assert (start[count > 0] > np.flatnonzero(count > 0)).all()


def fetched(address: str, first: int, count: int) -> bytes:
    request = urllib.request.Request(address, headers={"Range": f"bytes={first}-{first + count - 1}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 206
        return bytes(answer.read())


def test_a_reader_fetches_the_chunks_that_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a host, by ranges: the table, then chunk by chunk what is coarser than asked for, never the whole file."""
    monkeypatch.setattr(rad, "CHUNK", 500)
    scene = room_scene(0.1)
    write_rad(scene, tmp_path / "scene.rad")
    total = (tmp_path / "scene.rad").stat().st_size
    tree = build(scene)
    with range_server(tmp_path) as (host, sent):
        address = f"{host}/scene.rad"
        (length,) = struct.unpack_from("<I", fetched(address, 0, 8), 4)
        table = json.loads(fetched(address, 8, length))
        start = 8 + (length + 7) // 8 * 8
        chunks: dict[int, dict[str, np.ndarray]] = {}

        def node(number: int) -> tuple[np.ndarray, float, range]:
            """Position, reach and children of a node, from its chunk, which is fetched when it is first needed."""
            which, row = divmod(number, table["chunkSize"])
            if which not in chunks:
                where = table["chunks"][which]
                said, planes = chunk_at(fetched(address, start + where["offset"], where["bytes"]), 0)
                bytes_of = np.frombuffer(planes["center"], np.uint8).reshape(4, 3, said["count"])
                chunks[which] = {
                    "center": np.ascontiguousarray(bytes_of.transpose(2, 1, 0)).view("<f4")[..., 0],
                    "size": np.exp(np.frombuffer(planes["scales"], "<f2").reshape(3, -1).max(axis=0).astype(float)),
                    "count": np.frombuffer(planes["child_count"], "<u2"),
                    "start": np.frombuffer(planes["child_start"], "<u4"),
                }
            chunk = chunks[which]
            first = int(chunk["start"][row])
            return chunk["center"][row], 4 * float(chunk["size"][row]), range(first, first + int(chunk["count"][row]))

        # Opened is what reaches to the left wall; the rest of the room stays coarse.
        shown, waiting = [], [0]
        while waiting:
            place, reach, children = node(waiting.pop())
            if not children or place[0] - reach > ROOM_LOW[0]:
                shown.append(place)
            else:
                waiting += children
        near = scene.means[scene.means[:, 0] < ROOM_LOW[0] + 0.05]
        found = np.array(shown)
        assert np.abs(found[:, None] - near[::37]).sum(axis=2).min(axis=0).max() < 1e-5  # its very Gaussians
        assert len(shown) < 0.6 * len(scene) and len(chunks) < 0.8 * len(table["chunks"])
        assert sum(size for _, _, size in sent) < 0.85 * total
        assert len(tree.nodes) == table["count"]


def test_children_follow_one_another() -> None:
    tree = build(random_scene(3000))
    order, counts, starts = in_order(tree)
    for place in np.flatnonzero(counts)[:200]:
        children = order[starts[place] : starts[place] + counts[place]]
        assert (tree.parents[children] == order[place]).all()
        assert counts[place] == (tree.parents == order[place]).sum()


def test_rotations_survive_an_octahedron() -> None:
    quats = random_scene(400).quats
    quats /= np.linalg.norm(quats, axis=1, keepdims=True)
    quats[0] = (1, 0, 0, 0)
    coded = octahedral(quats).astype(float) / 255
    plane = coded[:, :2] * 2 - 1
    axis = np.column_stack([plane, 1 - np.abs(plane).sum(axis=1)])
    back = np.maximum(-axis[:, 2:], 0) * np.where(axis[:, :2] >= 0, -1, 1)
    axis[:, :2] += back
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    half = coded[:, 2:] * np.pi / 2
    restored = np.column_stack([np.cos(half), np.sin(half) * axis])
    assert (np.abs((restored * quats).sum(axis=1)) > 0.9995).all()


def test_small_scenes(tmp_path: Path) -> None:
    for count in (1, 2):
        data = write_rad(random_scene(count, 2), tmp_path / "scene.rad").read_bytes()
        (length,) = struct.unpack_from("<I", data, 4)
        assert json.loads(data[8 : 8 + length])["maxSh"] == 2
    with pytest.raises(InputError, match="0 Gaussians"):
        write_rad(random_scene(0), tmp_path / "none.rad")
    assert not (tmp_path / "none.rad").exists()
