"""The one error a person is meant to read."""

from __future__ import annotations


class InputError(ValueError):
    """Something handed in cannot be used; the message is one sentence that names it and the way out.

    Command lines print the message alone and exit with code 2; a traceback is only for bugs.
    """


def short(value: object, most: int = 60) -> str:
    """A value as it may stand in a message: one line, cut where it is long."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."
