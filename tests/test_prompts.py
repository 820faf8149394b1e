"""Prompts by direction."""

from __future__ import annotations

from pathlib import Path

import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.prompts import plan_prompts


def looking(yaw: float) -> Camera:
    return Camera.from_fov(8, 8, 90, yaw_pitch(yaw, 10))


def test_several_prompts_share_the_circle() -> None:
    plan = plan_prompts(["sea", "town", "hills", "wood"])
    assert [plan.at(looking(yaw)) for yaw in (0, 44, 46, 90, 180, -180, 225.5, 300, 314, 316)] == [
        *["sea", "sea", "town", "town", "hills", "hills"],
        *["wood", "wood", "wood", "sea"],
    ]
    assert plan.sentence == "sea, town, hills, wood"


def test_a_file_gives_ranges_that_may_run_through_180(tmp_path: Path) -> None:
    path = tmp_path / "prompts.yaml"
    path.write_text(
        "default: a field\nranges:\n- {from: 150, to: -150, prompt: a cliff}\n- {from: 0, to: 30, prompt: a hut}\n"
    )
    plan = plan_prompts([str(path)])
    assert [plan.at(looking(yaw)) for yaw in (180, -160, 149, 15, 31)] == [
        "a cliff",
        "a cliff",
        "a field",
        "a hut",
        "a field",
    ]


def test_white_space_and_control_characters_are_tidied() -> None:
    assert plan_prompts(["  a\tquiet \x00 lake\n"]).default == "a quiet lake"
    assert plan_prompts(["湖 🌅"]).default == "湖 🌅"


def test_a_long_prompt_is_kept_whole() -> None:
    assert len(plan_prompts(["lake " * 2000]).default) == 9_999


@pytest.mark.parametrize("prompts", [[], [""], ["  \n"], ["a", ""], ["x" * 20_001], ["nowhere.yaml"]])
def test_bad_prompts_are_named(prompts: list[str]) -> None:
    with pytest.raises(InputError, match="--prompt"):
        plan_prompts(prompts)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "ranges: []",
        "ranges: [{from: 1, to: 2}]",
        "ranges: [{from: a, to: 2, prompt: x}]",
        "ranges: [{from: 0, to: 360, prompt: x}]",
        "ranges: [{from: 0, to: 5, prompt: 7}]",
        "[",
    ],
)
def test_bad_files_are_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prompts.yaml"
    path.write_text(text)
    with pytest.raises(InputError):
        plan_prompts([str(path)])
