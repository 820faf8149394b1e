"""Materials: what a surface is made of, evaluated by rule at every hit point, so that nothing is a texture image.

A material is data. Its pattern is worked out in native code from position, normal and the pixel's footprint: detail
smaller than the pixel fades to its mean, so that near and far pictures agree and nothing shimmers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from lucid3d.errors import InputError

RGB = tuple[float, float, float]

Pattern = Literal[
    "mottled",  # soft patches and grain: plaster, paint, earth; the default
    "planks",  # boards along u, `scale` wide, with grain, knots and dark joints
    "brick",  # courses, `scale` = brick length, third of it high, mortar in colors[2]
    "plaster",  # faint trowel marks, stains below, hairline cracks
    "stone",  # irregular masonry (cellular), `scale` = stone size, joints in colors[2]
    "cobble",  # rounded paving stones, `scale` = stone size
    "tile",  # square tiles of `scale`, joints in colors[2]
    "roof_tile",  # overlapping rows, `scale` = tile width
    "shingle",  # staggered wooden or slate shingles
    "thatch",  # straw running down the slope
    "fabric",  # weave, `scale` = thread size x 10
    "carpet",  # bordered rug motif in uv, colors in bands
    "metal",  # brushed, faint scratches, rust in colors[2] by wear
    "panel",  # metal or concrete panels with seams and rivets, `scale` = panel size
    "glass",  # window glass: reflects the sky; `emission` glows behind it at night
    "bark",  # vertical ridges, `scale` = ridge spacing
    "leaf",  # foliage: translucent, hue varies by leaf and plant
    "grass",  # blades: darker at the root
    "petal",  # flowers
    "rock",  # weathered stone: strata, cracks, lichen in colors[2]
    "concrete",  # pores, stains, joints every `scale`
    "asphalt",  # aggregate, patches, cracks
    "wood",  # fine carpentry: long grain along u
    "marble",  # veins
    "paper",  # book spines and sheets
    "plain",  # one hue with faint grain: porcelain, plastic
    "emissive",  # lamps, lava, screens
    "snow",
    "sand",
    "ground",  # the terrain: layers by slope, height, moisture (core only)
    "water",  # core only
    "windows",  # a distant facade: grid of windows of `scale` metres, some lit by `emission`
    "road",  # asphalt with a dashed middle line along u (v = 0 is the middle)
    "crop",  # rows of plants along u, `scale` apart
    "lava",  # dark crust with glowing cracks
    "ice",
]

PATTERNS: tuple[str, ...] = get_args(Pattern)


@dataclass(frozen=True)
class Material:
    """A surface.

    Attributes:
        name: for people and exports ("oak planks").
        pattern: how the hues are laid out; see `Pattern`.
        colors: three sRGB hues in [0, 1]: base, variation, and joints / dirt / accents (see each pattern). Two hues may
            be given (the third becomes a darker base), or one.
        scale: size in metres of the pattern's unit.
        bump: depth of its relief in metres (0 = flat).
        roughness: 0 mirror to 1 matt; only "glass", "metal", "ice", "tile" and polished "wood" show highlights.
        emission: linear radiance it gives off (1 is about a white wall in the sun); (0, 0, 0) = none.
        translucency: share of light from behind that comes through (leaves 0.3 to 0.5, paper lamps, curtains).
        wear: 0 new to 1 weathered: stains at the foot, worn edges, rust, moss.
        variation: how strongly hue varies from unit to unit (plank, brick, leaf), 0 to 1.
    """

    name: str
    pattern: Pattern = "mottled"
    colors: tuple[RGB, ...] = ((0.6, 0.58, 0.55),)
    scale: float = 0.25
    bump: float = 0.0
    roughness: float = 0.9
    emission: RGB = (0.0, 0.0, 0.0)
    translucency: float = 0.0
    wear: float = 0.3
    variation: float = 0.5

    def __post_init__(self) -> None:
        if self.pattern not in PATTERNS:
            raise InputError(f"material {self.name!r}: pattern {self.pattern!r} is not one of {', '.join(PATTERNS)}")
        if not 1 <= len(self.colors) <= 3:
            raise InputError(f"material {self.name!r}: colors has {len(self.colors)} hues; give one, two or three")

    @property
    def hues(self) -> tuple[RGB, RGB, RGB]:
        """Always three sRGB hues."""
        base = self.colors[0]
        second = self.colors[1] if len(self.colors) > 1 else _scaled(base, 0.85)
        third = self.colors[2] if len(self.colors) > 2 else _scaled(base, 0.55)
        return base, second, third


def _scaled(color: RGB, factor: float) -> RGB:
    return color[0] * factor, color[1] * factor, color[2] * factor


def rgb(text: str) -> RGB:
    """sRGB from "#a1b2c3".

    Raises:
        InputError: not six hexadecimal digits.
    """
    digits = text.lstrip("#")
    try:
        value = int(digits, 16)
    except ValueError:
        value = -1
    if len(digits) != 6 or value < 0:
        raise InputError(f"colour {text!r} must look like #a1b2c3")
    return ((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255
