"""The catalogue's pages: every column of every record leads somewhere, and a wrong page is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lucid3d.errors import InputError
from lucid3d.procedural.build import build_from_brief
from lucid3d.procedural.catalogue.functions import function
from lucid3d.procedural.catalogue.load import load_catalogue, load_places
from lucid3d.procedural.catalogue.records import RECIPES, PlaceRecord
from lucid3d.procedural.compose.composing import COMPOSERS
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.language.brief import Brief

PLACES = load_places()
PAGE = """
label: a salt flat
words: {english: [salt flat, salt pan], chinese: [盐沼], emoji: [🧂]}
time: noon
things: {rocks: 2}
build: lucid3d.procedural.compose.land.volcano:volcano
"""


@pytest.fixture
def page(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the page of a place into a folder of a person's own."""
    (tmp_path / "places").mkdir()

    def write(text: str, name: str = "salt_flat") -> Path:
        (tmp_path / "places" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize("record", PLACES.values(), ids=PLACES)
def test_every_column_of_a_place_leads_somewhere(record: PlaceRecord) -> None:
    assert record.words.english
    assert record.words.chinese
    assert record.label[0].islower()
    if record.kind == "build":
        assert callable(function(record.build, record.file))
    else:
        assert callable(function(COMPOSERS[record.kind]))
    Ground(seed=1, **record.landscape.ground)
    for place in record.with_style.values():
        assert place in PLACES


def test_the_composers_read_the_recipes_that_a_page_may_have() -> None:
    assert set(COMPOSERS) <= set(RECIPES) - {"build"}
    assert {record.kind for record in PLACES.values()} <= {"build", *COMPOSERS}


def test_a_place_of_ones_own_is_one_page(page: Callable[[str], Path]) -> None:
    catalogue = load_catalogue(page(PAGE))
    assert set(catalogue.places) == {*PLACES, "salt_flat"}
    brief = Brief(place="salt_flat", catalogue=catalogue)
    assert brief.record.label == "a salt flat"
    assert build_from_brief(brief, 1).place.terrain is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PAGE.replace("label", "lable"), "'lable' is no key; did you mean 'label'?"),
        (PAGE.replace("english", "englisch"), "'englisch' is no key of 'words'; did you mean 'english'?"),
        (PAGE.replace("label: a salt flat", ""), "the key 'label' is missing"),
        (PAGE.replace("a salt flat", "12"), "'label' cannot be 12; text is wanted"),
        (PAGE.replace("noon", "nooon"), "'time' cannot be 'nooon'; did you mean 'noon'?"),
        (PAGE.replace("rocks: 2", "rocks: two"), "'things.rocks' cannot be 'two'; a whole number is wanted"),
        (PAGE.replace("[salt flat, salt pan]", "salt flat"), "'words.english' cannot be 'salt flat'; a list is wanted"),
        (PAGE + "land: {}", "has land and build"),
        (PAGE.replace("build", "built"), "has none"),
        (
            PAGE.replace("volcano:volcano", "volcano.volcano"),
            "'build' cannot be 'lucid3d.procedural.compose.land.volcano.volcano'; a function",
        ),
        (PAGE + "time: night", "'time' stands twice"),
        (PAGE + "land: [", "this is no YAML"),
        ("- a\n- b\n", "a page is a mapping"),
        ("", "a page is a mapping"),
    ],
)
def test_a_wrong_page_is_told_in_a_sentence(page: Callable[[str], Path], text: str, told: str) -> None:
    folder = page(text)
    with pytest.raises(InputError) as error:
        load_catalogue(folder)
    sentence = str(error.value)
    assert told in sentence
    assert str(folder / "places" / "salt_flat.yaml") in sentence
    assert "\n" not in sentence


def test_a_function_that_is_not_there_is_told(page: Callable[[str], Path]) -> None:
    for wrong in ("lucid3d.procedural.compose.land.dry:dessert", "no_such_module:desert"):
        folder = page(PAGE.replace("lucid3d.procedural.compose.land.volcano:volcano", wrong))
        with pytest.raises(InputError, match=r"salt_flat.yaml: .*mend the name"):
            build_from_brief(Brief(place="salt_flat", catalogue=load_catalogue(folder)), 1)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        load_places([tmp_path / "shop"])
