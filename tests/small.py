"""A whole job small enough for a test."""

from __future__ import annotations

from typing import Any

from lucid3d.config import Config, overlay

SMALL: dict[str, Any] = {
    "prompt": ["a room"],
    "trajectory": "rotate360",
    "dream": {"size": 48, "support_views": 3},
    "training": {"iterations": 12, "max_gaussians": 20_000},
    "render": {"panorama_height": 64, "film_frames": 3, "film_width": 64, "film_height": 48},
}


def small_config(**changes: Any) -> Config:
    """`SMALL` as a config, with changes laid over it."""
    return overlay(overlay(Config(), SMALL), changes)


def small_arguments(**changes: Any) -> list[str]:
    """The same for the command line; a value of None leaves an option out."""
    flat: dict[str, Any] = {"prompt": "a meadow", "trajectory": "rotate360"}
    for section in ("dream", "training", "render"):
        flat |= {f"{section}.{name}": value for name, value in SMALL[section].items()}
    flat |= {name.replace("__", "."): value for name, value in changes.items()}
    arguments = []
    for name, value in flat.items():
        if value is not None:
            arguments += [f"--{name}".replace("_", "-"), str(value)]
    return arguments
