"""The command line: quick help, one sentence for every mistake, nothing half-written."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image as Pillow

from lucid3d.cli import main, run_main
from lucid3d.commands.run_options import parse_run
from lucid3d.export.ply import read_gaussians
from tests.small import small_arguments
from tests.viewer.tiny_scene import save, tiny_scene

ROOT = Path(__file__).parent.parent


def refused(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """Run, expect exit code 2, and return what stderr says."""
    with pytest.raises(SystemExit) as caught:
        run_main(arguments)
    assert caught.value.code == 2
    return capsys.readouterr().err


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    code = (
        "import lucid3d.cli, sys; from lucid3d.commands.run_options import parse_run;"
        "parse_run(['--prompt', 'x']); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert not {"torch", "diffusers", "transformers", "open3d", "viser", "gsplat", "cv2", "scipy"} & set(loaded.split())


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run_main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    names = "prompt negative-prompt image depth models trajectory config seed output resume no-train export overwrite"
    for name in [*names.split(), "dream.size"]:
        assert f"--{name}" in text


def test_presets_and_the_command_line_over_them() -> None:
    options = parse_run(["--config", "fast", "--prompt", "a", "--prompt", "b", "--seed", "4", "--dream.fov", "80"])
    fast = yaml.safe_load((ROOT / "configs" / "fast.yaml").read_text())
    assert options.prompt == ("a", "b")
    assert options.seed == 4
    assert options.dream.fov == 80
    assert options.dream.size == fast["dream"]["size"]


def test_scripts_answer_whether_to_fetch_weights() -> None:
    answers = {(): "ask", ("--yes",): "yes", ("--no-download",): "no"}
    for flags, answer in answers.items():
        assert parse_run(["--prompt", "a", *flags]).download == answer


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--prompt"]),
        (["--prompt", ""], ["--prompt", "empty"]),
        (["--prompt", "x" * 30_000], ["--prompt", "30000"]),
        (["--prompt", "a", "--sed", "1"], ["--sed", "--seed"]),
        (["--prompt", "a", "--seed", "one"], ["--seed", "one"]),
        (["--prompt", "a", "--models", "magic"], ["--models", "magic"]),
        (["--prompt", "a", "--config", "nope"], ["nope", "fast"]),
        (["--prompt", "a", "--trajectory", "walc"], ["walc", "walk"]),
        (["--prompt", "a", "--export", "unitty"], ["unitty", "unity"]),
        (["--prompt", "a", "--render.film", "nope"], ["render.film", "nope"]),
        (["--prompt", "a", "--image", "nowhere.jpg"], ["nowhere.jpg"]),
        (["--prompt", "a", "--depth", "d.png"], ["--image"]),
        (["--prompt", "a", "--dream.size", "3"], ["dream.size"]),
        (["--prompt", "a", "--yes", "--no-download"], ["--yes", "--no-download"]),
    ],
)
def test_mistakes_are_one_sentence(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = refused(capsys, arguments)
    assert "Traceback" not in text
    for word in words:
        assert word in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["seed: three", "sede: 3", "- 1", "dream: {size: [1]}", "training: {iterations: many}"]
)
def test_a_config_with_a_mistake(text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    assert "mine.yaml" in refused(capsys, ["--prompt", "a", "--config", str(path)])


@pytest.mark.parametrize(
    "text",
    [
        "views: []",
        "views: [{yaw: .nan}]",
        "keyframes: [{yaw: 0}]",
        '{"frames": [{"transform_matrix": [[-1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]}]}',
    ],
)
def test_a_trajectory_with_a_mistake(text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / ("mine.json" if text.startswith("{") else "mine.yaml")
    path.write_text(text)
    assert "trajectory" in refused(capsys, ["--prompt", "a", "--trajectory", str(path)])


def test_an_output_that_cannot_be_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for output in (tmp_path / "file", tmp_path / "file" / "deeper", Path("/proc/lucid3d")):
        assert "--output" in refused(capsys, [*small_arguments(), "--output", str(output)])


def picture(path: Path, mode: str, size: tuple[int, int]) -> Path:
    rng = np.random.default_rng(0)
    if mode == "I;16":
        Pillow.fromarray(rng.integers(0, 65535, size[::-1]).astype(np.uint16)).save(path)
    else:
        bands = {"RGB": 3, "RGBA": 4, "CMYK": 4, "L": 1}[mode]
        values = rng.integers(0, 255, (*size[::-1], bands)).astype(np.uint8)
        Pillow.fromarray(values[..., 0] if bands == 1 else values, mode).save(path)
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: (p / "a.png").write_text("no picture") and p / "a.png", ["a.png"]),
        (lambda p: picture(p / "a.png", "RGB", (1, 1)), ["a.png", "1x1"]),
        (lambda p: picture(p / "a.png", "L", (20_000, 2)), ["a.png", "20000"]),
    ],
)
def test_pictures_that_cannot_be_used(make, words, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = refused(capsys, [*small_arguments(), "--image", str(make(tmp_path)), "--output", str(tmp_path / "out")])
    assert all(word in text for word in words)
    assert not (tmp_path / "out").exists()


def start(arguments: list[str], **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "run.py"), *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        **options,
    )  # fmt: skip


def until(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_resumes(how: signal.Signals, tmp_path: Path) -> None:
    folder = tmp_path / "scene"
    arguments = [*small_arguments(models="procedural", prompt="a room", dream__size=96), "--output", str(folder)]
    process = start(arguments)
    until(lambda: process.poll() is not None or (folder / ".progress" / "view_001.npz").exists())
    process.send_signal(how)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (-signal.SIGKILL if how == signal.SIGKILL else 130), errors
    if how != signal.SIGKILL:
        assert "--resume" in errors
        assert "Traceback" not in errors
    if how == signal.SIGTERM:
        return  # leaves the same folder as Ctrl-C
    views = sorted((folder / ".progress").glob("view_*.npz"))
    stamps = [view.stat().st_mtime_ns for view in views]
    process = start([*arguments, "--resume"])
    until(lambda: process.poll() is not None or len(list((folder / ".progress").glob("view_*.npz"))) > len(views))
    for view, stamp in zip(views, stamps, strict=True):  # none was dreamed again
        with contextlib.suppress(FileNotFoundError):  # a finished run takes them away
            assert view.stat().st_mtime_ns == stamp
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    assert yaml.safe_load((folder / "scene.yaml").read_text())["status"] == "complete"
    assert not (folder / ".progress").exists()


@pytest.mark.slow
def test_a_full_disk_is_said_and_leaves_no_half_file(tmp_path: Path) -> None:
    """A limit on the size of files fails a write half-way, just as a full disk does."""
    folder = tmp_path / "scene"
    arguments = [*small_arguments(models="procedural", prompt="a room", dream__size=96), "--output", str(folder)]
    limit = 60_000
    process = start(arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2, errors
    assert "cannot write" in errors
    assert "--resume" in errors
    assert "Traceback" not in errors
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert sorted(path.name for path in left) == ["record.json", "scene.yaml"]


def test_the_other_commands(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    assert "export" in capsys.readouterr().out
    main(["--version"])
    assert capsys.readouterr().out.strip().count(".") == 2
    for arguments in (["fly"], ["export", "nowhere", "--to", "ply"], ["models", "fetch"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
        assert "error:" in capsys.readouterr().err


def test_export_leaves_out_what_it_is_told_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = save(tiny_scene(step=0.5), tmp_path / "room")
    assert len(read_gaussians(folder / "scene.ply")) > 7
    main(["export", str(folder), "--to", "ply", "--max-gaussians", "7", "--sh-degree", "0", "--output", str(tmp_path)])
    assert str(tmp_path / "scene.ply") in capsys.readouterr().out
    assert len(read_gaussians(tmp_path / "scene.ply")) == 7
    with pytest.raises(SystemExit) as caught:
        main(["export", str(folder), "--to", "ply", "--sh-degree", "4"])
    assert caught.value.code == 2 and "sh_degree" in capsys.readouterr().err


def test_make_scene_takes_any_prompt_as_it_is(tmp_path: Path) -> None:
    """Quotes, dollars and backticks in a prompt are words, not commands."""
    prompt = """a "lake" $HOME `touch owned` 'x'; touch owned"""
    shown = subprocess.run(
        ["make", "-n", "scene", f"PROMPT={prompt.replace('$', '$$')}"], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ}, check=True,
    ).stdout  # fmt: skip
    line = next(line for line in shown.splitlines() if "run.py" in line)
    echoed = subprocess.run(
        ["bash", "-c", line.replace(".venv/bin/python run.py", "printf '%s\\n'")], cwd=tmp_path, capture_output=True,
        text=True, env={**os.environ, "PROMPT": prompt}, check=True,
    ).stdout  # fmt: skip
    assert prompt in echoed
    assert list(tmp_path.iterdir()) == []
