"""What is asked of the painter in each direction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lucid3d.camera import Camera, look_at, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.prompting import adapt, avoided, direction, setting_of, subject_ahead
from lucid3d.prompts import plan_prompts

CONFIG = ModelsConfig()


def camera(yaw: float, pitch: float) -> Camera:
    return Camera.from_fov(8, 8, 90, yaw_pitch(yaw, pitch))


@given(st.floats(-179, 179), st.floats(-89, 89))
def test_direction_is_the_inverse_of_yaw_and_pitch(yaw: float, pitch: float) -> None:
    assert direction(camera(yaw, pitch)) == pytest.approx((yaw, pitch), abs=1e-6)


def test_up_and_down_in_the_worlds_own_axes() -> None:
    up = Camera.from_fov(8, 8, 90, look_at(np.zeros(3), np.array([0.0, -1.0, 0.0])))  # the world's +y is down
    assert direction(up)[1] == pytest.approx(90)
    assert adapt("a lake", up, CONFIG) == "a lake, looking up, only the sky above"
    assert adapt("a lake", camera(0, -60), CONFIG) == "a lake, looking down, the ground below"
    assert adapt("a lake", camera(120, 10), CONFIG) == "a lake"


def test_the_rule_is_the_configurations() -> None:
    config = ModelsConfig(prompt_up="clouds over {prompt}", prompt_level="{prompt}, photo", prompt_tilt=20.0)
    assert adapt("{x} 100%", camera(0, 21), config) == "clouds over {x} 100%"
    assert adapt("a lake", camera(0, 19), config) == "a lake, photo"


def test_what_lies_in_a_direction_is_added_there_only() -> None:
    config = ModelsConfig(prompt_towards=("90: a waterfall", "-170:a village"))
    assert adapt("a lake", camera(60, 0), config) == "a lake, a waterfall"
    assert adapt("a lake", camera(0, 0), config) == "a lake"
    assert adapt("a lake", camera(175, 0), config) == "a lake, a village"  # across the back
    assert adapt("a lake", camera(90, 60), config).startswith("a lake, looking up")


def test_what_is_overhead_is_read_off_the_sentence_and_the_rim() -> None:
    """Roofs are known from words (a white ceiling looks like a sky); outdoors the known rim says what rises."""
    assert adapt("a bedroom", camera(0, 80), CONFIG).endswith("the ceiling above")
    assert adapt("a bedroom", camera(0, 80), CONFIG, open_sky=True).endswith("the ceiling above")
    assert adapt("a bedroom", camera(0, -80), CONFIG).endswith("the floor below")
    assert adapt("a forest", camera(0, 80), CONFIG, open_sky=False).endswith("what rises overhead")
    assert adapt("a forest", camera(0, 80), CONFIG, open_sky=True).endswith("only the sky above")


@pytest.mark.parametrize(
    ("prompt", "setting"),
    [
        ("a red house by a misty alpine lake at sunrise, oil painting", "a misty alpine lake at sunrise, oil painting"),
        ("a cozy living room with a fireplace", "a cozy living room"),
        ("two elephants in the savanna, cinematic", "the savanna, cinematic"),
        ("a house and an old oak tree in a meadow with flowers", "a meadow with flowers"),
        ("a wooden cabin in a snowy forest at night, photorealistic", "a snowy forest at night, photorealistic"),
        ("a misty alpine lake at sunrise", "a misty alpine lake at sunrise"),
        ("an enchanted forest with glowing mushrooms", "an enchanted forest with glowing mushrooms"),
        ("a medieval castle on a hill, storm", "a hill, storm"),
        ("湖边的红房子", "湖边的红房子"),
    ],
)
def test_a_setting_is_the_sentence_without_its_subject(prompt: str, setting: str) -> None:
    assert setting_of(prompt) == setting


def test_the_subject_is_asked_for_once_around_the_circle() -> None:
    """In one or two of the level views of every path that networks are given, and never overhead."""
    plan = subject_ahead(plan_prompts(["a red house by a lake at dusk"]), CONFIG)
    for views in (6, 8, 10):
        asked = [plan.at(camera(360 * index / views, 0)) for index in range(views)]
        assert sum("house" in prompt for prompt in asked) in (1, 2) and "house" in asked[0]
        assert all("lake at dusk" in prompt for prompt in asked)
    assert not any("house" in plan.at(camera(0, pitch)) for pitch in (90, -90, 60))
    given = plan_prompts(["a red house by a lake", "a village"])
    assert subject_ahead(given, CONFIG) is given  # a person said where
    alone = plan_prompts(["a red house by a lake"])
    assert subject_ahead(alone, ModelsConfig(subject_ahead=False)) is alone


def test_what_is_avoided_leaves_out_what_is_asked_for() -> None:
    assert avoided("a lake", "boats", CONFIG).startswith("boats, frame, border, text")
    assert "people" not in avoided("a crowd in a market", "", CONFIG).split(", ")
    assert avoided("a lake", "", ModelsConfig(avoid=())) == ""


@pytest.mark.parametrize("entry", ["a waterfall", "east: a waterfall", "90:", "nan: x"])
def test_entries_that_are_none(entry: str) -> None:
    with pytest.raises(InputError, match="degrees to the right and a text"):
        adapt("a lake", camera(0, 0), ModelsConfig(prompt_towards=(entry,)))
