"""Whatever is sent to a reader, it gives an answer or an InputError of a few lines; and never takes the machine."""

from __future__ import annotations

import io
import json
import resource
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from lucid3d import reading
from lucid3d.camera import Camera
from lucid3d.config import load_config
from lucid3d.errors import InputError
from lucid3d.export.images import write_exr
from lucid3d.export.ply import read_gaussians, read_points, write_gaussians, write_points
from lucid3d.gaussians.model import Gaussians
from lucid3d.gaussians.training import checkpoint
from lucid3d.input_depth import load_depth
from lucid3d.input_pictures import load_picture, prepare_picture
from lucid3d.pointcloud import PointCloud
from lucid3d.prompts import plan_prompts
from lucid3d.service.batch import read_rows
from lucid3d.trajectory import load_cameras
from lucid3d.transforms import PosedView, read_transforms, write_transforms
from lucid3d.viewer.gallery import Gallery
from lucid3d.workspace import read_record
from lucid3d.worldscore.tasks import read_tasks
from lucid3d.zoom.plan import read_plan

LONGEST = 700
"""Characters of an error: a few lines."""


def picture(path: Path, mode: str, **options: Any) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 4), np.uint8)
    Image.fromarray(noise).convert(mode).save(path, **options)


def cameras(path: str) -> list[Camera]:
    return load_cameras(path, width=32, height=32, fov_degrees=90)


SCENE = {"format": 1, "lucid3d": "0", "status": "complete", "prompt": "a lake", "config": {"seed": 3}}
ROW = [{"from": -45, "to": 45, "prompt": "a lake"}, {"from": 45, "to": 90, "prompt": "a hill"}]
PATH = {"fov": 80, "views": [{"yaw": 10, "ring": 4, "radius": 0.5}, {"position": [0, 0, 1], "pitch": 3}]}
CURVE = {"keyframes": [{"yaw": 0}, {"yaw": 90, "position": [1, 0, 0]}], "frames": 20, "closed": True}
FRAME = {"transform_matrix": np.eye(4).tolist(), "w": 32, "h": 32, "fl_x": 20.0, "fl_y": 20.0}
TASK = {"image": "a.png", "prompt_list": ["a lake"], "camera_path": ["pan_left"], "visual_movement": "static"}

Reader = Callable[[Path], Any]


def folder_of(read: Callable[[Path], Any]) -> Reader:
    return lambda path: read(path.parent)


def text_seeds() -> dict[str, tuple[bytes, Reader]]:
    """File name -> a good file, and what reads it."""
    return {
        "scene.yaml": (yaml.safe_dump(SCENE).encode(), folder_of(read_record)),
        "prompts.yaml": (yaml.safe_dump({"default": "x", "ranges": ROW}).encode(), lambda p: plan_prompts([str(p)])),
        "path.yaml": (yaml.safe_dump(PATH).encode(), lambda p: cameras(str(p))),
        "curve.yaml": (yaml.safe_dump(CURVE).encode(), lambda p: cameras(str(p))),
        "path.json": (json.dumps({"frames": [FRAME, FRAME]}).encode(), lambda p: cameras(str(p))),
        "config.yaml": (yaml.safe_dump({"seed": 1, "dream": {"size": 64}}).encode(), load_config),
        "zoom.yaml": (yaml.safe_dump({"levels": ["a", "b"], "factor": 4, "width": 9}).encode(), read_plan),
        "list.csv": (b"prompt,seed\na lake,1\n\"a hill, steep\",2\n", read_rows),
        "list.jsonl": (b'{"prompt": "a lake", "seed": 3}\n{"prompt": "b"}\n', read_rows),
        "list.txt": (b"a lake\n# no\na hill\n", read_rows),
        "tasks.json": (json.dumps([TASK]).encode(), read_tasks),
    }  # fmt: skip


