"""People in a sentence: what they wear, that they are people and no workplaces, and who only owns a thing."""

from __future__ import annotations

import pytest

from lucid3d.procedural.language.brief import understand


@pytest.mark.parametrize(
    ("words", "who", "colour", "dress"),
    [
        ("a woman in a red dress in a garden", "woman", "red", "gown"),
        ("a man wearing a black coat on a bridge", "man", "black", "coat"),
        ("a man in a grey suit in a garden", "man", "grey", "suit"),
        ("an old man in a yellow raincoat in a meadow", "man", "yellow", "coat"),
        ("a girl with a green kimono by a lake", "child", "green", "gown"),
        ("two women in blue dresses in a park", "woman", "blue", "gown"),
    ],
)
def test_clothes_belong_to_those_who_wear_them(words: str, who: str, colour: str, dress: str) -> None:
    brief = understand(words)
    assert "clothes" not in brief.features
    assert brief.colour(who) == colour
    assert brief.wearing == {who: dress}
    assert "clothes" not in brief.explanation


def test_clothes_that_nobody_wears_are_things() -> None:
    brief = understand("a bedroom with red clothes on a chair")
    assert brief.wants("clothes")
    assert not brief.wearing


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("a bride and groom in a church", "cathedral"),
        ("two plumbers in a kitchen", "kitchen"),
        ("a market square with a juggler", "town_square"),
        ("a chef in a restaurant", "restaurant"),
    ],
)
def test_someone_is_a_person_and_no_place(words: str, place: str) -> None:
    brief = understand(words)
    assert brief.place == place
    assert brief.wants("person")


@pytest.mark.parametrize(
    ("words", "place", "lacks"),
    [
        ("a wizard's tower in a meadow", "meadow", "man"),
        ("the queen's garden", "garden", "woman"),
        ("a children's bedroom", "nursery", "child"),
        ("a farmer's market", "town_square", "farmer"),
    ],
)
def test_who_owns_a_thing_is_not_in_the_picture(words: str, place: str, lacks: str) -> None:
    brief = understand(words)
    assert brief.place == place
    assert not brief.wants(lacks)
