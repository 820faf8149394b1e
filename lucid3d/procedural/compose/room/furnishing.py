"""A room while it is being furnished: what stands where so far, and what the sentence says of a thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from lucid3d.procedural.assets.furniture.registry import Order, Piece
from lucid3d.procedural.compose.room.hall import column_spots, raise_columns
from lucid3d.procedural.compose.room.pieces import pieces
from lucid3d.procedural.compose.room.placing import Placed
from lucid3d.procedural.compose.room.plan import Footprint, Plan
from lucid3d.procedural.compose.room.recipe import Put, RoomRecipe
from lucid3d.procedural.compose.room.scheme import FURNISHINGS, chosen, scheme
from lucid3d.procedural.compose.room.walls import between, raised
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import Lamp
from lucid3d.procedural.language.brief import Brief
from lucid3d.procedural.language.reader import exact_counts


class Furnishing:
    """One room while it is being furnished.

    Attributes:
        recipe, brief, rng: what it is made by.
        pieces: the furniture there is, by name; scheme: its materials; room: walls and openings; plan: what is taken.
        daylight: whether light comes in from outside; lit: whether lamps are on.
        placed: what has been placed; unplaced: (thing, why not); lamps: lights so far, in the plan's frame.
        count: feature -> how many there are; exact: features whose number the sentence says.
        columns: meshes in the plan's frame.
    """

    def __init__(self, recipe: RoomRecipe, brief: Brief, rng: np.random.Generator) -> None:
        self.recipe, self.brief, self.rng = recipe, brief, rng
        self.pieces = pieces(brief.catalogue)
        self.scheme = scheme(brief, recipe.shell, rng)
        self.room = raised(recipe.shell, self.scheme, brief, rng)
        self.plan = Plan(self.room)
        roof = recipe.shell.roof
        holes = [hole for holes in self.room.openings.values() for hole in holes]
        self.daylight = any(h.kind == "arch" or "window" in h.kind for h in holes) or bool(
            roof and roof.kind == "glass"
        )
        self.lit = lamps_on(brief) or ((recipe.shell.lit or not self.daylight) and "lamp" not in brief.without)
        self.placed: list[Placed] = []
        self.unplaced: list[tuple[str, str]] = []
        self.lamps: list[Lamp] = []
        self.count: Counter[str] = Counter()
        self.exact = exact_counts(brief.prompt, brief.features)
        self.style: dict[str, Material] = {}
        self.columns: list[Mesh] = []
        columns = recipe.shell.columns
        if columns is not None:
            stone = chosen(columns.of, self.room.wall, rng)
            self.columns = raise_columns(self.room, columns, stone)
            for x, z in (spot for row in column_spots(self.room, columns) for spot in row):
                self.plan.stand(Footprint(x, z, columns.thick * 1.4, columns.thick * 1.4), self.room.height)

    def asked(self, thing: str) -> bool:
        """Whether the sentence speaks of a thing of `assets/furniture`."""
        return self.brief.wants(self.pieces[thing].feature) or self.brief.wants(thing)

    def refused(self, thing: str) -> bool:
        """Whether the sentence does not want it."""
        return not {thing, self.pieces[thing].feature}.isdisjoint(self.brief.without)

    def is_one(self, item: Placed, names: Iterable[str]) -> bool:
        """Whether what has been placed is a thing, or shows a feature, of these names."""
        return bool({item.thing, self.pieces[item.thing].feature} & set(names))

    def found(self, names: tuple[str, ...]) -> list[Placed]:
        """The things that a placement refers to: all of the first name that is there."""
        for name in names:
            found = [p for p in self.placed if self.is_one(p, (name,))]
            if found:
                return found
        return []

    def order(self, put: Put) -> Order:
        """What is asked of the function that makes a placement's thing."""
        piece = self.pieces[put.thing]
        size = self.brief.size(piece.feature)
        width, depth, height = (
            between(given, self.rng)
            if given is not None
            else usual * (size if piece.stands not in ("window",) else 1.0)
            for given, usual in zip(put.size, piece.size, strict=True)
        )
        if height < 0:
            height += self.room.height
        lit = self.lit
        if piece.always:
            season = put.thing == "fireplace" and self.brief.season in ("autumn", "winter")
            lit = lit or season or self.asked(put.thing)
        brief, feature = self.brief, piece.feature
        return Order(
            self.rng, width, depth, height, self.main(put, piece), self.scheme, lit, self.room.height,
            colour=brief.colour(feature), stuff=brief.material(feature), dress=brief.wearing.get(feature, ""),
        )  # fmt: skip

    def main(self, put: Put, piece: Piece) -> Material:
        """The material of a thing's main part: of all things of a kind alike."""
        key = f"{put.of or put.thing} {put.shows or piece.feature}"
        if key not in self.style:
            role = vars(self.scheme).get(piece.main) if isinstance(piece.main, str) else None
            names = put.of or (piece.main if isinstance(piece.main, tuple) else () if role else (piece.main,))
            main = chosen(names, role or self.scheme.wood, self.rng)
            brief = self.brief
            whole = "" if put.shows else piece.feature
            made_of = brief.material(put.thing) or brief.material(piece.feature) or brief.material(whole)
            if made_of:
                main = FURNISHINGS.get(made_of, self.scheme.wood)
            colour = brief.colour(put.thing) or brief.colour(piece.feature) or brief.colour(whole)
            self.style[key] = palette.painted(main, palette.named(colour)) if colour else main
        if put.thing in ("picture", "houseplant", "small_plant", "vase", "teapot") and not self.brief.colour(
            piece.feature
        ):
            return self.style.pop(key)  # these differ one by one
        return self.style[key]

    def along(self, put: Put, wall: int) -> float | None:
        """Metres from a wall's left end, where the page says so."""
        if put.at is None:
            return None
        _, length = self.room.wall_matrix(wall)
        return between(put.at, self.rng) * length

    def at_shares(self, across: float, along: float) -> tuple[float, float]:
        """(x, z) in metres of shares of the width (from the left) and of the length (from the back)."""
        return self.room.left + across * self.room.width, self.room.back + along * self.room.length


def lamps_on(brief: Brief) -> bool:
    """Whether a room's lamps are lit: when it is dark outside or gloomy, or when they are asked for."""
    if "lamp" in brief.without:
        return False
    if "window" in brief.without:
        return True
    bright = brief.time in ("morning", "noon", "afternoon") and brief.weather in ("clear", "cloudy", "snow")
    return brief.wants("lamp") or brief.mood in ("cosy", "romantic", "dark", "magical") or not bright
