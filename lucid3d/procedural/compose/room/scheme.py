"""What a room is made of: materials that belong together, by its recipe and by the sentence's colours, materials, mood
and style."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.stuff import Scheme, cloth, material, paint
from lucid3d.procedural.compose.room.recipe import Shell
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.palettes import make
from lucid3d.procedural.language.brief import Brief

_SCHEMES = (
    # wall, second paint, floor, wood, main cloth, accent, quiet cloth
    ("#c9bda6", "#8f8a76", "oak floor", "oak", "#7d8471", "#b0673a", "#cfc6b4"),
    ("#b9bdb2", "#5f6f66", "pale floor", "pine", "#b9b0a0", "#2f5a5c", "#d0cabd"),
    ("#c4b29a", "#7a3f33", "dark floor", "walnut", "#6b5a4b", "#9c3b2c", "#c9bda8"),
    ("#a9b2b6", "#43566a", "oak floor", "walnut", "#8d8a83", "#c08a35", "#cdc8be"),
    ("#cfc4b3", "#6d7a55", "pale floor", "oak", "#55624a", "#c49a6c", "#d3ccbe"),
    ("#c8b8ae", "#82555a", "dark floor", "walnut", "#9a8478", "#6d3a48", "#d0c5b8"),
)
_MARBLE = make("marble wall", "marble", "#cbc4b6", "#b3aa99", "#8a8172", scale=1.2, roughness=0.3)
WALLS: dict[str, Material] = {
    "wood": stuff.WALL_BOARDS, "stone": palette.RUBBLE, "brick": palette.BRICK, "plaster": palette.LIMEWASH, "metal":
    palette.ZINC, "glass": palette.LIGHT_CONCRETE, "marble": _MARBLE, "concrete": palette.CONCRETE, "sandstone":
    palette.SANDSTONE,
}  # fmt: skip
"""Materials of sentences as walls."""
FURNISHINGS: dict[str, Material] = {
    "stone": palette.GRANITE, "brick": palette.BRICK, "metal": palette.STEEL, "glass": palette.GLASS,
    "marble": stuff.MARBLE_TOP, "concrete": palette.LIGHT_CONCRETE, "sandstone": palette.SANDSTONE, "leather":
    stuff.LEATHER, "plaster": palette.LIMEWASH, "thatch": palette.THATCH,
}  # fmt: skip
"""Materials of sentences as furniture; "wood" is the room's own."""


def chosen(names: tuple[str, ...], usual: Material, rng: np.random.Generator) -> Material:
    """One of the named materials; the usual one where none is named."""
    return material(names[int(rng.integers(len(names)))]) if names else usual


def scheme(brief: Brief, shell: Shell, rng: np.random.Generator) -> Scheme:
    """A room's materials: by the recipe, then by the sentence; what both leave open is one of several sets by the
    seed."""
    order = int(rng.integers(len(_SCHEMES)))
    wall_hex, second_hex, floor, wood, cloth_hex, accent_hex, quiet_hex = _SCHEMES[order]
    rustic, gloomy = brief.style in ("rustic", "medieval"), brief.mood in ("dark", "eerie")
    if brief.style in ("minimal", "pastel"):
        wall_hex, floor, wood, cloth_hex, quiet_hex = "#d0cbc0", "pale floor", "pine", "#b5afa3", "#d5d0c5"
    elif rustic:
        floor, wood = "dark floor", "oak"
    elif brief.style in ("cyberpunk", "futuristic"):
        wall_hex, second_hex, floor, wood, cloth_hex = "#83878c", "#3d434b", "stone floor", "black wood", "#4a4f57"
    elif gloomy:
        wall_hex, second_hex, floor, wood = "#6a6458", "#3d3a36", "dark floor", "walnut"
    wall = chosen(shell.wall, paint(f"wall paint {wall_hex}", wall_hex), rng)
    if brief.colour("wall"):
        wall = paint("wall paint asked for", palette.named(brief.colour("wall")))
    said = brief.material("wall") or brief.material("")
    bricks = rng.random() < 0.3
    strong = WALLS.get(said) or (
        palette.RUBBLE if rustic else palette.BRICK if bricks else paint("second paint", second_hex)
    )
    if said in WALLS:
        wall = strong
    accent = palette.named(brief.colour("")) if brief.colour("") else accent_hex
    timber = chosen(shell.wood, material(wood), rng)
    tops = (stuff.OAK, stuff.WALNUT, stuff.MARBLE_TOP)
    return Scheme(
        wall=wall,
        strong=strong,
        floor=chosen(shell.floor, material(floor), rng),
        wood=timber,
        trim=timber if rustic or gloomy else chosen(shell.trim, stuff.WHITE_PAINT, rng),
        cloth=stuff.LEATHER if said == "leather" else cloth(f"main cloth {cloth_hex}", cloth_hex),
        accent=cloth("accent", accent),
        second=cloth(f"quiet cloth {quiet_hex}", quiet_hex),
        top=palette.pick(tops, rng),
    )
