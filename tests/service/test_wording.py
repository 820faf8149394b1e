"""Styles, completion and remixing of sentences."""

from __future__ import annotations

import pytest

from lucid3d.errors import InputError
from lucid3d.procedural.language.brief import understand
from lucid3d.service.wording import cleaned, remixed, styles, worded

SENTENCES = (
    "a misty alpine lake at sunrise",
    "a living room with a fireplace",
    "a desert canyon",
    "a snowy village",
)


@pytest.mark.parametrize("name", styles())
def test_a_style_changes_the_look_and_not_the_place(name: str) -> None:
    for sentence in SENTENCES:
        plain, changed = understand(sentence), understand(worded(sentence, style=name).sentence)
        assert changed.place == plain.place, sentence
        assert (changed.style, changed.mood) != (plain.style, plain.mood)


def test_completion_says_what_would_have_been_assumed() -> None:
    for sentence in (*SENTENCES, "a meadow", "a forest"):
        completed = worded(sentence, complete=True)
        before, after = understand(sentence), understand(completed.sentence)
        assert (after.place, after.time, after.weather, after.season) == (
            before.place, before.time, before.weather, before.season,
        )  # fmt: skip
        assert {"time"} <= after.given
    rules = [rule.rule for rule in worded("a meadow in the rain at dusk in autumn", complete=True).rules]
    assert rules == ["foreground"]


@pytest.mark.parametrize(
    ("sentence", "change", "time", "weather"),
    [
        ("a misty alpine lake at sunrise", "at night", "night", "mist"),
        ("a misty alpine lake at sunrise", "a clear noon", "noon", "clear"),
        ("a village in the rain", "at sunset in falling snow", "sunset", "snow"),
        ("a village in the rain", "at sunset in snow", "sunset", "clear"),
    ],
)
def test_a_remix_takes_the_new_light_and_keeps_the_place(sentence: str, change: str, time: str, weather: str) -> None:
    merged, same = remixed(sentence, change)
    brief = understand(merged)
    assert same and brief.place == understand(sentence).place
    assert (brief.time, brief.weather) == (time, weather)


def test_a_remix_that_names_another_place_says_so() -> None:
    assert remixed("an alpine lake", "a desert")[1] is False
    assert remixed("an alpine lake", "")[0] == "an alpine lake"


def test_words_are_one_line_and_no_file() -> None:
    assert cleaned(" a \n lake\x00 ") == "a lake"
    assert cleaned("a \ud800 lake") == "a lake"
    with pytest.raises(InputError, match="file"):
        cleaned("secrets.yaml")
    with pytest.raises(InputError, match="empty"):
        worded("  ")
    with pytest.raises(InputError, match="unknown"):
        worded("a lake", style="nosuch")
