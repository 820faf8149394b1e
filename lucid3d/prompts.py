"""Which words go with which direction (the paper's dynamic re-prompting)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lucid3d.camera import Camera
from lucid3d.errors import InputError, short
from lucid3d.reading import read_yaml

MAX_PROMPT = 20_000
"""Characters; beyond this a prompt is a file handed in by mistake."""


MOST_DEGREES = 36_000.0
"""A hundred turns: beyond this an angle is a mistake."""


@dataclass(frozen=True)
class PromptPlan:
    """Prompts by azimuth.

    Attributes:
        default: the prompt where no range holds.
        ranges: (from, to, prompt), degrees of yaw to the right of the first view; `from` may exceed `to` to run
            through 180. The first range that holds wins.
        tilt: degrees above or below the horizon up to which the ranges hold.
    """

    default: str
    ranges: tuple[tuple[float, float, str], ...] = ()
    tilt: float = 90.0

    def at(self, camera: Camera) -> str:
        """The prompt for the direction in which a camera looks."""
        if abs(math.degrees(math.asin(max(-1.0, min(1.0, camera.forward[1]))))) > self.tilt:
            return self.default
        yaw = math.degrees(math.atan2(camera.forward[0], camera.forward[2]))
        for start, end, prompt in self.ranges:
            if (yaw - start) % 360.0 < (end - start) % 360.0:
                return prompt
        return self.default

    @property
    def sentence(self) -> str:
        """All prompts as one text, for models that make the whole place at once."""
        return ", ".join(dict.fromkeys([self.default, *(prompt for _, _, prompt in self.ranges)]))


def is_prompt_file(prompts: Sequence[str]) -> bool:
    """Whether what was given as the prompt is the name of a file with prompts, and no sentence."""
    return len(prompts) == 1 and prompts[0].endswith((".yaml", ".yml"))


def plan_prompts(prompts: Sequence[str]) -> PromptPlan:
    """One sentence for everything, several that share the circle evenly, or a YAML file with ranges.

    The YAML holds `default: "..."` and `ranges: [{from: -45, to: 45, prompt: "..."}, ...]` in degrees.

    Raises:
        InputError: no prompt, an empty one, one that is far too long, or a file of another form.
    """
    if not prompts:
        raise InputError('--prompt is missing: say what to dream, as in --prompt "a misty alpine lake at sunrise"')
    if is_prompt_file(prompts):
        return _read(Path(prompts[0]))
    cleaned = [_clean(prompt) for prompt in prompts]
    if len(cleaned) == 1:
        return PromptPlan(cleaned[0])
    share = 360.0 / len(cleaned)
    ranges = [((i - 0.5) * share, (i + 0.5) * share, prompt) for i, prompt in enumerate(cleaned)]
    return PromptPlan(cleaned[0], tuple(ranges))


def _clean(prompt: Any) -> str:
    if not isinstance(prompt, str):
        raise InputError(f"prompt {short(prompt)} must be text")
    text = " ".join("".join(c if c.isprintable() else " " for c in prompt).split())
    if not text:
        raise InputError("--prompt is empty: say what to dream, in words")
    if len(text) > MAX_PROMPT:
        raise InputError(f"--prompt has {len(text)} characters; give a sentence, at most {MAX_PROMPT} characters")
    return text


def _read(path: Path) -> PromptPlan:
    data = read_yaml(path, f"--prompt file '{path}'")
    form = "it needs 'ranges: [{from: -45, to: 45, prompt: \"...\"}]' and may have 'default'"
    if not isinstance(data, dict) or not isinstance(data.get("ranges"), list) or not data["ranges"]:
        raise InputError(f"--prompt file '{path}': {form}")
    ranges = []
    for entry in data["ranges"]:
        if not isinstance(entry, Mapping) or set(entry) != {"from", "to", "prompt"}:
            raise InputError(f"--prompt file '{path}': {form}, not {short(entry)}")
        bounds = (entry["from"], entry["to"])
        if not all(isinstance(b, int | float) and abs(b) <= MOST_DEGREES for b in bounds):  # NaN fails too
            raise InputError(f"--prompt file '{path}': 'from' and 'to' must be degrees, not {short(bounds)}")
        if (bounds[1] - bounds[0]) % 360 == 0:
            raise InputError(f"--prompt file '{path}': the range {bounds} is empty or a full circle; use 'default'")
        ranges.append((float(bounds[0]), float(bounds[1]), _clean(entry["prompt"])))
    return PromptPlan(_clean(data.get("default", ranges[0][2])), tuple(ranges))
