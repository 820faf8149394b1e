"""A thing in the colour and of the material that the sentence gives it, whatever function made it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.language.brief import Brief
from lucid3d.procedural.render.rays import RayScene

MAIN = "main "
"""How the name of the material begins that a thing shows its colour with; without one, that of its largest surface, or
of a building what most of its walls show."""
UNDYED = frozenset(("leaf", "grass", "petal", "glass", "emissive", "bark", "water", "windows"))
"""Patterns that no paint covers."""
ROOFING = frozenset(("roof_tile", "shingle", "thatch"))
"""Patterns that no wall of a building has where it has others."""
ASPECTS, RASTER = 8, 48
"""Sides that a building is looked at from, and rays across each of these looks."""
UPRIGHT = 0.3
"""Height of a wall's unit normal at most: steep roofs lean more."""
MASONRY, SECOND = frozenset(("plaster", "stone", "brick", "concrete")), 0.25
"""Of what most of a building's walls show, from which another masonry is a wall of its own, as of a ground floor."""
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
    chosen = main_materials(mesh)
    if not chosen:
        return mesh
    return replace(
        mesh, materials=tuple(_new(m, colour, stuff) if i in chosen else m for i, m in enumerate(mesh.materials))
    )


def _new(old: Material, colour: str, stuff: Material | None) -> Material:
    """A material in a colour, or of other stuff, that still carries a thing's colour."""
    new = old if stuff is None else replace(stuff, name=f"{MAIN}{stuff.name}")
    return in_colour(new, palette.named(colour)) if colour in palette.COLOURS else new


def main_materials(mesh: Mesh) -> list[int]:
    """The numbers of the materials that carry a mesh's colour; none where none can be dyed."""
    if marked := [i for i, m in enumerate(mesh.materials) if m.name.startswith(MAIN)]:
        return marked
    free = [i for i, m in enumerate(mesh.materials) if m.pattern not in UNDYED]
    own = np.zeros(len(mesh.triangles), np.int64) if mesh.material_index is None else mesh.material_index
    if mesh.label == "building" and len(free) > 1:  # beams, rafters and plinths have more sides than walls have
        seen = np.bincount(own[_walls_seen(mesh)], minlength=len(mesh.materials))
        walls = [i for i in free if seen[i] and mesh.materials[i].pattern not in ROOFING]
        if walls:
            most = max(walls, key=lambda i: seen[i])
            others = (i for i in walls if mesh.materials[i].pattern in MASONRY and seen[i] >= SECOND * seen[most])
            return sorted({most, *others})
    corners = mesh.vertices[mesh.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    shares = np.bincount(own, area, len(mesh.materials))
    return [max(free, key=lambda i: shares[i])] if free else []


def _walls_seen(mesh: Mesh) -> NDArray[np.uint32]:
    """The triangles (K,), as often as they are seen, that level looks from all around meet where they are upright."""
    low, high = mesh.bounds.astype(np.float64)
    middle, reach = 0.5 * (low + high), 0.5 * float(np.linalg.norm(high - low))
    across, up = np.meshgrid(np.linspace(-reach, reach, RASTER), np.linspace(low[1], high[1], RASTER))
    starts, ways = [], []
    for turn in np.arange(ASPECTS) * 2 * np.pi / ASPECTS:
        ahead, right = np.array([np.sin(turn), 0, np.cos(turn)]), np.array([np.cos(turn), 0, -np.sin(turn)])
        start = middle - 1.1 * reach * ahead + across.ravel()[:, None] * right
        start[:, 1] = up.ravel()
        starts.append(start)
        ways.append(np.broadcast_to(ahead, start.shape))
    origins, directions = (np.concatenate(each).astype(np.float32) for each in (starts, ways))
    hits = RayScene(mesh.vertices, mesh.triangles.astype(np.uint32)).cast(origins, directions)
    upright = np.isfinite(hits.distance) & (np.abs(hits.normals[:, 1]) < UPRIGHT * np.linalg.norm(hits.normals, axis=1))
    return np.asarray(hits.triangle[upright], np.uint32)


def in_colour(material: Material, color: RGB) -> Material:
    """The same material, new and clean, in a colour."""
    if (
        material.pattern == "metal"
    ):  # lacquer mirrors a tenth of what bare metal does, and is deeper than a wall's paint
        material = replace(material, pattern="mottled", variation=0.1)
        color = (color[0] ** LACQUER, color[1] ** LACQUER, color[2] ** LACQUER)
    made = palette.painted(material, color)
    return replace(made, wear=min(material.wear, 0.25), name=f"{MAIN}{made.name}")
