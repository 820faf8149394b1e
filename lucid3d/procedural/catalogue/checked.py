"""From a mapping to a checked dataclass, or one sentence that says what is wrong: file, key, and the way out."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from lucid3d.errors import InputError

T = TypeVar("T")

_UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")
_WANTED = {
    "string_type": "text is wanted here; put it into quotes",
    "tuple_type": "a list is wanted here, as in [a, b]",
    "list_type": "a list is wanted here, as in [a, b]",
    "dict_type": "a mapping is wanted here, as in {key: value}",
    "mapping_type": "a mapping is wanted here, as in {key: value}",
    "dataclass_type": "a mapping is wanted here, as in {key: value}",
    "bool_type": "true or false is wanted here",
    "bool_parsing": "true or false is wanted here",
    "int_type": "a whole number is wanted here",
    "int_parsing": "a whole number is wanted here",
    "int_from_float": "a whole number is wanted here",
    "float_type": "a number is wanted here",
    "float_parsing": "a number is wanted here",
    "string_pattern_mismatch": "a function's name is wanted here, as in 'package.module:function'",
}
"""pydantic's type of error -> what a person can do about it."""


def checked(cls: type[T], mapping: Mapping[str, Any], *, where: str) -> T:
    """`cls` (a pydantic dataclass that forbids extra keys) from a mapping, such as a page that was read.

    Args:
        where: the file, and what in it, for the message.
    Raises:
        InputError: a wrong key or value: one sentence with file, key and way out.
    """
    known: Any = cls
    try:
        made: T = _adapter(known).validate_python(mapping)
    except ValidationError as error:
        raise InputError(f"{where}: {_sentence(cls, error)}") from None
    return made


@functools.cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _sentence(cls: type[Any], error: ValidationError) -> str:
    # a misspelt key first: the key that is missing is mostly the same one
    first = min(error.errors(include_url=False), key=lambda e: e["type"] not in _UNKNOWN)
    path, value = first["loc"], first.get("input")
    kind = first["type"]
    key = _key(path)
    if kind in _UNKNOWN:
        known = _fields(cls, path[:-1])
        inside = f" of '{_key(path[:-1])}'" if path[:-1] else ""
        return f"'{path[-1]}' is no key{inside}; {suggestion(str(path[-1]), known)}"
    if kind in ("missing", "missing_argument"):
        return f"the key '{key}' is missing; add it"
    if kind == "literal_error":
        names = [n.strip(" '") for n in str(first["ctx"]["expected"]).replace(" or ", ", ").split(",")]
        return f"'{key}' cannot be {_shown(value)}; {suggestion(str(value), names)}"
    wanted = _WANTED.get(kind) or first["msg"].removeprefix("Value error, ").replace("Input should be", "it is to be")
    return f"'{key}' cannot be {_shown(value)}; {wanted[:1].lower()}{wanted[1:]}" if key else wanted


def suggestion(name: str, known: Iterable[str]) -> str:
    """The way out of a wrong name: the nearest known one, or all of them."""
    names = list(dict.fromkeys(known))
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else f"there are {', '.join(sorted(names))}"


def _key(path: Iterable[int | str]) -> str:
    """A key within keys, as a person reads it: "put.2.thing"; tags of unions are left out."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path if "[" not in str(part))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _fields(cls: type[Any], path: tuple[int | str, ...]) -> list[str]:
    """The keys that are known where `path` leads to in a dataclass."""
    found = [cls]
    for part in path:
        named = [typing.get_type_hints(c)[part] for c in found if part in _names(c)]
        if named:
            found = [c for hint in named for c in _dataclasses(hint)]
    return [name for c in found for name in _names(c)]


def _names(cls: type[Any]) -> list[str]:
    return [field.name for field in dataclasses.fields(cls)]


def _dataclasses(hint: Any) -> Iterator[type[Any]]:
    """The dataclasses in a type such as `tuple[Put, ...] | None`."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        yield hint
    for argument in typing.get_args(hint):
        yield from _dataclasses(argument)
