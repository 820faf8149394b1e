"""Painters and estimators of one's own, found by the name of an entry point.

A package of one's own names them in its pyproject.toml:

    [project.entry-points."lucid3d.families"]
    my-depth = "my_package:MyDepth"

and `--estimator my-depth` (or `estimator: my-depth` in a config) uses it. What the entry point names is called without
arguments, unless it is an object with the methods already.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from lucid3d.errors import InputError

GROUP = "lucid3d.families"
"""The group of entry points."""

Part = Literal["painter", "estimator"]

METHODS = {"painter": ("imagine", "inpaint"), "estimator": ("estimate",)}
"""What each must have; see `lucid3d.families.base` for what they take and return."""


def find(part: Part, name: str) -> EntryPoint:
    """The entry point of this name; nothing of its package is imported.

    Raises:
        InputError: no installed package has one; the message names those that there are.
    """
    known = {point.name: point for point in entry_points(group=GROUP)}
    if name in known:
        return known[name]
    close = get_close_matches(name, list(known), n=1)
    hint = f"did you mean '{close[0]}'? Installed" if close else "installed"
    there = ", ".join(sorted(known)) or "none"
    raise InputError(f"{part} '{name}' is not installed; {hint} in the entry points '{GROUP}': {there}")


def make(part: Part, name: str) -> Any:
    """An object of one's own, with the methods of a painter or an estimator.

    Raises:
        InputError: it is not installed, cannot be imported or made, or lacks a method.
    """
    point = find(part, name)
    where = f"{part} '{name}' ({point.value})"
    try:
        found = point.load()
        ready = not isinstance(found, type) and all(hasattr(found, method) for method in METHODS[part])
        made = found if ready else found()
    except InputError:
        raise
    except Exception as error:  # whatever somebody's package does wrong is told as theirs
        raise InputError(f"{where} cannot be loaded: {type(error).__name__}: {error}") from error
    return checked(part, made, where)


def checked(part: Part, made: Any, where: str) -> Any:
    """`made`, if it has the methods.

    Raises:
        InputError: it lacks one.
    """
    for method in METHODS[part]:
        if not callable(getattr(made, method, None)):
            raise InputError(f"{where} has no method {method}(): see lucid3d.families.base for what it must take")
    return made
