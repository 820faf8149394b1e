"""Panorama-aware prompting: what is asked for is adapted to where the camera looks.

A painter that is shown the ground and asked for "an alpine lake at sunrise" paints a second lake in it. The templates
are part of the configuration (`prompt_up`, `prompt_down`, `prompt_level`, `prompt_towards`), so that what was asked of
the network can be read there.
"""

from __future__ import annotations

import math

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig

REACH = 45.0  # degrees to either side in which a `prompt_towards` entry holds


def direction(camera: Camera) -> tuple[float, float]:
    """Yaw to the right in [-180, 180) and pitch upwards in [-90, 90] of a camera's axis, in degrees, world frame."""
    x, y, z = camera.forward
    yaw = math.degrees(math.atan2(x, z))
    return (yaw + 180) % 360 - 180, math.degrees(math.asin(max(-1.0, min(1.0, -y))))


def adapt(prompt: str, camera: Camera, config: ModelsConfig) -> str:
    """The prompt for what this camera sees.

    Looking up or down by more than `prompt_tilt` degrees takes `prompt_up` or `prompt_down`; every other view takes
    `prompt_level`, and what `prompt_towards` places within 45 degrees of it.

    Raises:
        InputError: an entry of `prompt_towards` is not "degrees: text".
    """
    yaw, pitch = direction(camera)
    if pitch > config.prompt_tilt:
        return config.prompt_up.replace("{prompt}", prompt)
    if pitch < -config.prompt_tilt:
        return config.prompt_down.replace("{prompt}", prompt)
    adapted = config.prompt_level.replace("{prompt}", prompt)
    for centre, text in map(_towards, config.prompt_towards):
        if abs((yaw - centre + 180) % 360 - 180) <= REACH:
            adapted = f"{adapted}, {text}"
    return adapted


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
