"""What the ground and the walls of laid-out places can be made of, by name."""

from __future__ import annotations

from collections.abc import Mapping

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material

SURFACES: Mapping[str, Material] = {
    "cobbles": palette.COBBLES, "flagstones": palette.FLAGSTONES, "paving": palette.PAVING, "asphalt": palette.ASPHALT,
    "kerb": palette.KERB, "earth": palette.EARTH, "granite": palette.GRANITE, "rubble": palette.RUBBLE,
    "ashlar": palette.ASHLAR, "limestone": palette.LIMESTONE, "limewash": palette.LIMEWASH, "brick": palette.BRICK,
    "dark brick": palette.DARK_BRICK, "sandstone": palette.SANDSTONE, "concrete": palette.CONCRETE,
    "light concrete": palette.LIGHT_CONCRETE, "old wood": palette.OLD_WOOD, "grey wood": palette.GREY_WOOD,
    "logs": palette.LOGS, "timber": palette.BEAM, "white wood": palette.FRAME_WHITE, "steel": palette.STEEL,
    "marked road": palette.make(
        "marked road", "road", "#4a4948", "#545351", "#b9b6ad", scale=0.6, bump=0.003, wear=0.5
    ),
    "runway": palette.make("runway", "road", "#5b5a58", "#656462", "#c9c7c0", scale=1.2, bump=0.003, wear=0.4),
    "dirt road": palette.make("dirt road", "mottled", "#9a8160", "#8a7150", "#6c5638", scale=0.9, bump=0.02, wear=0.6),
    "packed earth": palette.make(
        "packed earth", "mottled", "#8b7658", "#7c6749", "#5d4c34", scale=0.7, bump=0.015, wear=0.6
    ),
    "fine gravel": palette.make("fine gravel", "mottled", "#b7ad9b", "#a69b88", "#837866", scale=0.05, bump=0.012),
    "ballast": palette.make("ballast", "stone", "#7d766d", "#6a645c", "#413d38", scale=0.09, bump=0.03, variation=0.8),
    "raked gravel": palette.make(
        "raked gravel", "crop", "#cbc5b8", "#bfb8aa", "#a49d8f", scale=0.13, bump=0.012, variation=0.1, wear=0.1
    ),
    "play sand": palette.make("play sand", "sand", "#cdb88d", "#bfa97d", "#a38d62", scale=0.3, bump=0.012),
    "soft red": palette.make("rubber tiles", "tile", "#96503f", "#8c4a3b", "#6d3a2f", scale=0.5, bump=0.002, wear=0.3),
    "clay": palette.make("clay court", "mottled", "#a3593b", "#985236", "#7e442d", scale=0.6, bump=0.004),
    "boards": palette.make("boards", "planks", "#8d7559", "#9a8267", "#4c3e30", scale=0.14, bump=0.006, wear=0.6),
    "pale boards": palette.make("pale boards", "planks", "#b39a77", "#a68d6b", "#6f5c44", scale=0.14, bump=0.004),
    "pool tiles": palette.make("pool tiles", "tile", "#8fc0c6", "#7fb3bb", "#c9dcdc", scale=0.2, roughness=0.3),
    "pale stone": palette.make("pale stone", "tile", "#cdc5b4", "#c0b7a5", "#9c937f", scale=0.7, bump=0.004, wear=0.3),
    "terracotta": palette.make("terracotta tiles", "tile", "#a8694a", "#985c40", "#6f4a38", scale=0.3, bump=0.004),
    "whitewash": palette.make("whitewash", "plaster", "#e9e6de", "#e0dccf", "#bdb6a6", scale=1.2, bump=0.006, wear=0.2),
    "turf": palette.make("turf", "grass", "#4f7a34", "#456c2e", "#3a5a27", scale=0.4, bump=0.01, translucency=0.1),
    "turf light": palette.make("pale turf", "grass", "#5b8a3c", "#517d36", "#43682d", scale=0.4, bump=0.01),
    "white line": palette.make("white line", "mottled", "#d8d7d0", "#cfcec6", "#a9a89f", scale=0.2, wear=0.3),
    "water channel": palette.make("stone channel", "stone", "#77746b", "#67645c", "#4c4a44", scale=0.4, bump=0.02),
    "ruined asphalt": palette.make(
        "ruined asphalt", "asphalt", "#55524c", "#625d53", "#37342e", scale=0.5, bump=0.02, wear=1.0
    ),
    "wet asphalt": palette.make("wet asphalt", "asphalt", "#2e2e30", "#363638", "#202022", scale=0.5, roughness=0.35),
    "red carpet": palette.make("red carpet", "fabric", "#7d1f22", "#701b1e", "#561416", scale=0.03),
    "roof felt": palette.make("roof felt", "concrete", "#7a7772", "#6f6c67", "#55524e", scale=2, bump=0.003, wear=0.7),
    "lavender rows": palette.make(
        "lavender rows", "crop", "#75609f", "#6a5892", "#8a7458", scale=1.5, bump=0.1, variation=0.3
    ),
    "tulip rows": palette.make("tulip rows", "crop", "#a83a4a", "#b8503a", "#4f6b35", scale=1.2, bump=0.1, variation=1),
    "vine rows": palette.make("vine rows", "crop", "#54752f", "#486a2a", "#8f7a58", scale=2.4, bump=0.3, variation=0.3),
    "sunflower rows": palette.make("sunflower rows", "crop", "#b8922a", "#7d8a36", "#4f5f2a", scale=0.9, bump=0.2),
    "flower soil": palette.make("flower soil", "mottled", "#4b3a2a", "#433424", "#33271b", scale=0.2, bump=0.02),
}  # fmt: skip
"""Name -> material."""
