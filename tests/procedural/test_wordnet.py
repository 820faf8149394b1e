"""What is a word, and what a noun is a kind of; and that the file of WordNet is what its maker makes."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from lucid3d.errors import InputError
from lucid3d.procedural.language import wordnet
from lucid3d.procedural.language.make_wordnet import make

KINDS = (
    "bar", "dog", "boat", "house", "church", "castle", "car", "chair", "tree", "pine", "lamp", "bridge", "shop",
    "street", "lake", "river", "city", "tower", "ship", "temple", "desert", "tent", "bed", "person", "fish",
)  # fmt: skip


@pytest.mark.parametrize(
    ("noun", "kind"),
    [
        ("saloon", "bar"), ("corgi", "dog"), ("dachshund", "dog"), ("skiff", "boat"), ("bungalow", "house"),
        ("basilica", "church"), ("palace", "castle"), ("limousine", "car"), ("throne", "chair"), ("pagoda", "temple"),
        ("drawbridge", "bridge"), ("minaret", "tower"), ("lagoon", "lake"), ("sahara", "desert"), ("kyoto", "city"),
        ("bookshop", "shop"), ("villas", "house"), ("salmon", "fish"),
    ],
)  # fmt: skip
def test_an_unknown_noun_goes_up_to_the_nearest_known_kind(noun: str, kind: str) -> None:
    assert wordnet.kind_of(noun, KINDS) == kind


@pytest.mark.parametrize("noun", ["happiness", "stadium", "qwxyz", "", "running", "the", "well"])
def test_what_is_near_nothing_is_nothing(noun: str) -> None:
    assert wordnet.kind_of(noun, KINDS) is None


def test_a_wide_kind_stands_for_nothing() -> None:
    assert wordnet.kind_of("stadium", (*KINDS, "structure", "building", "area")) is None


@pytest.mark.parametrize(
    "word", ["boats", "winding", "colour", "color", "cosy", "built", "knives", "lit", "kyoto", "churches"]
)
def test_correct_english_is_a_word(word: str) -> None:
    assert wordnet.is_word(word)


@pytest.mark.parametrize("word", ["forrest", "beutiful", "montain", "castel", "villege", "teh", "kichen"])
def test_slips_are_no_words(word: str) -> None:
    assert not wordnet.is_word(word)


def test_kinds() -> None:
    assert wordnet.is_kind_of("corgi", "animal")
    assert wordnet.is_kind_of("kittens", "animal")
    assert wordnet.is_kind_of("blacksmith", "person")
    assert not wordnet.is_kind_of("bench", "animal")


SYNSETS = """  1 a licence line
00000001 03 n 01 physical_entity 0 001 ~ 00000002 n 0000 | what has a body
00000002 05 n 02 dog 0 domestic_dog 0 002 @ 00000001 n 0000 ~ 00000003 n 0000 | barks
00000003 05 n 01 corgi 0 001 @ 00000002 n 0000 | short
00000004 05 n 01 Genus_Canis 0 001 @ 00000001 n 0000 | Latin
00000005 09 n 01 idea 0 000 | no body
00000006 15 n 01 Rome 0 001 @i 00000001 n 0000 | a place
00000007 18 n 01 Nero 0 001 @i 00000001 n 0000 | a person
"""
NOUNS = """  1 a licence line
canis n 1 1 @ 1 0 00000004
corgi n 1 1 @ 1 0 00000003
dog n 2 1 @ 2 1 00000005 00000002
domestic_dog n 1 1 @ 1 0 00000002
idea n 1 0 1 0 00000005
nero n 1 1 @ 1 0 00000007
physical_entity n 1 0 1 0 00000001
rome n 1 1 @ 1 0 00000006
"""


def test_the_file_is_made_from_wordnet_s_own(tmp_path: Path) -> None:
    (tmp_path / "data.noun").write_text(SYNSETS, encoding="utf-8")
    (tmp_path / "index.noun").write_text(NOUNS, encoding="utf-8")
    for part in ("verb", "adj", "adv"):
        (tmp_path / f"index.{part}").write_text("bark v 1 1 @ 1 0 00000001\n" * (part == "verb"), encoding="utf-8")
    words, lemmas, steps, counts = lzma.decompress(make(tmp_path)).decode().split("\n\n")
    assert words == "noun corgi dog idea rome\nverb bark"
    assert lemmas == "physical_entity dog.1 domestic_dog corgi rome"
    assert (steps, counts) == ("0 1 1 3", "1 2 1 1")


def test_a_folder_without_wordnet_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"data\.noun cannot be read"):
        make(tmp_path)