def binary_seeds(folder: Path) -> dict[str, tuple[bytes, Reader]]:
    """The same for pictures, depth, arrays and point files."""
    rng = np.random.default_rng(1)
    depth = rng.uniform(1, 9, (32, 32)).astype(np.float32)
    made = folder / "made"
    made.mkdir()
    for name, mode in {
        "a.png": "RGBA",
        "b.png": "P",
        "c.jpg": "RGB",
        "d.webp": "RGB",
        "e.tif": "CMYK",
        "f.gif": "P",
    }.items():
        picture(made / name, mode)
    Image.fromarray((depth * 1000).astype(np.uint16)).save(made / "depth16.png")
    Image.fromarray((depth * 1000).astype(np.uint16)).save(made / "depth16.tif")
    np.save(made / "depth.npy", depth)
    write_exr(made / "depth.exr", depth)
    scene = Gaussians(
        rng.normal(size=(9, 3)).astype(np.float32), rng.normal(size=(9, 4)).astype(np.float32),
        np.zeros((9, 3), np.float32), np.zeros(9, np.float32), np.zeros((9, 1, 3), np.float32),
    )  # fmt: skip
    write_gaussians(scene, made / "scene.ply")
    cloud = PointCloud.empty()
    ones = [np.ones((5, *values.shape[1:]), values.dtype) for values in vars(cloud).values()]
    write_points(PointCloud(*ones), made / "points.ply")
    np.savez(made / "training.npz", header=np.array(json.dumps({"format": 1})), planes=np.zeros((14, 4), np.float32))
    readers: dict[str, Reader] = {
        **dict.fromkeys(["a.png", "b.png", "c.jpg", "d.webp", "e.tif", "f.gif"], load_picture),
        **dict.fromkeys(["depth16.png", "depth16.tif", "depth.npy", "depth.exr"], load_depth),
        "scene.ply": read_gaussians,
        "points.ply": read_points,
        "training.npz": checkpoint.load,
    }
    return {name: ((made / name).read_bytes(), read) for name, read in readers.items()}


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """One of the things that happen to files, or that somebody does to them."""
    kind, changed = int(rng.integers(0, 7)), bytearray(data)
    at = int(rng.integers(0, len(data)))
    if kind == 0:
        return data[:at]
    if kind == 1:
        for place in rng.integers(0, len(data), 1 + at % 8):
            changed[place] = int(rng.integers(0, 256))
    elif kind == 2:
        changed[at : at + 4] = struct.pack("<I", int(rng.choice([0, 1, 2**31 - 1, 2**32 - 1, 10**9])))
    elif kind == 3:
        changed[at:at] = data[: int(rng.integers(0, len(data)))]
    elif kind == 4:
        numbers = [
            b"-1",
            b"1e400",
            b".nan",
            b"9" * 5000,
            b"1" + b"0" * 12,
            b"null",
            b"{}",
            b"[]",
            b"2026-99-99",
            b"\xff",
        ]
        changed[at : at + 1] = rng.choice(np.array(numbers, object))
    elif kind == 5:
        changed[at:at] = rng.choice(
            np.array([b"[" * 3000, b"{a: " * 3000, b"&a [*a]", b"*b", b"\0", b"\n- ", b'"'], object)
        )
    else:
        digits = [i for i, byte in enumerate(data) if 48 <= byte <= 57] or [at]
        changed[int(rng.choice(digits))] = int(rng.integers(48, 58))
    return bytes(changed)


def answered(read: Reader, path: Path) -> bool:
    """Whether it could be read; anything but an answer or a short InputError fails the test."""
    try:
        read(path)
    except InputError as error:
        assert len(str(error)) <= LONGEST + len(str(path)) * 2 and str(error).count("\n") < 4, str(error)[:2000]
        return False
    return True


@pytest.mark.parametrize("name", list(text_seeds()))
def test_damaged_texts(name: str, effort: int, tmp_path: Path) -> None:
    data, read = text_seeds()[name]
    path, rng = tmp_path / name, np.random.default_rng(zlib.crc32(name.encode()))
    path.write_bytes(data)
    assert answered(read, path)
    for _ in range(40 * effort):
        path.write_bytes(mutated(data, rng))
        answered(read, path)


def test_damaged_pictures_and_arrays(effort: int, tmp_path: Path) -> None:
    for name, (data, read) in binary_seeds(tmp_path).items():
        path, rng = tmp_path / name, np.random.default_rng(zlib.crc32(name.encode()))
        path.write_bytes(data)
        assert answered(read, path) or name == "training.npz"
        for _ in range(25 * effort):
            path.write_bytes(mutated(data, rng))
            answered(read, path)


def test_damaged_views_of_a_scene(effort: int, tmp_path: Path) -> None:
    camera = Camera.from_fov(24, 24, 80)
    view = PosedView(camera, np.zeros((24, 24, 3), np.float32), np.ones((24, 24), np.float32), np.ones((24, 24), bool))
    write_transforms([view, view], tmp_path)
    files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    rng = np.random.default_rng(3)
    for _ in range(40 * effort):
        path = files[int(rng.integers(0, len(files)))]
        good = path.read_bytes()
        path.write_bytes(mutated(good, rng))
        answered(lambda folder: list(read_transforms(folder)), tmp_path)
        path.write_bytes(good)
    assert len(list(read_transforms(tmp_path))) == 2


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


@pytest.mark.parametrize("name", list(BOMBS))
def test_bombs_are_refused_for_what_they_are(name: str, tmp_path: Path) -> None:
    data, words = BOMBS[name]
    reader = {"depth.npy": load_depth, "training.npz": checkpoint.load}
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=words):
        (reader.get(name) or text_seeds()[name][1])(path)


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
    gallery = Gallery(tmp_path)
    assert "good" in [entry.name for entry in gallery.entries()]
    assert "a lake" in gallery.page()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 2**20  # kB
