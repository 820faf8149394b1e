"""A disk that is full in mid-export: one sentence, nothing of the target, what was there before; for every target."""

from __future__ import annotations

import errno
import functools
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lucid3d import cli
from lucid3d.errors import InputError
from lucid3d.export import TARGETS, ExportOptions, export_scene
from lucid3d.export import mesh as meshes
from lucid3d.files import TEMPORARY, staged
from lucid3d.scene import Scene
from tests.viewer.tiny_scene import tiny_scene

OPTIONS = ExportOptions(
    panorama_height=64, mesh_triangles=2000, collision_triangles=300, textured_triangles=1000, texture_size=64,
    film_height=32,
)  # fmt: skip

QUICK = ("ply", "spz", "sog", "streamed-sog", "rad", "tiles", "glb", "usd", "skybox", "hdr", "colmap", "three")
"""Targets that are tried in every run; the others make meshes or films, and are tried where whole programs are."""


@pytest.fixture(scope="module", autouse=True)
def quick_meshes() -> Iterator[None]:
    """The real surface, made once and from few points; what is solid is read off the scene, not off its world."""
    made = functools.cache(lambda: meshes.scene_mesh(tiny_scene(step=0.3), 2000, point_budget=6000))
    with pytest.MonkeyPatch.context() as patch:
        for module in ("export.targets", "export.bundles", "playable.assembly", "playable.usd_level"):
            patch.setattr(f"lucid3d.{module}.scene_mesh", lambda *_, **__: made(), raising=False)
        for module in ("target", "usd_level"):
            patch.setattr(f"lucid3d.playable.{module}.known_world", lambda _: None)
        yield


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small file system of its own; a plain folder where none can be mounted (it takes root on Linux)."""
    place = tmp_path_factory.mktemp("disk")
    line = [shutil.which("mount") or "mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    mounted = (
        shutil.which("mount") is not None and not subprocess.run(line, check=False, capture_output=True).returncode
    )
    try:
        yield place
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def full_after(disk: Path, sizes: list[int]) -> Iterator[None]:
    """Room for half of some files; where the disk is not of our own, none for the largest of them."""
    if disk.is_mount():
        room = os.statvfs(disk)
        leave = sum(sizes) // 2 // room.f_frsize * room.f_frsize
        filler = disk / "filler"
        filler.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - leave)))
        yield
        filler.unlink()
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes) // 2, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@functools.cache
def scene() -> Scene:
    return tiny_scene(step=0.3)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    "target", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in TARGETS]
)
def test_a_full_disk_in_mid_export(disk: Path, tmp_path: Path, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    if target in ("usd", "usd-level"):
        pytest.importorskip("pxr", reason="usd-core is not installed")
    written = export_scene(scene(), target, tmp_path, OPTIONS)
    whole = contents(tmp_path)
    folder = disk / target
    export_scene(scene(), target, folder, OPTIONS)
    for path in folder.rglob("*"):  # what is there before must be there after it, byte for byte
        if path.is_file():
            path.write_bytes(b"before")
    before = contents(folder)
    assert set(before) == set(whole) and all(path.exists() for path in written)
    for place in (folder, disk / "new"):
        with full_after(disk, [len(data) for data in whole.values()]):
            with pytest.raises(SystemExit) as ended, cli._reported():
                export_scene(scene(), target, place, OPTIONS)
            left = contents(place) if place.exists() else {}
        said = capsys.readouterr().err
        assert ended.value.code == cli.BAD_INPUT
        assert said.count("\n") == 1 and ("the disk is full" in said or "size limit" in said), said
        assert TEMPORARY not in said
        assert left == (before if place == folder else {})
        assert not list(disk.rglob(f"{TEMPORARY}*"))
    shutil.rmtree(folder)


def test_files_move_in_the_order_in_which_they_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index comes last, and is the old one until then; what others laid beside stays."""
    folder = tmp_path / "export"
    with staged(folder) as fresh:
        (fresh / "web" / "pieces").mkdir(parents=True)
        (fresh / "web" / "pieces" / "1").write_text("old")
        (fresh / "web" / "index").write_text("old")
    (folder / "web" / "mine").write_text("mine")
    order = []
    rename = os.replace
    monkeypatch.setattr("lucid3d.files.os.replace", lambda a, b: (order.append(Path(b).name), rename(a, b)))
    with staged(folder) as fresh:
        (fresh / "web" / "z").mkdir(parents=True)
        for number, name in enumerate(("z/2", "pieces", "a", "index")):
            path = fresh / "web" / name / "1" if name == "pieces" else fresh / "web" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("new")
            os.utime(path, ns=(number, number))
    assert order == ["2", "1", "a", "index"]
    assert contents(folder / "web") == {
        "a": b"new", "index": b"new", "mine": b"mine", "pieces/1": b"new", "z/2": b"new",
    }  # fmt: skip


def test_a_failed_block_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError), staged(tmp_path / "deep" / "export") as fresh:
        (fresh / "half").write_text("half")
        raise InputError("no")
    assert not (tmp_path / "deep" / "export").exists()
    with pytest.raises(OSError) as stopped, staged(tmp_path) as fresh:
        raise OSError(errno.ENOSPC, "full", str(fresh / "scene.ply"))
    assert stopped.value.filename == str(tmp_path / "scene.ply")
