"""What `lucid3d models list` and `lucid3d models download` do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lucid3d.errors import InputError
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.catalogue import catalogue, entry
from lucid3d.families.diffusion.fetch import fetch

TABLE_WIDTH = 130
"""Columns of a terminal from which on the list is a table."""


@dataclass(frozen=True)
class Row:
    """One line of the list: a known model, or one that is in the cache."""

    name: str
    role: str
    state: Literal["complete", "incomplete", "not here"]
    gigabytes: float
    licence: str
    note: str


def models_on_disk() -> list[Row]:
    """Every known model and every usable cached one, with its state and size (on disk, else of the download)."""
    rows = []
    names = [*catalogue().models] + [name for name in weights.cached_models() if entry(name) is None]
    for name in names:
        known, found = entry(name), weights.inspect(name)
        if known is None and found.missing == ("model_index.json or config.json",):
            continue  # a dataset's or another program's model
        state: Literal["complete", "incomplete", "not here"] = "complete" if found.complete else "incomplete"
        if found.path is None:
            state = "not here"
        note = known.note if known else ""
        if state == "incomplete":
            note = f"lacks {found.missing[0]}" + (f" and {len(found.missing) - 1} more" if found.missing[1:] else "")
        size = found.size / 1e9 if found.path else (known.gigabytes if known else 0.0)
        rows.append(
            Row(name, known.role if known else "other", state, size, known.licence if known else "unknown", note)
        )
    return rows


def list_models() -> None:
    """Print what is on disk, whether it is whole, sizes and licences."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    colours = {"complete": "green", "incomplete": "yellow", "not here": "dim"}
    title = f"Models in {weights.cache_folder()}"
    if console.width < TABLE_WIDTH:  # names of 50 characters leave no room for a table
        console.print(title)
        for row in models_on_disk():
            state = f"[{colours[row.state]}]{row.state}[/]"
            facts = [f"{row.gigabytes:.2f} GB", row.licence, row.note]
            console.print(f"[bold]{row.name}[/]", soft_wrap=True)
            console.print(f"    {row.role}, {state}: {', '.join(filter(None, facts))}", soft_wrap=True)
    else:
        table = Table(title=title, title_justify="left", pad_edge=False)
        for column in ("Model", "For", "State", "GB", "Licence", "Note"):
            right = "right" if column == "GB" else "left"
            table.add_column(column, justify=right, no_wrap=column not in ("Licence", "Note"))  # type: ignore[arg-type]
        for row in models_on_disk():
            state = f"[{colours[row.state]}]{row.state}[/]"
            table.add_row(row.name, row.role, state, f"{row.gigabytes:.2f}", row.licence, row.note)
        console.print(table)
    console.print("Fetch one with: lucid3d models download <model>", markup=False)


def offer_download(missing: Sequence[str], answer: Literal["ask", "yes", "no"] = "ask") -> bool:
    """On a machine with a CUDA GPU, ask whether to fetch what `choose_models` found missing, and fetch it.

    Args:
        missing: hub names; nothing is offered when there are none.
        answer: "ask" asks in a terminal and takes silence for no; "yes" and "no" answer for scripts.
    Returns:
        True when everything has been fetched, so that the choice should be made again.
    """
    if not missing or answer == "no" or not _has_cuda():
        return False
    if answer == "ask":
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return False
        known = [entry(name) for name in missing]
        size = f", about {sum(each.gigabytes for each in known if each):.1f} GB" if all(known) else ""
        question = f"This GPU can run the diffusion models. Fetch {' and '.join(missing)}{size}? [y/N] "
        if input(question).strip().lower() not in ("y", "yes"):
            return False
    download(*missing)
    return True


def _has_cuda() -> bool:
    """Whether there is a GPU that torch drives as CUDA: NVIDIA's, or AMD's through ROCm.

    torch is only imported where a driver of one is installed.
    """
    if not any(map(shutil.which, ("nvidia-smi", "rocminfo", "rocm-smi"))):
        return False
    import torch

    return torch.cuda.is_available()


def download(*names: str) -> None:
    """Fetch models from the hub, in a process of its own that Ctrl-C stops; a stopped download resumes where it was.

    Raises:
        InputError: no name, a name that is no hub repository, no network, or no such repository.
    """

    if not names:
        raise InputError("name the model to download, such as: lucid3d models download Intel/zoedepth-nyu-kitti")
    for name in names:
        if weights.inspect(name).place != "hub":
            raise InputError(f"{name} is a path: only hub names such as owner/model can be downloaded")
    for name in names:
        fetch(name)
