"""The catalogue's pages: every column of every record leads somewhere, and a wrong page is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from lucid3d import procedural
from lucid3d.errors import InputError
from lucid3d.procedural.build import build_world
from lucid3d.procedural.catalogue.functions import function
from lucid3d.procedural.catalogue.load import check_names, load_catalogue, load_places
from lucid3d.procedural.catalogue.records import RECIPES, PlaceRecord, Season, ThingRecord, Time, Weather
from lucid3d.procedural.compose.composing import COMPOSERS
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.palettes import COLOURS
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.language.finding import find
from lucid3d.procedural.language.lexicon import meanings

CATALOGUE = load_catalogue()
PLACES = CATALOGUE.places
CODE = "".join(
    file.read_text(encoding="utf-8")
    for folder in ("compose", "assets")
    for file in (Path(procedural.__file__).parent / folder).rglob("*.py")
)
PAGE = """
label: a salt flat
words: {english: [salt flat, salt pan], chinese: [盐沼], emoji: [🧂]}
time: noon
things: {rocks: 2}
build: lucid3d.procedural.compose.land.volcano:volcano
"""
THING = """
salt_heap:
  label: a heap of salt
  sort: prop
  words: {english: [heap of salt, salt heap]}
  stands: [ground]
  seen_as: [rock]
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
    assert understand(record.label).place == record.name
    assert understand(f"a {record.words.english[0]}, {record.nearby}").place == record.name
    for words in record.seen_as.values():
        assert understand(words).place == record.name
    if record.kind == "build":
        assert callable(function(record.build, record.file))
    else:
        assert callable(function(COMPOSERS[record.kind]))
    Ground(seed=1, **record.landscape.ground)


@pytest.mark.parametrize("record", CATALOGUE.things.values(), ids=CATALOGUE.things)
def test_every_column_of_a_thing_leads_somewhere(record: ThingRecord) -> None:
    assert record.words.english
    assert record.words.chinese
    assert record.stands
    assert record.seen_as
    assert record.name in understand(record.words.english[0]).features or record.name == "well"
    if record.make:
        assert callable(function(record.make, record.file))
    else:
        assert f'"{record.name}"' in CODE, "nothing makes it"
    assert bool(record.size) == (record.sort not in ("landform", "furniture") and record.name not in ("path", "planet"))
    if record.set_about:
        assert record.make
        assert record.set_about[0] < record.set_about[1]


def test_every_word_leads_back_to_what_it_means() -> None:
    for meaning, words in meanings(CATALOGUE):
        for word in (*words.english, *words.chinese, *words.emoji):
            assert any(meaning in item.meanings for item in find(word)), f"{word} is no {meaning}"


def test_the_names_in_records_are_known() -> None:
    check_names(CATALOGUE)
    words = CATALOGUE.words
    assert tuple(words.time) == get_args(Time)
    assert tuple(words.weather) == get_args(Weather)
    assert tuple(words.season) == get_args(Season)
    assert set(words.colour) == set(COLOURS)
    assert [place.name for place in PLACES.values() if place.default == 1] == ["alpine_lake", "living_room"]


def test_the_composers_read_the_recipes_that_a_page_may_have() -> None:
    assert set(COMPOSERS) <= set(RECIPES) - {"build"}
    assert {record.kind for record in PLACES.values()} <= {"build", *COMPOSERS}


def test_a_place_of_ones_own_is_one_page(page: Callable[[str], Path]) -> None:
    catalogue = load_catalogue(page(PAGE))
    assert set(catalogue.places) == {*PLACES, "salt_flat"}
    brief = understand("a salt flat with a cactus", catalogue=catalogue)
    assert (brief.place, brief.time, brief.record.label) == ("salt_flat", "noon", "a salt flat")
    assert understand("盐沼", catalogue=catalogue).place == understand("🧂", catalogue=catalogue).place == "salt_flat"
    assert understand("a salt flat").place != "salt_flat"
    world = build_world("a salt flat", 1, catalogue=catalogue)
    assert world.brief.place == "salt_flat"
    assert world.place.terrain is not None


def test_a_word_of_ones_own_place_is_taken_from_the_package_s(page: Callable[[str], Path]) -> None:
    brief = understand("a wasteland", catalogue=load_catalogue(page(PAGE.replace("salt pan", "wasteland"))))
    assert (brief.place, brief.secondary) == ("salt_flat", ())


def test_a_thing_has_one_record(page: Callable[[str], Path]) -> None:
    folder = page(PAGE)
    (folder / "things").mkdir()
    for file in (folder / "things.yaml", folder / "things" / "more.yaml"):
        file.write_text(THING, encoding="utf-8")
    with pytest.raises(InputError, match=r"more\.yaml: salt_heap: .*things\.yaml has a thing of this name too"):
        load_catalogue(folder)


def test_a_thing_of_ones_own_is_one_record(page: Callable[[str], Path]) -> None:
    folder = page(PAGE.replace("rocks", "salt_heap"))
    (folder / "things.yaml").write_text(THING, encoding="utf-8")
    catalogue = load_catalogue(folder)
    brief = understand("a meadow with two heaps of salt", catalogue=catalogue)
    assert brief.count("salt_heap") == 2
    assert "a heap of salt" in understand("a meadow, a salt heap", catalogue=catalogue).explanation
    for wrong, told in (
        (THING.replace("[ground]", "[floor]"), "'stands.1' cannot be 'floor'; there are"),
        (
            THING.replace("sort: prop", "sort: furniture\n  size: [1, 1, 1]"),
            "the size of furniture stands in its registry",
        ),
        (THING.replace("[rock]", "[rocks]"), "'seen_as.1' cannot be 'rocks'; no drawing has this label; did you mean"),
        (THING + "  kind_of: rock", "'kind_of' cannot be 'rock'; did you mean 'rocks'?"),
    ):
        (folder / "things.yaml").write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError, match=r"things\.yaml: salt_heap: ") as error:
            load_catalogue(folder)
        assert told in str(error.value)


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
            build_world("a salt flat", 1, catalogue=load_catalogue(folder))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        load_places([tmp_path / "shop"])
