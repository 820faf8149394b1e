"""Functions that a record names as text, "package.module:function", imported when they are needed."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from lucid3d.errors import InputError


@functools.cache
def function(name: str, where: str = "") -> Callable[..., Any]:
    """The function that is named.

    Args:
        name: "package.module:function", as a checked record has it.
        where: the record's file, for the message.
    Raises:
        InputError: there is no such module or function.
    """
    module, _, attribute = name.partition(":")
    prefix = f"{where}: " if where else ""
    try:
        found = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        if not module.startswith(str(error.name)):
            raise  # the module is there and misses one of its own
        raise InputError(f"{prefix}there is no module '{error.name}' for '{name}'; mend the name") from None
    except AttributeError:
        raise InputError(f"{prefix}module '{module}' has no '{attribute}'; mend the name '{name}'") from None
    if not callable(found):
        raise InputError(f"{prefix}'{name}' is no function; name one")
    return found  # type: ignore[no-any-return]
