"""Pages of YAML, read without surprises: no key twice, and every error a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from lucid3d.errors import InputError

if TYPE_CHECKING:
    from yaml import SafeLoader
else:
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C, ten times as fast


class _Reader(SafeLoader):
    """Refuses a key that stands twice in a mapping, where YAML would take the last, and gives tuples for lists."""


# YAML 1.1 takes "on", "off", "yes" and "no" for truth values; here they are words, as in YAML 1.2.
_BOOL = "tag:yaml.org,2002:bool"
_Reader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
}
_Reader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def _mapping(reader: _Reader, node: yaml.MappingNode) -> dict[Any, Any]:
    made: dict[Any, Any] = reader.construct_mapping(node, deep=True)
    if len(made) < len(node.value):
        names = [key.value for key, _ in node.value]
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        line = node.start_mark.line + 1
        raise InputError(f"'{twice}' stands twice in the mapping from line {line} on; take one away")
    return made


def _sequence(reader: _Reader, node: yaml.SequenceNode) -> tuple[Any, ...]:
    return tuple(reader.construct_sequence(node, deep=True))


_Reader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Reader.add_constructor("tag:yaml.org,2002:seq", _sequence)


def read_page(file: Path) -> dict[str, Any]:
    """The mapping that a page of YAML holds; its lists are tuples.

    Raises:
        InputError: it cannot be read, is no YAML, has a key twice, or holds something else than a mapping.
    """
    try:
        page = yaml.load(file.read_text(encoding="utf-8"), Loader=_Reader)
    except InputError as error:
        raise InputError(f"{file}: {error}") from None
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}); check its name and its rights") from None
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8 text; save it as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise InputError(f"{file}{line}: this is no YAML ({problem}); put text with ': ' or '#' into quotes") from None
    if not isinstance(page, dict) or not all(isinstance(key, str) for key in page):
        raise InputError(f"{file}: a page is a mapping of keys to values, as in 'label: a coffee shop'")
    return page
