"""Presets, files and the command line fill one set of dataclasses, and mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lucid3d.config import CONFIGS, Config, find_config, load_config, overlay, to_mapping
from lucid3d.errors import InputError


@pytest.mark.parametrize("preset", sorted(path.stem for path in CONFIGS.glob("*.yaml")))
def test_every_preset_loads(preset: str) -> None:
    assert isinstance(load_config(find_config(preset)), Config)


def test_default_yaml_spells_out_the_built_in_values() -> None:
    assert load_config(find_config("default")) == Config()


def test_default_yaml_names_every_knob() -> None:
    """So that a person finds all of them in one place."""
    written = yaml.safe_load((CONFIGS / "default.yaml").read_text())
    for section in ("dream", "training", "render", "diffusion"):
        assert set(written[section]) == set(to_mapping(Config())[section]) - {"seed"}, section


def test_a_config_survives_its_own_yaml() -> None:
    config = overlay(Config(), {"prompt": ["a", "b"], "seed": 7, "dream": {"size": 64}, "render": {"film_fov": 50}})
    assert overlay(Config(), yaml.safe_load(yaml.safe_dump(to_mapping(config)))) == config


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"sede": 1}, "did you mean 'seed'"),
        ({"dream": {"sise": 1}}, "did you mean 'dream.size'"),
        ({"seed": "three"}, "'seed' is 'three' but must be a whole number"),
        ({"seed": True}, "whole number"),
        ({"train": 1}, "true or false"),
        ({"dream": {"fov": "wide"}}, "must be a number"),
        ({"dream": 3}, "mapping"),
        ({"models": "procedual"}, "did you mean 'procedural'"),
        ({"prompt": [1]}, r"prompt\[0\]"),
        ({"dream": {"size": 3}}, "between 16 and 4096"),
        ({"dream": {"fov": float("nan")}}, "between 10 and 150"),
        ({"seed": -1}, "between 0"),
        ({"render": {"film_width": 333}}, "even"),
        ({"depth": "d.png"}, "--image"),
    ],
)
def test_mistakes_are_named(data: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        overlay(Config(), data)


@pytest.mark.parametrize("text", ["- 1", "[", "\x00"])
def test_a_file_that_is_no_config(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match="config"):
        load_config(path)


def test_an_unknown_preset_lists_the_known() -> None:
    with pytest.raises(InputError, match="fast"):
        find_config("quick")
