"""Reading the catalogue: the package's own pages, and those in folders of a person's own.

A folder of one's own holds `places/<name>.yaml`, one page a place, and may hold `things.yaml`
and more such pages in `things/`; a name that the package
knows replaces what it has.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from lucid3d.errors import InputError
from lucid3d.procedural.catalogue.checked import checked, suggestion
from lucid3d.procedural.catalogue.pages import read_page
from lucid3d.procedural.catalogue.records import RECIPES, Grammar, PlaceRecord, ThingRecord, Vocabulary

PACKAGED = Path(__file__).parent
Folders = Sequence[str | Path]
T = TypeVar("T")


def load_places(folders: Folders = ()) -> Mapping[str, PlaceRecord]:
    """Every place by name: those of `folders` first (the first folder that has one decides), then the package's.

    Raises:
        InputError: a page is wrong: one sentence with file, key and way out.
    """
    return _merged([_places_in(_checked_folder(folder)) for folder in folders], _packaged_places())


def load_things(folders: Folders = ()) -> Mapping[str, ThingRecord]:
    """Every thing by name: those of `folders` first, then the package's.

    Raises:
        InputError: a page is wrong: one sentence with file, key and way out.
    """
    return _merged([_things_in(_checked_folder(folder)) for folder in folders], _packaged_things())


@functools.cache
def load_vocabulary() -> Vocabulary:
    """The words that are no places and no things."""
    file = PACKAGED / "words.yaml"
    return checked(Vocabulary, read_page(file), where=str(file))


@functools.cache
def load_grammar() -> Grammar:
    """The small words of the languages."""
    file = PACKAGED / "grammar.yaml"
    return checked(Grammar, read_page(file), where=str(file))


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All that there is, by name. Compared and hashed by identity: one catalogue is loaded once and handed around."""

    places: Mapping[str, PlaceRecord]
    things: Mapping[str, ThingRecord]
    words: Vocabulary = field(default_factory=load_vocabulary)
    grammar: Grammar = field(default_factory=load_grammar)

    def things_of(self, *sorts: str) -> frozenset[str]:
        """The names of the things of some sorts (see `records.Sort`)."""
        return frozenset(name for name, thing in self.things.items() if thing.sort in sorts)


def load_catalogue(*folders: str | Path) -> Catalogue:
    """The catalogue of the package, with the places and things of a person's own folders before it.

    Raises:
        InputError: a page is wrong: one sentence with file, key and way out.
    """
    if not folders:
        return _packaged()
    made = Catalogue(load_places(folders), load_things(folders))
    check_names(made)
    return made


@functools.cache
def _packaged() -> Catalogue:
    return Catalogue(load_places(), load_things())


@functools.cache
def _packaged_places() -> Mapping[str, PlaceRecord]:
    return _places_in(PACKAGED)


@functools.cache
def _packaged_things() -> Mapping[str, ThingRecord]:
    return _things_in(PACKAGED)


def _merged(own: Iterable[Mapping[str, T]], packaged: Mapping[str, T]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for each in (*own, packaged):
        found.update({name: record for name, record in each.items() if name not in found})
    return found


def _checked_folder(name: str | Path) -> Path:
    folder = Path(name)
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder} for places; make it, with a page places/<name>.yaml in it")
    return folder


def _places_in(folder: Path) -> Mapping[str, PlaceRecord]:
    return {file.stem: read_place(file) for file in sorted((folder / "places").glob("*.yaml"))}


def read_place(file: Path) -> PlaceRecord:
    """One place from its page.

    Raises:
        InputError: the page is wrong: one sentence with file, key and way out.
    """
    _check_name(file.stem, str(file), "a place is named by its file")
    page = read_page(file)
    for key in ("name", "file", "kind", "recipe"):
        if key in page:
            raise InputError(f"{file}: '{key}' is no key of a page; leave it out")
    recipes = [key for key in RECIPES if key in page]
    if len(recipes) != 1:
        told = "none" if not recipes else " and ".join(recipes)
        raise InputError(f"{file}: a place has one of the keys {', '.join(RECIPES)}, and this page has {told}")
    kind = recipes[0]
    if kind != "build":
        page["recipe"] = page.pop(kind)
        if not isinstance(page["recipe"], dict):
            raise InputError(f"{file}: '{kind}' is to be a mapping, as in {{key: value}}")
    return checked(PlaceRecord, {"name": file.stem, "file": str(file), "kind": kind, **page}, where=str(file))


def _things_in(folder: Path) -> Mapping[str, ThingRecord]:
    """The things of `things.yaml` and of the pages in `things/`.

    Raises:
        InputError: a record is wrong, or two pages have one of the same name.
    """
    found: dict[str, ThingRecord] = {}
    for file in (folder / "things.yaml", *sorted((folder / "things").glob("*.yaml"))):
        for name, page in (read_page(file) if file.exists() else {}).items():
            if name in found:
                raise InputError(f"{file}: {name}: {found[name].file} has a thing of this name too; keep one of them")
            found[name] = _thing(file, name, page)
    return found


def _thing(file: Path, name: str, page: Any) -> ThingRecord:
    where = f"{file}: {name}"
    _check_name(name, where, "a thing's name is written so")
    if not isinstance(page, dict) or not page.keys().isdisjoint(("name", "file")):
        raise InputError(f"{where}: a thing is a mapping of the keys of a ThingRecord but 'name' and 'file'")
    return checked(ThingRecord, {"name": name, "file": str(file), **page}, where=where)


def _check_name(name: str, where: str, what: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(f"{where}: {what}: small letters, digits and '_', as in coffee_shop")


def check_names(catalogue: Catalogue) -> None:
    """Every name in a record that stands for another record is known.

    Raises:
        InputError: one is not.
    """
    places, things, words = catalogue.places, catalogue.things, catalogue.words
    for place in places.values():
        _known(place.file, "cannot_have", place.cannot_have, things)
        _known(place.file, "things", place.things, things)
        _known(place.file, "landscape.brings", place.landscape.brings, things)
        _known(place.file, "moods", place.moods, words.mood)
        _known(place.file, "styles", place.styles, words.style)
        _known(place.file, "with_style", place.with_style, words.style)
        _known(place.file, "with_style", place.with_style.values(), places)
    for thing in things.values():
        where = f"{thing.file}: {thing.name}"
        _known(where, "materials", thing.materials, words.material)
        _known(where, "kind_of", filter(None, [thing.kind_of]), things)


def _known(where: str, key: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise InputError(f"{where}: '{key}' cannot be {name!r}; {suggestion(name, known)}")
