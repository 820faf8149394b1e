"""The one error a person is meant to read."""

from __future__ import annotations

LONGEST = 1000
"""Characters of a message: what may be a list of all formats is shorter, what a hostile file is quoted with is not."""


class InputError(ValueError):
    """Something handed in cannot be used; the message is one sentence that names it and the way out.

    Command lines print the message alone and exit with code 2; a traceback is only for bugs. One that quotes something
    endless is cut in its middle: its beginning names the thing, and its end the way out.
    """

    def __init__(self, message: object = "") -> None:
        text = str(message)
        if len(text) > LONGEST:
            text = f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"
        super().__init__(text)


def short(value: object, most: int = 60) -> str:
    """A value as it may stand in a message: one line, cut where it is long."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."
