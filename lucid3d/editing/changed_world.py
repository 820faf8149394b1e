"""The procedural world of a scene, built again with a change: things dyed, taken out, or in another season."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.editing.order import Order
from lucid3d.procedural.build import build_place, place_under_sky
from lucid3d.procedural.compose.dressing import STUFF, in_colour, main_materials
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.world import World

GLOW = 0.3
"""Metres around a lamp that is taken out within which its light goes with it."""


def dyed(world: World, instances: Collection[int], colour: str = "", material: str = "") -> tuple[World, set[int]]:
    """The world with the surfaces that carry the colour of these instances in another one, or of another material.

    Returns:
        The world, and those of the instances that changed: the land and water are no meshes that could be dyed.
    """
    meshes, changed = [], set[int]()
    for mesh, (first, mine) in _of_place(world, instances):
        own = _instances(mesh)
        numbers = np.unique(own[mine])
        # each of several buildings has walls of its own
        groups = [[number] for number in numbers] if mesh.label == "building" else [numbers] if len(numbers) else []
        for group in groups:
            dressed = _dressed(mesh, mine & np.isin(own, group), colour, material)
            if dressed is not None:
                mesh = dressed
                changed |= {int(number) + first for number in group}
        meshes.append(mesh)
    return world.with_place(replace(world.place, meshes=meshes)), changed


def without(world: World, instances: Collection[int]) -> tuple[World, Mesh | None]:
    """The world without these instances and their lamps, and what was taken out (None: nothing was there)."""
    meshes, gone = [], []
    for mesh, (_, mine) in _of_place(world, instances):
        if mine.any():
            gone.append(replace(_part(mesh, mine), thing=""))
        meshes.append(_part(mesh, ~mine) if mine.any() else mesh)
    if not gone:
        return world, None
    taken = merge(gone, one_instance=True)
    low, high = taken.bounds[0] - GLOW, taken.bounds[1] + GLOW
    lamps = [lamp for lamp in world.place.lamps if not ((lamp.position >= low) & (lamp.position <= high)).all()]
    return world.with_place(replace(world.place, meshes=meshes, lamps=lamps)), taken


def in_season(world: World, season: str) -> World:
    """The same sort of place in another season, under the same sky; what grows stands elsewhere."""
    brief = replace(world.brief, season=season)
    place: Place = place_under_sky(build_place(brief, world.seed), brief, world.seed, drops=False).place
    return world.with_place(place, brief=brief)


def with_season(world: World, season: str) -> World:
    """The very world, whose plants are those of a season from now on."""
    return world.with_place(world.place, brief=replace(world.brief, season=season))


def world_with(world: World, changes: Sequence[tuple[Order, tuple[int, ...]]]) -> World:
    """A world with changes that were made to it, each with the instances that it was about."""
    for order, instances in changes:
        if order.deed == "season":
            world = with_season(world, order.season)
        elif order.deed == "dye":
            world, _ = dyed(world, instances, order.colour, order.material)
        elif order.deed in ("remove", "replace"):
            world, _ = without(world, instances)
    return world


def _of_place(world: World, instances: Collection[int]) -> list[tuple[Mesh, tuple[int, NDArray[np.bool_]]]]:
    """The place's meshes, each with the number of its first instance and which of its triangles are of these."""
    wanted = np.array(sorted(instances), np.int64)
    spans = world.spans()[len(world.meshes) - len(world.place.meshes) :]  # the land comes first
    return [
        (mesh, (first, np.isin(_instances(mesh) + first, wanted)))
        for mesh, (first, _, _) in zip(world.place.meshes, spans, strict=True)
    ]


def _instances(mesh: Mesh) -> NDArray[np.int32]:
    return np.zeros(len(mesh.triangles), np.int32) if mesh.instances is None else mesh.instances


def _part(mesh: Mesh, which: NDArray[np.bool_]) -> Mesh:
    """Some of a mesh's triangles; numbers of instances stay."""
    return replace(
        mesh,
        triangles=mesh.triangles[which],
        material_index=None if mesh.material_index is None else mesh.material_index[which],
        instances=_instances(mesh)[which],
    )


def _dressed(mesh: Mesh, mine: NDArray[np.bool_], colour: str, material: str) -> Mesh | None:
    """The mesh with some of its triangles dyed."""
    part = _part(mesh, mine)
    index = np.zeros(len(mesh.triangles), np.int32) if mesh.material_index is None else mesh.material_index
    # leaves and petals: no paint covers them, but a wish does
    chosen = main_materials(part) or [int(np.bincount(index[mine]).argmax())]
    new = {i: _made(mesh.materials[i], colour, material) for i in chosen}
    numbers = {i: len(mesh.materials) + n for n, i in enumerate(chosen)}
    changed = index.copy()
    for old, number in numbers.items():
        changed[mine & (index == old)] = number
    if (changed == index).all():
        return None
    return replace(mesh, materials=(*mesh.materials, *new.values()), material_index=changed)


def _made(old: Material, colour: str, material: str) -> Material:
    new = STUFF.get(material, old)
    if colour:
        leafy = new.pattern in ("leaf", "grass", "petal")
        new = palette.painted(new, palette.named(colour)) if leafy else in_colour(new, palette.named(colour))
    return replace(new, emission=old.emission) if any(old.emission) else new
