"""Everything that can stand in a room: furniture, and what the catalogue's records make for the open air (cars, stalls,
statues, animals)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from lucid3d.procedural.assets.furniture.registry import FURNITURE, Order, Piece
from lucid3d.procedural.catalogue.load import Catalogue, load_catalogue
from lucid3d.procedural.catalogue.records import ThingRecord
from lucid3d.procedural.compose.dressing import dyed
from lucid3d.procedural.compose.making import make_thing
from lucid3d.procedural.kit.mesh import Mesh, merge

TALLEST = 9.0
"""Metres of a side beyond which no hall has room for a thing."""


@functools.lru_cache(maxsize=8)
def pieces(catalogue: Catalogue) -> Mapping[str, Piece]:
    """Thing -> how it is made and where it stands, for rooms."""
    borrowed = {
        record.name: _borrowed(record)
        for record in catalogue.things.values()
        if record.make and record.name not in FURNITURE and record.sort == "prop"
    }
    return {**borrowed, **FURNITURE}


def packaged_pieces() -> Mapping[str, Piece]:
    """`pieces` of the package's catalogue: what recipes can name."""
    return pieces(load_catalogue())


def _borrowed(record: ThingRecord) -> Piece:
    stands = "table" if record.stands[0] == "table" else "hung" if record.stands[0] == "wall" else "floor"
    return Piece(
        lambda order: dyed(
            _mesh(make_thing(record, order.rng, float(order.lit), dress=order.dress)), order.colour, order.stuff
        ),
        record.size or (1.0, 1.0, 1.0),
        stands,  # type: ignore[arg-type]
        feature=record.name,
        label=record.seen_as[0],
    )


def _mesh(made: Any) -> Mesh:
    """What a record's function gives, as one mesh."""
    if isinstance(made, tuple):
        made = made[0]
    if isinstance(made, Mesh):
        return made
    return made.mesh if hasattr(made, "mesh") else merge(made.meshes, one_instance=True)


def made(piece: Piece, order: Order) -> Mesh:
    """The mesh of a thing, with its label and its word."""
    mesh = piece.make(order)
    mesh.label = piece.label
    mesh.thing = mesh.thing or piece.feature.replace("_", " ")
    return mesh
