"""Checkpoints: an .npz file of arrays and one JSON string, no pickle."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.files import atomic_path
from lucid3d.gaussians.training.state import State
from lucid3d.reading import read_arrays

FORMAT = 1
_MEMORY = "memory/"


@dataclass
class Saved:
    """What a checkpoint holds."""

    state: State
    iteration: int
    queue: list[int]
    rng: dict[str, Any]
    memory: dict[str, NDArray[np.float64]]


def save(
    path: str | os.PathLike[str],
    state: State,
    iteration: int,
    queue: list[int],
    rng: np.random.Generator,
    memory: dict[str, NDArray[np.float64]],
) -> None:
    """Write a checkpoint atomically; the strategy's `memory` holds arrays of any shape."""
    header = {
        "format": FORMAT,
        "count": state.count,
        "born": state.born,
        "iteration": iteration,
        "queue": queue,
        "rng": rng.bit_generator.state,
    }
    arrays: dict[str, Any] = {
        "planes": state.planes,
        "first": state.first,
        "second": state.second,
        "identity": state.identity,
        "is_sky": state.is_sky,
    }
    arrays |= {_MEMORY + name: value for name, value in memory.items()}
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, header=np.array(json.dumps(header)), **arrays)


def load(path: str | os.PathLike[str]) -> Saved:
    """Read a checkpoint.

    Raises:
        InputError: the file is not there, or is not a checkpoint of this version.
    """
    try:
        arrays = read_arrays(Path(path))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such checkpoint") from None
    except InputError as error:
        raise InputError(f"{path} is not a training checkpoint ({error})") from None
    try:
        header = json.loads(str(arrays.pop("header")))
        if header["format"] != FORMAT:
            raise InputError(f"{path}: a checkpoint of format {header['format']}, this version reads {FORMAT}")
        state = State(
            planes=arrays["planes"],
            first=arrays["first"],
            second=arrays["second"],
            count=header["count"],
            identity=arrays["identity"],
            is_sky=arrays["is_sky"],
            born=header["born"],
        )
        if not (
            state.planes.shape == state.first.shape == state.second.shape
            and state.planes.dtype == state.first.dtype == state.second.dtype == np.float32
            and state.planes.ndim == 2
            and len(state.identity) == len(state.is_sky) == state.count <= state.planes.shape[1]
        ):
            raise ValueError("arrays that do not fit each other")
        if not all(np.isfinite(each).all() for each in (state.planes, state.first, state.second)):
            raise ValueError("numbers that are not finite")
        memory = {name[len(_MEMORY) :]: value for name, value in arrays.items() if name.startswith(_MEMORY)}
        return Saved(state, int(header["iteration"]), [int(i) for i in header["queue"]], header["rng"], memory)
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is not a training checkpoint ({error})") from error
