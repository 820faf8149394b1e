"""Sentences that are no English: a place each, and one honest sentence."""

from __future__ import annotations

import pytest

from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.language.translating import in_english


@pytest.mark.parametrize(
    ("sentence", "place", "thing", "language"),
    [
        ("ein Wald im Winter mit einer Hütte", "forest", "cabin", "German"),
        ("une maison rouge près d'un lac sous la neige", "alpine_lake", "house", "French"),
        ("un castillo blanco junto a un lago de noche", "alpine_lake", "castle", "Spanish"),
        ("森の中の赤い家、夜", "forest", "house", "Japanese"),
    ],
)
def test_common_words_of_other_languages_are_read_and_it_is_said(
    sentence: str, place: str, thing: str, language: str
) -> None:
    brief = understand(sentence)
    assert brief.place == place and thing in brief.features
    assert f"from {language}:" in brief.explanation


@pytest.mark.parametrize(
    "sentence",
    ["a red house in the rain", "the old man and the sea", "a table", "die in the sea", "", "山上的小屋", "🏝🌴⛵"],
)  # fmt: skip
def test_english_and_chinese_are_left_alone(sentence: str) -> None:
    assert in_english(sentence) == ("", "")


def test_what_cannot_be_gets_a_place_and_is_said() -> None:
    assert "does not go on" in understand("a lake on a table").explanation
    nouns = ["table", "chair", "lamp", "tree", "house", "car", "boat", "cat", "dog", "horse"] * 6
    many = understand(", ".join(nouns))
    assert many.place and len(many.explanation) < 1200
    only = understand("green, quiet, happy and huge")
    assert only.place and "No place was named" in only.explanation
