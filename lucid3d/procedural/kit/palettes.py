"""What buildings and furniture are made of: materials by name, with hues that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lucid3d.colour import srgb_from_linear
from lucid3d.procedural.kit.materials import RGB, Material, Pattern, rgb

COLOURS: dict[str, RGB] = {
    "red": (0.62, 0.10, 0.07), "orange": (0.75, 0.31, 0.07), "yellow": (0.78, 0.60, 0.12),
    "green": (0.16, 0.38, 0.12), "turquoise": (0.10, 0.45, 0.45), "blue": (0.10, 0.22, 0.52),
    "purple": (0.32, 0.14, 0.45), "pink": (0.78, 0.38, 0.45), "brown": (0.27, 0.16, 0.09),
    "black": (0.035, 0.035, 0.04), "grey": (0.35, 0.35, 0.36), "white": (0.78, 0.76, 0.72),
    "gold": (0.72, 0.50, 0.16),
}  # fmt: skip
"""Colour name -> linear RGB albedo, kept within what real paint and cloth reflect."""


def hue(text: str) -> RGB:
    """Short for an sRGB colour written "#a1b2c3"."""
    return rgb(text)


def shade(color: RGB, factor: float) -> RGB:
    """A lighter or darker tone of an sRGB colour, kept away from pure black and white."""
    return tuple(float(min(0.93, max(0.03, c * factor))) for c in color)  # type: ignore[return-value]


def named(colour: str) -> RGB:
    """The sRGB hue of a colour name of the vocabulary."""
    encoded = srgb_from_linear(COLOURS[colour], np.float64)
    return float(encoded[0]), float(encoded[1]), float(encoded[2])


def make(
    name: str,
    pattern: Pattern,
    base: str | RGB,
    second: str | RGB | None = None,
    third: str | RGB | None = None,
    **rest: float | RGB,
) -> Material:
    """A material from hex colours."""
    given = [rgb(c) if isinstance(c, str) else c for c in (base, second, third) if c is not None]
    if len(given) == 2 and third is not None:
        given.insert(1, shade(given[0], 0.85))
    return Material(name, pattern, tuple(given), **rest)  # type: ignore[arg-type]


def pick(options: Sequence[Material], rng: np.random.Generator) -> Material:
    """One of several."""
    return options[int(rng.integers(len(options)))]


def painted(material: Material, color: RGB) -> Material:
    """The same material in another colour."""
    return replace(
        material,
        name=f"{material.name} {color[0]:.2f} {color[1]:.2f} {color[2]:.2f}",
        colors=(color, shade(color, 0.86), shade(color, 0.6)),
    )


# Walls
PLASTERS = tuple(
    make(f"plaster {i}", "plaster", base, None, None, scale=1.1, bump=0.004, wear=0.45)
    for i, base in enumerate(("#d9c8a5", "#cfa97a", "#d8d0c0", "#c98f6c", "#bfb596", "#d6b5a0", "#a9b3ab", "#cbb67f"))
)
LIMEWASH = make("limewash", "plaster", "#d8d2c2", "#c4bda9", "#8c8470", scale=1.2, bump=0.006, wear=0.5)
RUBBLE = make("rubble stone", "stone", "#8f8676", "#a39682", "#6a6357", scale=0.34, bump=0.025, wear=0.5)
ASHLAR = make("ashlar", "brick", "#b5a88d", "#a3957a", "#7d725f", scale=0.78, bump=0.012, wear=0.5)
GRANITE = make("granite", "mottled", "#86837d", "#75726d", "#5d5a56", scale=0.12, bump=0.006, wear=0.4)
SANDSTONE = make("sandstone", "brick", "#c3a273", "#b08f62", "#8b6f4b", scale=1.1, bump=0.016, wear=0.7)
LIMESTONE = make("limestone", "stone", "#cbbf9f", "#b8ab8b", "#8b806a", scale=1.3, bump=0.015, wear=0.75)
WEATHERED_MARBLE = make("weathered marble", "mottled", "#d3c9b2", "#c0b395", "#8f8469", scale=0.55, bump=0.01, wear=0.8)
BRICK = make("brick", "brick", "#8a4b37", "#9c5c43", "#b3a692", scale=0.24, bump=0.008, wear=0.4, variation=0.7)
DARK_BRICK = make(
    "dark brick", "brick", "#6a3d30", "#7b4a39", "#8d8272", scale=0.24, bump=0.008, wear=0.5, variation=0.7
)
YELLOW_BRICK = make("yellow brick", "brick", "#b08d5c", "#a07c4d", "#8f866f", scale=0.24, bump=0.008, variation=0.6)
CONCRETE = make("concrete", "concrete", "#9a968e", "#8a867f", "#6c6963", scale=1.6, bump=0.004, wear=0.5)
LIGHT_CONCRETE = make("light concrete", "concrete", "#b6b0a4", "#a49e93", "#7d7870", scale=1.8, bump=0.004, wear=0.4)

# Wood
OLD_WOOD = make("old wood", "planks", "#7b6650", "#8d7a62", "#43372b", scale=0.17, bump=0.006, wear=0.7)
LOGS = make("logs", "planks", "#8b6643", "#775435", "#3c2a1c", scale=0.26, bump=0.03, wear=0.5)
BEAM = make("beam", "wood", "#4b3626", "#5a4330", "#2b1f17", scale=0.14, bump=0.004, wear=0.6)
GREY_WOOD = make("grey wood", "planks", "#8f877b", "#7a7268", "#4c463f", scale=0.15, bump=0.006, wear=0.8)
RED_BARN = make("barn red", "planks", "#7d2c21", "#6a241b", "#37150f", scale=0.2, bump=0.006, wear=0.7)
DOOR_PAINTS = tuple(
    make(f"door {i}", "planks", base, None, None, scale=0.13, bump=0.004, wear=0.4)
    for i, base in enumerate(("#3d5a4c", "#5b3424", "#2f4a66", "#6d2b26", "#4d4a45", "#7a6a3c"))
)
SHUTTER_PAINTS = tuple(
    make(f"shutter {i}", "planks", base, None, None, scale=0.09, bump=0.005, wear=0.45)
    for i, base in enumerate(("#4f6d5a", "#6c8797", "#7f3f31", "#a39a86", "#55604a", "#3f566b"))
)
FRAME_WHITE = make("frame white", "wood", "#cfcabd", "#c2bcae", "#9a9485", scale=0.1, wear=0.4)
FRAME_DARK = make("frame dark", "wood", "#3b3028", "#47392f", "#221b16", scale=0.1, wear=0.4)

# Roofs
CLAY_TILES = make(
    "clay tiles", "roof_tile", "#9c5237", "#b06a48", "#5e3325", scale=0.26, bump=0.03, wear=0.5, variation=0.7
)
BROWN_TILES = make("brown tiles", "roof_tile", "#6f4a3a", "#80594a", "#432d24", scale=0.26, bump=0.03, wear=0.6)
SLATE = make("slate", "shingle", "#5c6068", "#6a6d72", "#3b3e44", scale=0.28, bump=0.012, wear=0.4, variation=0.6)
WOOD_SHINGLES = make("wood shingles", "shingle", "#75614d", "#8a7864", "#463a2e", scale=0.2, bump=0.014, wear=0.7)
THATCH = make("thatch", "thatch", "#a08a5c", "#8c774c", "#5b4c30", scale=0.2, bump=0.03, wear=0.6)
ZINC = make("zinc", "mottled", "#757e84", "#6a7379", "#565b5f", scale=0.5, bump=0.003, roughness=0.8, wear=0.5)
COPPER_GREEN = make("old copper", "mottled", "#6f9485", "#628677", "#46604f", scale=0.4, roughness=0.8, wear=0.6)

# Ground
COBBLES = make("cobbles", "cobble", "#837a6e", "#968c7e", "#4b453d", scale=0.13, bump=0.02, wear=0.5, variation=0.7)
FLAGSTONES = make("flagstones", "tile", "#9a9183", "#877e71", "#5b544a", scale=0.4, bump=0.008, wear=0.6, variation=0.6)
PAVING = make("paving", "tile", "#9b978f", "#8d8981", "#67635c", scale=0.3, bump=0.004, wear=0.5)
KERB = make("kerb", "concrete", "#8f8b84", "#7f7b75", "#5d5a55", scale=1.0, bump=0.004, wear=0.5)
ASPHALT = make("asphalt", "asphalt", "#4c4b4a", "#565553", "#353433", scale=0.6, bump=0.004, wear=0.5)
ROAD_PAINT = make("road paint", "mottled", "#b9b6ad", "#a6a39a", "#77746d", scale=0.2, wear=0.8)
EARTH = make("earth", "mottled", "#6d5a43", "#7d6a50", "#4a3c2c", scale=0.4, bump=0.02)

# Metal, glass, small things
IRON = make("painted iron", "plain", "#2b2c2e", "#343538", "#3d342c", roughness=0.8, wear=0.4)
STEEL = make("steel", "metal", "#9aa0a4", "#8c9296", "#6b6f72", scale=0.5, roughness=0.35, wear=0.2)
BRASS = make("brass", "metal", "#a5803f", "#b68f4b", "#6f5428", scale=0.2, roughness=0.4)
GLASS = make("window glass", "glass", "#222a2e", "#2b3336", "#1a2023", roughness=0.05)
CURTAINED = make("curtained glass", "glass", "#5c5a54", "#4c4a45", "#3a3934", roughness=0.08)
LEAVES = make("leaves", "leaf", "#44602f", "#5d7a3b", "#2d4220", scale=0.05, translucency=0.35, variation=0.6)
IVY = make("ivy", "leaf", "#3a5529", "#4d6a33", "#26391c", scale=0.07, translucency=0.3, variation=0.6)
PETALS = tuple(
    make(f"petals {i}", "petal", base, None, None, scale=0.03, translucency=0.3)
    for i, base in enumerate(("#b8324a", "#c9574b", "#d0a83f", "#b97aa8", "#d8d2cc", "#7d5fa6"))
)
TERRACOTTA = make("terracotta", "mottled", "#a5633f", "#94563a", "#6d3f2b", scale=0.1, bump=0.002, wear=0.5)
CANVAS = tuple(
    make(f"awning {i}", "fabric", base, None, None, scale=0.02, translucency=0.25)
    for i, base in enumerate(("#9c3a2f", "#3f6a56", "#c2a25b", "#41597a", "#b5ab98"))
)
LAMPLIGHT: RGB = (6.0, 3.6, 1.5)
"""Linear radiance of a warm lamp's globe."""


def glowing(name: str, color: str, radiance: RGB) -> Material:
    """A surface that gives off light: lamp globes, lit shop signs, screens."""
    return Material(name, "emissive", (rgb(color),), emission=radiance)


def lit_glass(rng: np.random.Generator, strength: float = 1.0) -> Material:
    """A window with a light on behind it: warm, seldom cool, each a little different."""
    warmth = rng.uniform(0.0, 1.0)
    color = (1.5, 0.85 + 0.25 * warmth, 0.32 + 0.4 * warmth) if rng.random() < 0.88 else (0.75, 0.95, 1.1)
    level = strength * (0.55, 0.8, 1.1)[int(rng.integers(3))]
    return Material(
        f"lit window {level * warmth:.1f} {color[0]:.1f}",
        "glass",
        (rgb("#6b5a3c"), rgb("#574a34"), rgb("#3d3526")),
        emission=(color[0] * level, color[1] * level, color[2] * level),
        roughness=0.08,
    )
