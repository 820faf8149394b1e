"""`lucid3d models list` and `lucid3d models download <name> ...`."""

from __future__ import annotations

from collections.abc import Sequence

from lucid3d.errors import InputError
from lucid3d.families.diffusion.commands import download, list_models

USAGE = "usage: lucid3d models list | lucid3d models download NAME [NAME ...]"


def main(arguments: Sequence[str]) -> None:
    """List what is on disk, or fetch.

    Raises:
        InputError: neither was asked for, or a model cannot be fetched.
    """
    if list(arguments) == ["list"]:
        list_models()
    elif len(arguments) >= 2 and arguments[0] == "download":
        download(*arguments[1:])
    elif arguments and arguments[0] in ("-h", "--help"):
        print(USAGE)
    else:
        raise InputError(USAGE)
