from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from lucid3d.cli import main
from lucid3d.errors import InputError
from lucid3d.learning.batches import training_batch
from lucid3d.learning.evaluate import evaluated
from lucid3d.learning.export import ExportConfig, export_run
from lucid3d.learning.losses import Weights, losses, total
from lucid3d.learning.network import PictureNetwork
from lucid3d.learning.train import LOG, TrainConfig, averaged_network, averaging, learning_rates, read_log, split, train
from lucid3d.learning.weights import load_weights
from tests.learning.conftest import TINY, tiny_training


def test_a_run_that_was_stopped_and_resumed_ends_in_the_same_weights(data: Path, run: Path, tmp_path: Path) -> None:
    stopped = tiny_training(data, tmp_path, minutes=1e-9)
    steps = [train(stopped).step for _ in range(3)]
    assert steps == [1, 2, 3]
    resumed = train(tiny_training(data, tmp_path))
    whole = torch.load(run / "checkpoint.pt", weights_only=True)
    assert resumed.step == whole["step"] == 6
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, whole["network"][name]), name
    for name, tensor in resumed.average.state_dict().items():
        assert torch.equal(tensor, whole["average"][name]), name


def test_the_log_has_each_step_once(data: Path, run: Path, tmp_path: Path) -> None:
    lines = read_log(run / LOG)
    assert [line["step"] for line in lines] == [3, 6]
    assert all(line["loss"] > 0 and line["depth"] > 0 and line["views"] == 8 for line in lines)
    cut = tmp_path / LOG
    cut.write_text((run / LOG).read_text()[:-20])
    assert [line["step"] for line in read_log(cut)] == [3]


def test_another_run_in_the_same_folder_is_refused(data: Path, run: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="seed was 0, now 1"):
        train(tiny_training(data, run, seed=1))
    (tmp_path / "checkpoint.pt").write_bytes(b"half")
    with pytest.raises(InputError, match="broken"):
        train(tiny_training(data, tmp_path))
    with pytest.raises(InputError, match="lucid3d learn data"):
        train(tiny_training(tmp_path, tmp_path))


def test_it_learns(data: Path) -> None:
    """The loss on one batch falls by a third in thirty steps on it."""
    views, _ = split(data)
    batch = training_batch(views, TINY.places, 0, 0, batch=4, pixels=64 * 64)
    torch.manual_seed(0)
    network = PictureNetwork(TINY)
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3)
    values = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = total(losses(network(batch.image), batch), Weights())
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        values.append(float(loss.detach()))
    assert values[-1] < 0.67 * values[0]


def test_the_learning_rate_rises_and_falls_to_nothing() -> None:
    rate = learning_rates(TrainConfig(steps=1000, warmup=100, learning_rate=1e-3))
    values = [rate(step) for step in range(1001)]
    assert max(values) == values[100] == pytest.approx(1e-3)
    assert values == sorted(values[:100]) + sorted(values[100:], reverse=True)
    assert values[-1] == pytest.approx(0, abs=1e-9)


def test_the_average_forgets_the_start() -> None:
    assert averaging(0.999, 1) < 0.2
    assert averaging(0.999, 1_000_000) == 0.999


def test_worlds_are_judged_by_everything_that_is_read(data: Path, run: Path) -> None:
    network, _, _ = averaged_network(run)
    views, _ = split(data)
    found = evaluated(network, views, 64 * 64)
    assert {
        "abs_rel",
        "within",
        "constant_abs_rel",
        "factor",
        "normals",
        "classes",
        "indoors",
        "horizon",
        "focal",
    } <= set(found)
    assert found["factor"] >= 1 and 0 <= found["within"] <= 1 and 0 < found["normals"] < 180


def test_a_run_becomes_weights_a_card_and_a_curve(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "weights" / "own.safetensors"
    written = export_run(ExportConfig(str(run), str(target), curve=str(tmp_path / "curve.png")))
    assert written == [target, target.with_suffix(".md"), tmp_path / "curve.png"]
    assert all(path.stat().st_size > 500 for path in written)
    card = written[1].read_text()
    assert "Apache-2.0" in card and "lucid3d learn train --steps 6 --batch 2" in card
    with pytest.raises(InputError, match=r"\.safetensors"):
        export_run(ExportConfig(str(run), str(tmp_path / "own.pt")))
    with pytest.raises(InputError, match="train first"):
        export_run(ExportConfig(str(tmp_path), str(target)))


def test_weights_are_drawn_back_towards_those_that_a_run_began_from(data: Path, run: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.safetensors"
    export_run(ExportConfig(str(run), str(first)))
    train(tiny_training(data, tmp_path / "on", initial=str(first), learning_rate=1e-2))
    shares = {share: tmp_path / f"{share}.safetensors" for share in (1.0, 0.25)}
    for share, path in shares.items():
        export_run(ExportConfig(str(tmp_path / "on"), str(path), share))
    (old, _), (new, _), (mean, described) = (load_weights(path) for path in (first, shares[1.0], shares[0.25]))
    moved = 0.0
    for name, tensor in mean.state_dict().items():
        if tensor.is_floating_point():
            start, end = old.state_dict()[name], new.state_dict()[name]
            torch.testing.assert_close(tensor, start.lerp(end, 0.25), atol=2e-3, rtol=2e-3)
            moved = max(moved, float((end - start).abs().max()))
    assert moved > 0.02
    once = load_weights(first)[1].notes["place_views"]
    assert described.notes["place_views"] == {place: 2 * views for place, views in once.items()}
    assert "25% of the way" in shares[0.25].with_suffix(".md").read_text()
    for folder, share, says in ((run, 0.5, "--initial"), (tmp_path / "on", 0.0, "above 0")):
        with pytest.raises(InputError, match=says):
            export_run(ExportConfig(str(folder), str(tmp_path / "no.safetensors"), share))


def test_the_commands_make_data_train_and_export(
    data: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything is there already: each of them has nothing to do, and says so."""
    recipe = json.loads((data / "recipe.json").read_text())
    main(["learn", "data", "--folder", str(data), "--worlds", "6", "--first", "5",
          "--views", str(recipe["views"]), "--size", str(recipe["size"])])  # fmt: skip
    main(["learn", "export", "--run", str(run), "--to", str(tmp_path / "own.safetensors")])
    assert "0 worlds made" in capsys.readouterr().out
    with pytest.raises(SystemExit) as left:
        main(["learn", "dance"])
    assert left.value.code == 2
    with pytest.raises(SystemExit) as left:
        main(["learn", "train", "--batch", "1"])
    assert left.value.code == 2
    assert "batch = 1 must lie between" in capsys.readouterr().err
