"""`lucid3d doctor` with no card, with a broken driver, and with tiny networks: a right sentence each."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from lucid3d.doctor import command, machine, networks
from lucid3d.doctor.findings import Finding, findings
from lucid3d.doctor.pictures import true_pictures
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.device import choose_offload, unused_card
from tests.families import tiny

GIB = 1024**3
no_card = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a card")


def driver(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A driver's program of this text before all others in PATH."""
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@no_card
def test_a_card_that_this_torch_cannot_use_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver(tmp_path, monkeypatch, "echo 'NVIDIA GeForce RTX 4090, 550.54.15'")
    (found,) = machine.card()
    assert found.state == "bad"
    assert "NVIDIA GeForce RTX 4090, driver 550.54.15" in found.text
    assert ("built without CUDA" if torch.version.cuda is None else "newer driver") in found.text


@no_card
def test_a_driver_that_does_not_answer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver(tmp_path, monkeypatch, "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18")
    (found,) = machine.card()
    assert found.state == "bad" and "does not answer (Failed to initialize NVML" in found.text


@no_card
def test_no_card_is_no_fault() -> None:
    if unused_card().trouble:
        pytest.skip("this machine has a card that torch cannot use")
    (found,) = machine.card()
    assert found.state == "note" and "run on the CPU" in found.text


def test_rasterisers_agree() -> None:
    (found,) = machine.rasterisers()
    assert found.state == "good", found.text


@pytest.mark.parametrize(
    ("sizes", "memory", "way"),
    [
        ([5 * GIB, 2 * GIB], 12 * GIB, "none"),
        ([8 * GIB, 8 * GIB], 12 * GIB, "model"),
        ([24 * GIB, 9 * GIB], 16 * GIB, "sequential"),
        ([2 * GIB], 6 * GIB, "none"),
    ],
)
def test_weights_against_memory_decide_what_stays_on_the_card(sizes: list[int], memory: int, way: str) -> None:
    assert choose_offload(sizes, memory) == way


def test_the_pictures_know_their_truth() -> None:
    """What both views of a place see lies at the same depth in both: the file holds what its cameras saw."""
    found = list(networks.alignment_alone())
    assert [finding.state for finding in found] == ["good"] * 3, found
    for first, second in true_pictures():
        assert first.image.shape == (*first.depth.shape, 3) and first.image.std() > 0.05
        assert (first.depth > 0.3).all() and np.isfinite(second.depth).any()


@no_card
def test_tiny_networks_paint_and_fail_to_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Random weights paint noise that is kept and continued, and measure nothing: the doctor says which is which."""
    painter = tiny.stable_diffusion(tmp_path / "sd", 9)
    measure = tiny.zoedepth(tmp_path / "zoe", "n")
    config = tmp_path / "config.yaml"
    settings = {"inpainting": str(painter), "depth": str(measure), "captioner": str(tmp_path / "nowhere"), "steps": 3}
    config.write_text(json.dumps({"diffusion": settings | {"safety_checker": False}}))
    code = command.main(["--config", str(config), "--json", str(tmp_path / "found.json")])
    found = {each["about"]: each for each in json.loads((tmp_path / "found.json").read_text())}
    shown = capsys.readouterr().out
    assert found["painting"]["state"] == "good" and "float32 at 64 pixels" in found["painting"]["text"]
    assert found["inpainting"]["state"] == "good" and found["inpainting"]["text"].startswith("keeps")
    assert found["depth"]["state"] == "bad" and "off (median" in found["depth"]["text"]
    assert "3 steps a picture" in found["speed"]["text"]
    assert code == 1 and "lines are bad" in shown and "for a report of a fault" in shown


def test_what_is_not_on_disk_is_named_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    found = list(networks.files(ModelsConfig()))
    assert {finding.state for finding in found} == {"bad"}
    assert all("lucid3d models download" in finding.text for finding in found)


def test_a_check_that_breaks_is_a_line_and_no_end() -> None:
    def refuses() -> object:
        yield Finding("good", "first", "done")
        raise InputError("this cannot be")

    def breaks() -> object:
        raise RuntimeError("CUDA error: invalid device function\nmore")
        yield

    said: Callable[..., list[Finding]] = lambda check: list(findings("card", check))  # noqa: E731
    assert [finding.state for finding in said(refuses)] == ["good", "bad"]
    assert said(breaks)[0].text == "RuntimeError: CUDA error: invalid device function"
