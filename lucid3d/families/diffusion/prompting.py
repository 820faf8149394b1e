"""Panorama-aware prompting: what is asked for is adapted to where the camera looks.

A painter that is shown the ground and asked for "an alpine lake at sunrise" paints a second lake in it. The templates
are part of the configuration (`prompt_up`, `prompt_down`, `prompt_level`, `prompt_towards`), so that what was asked of
the network can be read there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.language.finding import Find, find
from lucid3d.prompts import PromptPlan

AHEAD = 30.0  # degrees to either side in which the subject of a sentence is asked for: one view of eight
REACH = 45.0  # degrees to either side in which a `prompt_towards` entry holds


def direction(camera: Camera) -> tuple[float, float]:
    """Yaw to the right in [-180, 180) and pitch upwards in [-90, 90] of a camera's axis, in degrees, world frame."""
    x, y, z = camera.forward
    yaw = math.degrees(math.atan2(x, z))
    return (yaw + 180) % 360 - 180, math.degrees(math.asin(max(-1.0, min(1.0, -y))))


def adapt(prompt: str, camera: Camera, config: ModelsConfig, open_sky: bool | None = None) -> str:
    """The prompt for what this camera sees.

    Looking up or down by more than `prompt_tilt` degrees takes `prompt_up` or `prompt_down`; every other view takes
    `prompt_level`, and what `prompt_towards` places within 45 degrees of it.

    Args:
        open_sky: whether the known part of the picture borders on sky; None: nobody knows.
    Raises:
        InputError: an entry of `prompt_towards` is not "degrees: text".
    """
    yaw, pitch = direction(camera)
    if pitch > config.prompt_tilt:
        return config.prompt_up.replace("{prompt}", prompt).replace("{above}", above(prompt, open_sky))
    if pitch < -config.prompt_tilt:
        ground = "floor" if indoors(prompt) else "ground"
        return config.prompt_down.replace("{prompt}", prompt).replace("{ground}", ground)
    adapted = config.prompt_level.replace("{prompt}", prompt)
    for centre, text in map(_towards, config.prompt_towards):
        if abs((yaw - centre + 180) % 360 - 180) <= REACH:
            adapted = f"{adapted}, {text}"
    return adapted


def above(prompt: str, open_sky: bool | None) -> str:
    """What is overhead, in words: what is seen around it counts before what the sentence says."""
    if indoors(prompt):
        return "the ceiling above"  # a white ceiling looks like a sky
    if open_sky is False:
        return "what rises overhead"
    return "only the sky above"


def indoors(prompt: str) -> bool:
    """Whether a sentence speaks of a place with a roof, by our own reader."""
    place = load_catalogue().places[understand(prompt).place]
    return place.indoors or place.sheltered


def avoided(prompt: str, negative_prompt: str, config: ModelsConfig) -> str:
    """The negative prompt: what a person does not want, and of `avoid` what the prompt does not ask for."""
    asked = set(re.findall(r"\w+", prompt.lower()))
    usual = [word for word in config.avoid if not asked & {word, *SAME.get(word, ())}]
    return ", ".join(filter(None, [negative_prompt, *usual]))


SAME = {
    "people": (
        "person",
        "man",
        "woman",
        "men",
        "women",
        "child",
        "children",
        "boy",
        "girl",
        "crowd",
        "figure",
        "figures",
    ),
    "text": ("sign", "signs", "letters", "writing", "poster", "book", "books"),
    "frame": ("frames", "window", "windows", "painting", "paintings", "picture", "pictures"),
    "border": ("borders",),
}
"""Words that ask for what is usually avoided."""


def subject_ahead(plan: PromptPlan, config: ModelsConfig) -> PromptPlan:
    """One sentence for the whole circle, with its subject ahead alone; a plan with directions of its own stays."""
    if plan.ranges or not config.subject_ahead:
        return plan
    setting = setting_of(plan.default)
    if setting == plan.default:
        return plan
    return PromptPlan(setting, ((-AHEAD, AHEAD, plan.default),), tilt=config.prompt_tilt)


def setting_of(prompt: str) -> str:
    """A sentence without its subjects: place, time, weather, style and what is many stay.

    A subject is a noun that is one, or counted, and no place: "a red house by a lake at dusk" is "a lake at dusk" all
    around. A sentence with no place of its own is that of the place it suggests. English alone is cut.
    """
    finds = find(prompt)
    if not prompt.isascii() or not finds:
        return prompt
    groups: list[list[Find]] = [[]]  # each begins with the preposition, comma or "and" that joins it
    for item in finds:
        if item.kind in _JOINTS:
            groups.append([])
        groups[-1].append(item)
    kept = [group for group in groups if not _is_subject(group)]
    if len(kept) == len(groups):
        return prompt
    words = [item for group in kept for item in group]
    while words and words[0].kind in _JOINTS:
        words = words[1:]
    if not any(_is_land(item) or any(each.startswith("place.") for each in item.meanings) for item in words):
        place = Find(f"a {understand(prompt).place.replace('_', ' ')}", "meaning")
        comma = [Find(",", "break")] if words else []
        words = [place, *comma, *words]
    return " ".join(item.text for item in words).replace(" ,", ",")


_JOINTS = ("clause", "break", "and")
_LAND = {f"feature.{name}" for name in ("lake", "river", "sea", "hills", "mountains", "path")}
_SETTING = ("place", "time", "weather", "season", "style", "mood", "sky")


def _is_subject(group: Sequence[Find]) -> bool:
    """Whether a noun phrase is a subject, by its last noun."""
    nouns = [item for item in group if item.kind in ("meaning", "undrawn", "unknown")]
    if not nouns or _is_land(nouns[-1]):
        return False
    thing = any(meaning.startswith("feature.") for meaning in nouns[-1].meanings)
    setting = any(meaning.partition(".")[0] in _SETTING for item in nouns for meaning in item.meanings[:1])
    counted = any(item.kind == "number" for item in group)
    return (thing or not setting) and (counted or not nouns[-1].plural)


def _is_land(item: Find) -> bool:
    """Whether a noun is of the land around, on which subjects stand; a waterfall is a river and yet a subject."""
    return any(meaning in _LAND for meaning in item.meanings) and item.text not in ("waterfall", "cascade")


def _towards(entry: str) -> tuple[float, str]:
    centre, colon, text = entry.partition(":")
    try:
        degrees = float(centre)
    except ValueError:
        degrees = math.nan
    if not (colon and text.strip() and math.isfinite(degrees)):
        raise InputError(
            f'diffusion.prompt_towards "{entry}" must be degrees to the right and a text: "90: a waterfall"'
        )
    return degrees, text.strip()
