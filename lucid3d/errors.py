"""The one error a person is meant to read."""

from __future__ import annotations


class InputError(ValueError):
    """Something handed in cannot be used; the message is one sentence that names it and the way out.

    Command lines print the message alone and exit with code 2; a traceback is only for bugs.
    """
