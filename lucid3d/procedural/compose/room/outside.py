"""What a room's windows show: a garden, or the place that the sentence names beside the room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lucid3d.procedural.assets.plants import broadleaf, conifer, grass_tuft, shrub
from lucid3d.procedural.compose.composing import compose
from lucid3d.procedural.compose.land.scatter import groups, scatter
from lucid3d.procedural.compose.settlement.context import hills
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.language.brief import Brief

STEP = 0.55
"""Metres from the floor down to the ground outside."""


def add_outside(place: Place, brief: Brief, rng: np.random.Generator, *, clear: float) -> None:
    """Lay land, water and plants around a room.

    Args:
        clear: radius in metres about the start that the room takes up.
    """
    named = [place.name for place in brief.around if not place.indoors]
    if named:
        scenery = compose(replace(brief, place=named[0], secondary=()), rng)
        if not scenery.interior and scenery.terrain is not None:
            _borrow(place, scenery, clear)
            return
    if "trees" not in brief.without:
        _garden(place, brief, rng, clear)
    else:
        place.terrain = hills(brief, rng, flat=60.0, level=1.6 + STEP)


def _borrow(place: Place, scenery: Place, clear: float) -> None:
    """Take over another place's land, water and things, lowered by a step, without what stands where the room is."""
    shift = np.array([0.0, STEP, 0.0], np.float32)
    terrain = scenery.terrain
    assert terrain is not None
    inner = terrain.heights
    # The land under the room is kept below its floor.
    terrain.heights = lambda x, z: (
        np.where(np.hypot(x, z) < clear + 1.5, np.maximum(inner(x, z), 1.6), inner(x, z)).astype(np.float32)
        + np.float32(STEP)
    )
    if terrain.mesh is not None:
        vertices = terrain.mesh.vertices
        near = np.hypot(vertices[:, 0], vertices[:, 2]) < clear + 1.5
        vertices[near, 1] = np.maximum(vertices[near, 1], 1.6)
        vertices += shift
    place.terrain = terrain
    if scenery.water is not None:
        place.water = replace(scenery.water, level=scenery.water.level + STEP)
    for mesh in scenery.meshes:
        kept = without_middle(mesh, clear)
        if kept is not None:
            kept.vertices = kept.vertices + shift
            place.meshes.append(kept)


def without_middle(mesh: Mesh, clear: float) -> Mesh | None:
    """A mesh without the triangles within `clear` metres of the start (in plan); None if none is left."""
    near = np.hypot(mesh.vertices[:, 0], mesh.vertices[:, 2]) < clear
    keep = ~near[mesh.triangles].any(axis=1)
    if not keep.any():
        return None
    if keep.all():
        return replace(mesh)
    return replace(
        mesh,
        triangles=mesh.triangles[keep],
        material_index=None if mesh.material_index is None else mesh.material_index[keep],
        instances=None if mesh.instances is None else mesh.instances[keep],
    )


def _garden(place: Place, brief: Brief, rng: np.random.Generator, clear: float) -> None:
    """A lawn with shrubs and a few trees, woods and hills far off, so that the sky shines in."""
    terrain = hills(brief, rng, flat=90.0, level=1.6 + STEP, height=55.0)
    place.terrain = terrain
    ground = terrain.rise_over_run
    season = brief.season
    woods = groups(rng, 22.0, 1.4)
    snow = brief.weather == "snow" or (season == "winter" and "snow" not in brief.without)
    near_trees = [broadleaf(rng, kind, h, season) for kind, h in (("oak", 8.0), ("birch", 9.0))]  # type: ignore[arg-type]
    far_trees = [*near_trees, conifer(rng, "spruce", 12.0, season)]  # type: ignore[arg-type]
    bushes = [shrub(rng, 1.3)]
    place.meshes += scatter(
        ground,
        lambda x, z, y, s: np.ones_like(x),
        near_trees,
        rng,
        per_square_metre=0.0016,
        near=clear + 9,
        far=max(44, clear + 20),
        apart=6.0,
        detail=0.35,
    )
    place.meshes += scatter(
        ground,
        lambda x, z, y, s: woods(x, z),
        far_trees,
        rng,
        per_square_metre=0.02,
        near=max(75, clear + 40),  # nearer ones would stand before all the sky that a room sees
        far=210,
        falloff=110,
        apart=3.0,
        detail=0.35,
    )
    place.meshes += scatter(
        ground,
        lambda x, z, y, s: groups(rng, 6.0, 1.5)(x, z),
        bushes,
        rng,
        per_square_metre=0.04,
        near=clear + 1.5,
        far=max(24, clear + 9),
        apart=1.6,
        detail=0.4,
    )
    if not snow:
        place.meshes += scatter(
            ground,
            lambda x, z, y, s: np.ones_like(x),
            [grass_tuft(rng, "lawn")],
            rng,
            per_square_metre=5,
            near=clear + 0.6,
            far=max(16, clear + 7),
            detail=0.4,
            limit=5000,
        )
