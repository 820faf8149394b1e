"""A thing in the colour and of the material that the sentence gives it, whatever function made it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.language.brief import Brief

MAIN = "main "
"""How the name of the material begins that a thing shows its colour with; without one, that of its largest surface."""
UNDYED = frozenset(("leaf", "grass", "petal", "glass", "emissive", "bark", "water", "windows"))
"""Patterns that no paint covers."""
LACQUER = 1.6
"""Power of a named colour that lacquered metal has."""
STUFF: dict[str, Material] = {
    "wood": palette.OLD_WOOD,
    "stone": palette.GRANITE,
    "marble": palette.make("white marble", "marble", "#d6d1c6", "#c4beb1", "#8f8a80", scale=0.5, roughness=0.35),
    "metal": palette.STEEL,
    "brick": palette.BRICK,
    "concrete": palette.CONCRETE,
    "sandstone": palette.SANDSTONE,
    "plaster": palette.LIMEWASH,
    "bronze": palette.make("bronze", "metal", "#6f5a36", "#5f4d2e", "#4d6b58", scale=0.4, roughness=0.45, wear=0.5),
    "gold": palette.make("gold", "metal", "#c59a3c", "#b98d33", "#8a6826", scale=0.4, roughness=0.3, wear=0.1),
}
"""Material of the vocabulary -> what a thing that is made of it is made of."""


def dressed(mesh: Mesh, brief: Brief, thing: str) -> Mesh:
    """The mesh, dyed and made as the sentence says of `thing`; unchanged where it says nothing."""
    return dyed(mesh, brief.colour(thing), brief.material(thing))


def dyed(mesh: Mesh, colour: str, material: str = "") -> Mesh:
    """The mesh in a colour and of a material of the vocabulary; unchanged where these name none."""
    stuff = STUFF.get(material)
    if (colour not in palette.COLOURS and stuff is None) or not mesh.triangle_count:
        return mesh
    chosen = main_material(mesh)
    if chosen is None:
        return mesh
    old = mesh.materials[chosen]
    new = old if stuff is None else replace(stuff, name=f"{MAIN}{stuff.name}")
    if colour in palette.COLOURS:
        new = in_colour(new, palette.named(colour))
    begins = old.name.startswith(MAIN)
    return replace(
        mesh,
        materials=tuple(
            new if i == chosen or (begins and m.name.startswith(MAIN)) else m for i, m in enumerate(mesh.materials)
        ),
    )


def main_material(mesh: Mesh) -> int | None:
    """The number of the material that carries a mesh's colour; None where none can be dyed."""
    own = np.zeros(len(mesh.triangles), np.int64) if mesh.material_index is None else mesh.material_index
    corners = mesh.vertices[mesh.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    shares = np.bincount(own, area, len(mesh.materials))
    marked = [i for i, m in enumerate(mesh.materials) if m.name.startswith(MAIN)]
    free = marked or [i for i, m in enumerate(mesh.materials) if m.pattern not in UNDYED]
    return max(free, key=lambda i: shares[i]) if free else None


def in_colour(material: Material, color: RGB) -> Material:
    """The same material, new and clean, in a colour."""
    if (
        material.pattern == "metal"
    ):  # lacquer mirrors a tenth of what bare metal does, and is deeper than a wall's paint
        material = replace(material, pattern="mottled", variation=0.1)
        color = (color[0] ** LACQUER, color[1] ** LACQUER, color[2] ** LACQUER)
    made = palette.painted(material, color)
    return replace(made, wear=min(material.wear, 0.25), name=f"{MAIN}{made.name}")
