"""Streamed SOG: what lod-meta.json promises is in the files, and somebody else's reader finds it."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lucid3d.errors import InputError
from lucid3d.export import streamed
from lucid3d.export.ply import read_gaussians
from lucid3d.export.sog import palette, quantise, smallest_three
from lucid3d.export.streamed import write_streamed_sog
from lucid3d.gaussians.model import Gaussians
from tests.export.scenes import random_scene, room_scene


def sog_positions(meta_file: Path) -> np.ndarray:
    """(N, 3) by the format's own words, through Pillow."""
    meta = json.loads(meta_file.read_text())
    low, high = (
        np.asarray(Image.open(meta_file.parent / name).convert("RGBA")).reshape(-1, 4)[: meta["count"], :3].astype(int)
        for name in meta["means"]["files"]
    )
    mins, maxs = np.array(meta["means"]["mins"]), np.array(meta["means"]["maxs"])
    logarithm = mins + (maxs - mins) * (low + 256 * high) / 65535
    return np.copysign(np.expm1(np.abs(logarithm)), logarithm)


def leaves(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node] if "lods" in node else [leaf for child in node["children"] for leaf in leaves(child)]


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few thousand Gaussians have levels, pieces and files as millions have."""
    for name, value in (("COARSEST", 600), ("PIECE_LEAST", 50), ("PIECE_MOST", 1000), ("FILE_GAUSSIANS", 2500)):
        monkeypatch.setattr(streamed, name, value)


def scene_with_sky() -> Gaussians:
    scene, sky = room_scene(0.1), random_scene(200)
    sky.means[:] = sky.means / np.linalg.norm(sky.means, axis=1, keepdims=True) * 900
    parts = (scene, sky)
    return Gaussians(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("means", "quats", "log_scales", "logit_opacities", "sh")
        )
    )


def test_files_hold_what_the_tree_says(tmp_path: Path, small_pieces: None) -> None:
    scene = scene_with_sky()
    path = write_streamed_sog(scene, tmp_path, sky_distance=500)
    meta = json.loads(path.read_text())
    counts = meta["counts"]
    assert meta["lodLevels"] == len(counts) >= 3 and counts[0] == len(scene) - 200 and counts[-1] <= 600
    assert counts == sorted(counts, reverse=True)
    positions = [sog_positions(tmp_path / name) for name in meta["filenames"]]
    taken = [np.zeros(len(file), int) for file in positions]
    found = []
    for leaf in leaves(meta["tree"]):
        assert np.ptp([leaf["bound"]["min"], leaf["bound"]["max"]], axis=0).max() < 10
        for level, run in leaf["lods"].items():
            assert meta["filenames"][run["file"]].startswith(f"{level}_")
            rows = slice(run["offset"], run["offset"] + run["count"])
            taken[run["file"]][rows] += 1
            inside = positions[run["file"]][rows]
            assert (inside >= np.array(leaf["bound"]["min"]) - 1e-3).all()
            assert (inside <= np.array(leaf["bound"]["max"]) + 1e-3).all()
            found += [inside] if level == "0" else []
    assert all((file == 1).all() for file in taken)  # each Gaussian of each file is in one leaf
    from scipy.spatial import cKDTree

    distance, index = cKDTree(np.concatenate(found)).query(scene.means[:-200])
    assert distance.max() < 1e-3 and len(set(index.tolist())) == len(scene) - 200
    np.testing.assert_allclose(np.linalg.norm(sog_positions(tmp_path / meta["environment"]), axis=1), 900, rtol=1e-3)


@pytest.mark.node
def test_every_level_is_read_by_splat_transform(tmp_path: Path, splat_transform: str, small_pieces: None) -> None:
    path = write_streamed_sog(scene_with_sky(), tmp_path / "streamed", sky_distance=500)
    counts = json.loads(path.read_text())["counts"]
    for level, count in enumerate(counts):
        back = tmp_path / f"{level}.ply"
        command = [*shlex.split(splat_transform), "-q", "-g", "cpu", "-L", str(level), str(path), str(back)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        read = read_gaussians(back)
        near = read[np.linalg.norm(read.means, axis=1) < 500]  # the environment comes along
        assert len(near) == count
        assert np.median(near.opacities) > 0.95


@pytest.mark.parametrize("count", [1, 2, 300])
def test_small_scenes_and_strays(tmp_path: Path, count: int) -> None:
    scene = random_scene(count, 1)
    scene.means[-1] = 1e6
    meta = json.loads(write_streamed_sog(scene, tmp_path).read_text())
    assert meta["counts"] == [count] and "environment" not in meta
    assert (tmp_path / meta["filenames"][0]).is_file()
    with pytest.raises(InputError, match="0 Gaussians"):
        write_streamed_sog(random_scene(0), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_codebook_stands_for_all_values() -> None:
    values = np.random.default_rng(0).normal(-4, 1, (3000, 3)).astype(np.float32)
    values[7, 1] = -18
    book, numbers = quantise(values)
    assert len(book) == 256 and (np.diff(book) >= 0).all()
    error = np.abs(book[numbers] - values)
    assert error.max() < 0.1 and np.sqrt((error**2).mean()) < 0.02
    assert quantise(np.full((5, 3), 2, np.float32))[0][0] == 2


def test_rotations_are_restored_from_three_components() -> None:
    quats = random_scene(500).quats
    quats /= np.linalg.norm(quats, axis=1, keepdims=True)
    coded = smallest_three(quats)
    three = (coded[:, :3] / 255 * 2 - 1) / np.sqrt(2)
    left_out = np.sqrt(np.maximum(0, 1 - (three**2).sum(axis=1)))
    back = np.array([np.insert(t, tag - 252, w) for t, w, tag in zip(three, left_out, coded[:, 3], strict=True)])
    assert (np.abs((back * quats).sum(axis=1)) > 0.9999).all()


def test_harmonics_keep_to_few_sets() -> None:
    centres = np.random.default_rng(1).normal(0, 1, (8, 9)).astype(np.float32)
    rows = np.repeat(centres, 40, axis=0)
    sets, labels = palette(rows)
    np.testing.assert_allclose(sets[labels], rows, atol=1e-5)
