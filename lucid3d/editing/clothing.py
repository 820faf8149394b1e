"""A figure is dressed in words: its colours follow CLIP from all sides (AvatarCLIP, Hong et al. 2022, section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lucid3d.colour import linear_from_srgb
from lucid3d.errors import InputError
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.guidance.base import Guidance
from lucid3d.guidance.choose import Asked, way_called
from lucid3d.guidance.optimise import around, followed
from lucid3d.progress import Listener, ignore

WAY = "clip"
RISES = (0.0, 25.0)
"""Degrees above the figure of the two rings of cameras that look at it."""
DARK = 0.02
"""Linear albedo below which a colour does not tell how much light falls on it."""
LIGHT = (0.05, 4.0)
"""Least and most light that a corner is taken to stand in."""
SAME = 1e-6
"""Linear colour by which what did not follow may differ."""


@dataclass(frozen=True)
class Dress:
    """How a figure shall be dressed.

    Attributes:
        words: what it shall look like; network: the CLIP checkpoint's name or folder, "" = the usual one.
        steps: how long its colours follow; 0 = the way's own.
    """

    words: str
    network: str = ""
    steps: int = 0

    def __post_init__(self) -> None:
        if not self.words.strip():
            raise InputError("say how the figure shall be dressed: --dress 'a knight in golden armour'")


def clothed(
    lit: Gaussians,
    corners: NDArray[np.float32],
    colours: NDArray[np.float32],
    dress: Dress,
    *,
    was: str = "a person",
    guidance: Guidance | None = None,
    seed: int = 0,
    on_event: Listener = ignore,
) -> tuple[Gaussians, NDArray[np.float32]]:
    """A figure's Gaussians and its corners' colours in new clothes; its form stays.

    Args:
        lit: N, the figure in its light; corners: (V, 3) of its mesh in the same frame.
        colours: (V, 3) linear albedo.
        was: words of what it is now.
        guidance: that colours follow; by default CLIP.
    Returns:
        The Gaussians, and (V, 3) linear albedo.
    Raises:
        InputError: CLIP is not on disk.
    """
    way = way_called(WAY)
    settings = replace(way.settings, steps=dress.steps or way.settings.steps, seed=seed)
    whole = np.ones(len(lit), bool)
    if guidance is None:
        guidance = way.make(Asked(lit, whole, was, network=dress.network, steps=settings.steps, seed=seed))
    cameras = [camera for rise in RISES for camera in around(lit.means, settings.size, rise=rise)]
    after = followed(lit, guidance, cameras, dress.words, mask=whole, settings=settings, on_event=on_event)
    _, nearest = cKDTree(lit.means).query(corners, workers=-1)
    old, new = (_linear(each)[nearest] for each in (lit, after))
    albedo = colours.mean(axis=1, keepdims=True)
    light = old.mean(axis=1, keepdims=True) / np.maximum(albedo, DARK)
    bright = albedo[:, 0] >= DARK
    usual = float(np.median(light[bright])) if bright.any() else 1.0
    light = np.clip(np.where(bright[:, None], light, usual), *LIGHT)
    changed = np.abs(new - old).max(axis=1) > SAME
    worn = np.where(changed[:, None], np.clip(new / light, 0, 1), colours)
    return after, worn.astype(np.float32)


def _linear(gaussians: Gaussians) -> NDArray[np.float64]:
    """(N, 3) linear colours, of the harmonics of degree 0."""
    srgb = np.clip(0.5 + SH_C0 * gaussians.sh[:, 0], 0, 1)
    return np.asarray(linear_from_srgb(srgb), np.float64)
