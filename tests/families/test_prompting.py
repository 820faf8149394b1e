"""What is asked of the painter in each direction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lucid3d.camera import Camera, look_at, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.prompting import adapt, direction

CONFIG = ModelsConfig()


def camera(yaw: float, pitch: float) -> Camera:
    return Camera.from_fov(8, 8, 90, yaw_pitch(yaw, pitch))


@given(st.floats(-179, 179), st.floats(-89, 89))
def test_direction_is_the_inverse_of_yaw_and_pitch(yaw: float, pitch: float) -> None:
    assert direction(camera(yaw, pitch)) == pytest.approx((yaw, pitch), abs=1e-6)


def test_up_and_down_in_the_worlds_own_axes() -> None:
    up = Camera.from_fov(8, 8, 90, look_at(np.zeros(3), np.array([0.0, -1.0, 0.0])))  # the world's +y is down
    assert direction(up)[1] == pytest.approx(90)
    assert adapt("a lake", up, CONFIG) == "a lake, looking up, the sky or ceiling above"
    assert adapt("a lake", camera(0, -60), CONFIG) == "a lake, looking down, the ground or floor below"
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


@pytest.mark.parametrize("entry", ["a waterfall", "east: a waterfall", "90:", "nan: x"])
def test_entries_that_are_none(entry: str) -> None:
    with pytest.raises(InputError, match="degrees to the right and a text"):
        adapt("a lake", camera(0, 0), ModelsConfig(prompt_towards=(entry,)))
