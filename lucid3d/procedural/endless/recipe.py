"""How a built place goes on beyond its start, as checked data: streets, rows of houses, what stands along them.

A place's page holds it under the key `goes_on`:

    goes_on:
      blocks: [46, 78]
      put:
        - {thing: car, along: [0, 0], step: [13, 1], side: both, off: 2.0, face: along, turn: 1.5708}

What it leaves out is the place's own: its street, the rows of houses along that, and what stands along it. `like` takes
another place's instead ("a filling station" lies in a suburb).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from lucid3d.errors import InputError
from lucid3d.procedural.catalogue.checked import checked, suggestion
from lucid3d.procedural.catalogue.load import Catalogue
from lucid3d.procedural.catalogue.records import STRICT, PlaceRecord
from lucid3d.procedural.compose.land.recipe import Pair
from lucid3d.procedural.compose.yard.recipe import Put, Row, Street, read_recipe
from lucid3d.procedural.compose.yard.surfaces import SURFACES


@dataclass(frozen=True, config=STRICT)
class Hamlets:
    """Houses only about some crossings, and fields between.

    Attributes:
        share: of the crossings; reach: metres to which houses stand about one; alone: share of lots elsewhere that are
            built on, as a farm is.
        landmark: a thing of the catalogue that stands in some of them ("church"), "" = none; often: in what share.
    """

    share: float = 0.5
    reach: float = 105.0
    alone: float = 0.02
    landmark: str = ""
    often: float = 0.5


@dataclass(frozen=True, config=STRICT)
class Towers:
    """Buildings that fill a block, in place of rows of houses along its streets.

    Attributes:
        house: the function that makes one about the origin: it takes `rng`, `width`, `depth`, `height`, `lit`, `wall`.
        cuts: the least and the most pieces that a block is cut into along z.
        height: metres of a middling one; spread: standard deviation of the logarithm; limits: metres.
        apart: metres between two; word: what the sentence knows them as.
    """

    house: str
    cuts: tuple[int, int] = (2, 3)
    height: float = 60.0
    spread: float = 0.5
    limits: Pair = (18.0, 260.0)
    apart: float = 0.8
    word: str = "skyscraper"
    given: Mapping[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class YardTrees:
    """Trees in gardens and courts.

    Attributes:
        kinds, height: of them, metres; rate: trees a square metre of open ground; apart: least metres between two.
        park: factor on that in a block that is a park.
    """

    kinds: tuple[str, ...] = ("maple", "oak")
    height: float = 6.5
    rate: float = 0.004
    apart: float = 5.0
    park: float = 3.0


@dataclass(frozen=True, config=STRICT)
class Avenue:
    """Trees along the streets.

    Attributes:
        kinds, height: of them, metres; step: metres between two; off: metres from the middle of the start's street;
        share: of the places that are taken.
    """

    kinds: tuple[str, ...] = ("maple", "oak")
    height: float = 7.0
    step: float = 11.0
    off: float = 5.0
    share: float = 0.7


@dataclass(frozen=True, config=STRICT)
class Behind:
    """What lies behind houses: walls and hedges between gardens, annexes.

    Attributes:
        walls: materials of walls, to draw from; hedges: share of them that are hedges; deep: metres that they reach
            back; often: share of the houses that have one.
        annexes: share of the houses that have one at their back.
    """

    walls: tuple[str, ...] = ("brick",)
    hedges: float = 0.3
    deep: Pair = (5.0, 10.0)
    often: float = 0.75
    annexes: float = 0.45


@dataclass(frozen=True, config=STRICT)
class Settled:
    """How a built place goes on.

    Attributes:
        like: the place whose settlement this is instead; nothing else is then said.
        blocks: metres from one street to the next, to the right and ahead.
        origin: where one of the crossings lies; None = where the street of the start ends.
        jitter: share of a block by which crossings lie off; swing: metres by which streets swing over some 300 m.
        left_out: share of the streets that are not there.
        broad: factors on the width of the street of the start, one of which each other street has.
        street: the start's street where its page says none.
        rows: rows of houses along the streets; None = those along the street of the start.
        put: what stands along the streets besides what stands along the street of the start.
        towers: buildings that fill blocks; hamlets: None = block after block is built up.
        built: share of the lots that are; parks: share of the blocks that are one.
        kinds: different houses there are of each row.
        steep: factor on the slopes of the land; ground: fields of its cover that change.
        floor: the material that covers blocks, "" = none.
        wild: share of what grows about the start that goes on, in the open.
        avenue: trees along streets; trees: in gardens; behind: what lies behind houses.
        until: metres from the start to which its own single things are kept.
    """

    like: str = ""
    blocks: Pair = (48.0, 76.0)
    origin: Pair | None = None
    jitter: float = 0.16
    swing: float = 26.0
    left_out: float = 0.14
    broad: tuple[float, ...] = (1.0, 0.8, 0.7)
    street: Street | None = None
    rows: tuple[Row, ...] | None = None
    put: tuple[Put, ...] = ()
    towers: Towers | None = None
    hamlets: Hamlets | None = None
    built: float = 0.96
    parks: float = 0.06
    kinds: int = 26
    steep: float = 0.3
    ground: Mapping[str, Any] = Field(default_factory=dict)
    floor: str = ""
    wild: float = 1.0
    avenue: Avenue | None = None
    trees: YardTrees | None = None
    behind: Behind | None = None
    until: float = 1e9


def settled(record: PlaceRecord, catalogue: Catalogue) -> Settled | None:
    """How the place of a record goes on, with what it takes from its own page; None where it is not built up.

    Raises:
        InputError: the page is wrong: one sentence with file, key and way out.
    """
    if not record.goes_on:
        return None
    made = checked(Settled, record.goes_on, where=f"{record.file}, goes_on")
    if made.like:
        other = catalogue.places.get(made.like)
        if other is None or not other.goes_on or other.goes_on.get("like"):
            able = [name for name, place in catalogue.places.items() if place.goes_on and not place.goes_on.get("like")]
            raise InputError(
                f"{record.file}, goes_on.like: no place '{made.like}' goes on; {suggestion(made.like, able)}"
            )
        return settled(other, catalogue)
    for name in filter(None, (made.floor, *(made.behind.walls if made.behind else ()))):
        if name not in SURFACES:
            raise InputError(f"{record.file}, goes_on: '{name}' is no material here; {suggestion(name, SURFACES)}")
    if record.kind in ("yard", "settlement"):
        yard = read_recipe(record.recipe, record.file).yard
        along = tuple(row for row in yard.rows if row.line is None and row.ring is None)
        things = tuple(item for item in yard.put if item.along is not None and not item.asked)
        made = replace(
            made, street=made.street or yard.street, rows=along if made.rows is None else made.rows,
            put=(*things, *made.put),
        )  # fmt: skip
    if made.street is None or not (made.rows or made.towers):
        raise InputError(f"{record.file}, goes_on: add a 'street' and 'rows' or 'towers'; this place has none to go on")
    return made
