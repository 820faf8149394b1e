"""Whatever is sent to a reader, it gives an answer or an InputError of a few lines; and never takes the machine."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from lucid3d import reading
from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.gaussians.training import checkpoint
from lucid3d.input_depth import load_depth
from lucid3d.input_pictures import load_picture, prepare_picture
from lucid3d.transforms import PosedView, read_transforms, write_transforms
from tests.torture.seeds import SCENE, texts


def picture(path: Path, mode: str, **options: Any) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 4), np.uint8)
    Image.fromarray(noise).convert(mode).save(path, **options)


def test_whatever_a_file_holds_its_reader_answers(effort: int, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "tests.torture.mutated", str(tmp_path / "made"), "--inputs", str(600 * effort)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["inputs"] >= 600 * effort and told["readers"] > 50
    assert told["wrong"] == []


def test_a_view_whose_parts_disagree_is_refused(tmp_path: Path) -> None:
    camera = Camera.from_fov(24, 24, 80)
    view = PosedView(camera, np.zeros((24, 24, 3), np.float32), np.ones((24, 24), np.float32), np.ones((24, 24), bool))
    write_transforms([view], tmp_path)
    np.save(tmp_path / "depth" / "view_000.npy", np.ones((12, 24), np.float32))
    with pytest.raises(InputError, match="picture, mask and depth"):
        list(read_transforms(tmp_path))


def png_bomb(side: int, mode: int = 6) -> bytes:
    """A PNG of side x side black pixels in a few kB a million."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows, packer = side, zlib.compressobj(9)
    row = bytes(1 + side * {6: 4, 2: 3, 0: 1}[mode])
    body = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, mode, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def npz_bomb() -> bytes:
    """10 GB of zeros in 10 kB would be one; this only claims them."""
    buffer, header = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**9)})
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.npy", header.getvalue())
        archive.writestr("planes.npy", header.getvalue() + bytes(10**6))
    return buffer.getvalue()


def npy_bomb() -> bytes:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**6)})
    return header.getvalue() + bytes(100)


ALIASES = b"\n".join(
    b"%c: &%c [%s]" % (97 + i, 97 + i, b",".join([b"*%c" % (96 + i)] * 9) if i else b"1,1,1") for i in range(12)
)
BOMBS: dict[str, tuple[bytes, str]] = {
    "scene.yaml": (yaml.safe_dump(SCENE).encode() + b"\n" + ALIASES, "values"),
    "config.yaml": (ALIASES, "values"),
    "prompts.yaml": (b"[" * 20_000, "nested"),
    "zoom.yaml": (b"levels: " + b"9" * 6000, "digits"),
    "path.yaml": (b"views: [{ring: 1000000000}]", "ring"),
    "curve.yaml": (b"keyframes: [{yaw: 0}, {yaw: 9}]\nframes: 1000000000000", "frames"),
    "path.json": (b'{"frames": ' + b"[" * 200_000, "nested"),
    "tasks.json": (b"[" + b"9" * 100_000 + b"]", "digits"),
    "list.jsonl": (b"x" * (17 * 2**20), "larger than"),
    "depth.npy": (npy_bomb(), "too short"),
    "training.npz": (npz_bomb(), "too short"),
}
ARRAYS = {"depth.npy": load_depth, "training.npz": checkpoint.load}


@pytest.mark.parametrize("name", list(BOMBS))
def test_bombs_are_refused_for_what_they_are(name: str, tmp_path: Path) -> None:
    data, words = BOMBS[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=words):
        (ARRAYS.get(name) or texts()[name][1])(path)


MEASURED = """
import resource, sys
from pathlib import Path
from lucid3d.errors import InputError
from lucid3d.input_pictures import load_picture
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(load_picture(Path(sys.argv[1])).image.shape)
except InputError as error:
    print(str(error))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.parametrize(
    ("side", "mode", "says"), [(9_000, 6, "transparent"), (12_000, 0, "(4096, 4096, 3)"), (22_000, 0, "reduce it")]
)
def test_a_huge_picture_takes_little_more_than_its_pixels(side: int, mode: int, says: str, tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(png_bomb(side, mode))
    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True)
    words, megabytes = done.stdout.strip().splitlines()
    assert says in words
    pixels = side * side * {6: 4, 0: 1}[mode] / 2**20
    assert float(megabytes) < (pixels if side < 20_000 else 0) + 900  # LONGEST_SIDE in float32 twice over, and a band


def test_a_band_wise_average_is_the_average(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BAND_PIXELS", 3000)
    pixels = np.random.default_rng(0).integers(0, 255, (640, 320, 3), np.uint8)
    small = reading.bounded(Image.fromarray(pixels), 160)
    expected = pixels.reshape(160, 4, 80, 4, 3).mean(axis=(1, 3))
    assert small.size == (80, 160)
    assert np.abs(np.asarray(small, np.float32) - expected).max() <= 1


def test_a_picture_and_a_depth_that_disagree_are_refused(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", "RGB")
    with pytest.raises(InputError, match="aspect"):
        prepare_picture(load_picture(tmp_path / "a.png"), 32, np.ones((40, 80), np.float32))


BAD_NEIGHBOURS: dict[str, bytes] = {
    "a wrong date": b"format: 1\nprompt: 2026-99-99\nconfig: {}\n",
    "many digits": b"format: 1\nprompt: x\nconfig: {seed: " + b"9" * 6000 + b"}\n",
    "deep nesting": b"format: 1\nprompt: " + b"[" * 20_000,
    "aliases": yaml.safe_dump(SCENE).encode() + b"\n" + ALIASES,
    "no text": bytes(range(256)),
    "a list": b"- 1\n",
    "no config": b"format: 1\nprompt: x\n",
    "a prompt that is a tree": b"format: 1\nconfig: {}\nprompt: {a: {b: c}}\n",
}


def test_bad_neighbours_in_the_gallery_harm_nobody(tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.mkdir()
    (good / "scene.yaml").write_text(yaml.safe_dump(SCENE))
    for name, data in BAD_NEIGHBOURS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "scene.yaml").write_bytes(data)
        (tmp_path / name / "preview.jpg").write_bytes(png_bomb(20_000, 0) if name == "a wrong date" else b"junk")
    (tmp_path / "folder as a record" / "scene.yaml").mkdir(parents=True)
    (tmp_path / "dangling").mkdir()
    (tmp_path / "dangling" / "scene.yaml").symlink_to(tmp_path / "nowhere")
    done = subprocess.run(
        [sys.executable, "-c", GALLERY, str(tmp_path)], capture_output=True, text=True, check=True, timeout=240
    )
    names, page, more = done.stdout.splitlines()
    assert "good" in names and page == "True"
    assert float(more) < 600  # MB: a picture of 20,000 x 20,000 would take 1,200


GALLERY = """
import resource, sys
from pathlib import Path
from lucid3d.viewer.gallery import Gallery
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
gallery = Gallery(Path(sys.argv[1]))
print([entry.name for entry in gallery.entries()])
print("a lake" in gallery.page())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
"""A process of its own, because the most memory of a test's process is that of all tests before it."""
