"""What the land is covered with: hues and thresholds of its layers, read by the native ground shader."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.materials import RGB, Material


@dataclass(frozen=True)
class Ground:
    """The layers of the land. Hues are linear albedo; the order of the fields is the native struct's.

    Attributes:
        vegetation: 0 bare to 1 closed turf; treeline: height in metres above the start where it ends.
        rock_slope: steepness (1 - cosine) from which rock shows; snow_line: metres above the start (1e9 = none).
        snow_cover: share of the flats under fresh snow; beach: metres above the water that are shore.
        water_level: y of the water (1e9 = none); wetness: rain on everything, 0 to 1.
        strata: strength of the beds in the rock, strata_scale: their thickness in metres.
        ripples: wind-blown sand over everything, 0 to 1; litter_amount: fallen leaves; fields: a patchwork of crops.
        cracks: dried mud; lava: glowing cracks and streams; moss: on rock; dryness: of the grass;
            pebbles: share of shores that is stones, not sand.
        path: corners (x, z) of a path, path_width in metres.
    """

    grass: RGB = (0.062, 0.086, 0.024)
    grass_dark: RGB = (0.032, 0.052, 0.015)
    grass_dry: RGB = (0.15, 0.12, 0.052)
    soil: RGB = (0.085, 0.06, 0.04)
    litter: RGB = (0.2, 0.1, 0.035)
    rock: RGB = (0.2, 0.19, 0.18)
    rock_light: RGB = (0.33, 0.31, 0.285)
    rock_dark: RGB = (0.085, 0.08, 0.08)
    sand: RGB = (0.34, 0.28, 0.19)
    sand_dark: RGB = (0.2, 0.155, 0.1)
    snow: RGB = (0.76, 0.79, 0.83)
    gravel: RGB = (0.27, 0.255, 0.235)
    trodden: RGB = (0.21, 0.165, 0.115)
    glow: RGB = (7.0, 2.2, 0.35)
    vegetation: float = 0.8
    treeline: float = 400.0
    rock_slope: float = 0.26
    snow_line: float = 1e9
    snow_cover: float = 0.0
    beach: float = 0.5
    water_level: float = 1e9
    wetness: float = 0.0
    strata: float = 0.25
    strata_scale: float = 7.0
    ripples: float = 0.0
    litter_amount: float = 0.0
    fields: float = 0.0
    cracks: float = 0.0
    lava: float = 0.0
    path_width: float = 1.6
    moss: float = 0.15
    seed: float = 1.0
    dryness: float = 0.3
    pebbles: float = 0.65
    path: tuple[tuple[float, float], ...] = ()

    def packed(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The native struct's values (N,) and the corners of the path (2 * N,), x and z in turn."""
        values: list[float] = []
        for item in fields(self):
            if item.name == "path":
                continue
            value = getattr(self, item.name)
            if isinstance(value, tuple):
                values.extend(value)
                continue
            values.append(float(value))
            if item.name == "path_width":
                values.append(float(len(self.path)))
        return np.array(values, np.float32), np.array(self.path, np.float32).reshape(-1)

    def by_season(self, season: str) -> Ground:
        """The same land in spring, summer, autumn or winter."""
        if season == "spring":
            return replace(self, grass=_blend(self.grass, (0.1, 0.18, 0.03), 0.5), dryness=self.dryness * 0.4)
        if season == "autumn":
            return replace(
                self,
                grass=_blend(self.grass, (0.2, 0.145, 0.045), 0.5),
                grass_dark=_blend(self.grass_dark, (0.09, 0.07, 0.025), 0.4),
                dryness=min(self.dryness + 0.3, 1.0),
            )
        if season == "winter":
            return replace(
                self, grass=_blend(self.grass, (0.16, 0.13, 0.07), 0.6), dryness=min(self.dryness + 0.4, 1.0)
            )
        return self


GROUND = Material("ground", "ground", ((0.3, 0.3, 0.25),), bump=0.05)
"""The material of the land's mesh; its look comes from `Ground`."""


def _blend(a: RGB, b: RGB, share: float) -> RGB:
    return tuple(float(p + (q - p) * share) for p, q in zip(a, b, strict=True))  # type: ignore[return-value]
