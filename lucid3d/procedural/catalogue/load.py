"""Reading the catalogue: the package's own pages, and those in folders of a person's own.

A folder of one's own holds `places/<name>.yaml`, one page a place; a name that the package knows replaces its place.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lucid3d.errors import InputError
from lucid3d.procedural.catalogue.checked import checked
from lucid3d.procedural.catalogue.pages import read_page
from lucid3d.procedural.catalogue.records import RECIPES, PlaceRecord

PACKAGED = Path(__file__).parent
Folders = Sequence[str | Path]


def load_places(folders: Folders = ()) -> Mapping[str, PlaceRecord]:
    """Every place by name: those of `folders` first (the first folder that has one decides), then the package's.

    Raises:
        InputError: a page is wrong: one sentence with file, key and way out.
    """
    places: dict[str, PlaceRecord] = {}
    for folder in folders:
        places = {**places, **{n: p for n, p in _places_in(Path(folder)).items() if n not in places}}
    return {**places, **{n: p for n, p in _packaged_places().items() if n not in places}}


@functools.cache
def _packaged_places() -> Mapping[str, PlaceRecord]:
    return _places_in(PACKAGED)


def _places_in(folder: Path) -> dict[str, PlaceRecord]:
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder} for places; make it, with a page places/<name>.yaml in it")
    return {file.stem: read_place(file) for file in sorted((folder / "places").glob("*.yaml"))}


def read_place(file: Path) -> PlaceRecord:
    """One place from its page.

    Raises:
        InputError: the page is wrong: one sentence with file, key and way out.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", file.stem):
        raise InputError(f"{file}: a place is named by its file: small letters, digits and '_', as in coffee_shop.yaml")
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


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All that there is, by name. Compared and hashed by identity: one catalogue is loaded once and handed around."""

    places: Mapping[str, PlaceRecord]

    @property
    def rooms(self) -> frozenset[str]:
        """The places with walls and a ceiling."""
        return frozenset(name for name, place in self.places.items() if place.indoors)


def load_catalogue(*folders: str | Path) -> Catalogue:
    """The catalogue of the package, with the places of a person's own folders before it.

    Raises:
        InputError: a page is wrong: one sentence with file, key and way out.
    """
    return Catalogue(load_places(folders)) if folders else _packaged()


@functools.cache
def _packaged() -> Catalogue:
    return Catalogue(load_places())
