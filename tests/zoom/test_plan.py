"""zoom.yaml: what is read, and what is refused with a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.zoom.plan import load_photograph, parse_plan, read_plan

WORDS = ["a mountain", "a slope", "a rock"]


def test_sentences_and_a_factor() -> None:
    plan = parse_plan({"levels": WORDS, "factor": 2})
    assert plan.prompts == tuple(WORDS)
    assert plan.magnifications == (1, 2, 4)
    assert plan.width is None and plan.photograph is None
    assert parse_plan({"levels": WORDS}).factors == (4.0, 4.0)


def test_widths_give_the_factors() -> None:
    plan = parse_plan(
        {"levels": [{"prompt": "a", "width": 12}, {"prompt": "b", "width": 6}, {"prompt": "c", "width": 1}]}
    )
    assert plan.factors == (2.0, 6.0)
    assert plan.width == 12


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "must hold 'levels"),
        ({"levels": ["a mountain"]}, "has 1 level; a zoom needs at least two"),
        ({"factor": 4}, "has 0 levels"),
        ({"levels": WORDS, "factor": 1.2}, "factor 1.2 is below 1.5"),
        ({"levels": WORDS, "factor": 40}, "put a sentence between"),
        ({"levels": WORDS, "factor": "four"}, "'four' but must be a positive number"),
        ({"levels": WORDS, "factor": float("nan")}, "must be a positive number"),
        ({"levels": WORDS, "factors": 4}, "unknown key 'factors'; did you mean 'factor'"),
        ({"levels": [*WORDS, ""]}, "level 4 is '' but must be a sentence"),
        ({"levels": [*WORDS, 3]}, "level 4 is 3"),
        ({"levels": [{"prompt": "a", "width": 1}, {"prompt": "b", "width": 4}]}, "levels go from coarse to fine"),
        ({"levels": [{"prompt": "a", "width": 4}, {"prompt": "b", "width": 3}]}, "is below 1.5"),
        ({"levels": [{"prompt": "a", "width": 4}, "b"]}, "the width of every level"),
        ({"levels": WORDS, "width": -1}, "width is -1"),
        ({"levels": WORDS, "photograph": "none.png"}, "does not exist"),
        ({"levels": WORDS, "photograph": {"file": "none.png", "level": 4}}, "between 1 .the coarsest. and 3"),
        ({"levels": WORDS, "photograph": {"path": "none.png"}}, "photograph must be a file"),
    ],
)
def test_what_no_zoom_can_show_is_refused(content: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_plan(content)


def test_files_that_are_no_plan(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the zoom .* cannot be read"):
        read_plan(tmp_path / "none.yaml")
    broken = tmp_path / "zoom.yaml"
    broken.write_text("levels: [a, b\nfactor: 4")
    with pytest.raises(InputError, match=r"is no YAML \(line"):
        read_plan(broken)


def test_a_photograph_must_have_the_aspect_of_the_levels(tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(np.zeros((60, 90, 3), np.uint8)).save(tmp_path / "wide.png")
    Image.fromarray(np.full((90, 90, 3), 128, np.uint8)).save(tmp_path / "square.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(InputError, match="90x60, but the levels of a zoom are square: crop it to 60x60"):
        load_photograph(tmp_path / "wide.png", 32)
    with pytest.raises(InputError, match="cannot be read"):
        load_photograph(tmp_path / "text.png", 32)
    assert load_photograph(tmp_path / "square.png", 32).shape == (32, 32, 3)
    (tmp_path / "zoom.yaml").write_text("levels: [a, b]\nphotograph: {file: square.png, level: 2}")
    plan = read_plan(tmp_path / "zoom.yaml")
    assert plan.photograph == tmp_path / "square.png" and plan.photograph_level == 1
