"""A site while it is planted: its land, what is wanted on it, and what has been grown so far."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from lucid3d.procedural.assets.plants import Prototype
from lucid3d.procedural.catalogue.functions import function
from lucid3d.procedural.compose import wishes
from lucid3d.procedural.compose.land import greenery, terms
from lucid3d.procedural.compose.land.recipe import Area, Factor
from lucid3d.procedural.compose.land.relief import Shape, Start
from lucid3d.procedural.compose.land.site import Site, Where
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.language.brief import Brief


@dataclass
class Lot:
    """A site while it is planted.

    Attributes:
        site: the land; brief: what is wanted; start, shape: what its land was made from.
        grown: name of a layer of trees -> its prototypes.
    """

    site: Site
    brief: Brief
    start: Start
    shape: Shape
    grown: dict[str, list[Prototype]] = field(default_factory=dict)

    def where(self, area: Area) -> Where | None:
        """An area as one function; None = everywhere."""
        shares: list[Where] = []
        for item in area:
            if isinstance(item, str):
                shares.append(function(item)(self))
            elif isinstance(item, Factor):
                shares.append(terms.factor(item, self.site, self.start, self.shape.measures))
            else:
                shares.append(item)
        if len(shares) < 2:
            return shares[0] if shares else None

        def product(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
            return functools.reduce(lambda total, share: total * share(x, z, y, slope), shares[1:],
                                    shares[0](x, z, y, slope))  # fmt: skip

        return product

    def trees(self, usual: tuple[str, ...], count: int, height: float) -> list[Prototype]:
        """Trees of the kinds that are asked for, or of the usual ones; [] where there are to be none."""
        kinds = wishes.kinds_of_trees(self.brief, usual)
        return greenery.tree_prototypes(self.site, kinds, count, height * self.brief.size("trees"))

    def amount(self, word: str) -> float:
        """The factor on how much there is of what a word names: 0 where it is refused."""
        return wishes.amount(self.brief, word)
