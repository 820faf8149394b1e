"""What noun phrases add to the words of a sentence: numbers, colours and materials with their own noun, how things
stand together, and nouns that nothing here is called."""

from __future__ import annotations

import pytest

from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.language.binding import Placing
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.language.finding import find


@pytest.mark.parametrize(
    ("text", "painted", "made_of"),
    [
        ("a blue car parked in front of a yellow house", {"car": "blue", "house": "yellow"}, {}),
        ("a small church with a red roof among firs", {}, {}),
        ("a meadow with a stone well and a wooden bench", {}, {"well": "stone", "bench": "wood"}),
        ("a green sofa in front of a brick fireplace", {"sofa": "green"}, {"fireplace": "brick"}),
        ("a field of lavender", {"flowers": "purple"}, {}),
        ("海边的红色灯塔和两艘白色的船", {"lighthouse": "red", "boat": "white"}, {}),
    ],
)  # fmt: skip
def test_colours_and_materials_go_with_their_own_noun(
    text: str, painted: dict[str, str], made_of: dict[str, str]
) -> None:
    brief = understand(text)
    things = {thing: colour for thing, colour in brief.painted.items() if thing in brief.features}
    assert things == painted
    assert {thing: material for thing, material in brief.made_of.items() if thing in brief.features} == made_of


@pytest.mark.parametrize(
    ("text", "thing", "count"),
    [
        ("four blue boats on a lake and one red boat on the shore", "boat", 5),
        ("a purple tent, a green tent and a yellow tent around a campfire", "tent", 3),
        ("a meadow with eleven tents", "tent", 11),
        ("a meadow with a row of tents", "tent", 5),
        ("a kitchen with two chairs and a table", "table", 1),
        ("a couple of benches in a park", "bench", 2),
    ],
)  # fmt: skip
def test_numbers_go_with_their_own_noun(text: str, thing: str, count: int) -> None:
    assert understand(text).features[thing] == count


@pytest.mark.parametrize(
    ("text", "placing"),
    [
        ("three red barns on a hill", Placing("barn", "on", ("hills",))),
        ("a wooden bench under a huge oak tree facing a lake", Placing("bench", "facing", ("lake",))),
        ("a cabin to the left of a castle", Placing("cabin", "left", ("castle",))),
        ("a meadow with a tent on the right", Placing("tent", "right")),
        ("tents around a campfire", Placing("tent", "around", ("campfire",))),
        ("房子前面停着一辆蓝色的车", Placing("car", "in front of", ("house",))),
    ],
)  # fmt: skip
def test_relations_are_between_things(text: str, placing: Placing) -> None:
    assert placing in understand(text).relations


def test_what_must_not_be_there_stands_nowhere() -> None:
    assert understand("a castle without a bridge in front of it").relations == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a limousine in the desert", "A limousine is built as a parked car."),
        ("a casino with red chairs", "I cannot build a casino; here is"),
        ("a zoo with a corgi", "corgi"),
    ],
)
def test_what_cannot_be_built_is_said(text: str, told: str) -> None:
    assert told in understand(text).explanation


def test_a_kind_is_built_for_what_is_no_word_here() -> None:
    assert understand("a limousine in the desert").features == {"car": 1}
    assert understand("a corgi in a meadow").features == {"dog": 1}


@pytest.mark.parametrize("word", ["dessert", "stable", "grapes", "bored", "founding", "boast", "sweater"])
def test_correct_english_is_never_corrected(word: str) -> None:
    assert [found.corrected for found in find(word)] == [""]


@pytest.mark.parametrize("text", ["a misty castel", "a beautifull vilage", "a dark forrest"])
def test_slips_still_are(text: str) -> None:
    assert "place" in understand(text).given or understand(text).features


@pytest.mark.parametrize(
    "text",
    [
        "red, big, old and calm", "a lake on a table", ", ".join(["house", "boat", "tree", "lamp"] * 15),
        "una playa con palmeras", "ein Wald im Winter", "湖在桌子上", "a a a of of the", "in front of", "二三四五",
    ],
)  # fmt: skip
def test_whatever_is_said_there_is_a_place_and_a_sentence(text: str) -> None:
    brief = understand(text)
    assert brief.place in brief.catalogue.places
    assert brief.explanation.endswith(".")
    assert understand(text) == brief


@pytest.mark.parametrize("name", sorted(load_catalogue().places))
def test_what_comes_nearest_is_built_and_said(name: str) -> None:
    record = load_catalogue().places[name]
    for words in record.near.english:
        brief = understand(f"a {words} in the rain")
        assert brief.place == name and "place" in brief.given, words
        assert f"{words}; here is {record.label} instead." in brief.explanation.replace("-", " "), words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the Taj Mahal at dawn", "I cannot build the Taj Mahal; here is a temple instead."),
        ("a Moroccan riad with a fountain", "I cannot build a Moroccan riad; here is"),
        ("two mosques on a hill", "I cannot build mosques; here is a temple instead."),
    ],
)
def test_a_name_is_told_as_it_is_written(text: str, told: str) -> None:
    assert told in understand(text).explanation


def test_a_place_of_its_own_is_told_of_as_itself() -> None:
    assert "cannot" not in understand("a temple beside a mosque").explanation


@pytest.mark.parametrize(
    ("text", "thing", "material"),
    [
        ("a coast with a pier of stone", "pier", "stone"),
        ("a red house made of brick by a lake", "house", "brick"),
        ("a statue of a horse in a garden", "statue", ""),
    ],
)
def test_a_material_may_follow_its_noun(text: str, thing: str, material: str) -> None:
    assert understand(text).material(thing) == material
