"""zoom.yaml: what a zoom shows, from coarse to fine."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from lucid3d.errors import InputError, short
from lucid3d.families.base import Image
from lucid3d.reading import bounded, open_picture, read_yaml

LEAST_FACTOR = 1.5
"""Below this two levels show the same thing: it would be one picture with two sentences."""

MOST_FACTOR = 16.0
"""Above this the finer level covers a few pixels of the coarser one, and nothing holds them together."""

ASPECT_TOLERANCE = 0.02
"""Relative difference in aspect ratio between a photograph and a level that goes unnoticed."""

KEYS = ("levels", "factor", "width", "photograph")
LEVEL_KEYS = ("prompt", "width")
PHOTOGRAPH_KEYS = ("file", "level")


@dataclass(frozen=True)
class ZoomPlan:
    """A zoom in words.

    Attributes:
        prompts: one a level, from coarse to fine; at least two.
        factors: magnification from each level to the next, one less than prompts, each at least 1.5.
        width: metres across the coarsest level at the target, or None where the words decide.
        photograph: a picture that is one of the levels, or None; photograph_level: which, counted from 0.
    """

    prompts: tuple[str, ...]
    factors: tuple[float, ...]
    width: float | None = None
    photograph: Path | None = None
    photograph_level: int = 0

    def __len__(self) -> int:
        return len(self.prompts)

    @property
    def magnifications(self) -> tuple[float, ...]:
        """Of every level, relative to the coarsest: 1, 4, 16, ..."""
        total = [1.0]
        for factor in self.factors:
            total.append(total[-1] * factor)
        return tuple(total)


def refined(plan: ZoomPlan) -> tuple[ZoomPlan, tuple[int, ...]]:
    """The plan with levels put in between, two doublings becoming two levels, and where its own levels are in it.

    A level in between has the sentence of the coarser one. A factor that is no power of two stays as it is: the spans
    of its halves would not be whole pixels.
    """
    prompts, factors, own = [plan.prompts[0]], [], [0]
    for prompt, before, factor in zip(plan.prompts[1:], plan.prompts, plan.factors, strict=False):
        doublings = round(math.log2(factor))
        parts = doublings if doublings > 1 and factor == 2.0**doublings else 1
        factors += [factor ** (1 / parts)] * parts
        prompts += [before] * (parts - 1) + [prompt]
        own.append(len(prompts) - 1)
    number = own[plan.photograph_level]
    return replace(plan, prompts=tuple(prompts), factors=tuple(factors), photograph_level=number), tuple(own)


def read_plan(path: str | Path) -> ZoomPlan:
    """Read zoom.yaml.

    Raises:
        InputError: it cannot be read, or says something that no zoom can show.
    """
    path = Path(path)
    content = read_yaml(path, f"the zoom '{path}'")
    return parse_plan(content, path.parent, f"the zoom '{path}'")


def parse_plan(content: Any, folder: Path = Path(), name: str = "the zoom") -> ZoomPlan:
    """A plan from what YAML holds; files are looked for in `folder`.

    Raises:
        InputError: a key is unknown, a level is missing, levels are in the wrong order, a factor is too small, ...
    """
    if not isinstance(content, dict):
        raise InputError(f"{name} must hold 'levels: [a sentence, a sentence, ...]', from coarse to fine")
    _known(content, KEYS, name)
    levels = content.get("levels")
    if not isinstance(levels, list) or len(levels) < 2:
        count = len(levels) if isinstance(levels, list) else 0
        raise InputError(f"{name} has {count} level{'' if count == 1 else 's'}; a zoom needs at least two sentences")
    prompts, widths = zip(*(_level(item, i, name) for i, item in enumerate(levels)), strict=True)
    factors = _factors(content, widths, name)
    photograph, number = _photograph(content.get("photograph"), folder, len(levels), name)
    given = content.get("width")
    width = _positive(given, "width", name) if given is not None else widths[0]
    return ZoomPlan(tuple(prompts), factors, width, photograph, number)


def _known(mapping: dict[Any, Any], keys: tuple[str, ...], where: str) -> None:
    for key in mapping:
        if key not in keys:
            close = get_close_matches(str(key), keys, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(keys)}"
            raise InputError(f"{where} has an unknown key {short(key)}; {hint}")


def _positive(value: Any, key: str, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise InputError(f"{name}: {key} is {short(value)} but must be a positive number")
    return float(value)


def _level(item: Any, index: int, name: str) -> tuple[str, float | None]:
    """The sentence of a level, and its width in metres where it states one."""
    where = f"{name}, level {index + 1}"
    if isinstance(item, dict):
        _known(item, LEVEL_KEYS, where)
        sentence, width = item.get("prompt"), item.get("width")
    else:
        sentence, width = item, None
    if not isinstance(sentence, str) or not sentence.strip():
        raise InputError(f"{where} is {short(sentence)} but must be a sentence (or 'prompt:' and 'width:')")
    return " ".join(sentence.split()), None if width is None else _positive(width, "width", where)


def _factors(content: dict[Any, Any], widths: tuple[float | None, ...], name: str) -> tuple[float, ...]:
    stated = [width for width in widths if width is not None]
    if not stated:
        factor = _positive(content.get("factor", 4), "factor", name)
        _check_factor(factor, f"{name}: factor {factor:g}")
        return (factor,) * (len(widths) - 1)
    if len(stated) < len(widths) or "factor" in content or "width" in content:
        raise InputError(f"{name}: state either one factor (and one width), or the width of every level")
    factors = []
    for index, (coarse, fine) in enumerate(itertools.pairwise(stated), 1):
        if fine >= coarse:
            raise InputError(
                f"{name}: level {index + 1} is {fine:g} m wide and level {index} before it {coarse:g} m: levels go "
                "from coarse to fine, the widest first"
            )
        factor = coarse / fine
        _check_factor(factor, f"{name}: from level {index} to level {index + 1} is a factor of {factor:.3g}, which")
        factors.append(factor)
    return tuple(factors)


def _check_factor(factor: float, subject: str) -> None:
    if factor < LEAST_FACTOR:
        raise InputError(f"{subject} is below {LEAST_FACTOR:g}: two levels would show the same; leave one out")
    if factor > MOST_FACTOR:
        raise InputError(f"{subject} is above {MOST_FACTOR:g}: put a sentence between the two levels")


def _photograph(value: Any, folder: Path, count: int, name: str) -> tuple[Path | None, int]:
    if value is None:
        return None, 0
    if isinstance(value, str):
        value = {"file": value}
    if not isinstance(value, dict) or not isinstance(value.get("file"), str):
        raise InputError(f"{name}: photograph must be a file, or 'file:' and 'level:'")
    _known(value, PHOTOGRAPH_KEYS, f"{name}, photograph,")
    level = value.get("level", 1)
    if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= count:
        raise InputError(
            f"{name}: the photograph's level is {short(level)} but must lie between 1 (the coarsest) and {count}"
        )
    path = folder / value["file"]
    if not path.is_file():
        raise InputError(f"{name}: the photograph '{path}' does not exist")
    return path, level - 1


def load_photograph(path: Path, size: int) -> Image:
    """(size, size, 3) float32 sRGB.

    Raises:
        InputError: it is no picture, or its aspect ratio is not that of the levels (1:1).
    """
    from PIL import Image as Pictures
    from PIL import ImageOps

    with open_picture(path, f"the photograph '{path}'") as opened:
        picture = ImageOps.exif_transpose(bounded(opened, 2 * size)).convert("RGB")
    if abs(picture.width / picture.height - 1) > ASPECT_TOLERANCE:
        raise InputError(
            f"the photograph '{path}' is {picture.width}x{picture.height}, but the levels of a zoom are square: crop "
            f"it to {min(picture.size)}x{min(picture.size)}"
        )
    resized = picture.resize((size, size), Pictures.Resampling.LANCZOS)
    return (np.asarray(resized, np.float32) / 255).astype(np.float32)
