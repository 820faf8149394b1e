"""Many scenes from a list: read, dreamed, resumed, failures listed."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from PIL import Image as Pillow

from lucid3d.config import Config, overlay, to_mapping
from lucid3d.errors import InputError
from lucid3d.service.batch import BatchOptions, Row, batch, plan, read_rows, work_off
from lucid3d.service.local import LocalWorkers, Running
from tests.service.api import PLACE, TINY


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_three_kinds_of_list(tmp_path: Path) -> None:
    text = written(tmp_path / "a.txt", "# places\na lake\n\nan old town\n")
    table = written(tmp_path / "a.csv", 'prompt,seed\n"a lake, misty",3\nan old town,\n')
    lines = written(tmp_path / "a.jsonl", '{"prompt": "a lake", "seed": 3}\n\n{"image": "x.png"}\n')
    assert read_rows(text) == [Row("a lake"), Row("an old town")]
    assert read_rows(table) == [Row("a lake, misty", seed=3), Row("an old town")]
    assert read_rows(lines) == [Row("a lake", seed=3), Row(image="x.png")]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "# nothing\n", "holds no scene"),
        ("a.csv", "words\na lake\n", "column names"),
        ("a.csv", "prompt,nosuch\na lake,1\n", "line 2 .*nosuch"),
        ("a.csv", "prompt,seed\na lake,x\n", "line 2 .*whole number"),
        ("a.jsonl", '{"prompt": "a"}\nnonsense\n', "line 2 .*JSON"),
        ("a.jsonl", '{"prompt": 3}\n', "line 1 .*text"),
        ("a.jsonl", '{"seed": 3}\n', "neither"),
        ("a.jsonl", '{"scene": "a-lake"}\n', "scene and edits go together"),
        ("a.jsonl", '{"scene": "a-lake", "prompt": "a lake", "edits": "autumn"}\n', "leave out prompt"),
    ],
)
def test_lists_that_cannot_be_used(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_rows(written(tmp_path / name, text))


def test_a_batch_lists_failures_and_continues(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preset = written(tmp_path / "tiny.yaml", yaml.safe_dump(TINY))
    prompts = written(tmp_path / "list.jsonl", '{"prompt": "a desert"}\n{"image": "missing.png"}\n')
    command = [str(prompts), "--output", str(tmp_path / "many"), "--config", str(preset)]
    assert batch(command) == 1
    table = list(csv.DictReader((tmp_path / "many" / "table.csv").open()))
    assert [row["state"] for row in table] == ["done", "failed"]
    assert "missing.png" in table[1]["message"] and "does not exist" in table[1]["message"]
    assert Pillow.open(tmp_path / "many" / "contact.jpg").width > 400
    folder = tmp_path / "many" / table[0]["scene"]
    assert (folder / "scene.ply").is_file()
    before = (folder / "scene.ply").stat().st_mtime_ns
    picture = Pillow.new("RGB", (64, 64), (120, 160, 220))
    picture.paste((80, 110, 50), (0, 32, 64, 64))
    picture.save(tmp_path / "missing.png")
    assert batch(command) == 0
    assert (folder / "scene.ply").stat().st_mtime_ns == before
    assert "2 of 2 scenes" in capsys.readouterr().out


def test_bad_rows_are_told_before_anything_is_dreamed(tmp_path: Path) -> None:
    prompts = written(tmp_path / "list.jsonl", json.dumps({"prompt": "a lake", "style": "nosuch"}))
    with pytest.raises(InputError, match=r"scene 1 .*nosuch"):
        batch([str(prompts), "--output", str(tmp_path / "many")])
    assert not (tmp_path / "many").exists()
    with pytest.raises(InputError, match="cannot be read"):
        batch([str(tmp_path / "missing.txt")])


def test_idle_workers_train_tiles_of_another_scene(tmp_path: Path) -> None:
    """The bytes are those of one worker; a helper that is killed costs nothing."""
    large = overlay(Config(), TINY | {"dream": {"size": 64, "support_views": 1}})
    training = replace(large.training, iterations=200, max_gaussians=20_000, tile_gaussians=2000)
    preset = written(tmp_path / "large.yaml", yaml.safe_dump(to_mapping(replace(large, training=training))))
    results = []
    for name, count in (("one", 1), ("two", 2)):
        (scene,) = plan([Row(prompt=PLACE)], tmp_path / name, BatchOptions("", config=str(preset)), tmp_path)
        assert scene.in_parts
        workers = Counted(count, tmp_path / "log")
        assert [each.state for each in work_off([scene], workers)] == ["done"]
        workers.stop([])
        assert (workers.helped > 0) == (count > 1) and workers.killed == (count > 1)
        results.append((scene.folder / "scene.ply").read_bytes())
        assert not (scene.folder / ".progress").exists()
    assert results[0] == results[1]


class Counted(LocalWorkers):
    """Counts those who help, and kills the first of them."""

    helped, killed = 0, False

    def start(self, spot: Path) -> Running:
        running = super().start(spot)
        if spot.name.startswith("help-"):
            self.helped += 1
            if self.helped == 1:
                running.kill()
                self.killed = True
        return running
