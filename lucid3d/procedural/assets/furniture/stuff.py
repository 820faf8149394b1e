"""What rooms are furnished with, as materials: woods, cloths, paints, china, and palettes that belong together."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.palettes import make

OAK_FLOOR = make(
    "oak boards", "planks", "#9a7449", "#a98357", "#5a4128", scale=0.15, bump=0.002, roughness=0.45, wear=0.35
)
DARK_FLOOR = make(
    "dark boards", "planks", "#5f432d", "#6f5036", "#33231a", scale=0.17, bump=0.002, roughness=0.45, wear=0.4
)
PALE_FLOOR = make(
    "pale boards", "planks", "#b79c76", "#c3aa86", "#7d6749", scale=0.18, bump=0.002, roughness=0.5, wear=0.3
)
STONE_FLOOR = make(
    "stone floor", "tile", "#a79a86", "#968a77", "#63594b", scale=0.45, bump=0.004, roughness=0.5, wear=0.5
)
TERRACOTTA_FLOOR = make(
    "terracotta floor", "tile", "#a9694a", "#9a5c40", "#6b5744", scale=0.28, bump=0.004, roughness=0.6
)
MARBLE_FLOOR = make("marble floor", "tile", "#c2b9a9", "#aea491", "#6f675b", scale=0.7, roughness=0.2)

OAK = make("oak", "wood", "#8f6a42", "#9d784e", "#5d4429", scale=0.1, roughness=0.5, wear=0.3)
WALNUT = make("walnut", "wood", "#5a3d29", "#6a4a33", "#35241a", scale=0.1, roughness=0.4, wear=0.3)
PINE = make("pine", "wood", "#b98f5c", "#c49c6a", "#7f5f39", scale=0.1, roughness=0.6, wear=0.3)
BLACK_WOOD = make("black wood", "wood", "#2a2522", "#332d29", "#191614", scale=0.1, roughness=0.3)
WHITE_PAINT = make("white paint", "plain", "#d3cec2", "#c8c2b5", "#a19a8c", roughness=0.6)
CEILING = make("ceiling", "plaster", "#d6d1c6", "#cdc8bc", "#aba596", scale=2.0, wear=0.1)

PORCELAIN = make("porcelain", "plain", "#d9d5cc", "#cfcac0", roughness=0.25)
PAPER = make("paper", "plain", "#cfc5ac", "#c1b697", "#9d937a", roughness=0.9)
LINEN = make("linen", "fabric", "#cbc3b2", "#bfb6a3", "#958d7c", scale=0.015, wear=0.2)
LEATHER = make("leather", "mottled", "#6e4026", "#7b4a2e", "#47291a", scale=0.09, roughness=0.4, bump=0.001)
BLACK_LEATHER = make("black leather", "mottled", "#2a2725", "#34302d", "#1b1918", scale=0.09, roughness=0.4)
SOOT = make("soot", "mottled", "#2b2622", "#1f1b18", "#151311", scale=0.3)
WICKER = make("wicker", "fabric", "#94744a", "#7c6038", "#5a4528", scale=0.06, bump=0.004)
OLD_STRAP = make("strap", "fabric", "#3b3d40", scale=0.02)
SCREEN_OFF = make("screen", "glass", "#17191b", "#1c1f21", roughness=0.05)

GOLD = make("gold", "metal", "#c1973d", "#b0852f", "#7c5a20", scale=0.3, roughness=0.3, wear=0.1)
AIRCRAFT_WHITE = make("aircraft paint", "plain", "#cfcdc6", "#c6c4bd", roughness=0.3, wear=0.2)
COACH_RED, COACH_GREEN, COACH_BLUE = (
    make(f"coach paint {hue}", "plain", hue, roughness=0.3) for hue in ("#7b2a22", "#2f4f3c", "#2b3f66")
)
WALL_BOARDS = make("wall boards", "planks", "#8d6a47", "#9b7853", "#52402c", scale=0.19, bump=0.006, wear=0.3)
PALE_STONE = make("pale stone", "mottled", "#bdb196", "#b1a489", "#857a64", scale=0.5, bump=0.004, wear=0.35)
POOL_TILES = make("pool tiles", "tile", "#4f9fb5", "#5aa9bd", "#c9d6d6", scale=0.15, roughness=0.2)
TATAMI = make("tatami", "fabric", "#a9a06a", "#9d945f", "#6f6840", scale=0.03, wear=0.2)
CHECKED_FLOOR = make("checked floor", "tile", "#b9b2a4", "#5d5a55", "#4a4845", scale=0.4, roughness=0.3, variation=1.0)
LINOLEUM = make("linoleum", "plain", "#a8aaa0", "#9fa197", "#868880", roughness=0.35, wear=0.3)
GREY_FLOOR = make("grey screed", "concrete", "#85837d", "#7a7872", "#5c5a55", scale=2.4, roughness=0.6, wear=0.4)
CELL_STONE = make("cell stone", "stone", "#75706a", "#857f76", "#4d4944", scale=0.42, bump=0.03, wear=0.7)
HALL_STONE = make("hall stone", "brick", "#b3a88f", "#a89c83", "#857a66", scale=0.9, bump=0.006, wear=0.3)

MARBLE_TOP = make("stone top", "marble", "#bdb6a8", "#a39b8c", "#6d665b", roughness=0.2)
SPLASH_TILES = tuple(
    make(f"splash tiles {hue}", "tile", hue, None, "#8a857a", scale=0.12, roughness=0.25, variation=0.5)
    for hue in ("#d2cdc0", "#9fb0a8", "#b8a37e", "#7f98a0", "#c9bfae")
)
WHITE_TILES, GREEN_TILES, SAND_TILES, BLUE_TILES, CREAM_TILES = SPLASH_TILES
ENAMEL = make("enamel", "plain", "#2f3336", "#393d40", roughness=0.3)
COPPER = make("copper", "plain", "#a4623c", "#b87450", "#6b3d27", roughness=0.3)

SPINES = tuple(
    make(f"spine {i}", "paper", base, None, None, scale=0.1, roughness=0.7, variation=0.6, wear=0.4)
    for i, base in enumerate(
        (
            "#6e2f26",
            "#3d4a34",
            "#2f3d52",
            "#7a5c33",
            "#4a3526",
            "#8c7a5a",
            "#542a3a",
            "#35504f",
            "#9a8f78",
            "#2d2a28",
            "#86512f",
            "#5d5d55",
        )
    )
)
GREENS = tuple(
    make(f"pot leaves {i}", "leaf", base, None, None, scale=0.06, translucency=0.35, variation=0.5)
    for i, base in enumerate(("#3f6131", "#547539", "#2f4f35", "#6b8a4e"))
)


@dataclass(frozen=True)
class Scheme:
    """Materials of one room: `wall` and `strong` (one wall or the floor), `wood`, main cloth, one accent, a quiet
    cloth, and the `top` of counters and worktops."""

    wall: Material
    strong: Material
    floor: Material
    wood: Material
    trim: Material
    cloth: Material
    accent: Material
    second: Material
    top: Material


def cloth(name: str, base: str | RGB, **rest: float) -> Material:
    """A woven cloth of a colour."""
    return make(name, "fabric", base, None, None, scale=rest.pop("scale", 0.02), wear=0.2, **rest)


def paint(name: str, base: str | RGB) -> Material:
    """Painted plaster."""
    return make(name, "plaster", base, None, None, scale=1.8, wear=0.12)


BOTTLE_GREEN, OLD_RED, SLATE_BLUE, TOBACCO = (
    make(f"library wall {base}", "plaster", base, scale=1.6, wear=0.2)
    for base in ("#4a5648", "#5b3f38", "#3f4c58", "#6b5a43")
)


def piece_paint(color: str | RGB) -> Material:
    """Painted wood: furniture, kitchen units."""
    return make(
        f"paint {color if isinstance(color, str) else palette.shade(color, 1.0)}",
        "wood",
        color,
        scale=0.1,
        roughness=0.5,
    )


@functools.cache
def materials_by_name() -> Mapping[str, Material]:
    """Every material that a room's recipe can name: those of this module and of `kit.palettes`, "old_wood" as "old
    wood"."""
    return {
        name.lower().replace("_", " "): value
        for module in (vars(palette), globals())
        for name, value in module.items()
        if isinstance(value, Material)
    }


def material(name: str) -> Material:
    """A material by its name, or painted wood by its colour "#rrggbb".

    Raises:
        KeyError: no such name.
    """
    return piece_paint(name) if name.startswith("#") else materials_by_name()[name]
