"""What rooms are furnished with, as materials: woods, cloths, paints, china, and palettes that belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.palettes import make
from lucid3d.procedural.language.brief import Brief

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
SCREEN_OFF = make("screen", "glass", "#17191b", "#1c1f21", roughness=0.05)

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
    """Materials of one room: `wall` and `strong` (one wall or the floor), `wood`, main cloth, one accent."""

    wall: Material
    strong: Material
    floor: Material
    wood: Material
    trim: Material
    cloth: Material
    accent: Material
    second: Material


def cloth(name: str, base: str | RGB, **rest: float) -> Material:
    """A woven cloth of a colour."""
    return make(name, "fabric", base, None, None, scale=rest.pop("scale", 0.02), wear=0.2, **rest)


def paint(name: str, base: str | RGB) -> Material:
    """Painted plaster."""
    return make(name, "plaster", base, None, None, scale=1.8, wear=0.12)


_SCHEMES: tuple[tuple[str, str, Material, Material, str, str, str], ...] = (
    # wall, second paint, floor, wood, main cloth, accent, quiet cloth
    ("#c9bda6", "#8f8a76", OAK_FLOOR, OAK, "#7d8471", "#b0673a", "#cfc6b4"),
    ("#b9bdb2", "#5f6f66", PALE_FLOOR, PINE, "#b9b0a0", "#2f5a5c", "#d0cabd"),
    ("#c4b29a", "#7a3f33", DARK_FLOOR, WALNUT, "#6b5a4b", "#9c3b2c", "#c9bda8"),
    ("#a9b2b6", "#43566a", OAK_FLOOR, WALNUT, "#8d8a83", "#c08a35", "#cdc8be"),
    ("#cfc4b3", "#6d7a55", PALE_FLOOR, OAK, "#55624a", "#c49a6c", "#d3ccbe"),
    ("#c8b8ae", "#82555a", DARK_FLOOR, WALNUT, "#9a8478", "#6d3a48", "#d0c5b8"),
)

_WALL_MATERIALS: dict[str, Material] = {
    "wood": make("wall boards", "planks", "#8d6a47", "#9b7853", "#52402c", scale=0.19, bump=0.006, wear=0.3),
    "stone": palette.RUBBLE,
    "brick": palette.BRICK,
    "plaster": palette.LIMEWASH,
    "metal": palette.ZINC,
    "glass": palette.LIGHT_CONCRETE,
    "marble": make("marble wall", "marble", "#cbc4b6", "#b3aa99", "#8a8172", scale=1.2, roughness=0.3),
    "concrete": palette.CONCRETE,
    "sandstone": palette.SANDSTONE,
}


def scheme(brief: Brief, rng: np.random.Generator) -> Scheme:
    """A room's palette: by the sentence's colours, materials, mood and style, else one of several by the seed."""
    order = int(rng.integers(len(_SCHEMES)))
    wall_hex, second_hex, floor, wood, cloth_hex, accent_hex, quiet_hex = _SCHEMES[order]
    if brief.style == "minimal" or brief.style == "pastel":
        wall_hex, floor, wood, cloth_hex, quiet_hex = "#d0cbc0", PALE_FLOOR, PINE, "#b5afa3", "#d5d0c5"
    elif brief.style in ("rustic", "medieval"):
        floor, wood = DARK_FLOOR, OAK
    elif brief.style in ("cyberpunk", "futuristic"):
        wall_hex, second_hex, floor, wood, cloth_hex = "#83878c", "#3d434b", STONE_FLOOR, BLACK_WOOD, "#4a4f57"
    elif brief.mood in ("dark", "eerie"):
        wall_hex, second_hex, floor, wood = "#6a6458", "#3d3a36", DARK_FLOOR, WALNUT
    accent: str | RGB = accent_hex
    if brief.colour(""):
        accent = palette.named(brief.colour(""))
    for feature in ("sofa", "armchair", "curtain", "rug", "bed"):
        if brief.colour(feature):
            accent = palette.named(brief.colour(feature))
    wall = paint("wall paint", wall_hex)
    if brief.colour("wall"):
        wall = paint("wall paint asked for", palette.named(brief.colour("wall")))
    second = paint("second paint", second_hex)
    material = brief.material("wall") or brief.material("")
    strong: Material = second
    if material in _WALL_MATERIALS:
        strong = _WALL_MATERIALS[material]
    elif brief.style in ("rustic", "medieval"):
        strong = palette.RUBBLE
    elif rng.random() < 0.3:
        strong = palette.BRICK
    main = LEATHER if material == "leather" or brief.material("sofa") == "leather" else cloth("main cloth", cloth_hex)
    trim = WHITE_PAINT if brief.mood not in ("dark", "eerie") and brief.style not in ("rustic", "medieval") else wood
    return Scheme(
        wall=wall,
        strong=strong,
        floor=floor,
        wood=wood,
        trim=trim,
        cloth=main,
        accent=cloth("accent", accent),
        second=cloth("quiet cloth", quiet_hex),
    )
