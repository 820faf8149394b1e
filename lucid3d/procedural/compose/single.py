"""One thing by itself, on the origin: whatever the catalogue names that can stand alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lucid3d.procedural.assets import plants, props, rocks
from lucid3d.procedural.assets.furniture.registry import Order, Piece
from lucid3d.procedural.assets.plants.trees import CROWNS
from lucid3d.procedural.catalogue.records import ThingRecord
from lucid3d.procedural.compose.dressing import dressed
from lucid3d.procedural.compose.making import as_made, make_thing
from lucid3d.procedural.compose.room.pieces import made, pieces
from lucid3d.procedural.compose.room.recipe import Shell
from lucid3d.procedural.compose.room.scheme import FURNISHINGS, chosen, scheme
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, merge, placement
from lucid3d.procedural.language.brief import Brief


def _tree(kind: str, height: float, **given: Any) -> Callable[[np.random.Generator, Any], Any]:
    grow = plants.broadleaf if kind in CROWNS else plants.conifer
    return lambda rng, season: grow(rng, kind, height, given.get("season", season), **given.get("more", {}))


GROWN: Mapping[str, Callable[[np.random.Generator, Any], Any]] = {
    "trees": _tree("oak", 8.0),
    "oaks": _tree("oak", 9.0),
    "maples": _tree("maple", 8.0),
    "birches": _tree("birch", 9.0),
    "willows": _tree("willow", 8.0),
    "pines": _tree("pine", 11.0),
    "cypresses": _tree("cypress", 8.0),
    "cherry_trees": _tree("oak", 5.5, season="spring", more={"blossom": "cherry"}),
    "dead_trees": lambda rng, season: plants.dead_tree(rng, 6.0),
    "palms": lambda rng, season: plants.palm(rng, 7.0),
    "bamboo": lambda rng, season: plants.bamboo(rng, 6.0),
    "cacti": lambda rng, season: plants.saguaro(rng, 3.5),
    "bushes": lambda rng, season: plants.shrub(rng, 1.3, season=season),
    "ferns": lambda rng, season: plants.fern(rng, season=season),
    "grass": lambda rng, season: plants.grass_tuft(rng),
    "flowers": lambda rng, season: plants.flower(rng, stems=9, radius=0.25),
    "mushrooms": lambda rng, season: plants.mushroom(rng),
    "reeds": lambda rng, season: plants.reeds(rng),
    "rocks": lambda rng, season: rocks.boulder(rng, 1.0),
    "crystals": lambda rng, season: rocks.crystals(rng),
    "bench": lambda rng, season: props.bench(rng).transformed(placement((0, 0, 0), yaw=np.pi)),  # that looks to +z
    "boat": lambda rng, season: props.rowing_boat(rng, 3.4),
    "campfire": lambda rng, season: props.campfire(rng),
    "lamp": lambda rng, season: props.lamp_post(rng),
    "pier": lambda rng, season: props.pier(rng, 8.0),
    "bridge": lambda rng, season: props.wooden_bridge(rng, 7.0, 1.9, arch=0.8),
}
"""What places grow and build by their own rules -> one of it, for a random generator and a season."""


def one_of(
    record: ThingRecord,
    brief: Brief,
    season: str,
    rng: np.random.Generator,
    *,
    hung: bool = False,
    indoors: bool = False,
) -> Mesh | None:
    """The mesh of one thing as the brief has it, in its colour and of its material: y down, standing on the origin,
    its front towards -z; None for what nothing makes by itself.

    Args:
        hung: what hangs on a wall, too: its middle on the origin, its back at z = 0.
        indoors: furniture goes before what stands outside: a lamp is no lamp post.
    """
    furniture = pieces(brief.catalogue)
    if record.name in GROWN and not (indoors and record.name in furniture):
        grown: Any = GROWN[record.name](rng, season)
        mesh = grown.levels[0] if hasattr(grown, "levels") else as_made(grown).mesh
    elif record.name in furniture and (indoors or not record.make):
        piece = furniture[record.name]
        if piece.stands not in ("floor", "wall", "corner", "table", *["hung"] * hung):
            return None
        return merge([made(piece, _order(piece, brief, rng))], one_instance=True)
    elif record.make:
        mesh = as_made(make_thing(record, rng, dress=brief.wearing.get(record.name, ""))).mesh
    else:
        return None
    return merge([dressed(mesh, brief, record.name)], one_instance=True)


def _order(piece: Piece, brief: Brief, rng: np.random.Generator) -> Order:
    """What a joiner is asked for: the usual size, in a room's usual materials, dyed as the words have it."""
    materials = scheme(brief, Shell((4, 4), (4, 4)), rng)
    role = vars(materials).get(piece.main) if isinstance(piece.main, str) else None
    main = chosen(piece.main if isinstance(piece.main, tuple) else () if role else (piece.main,), materials.wood, rng)
    main = role or main
    made_of, colour = brief.material(piece.feature), brief.colour(piece.feature)
    if made_of:
        main = FURNISHINGS.get(made_of, main)
    if colour:
        main = palette.painted(main, palette.named(colour))
    return Order(
        rng, *piece.size, main, materials, lit=piece.always, colour=colour, stuff=made_of,
        dress=brief.wearing.get(piece.feature, ""),
    )  # fmt: skip
