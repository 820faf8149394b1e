"""What a settlement that goes on is built of: the houses and things of its place, each with its levels of detail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lucid3d.procedural.compose.dressing import dressed
from lucid3d.procedural.compose.land import greenery
from lucid3d.procedural.compose.making import Made, as_made, called, named
from lucid3d.procedural.compose.settlement.context import (
    DARK_TIMES,
    dimmed,
    label_of,
    lamp_share,
    lit_share,
    wall_for,
)
from lucid3d.procedural.compose.wishes import kinds_of_trees, site_for
from lucid3d.procedural.compose.yard.recipe import Put, Row
from lucid3d.procedural.compose.yard.surfaces import SURFACES
from lucid3d.procedural.endless.plots import Kind
from lucid3d.procedural.endless.recipe import Avenue, Behind, Towers
from lucid3d.procedural.endless.simpler import prototype
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, merge, placement
from lucid3d.procedural.kit.parts import Parts, slope
from lucid3d.procedural.kit.prototype import Prototype
from lucid3d.procedural.kit.terrain import Terrain
from lucid3d.procedural.language.brief import Brief
from lucid3d.procedural.render.snowfall import snow_caps

FOUNDATION = 2.6
"""Metres that a house's walls go on into the ground, so that none hangs in the air on a slope."""
INSET = 0.12
"""Metres that they lie within its footprint."""


HEDGE_PIECE = 1.1
"""Metres of a piece of a hedge: each is a little different."""


@dataclass(frozen=True)
class Shell:
    """A building about the origin with the ground that it takes."""

    mesh: Mesh
    width: float
    depth: float


@dataclass
class Stock:
    """What there is to build with: prototypes, by number."""

    prototypes: list[Prototype]

    def add(self, mesh: Mesh, name: str) -> int:
        """Another prototype's number."""
        self.prototypes.append(prototype(mesh, name))
        return len(self.prototypes) - 1


def houses(row: Row, count: int, brief: Brief, rng: np.random.Generator, stock: Stock) -> list[Kind]:
    """Different houses of a row, as the sentence has them; [] where it refuses them."""
    if row.word in brief.without:
        return []
    low, high = (max(1, round(n * brief.size(row.word))) for n in row.storeys)
    found = []
    for width in np.linspace(*row.widths, count)[rng.permutation(count)]:
        stuff = wall_for(brief, rng, row.word)
        wishes = {"rng": rng, "width": float(width), "lit": lit_share(brief), "wall": stuff, "plain": True,
                  "storeys": int(rng.integers(low, high + 1))}  # fmt: skip
        made = called(row.house, "", wishes, row.given)
        found.append(_kind(made, brief, row.word, stuff is None, stock))
    return found


def towers(wanted: Towers, sizes: Sequence[tuple[float, float]], count: int, brief: Brief, rng: np.random.Generator,
           stock: Stock) -> list[Kind]:  # fmt: skip
    """Different towers of each size (width and depth, metres)."""
    found = []
    for width, depth in sizes:
        for _ in range(count):
            tall = wanted.height * brief.size(wanted.word) * float(rng.lognormal(-0.35, wanted.spread))
            stuff = wall_for(brief, rng, wanted.word)
            wishes = {"rng": rng, "width": width, "depth": depth, "height": float(np.clip(tall, *wanted.limits)),
                      "lit": max(lit_share(brief), 0.04), "wall": stuff, "near": False}  # fmt: skip
            made = called(wanted.house, "", wishes, wanted.given)
            found.append(_kind(made, brief, wanted.word, stuff is None, stock))
    return found


def _kind(made: Any, brief: Brief, word: str, plain: bool, stock: Stock) -> Kind:
    """A building as a kind: about the middle of its footprint, on a foundation, under the brief's snow and lamps."""
    mesh = as_made(made).mesh
    mesh = dressed(mesh, brief, word) if plain else mesh
    width, depth = float(made.width), float(made.depth)
    low, high = mesh.bounds
    beside = abs(float(low[0] + high[0])) > 0.5 * width  # a house of a row begins at x = 0, another is about its middle
    if beside:
        mesh = mesh.transformed(placement([-width / 2, 0, -depth / 2]))
        windows = _back_windows(mesh, width, depth, lit_share(brief), np.random.default_rng(len(stock.prototypes)))
        mesh = mesh if windows is None else merge([mesh, windows], "building", one_instance=True)
    base = Parts()
    stuff = palette.RUBBLE
    x, z = width / 2 - INSET, depth / 2 - INSET
    base.span((-x, -0.05, -z), (x, FOUNDATION, z), stuff, grain=-2)
    whole = merge([mesh, base.mesh("building"), *snow_caps([mesh], brief)], "building", one_instance=True)
    whole.materials = dimmed(whole.materials, lamp_share(brief))
    whole.thing, whole.facing = word, None
    return Kind(stock.add(whole, word), width, depth)


WINDOW, PANE = (1.05, 1.45), (0.85, 1.25)
"""Width and height in metres of windows at the back of houses, with their frames and without."""
BAY, STOREY, SILL = 2.3, 2.9, 1.0
"""Metres from one such window to the next, from one storey to the next, and from a floor to its windows."""
ANNEXES = 6
"""Different annexes."""
PIECE_HIGH, HEDGE_HIGH = (1.4, 2.1), (1.2, 1.9)
"""Metres of the walls and hedges between gardens."""


def _back_windows(mesh: Mesh, width: float, depth: float, lit: float, rng: np.random.Generator) -> Mesh | None:
    """Windows in the back wall of a house of a row, where its maker left it bare; the house about its middle."""
    corners = mesh.vertices[mesh.triangles]
    flat = (np.abs(corners[:, :, 2] - depth / 2) < 0.12).all(axis=1)
    if not flat.any():
        return None
    glazed = np.array([m.pattern == "glass" for m in mesh.materials])[
        np.zeros(len(flat), np.int32) if mesh.material_index is None else mesh.material_index
    ]
    behind = corners[:, :, 2].min(axis=1) > depth / 2 - 0.6
    if (glazed & behind).any():
        return None
    eaves = -float(corners[flat][:, :, 1].min())
    parts = Parts()
    count = max(1, int(width / BAY))
    z = depth / 2
    for floor in np.arange(0.25, eaves - SILL - WINDOW[1], STOREY):
        for k in range(count):
            if rng.random() < 0.2:
                continue
            x, y = width * ((k + 0.5) / count - 0.5), -(floor + SILL + WINDOW[1] / 2)
            parts.box((x, y, z + 0.01), (WINDOW[0], WINDOW[1], 0.06), palette.FRAME_WHITE)
            w, h = PANE[0] / 2, PANE[1] / 2
            glass = palette.lit_glass(rng) if rng.random() < lit else palette.GLASS
            ring = [
                [x + w, y - h, z + 0.05],
                [x - w, y - h, z + 0.05],
                [x - w, y + h, z + 0.05],
                [x + w, y + h, z + 0.05],
            ]
            parts.quad(ring, glass)
    return parts.mesh("building") if len(parts) else None


def annexes(brief: Brief, rng: np.random.Generator, stock: Stock) -> list[Kind]:
    """Low buildings with a roof that leans against the back of a house; their fronts are at the house."""
    found = []
    for _ in range(ANNEXES):
        width, depth, high = (float(rng.uniform(*pair)) for pair in ((2.4, 4.2), (2.2, 4.0), (2.3, 2.8)))
        wall = palette.pick((*palette.PLASTERS[:6], palette.BRICK, palette.LIMEWASH, palette.GREY_WOOD), rng)
        roof = palette.pick((palette.CLAY_TILES, palette.BROWN_TILES, palette.SLATE, palette.ZINC), rng)
        x, z, top = width / 2, depth / 2, high + 0.35 * depth
        parts = Parts()
        parts.quad([[x, -high, z], [-x, -high, z], [-x, 0.3, z], [x, 0.3, z]], wall)
        for side in (-x, x):
            parts.quad([[side, -top, -z], [side, -high, z], [side, 0.3, z], [side, 0.3, -z]], wall)
        slope(parts, [[x + 0.2, -high, z + 0.3], [-x - 0.2, -high, z + 0.3], [-x - 0.2, -top - 0.1, -z],
                      [x + 0.2, -top - 0.1, -z]], roof, palette.BEAM)  # fmt: skip
        parts.box(
            (0.3 * width * float(rng.choice([-1, 1])), -1.0, z), (0.9, 2.0, 0.1), palette.pick(palette.DOOR_PAINTS, rng)
        )
        made = Shell(parts.mesh("building"), width, depth)
        found.append(_kind(made, brief, "house", True, stock))
    return found


def garden_walls(wanted: Behind, brief: Brief, rng: np.random.Generator, stock: Stock) -> list[Kind]:
    """Walls and hedges that run back from a house, about their middles."""
    found = []
    names = wanted.walls or ("brick",)
    for k in range(8):
        deep = float(rng.uniform(*wanted.deep))
        parts = Parts()
        if k < round(8 * wanted.hedges):
            high = float(rng.uniform(*HEDGE_HIGH))
            for z in np.arange(-deep / 2, deep / 2, HEDGE_PIECE):
                tall = high * float(rng.uniform(0.85, 1.1))
                parts.box((float(rng.normal(0, 0.06)), -tall / 2, z + HEDGE_PIECE / 2),
                          (float(rng.uniform(0.7, 1.0)), tall + 0.6, HEDGE_PIECE + 0.1), palette.LEAVES,
                          tint=float(rng.uniform(0.75, 1.1)))  # fmt: skip
            wide, label = 0.9, "plant"
        else:
            high = float(rng.uniform(*PIECE_HIGH))
            parts.box((0, -high / 2 + 0.4, 0), (0.24, high + 0.8, deep), SURFACES[names[k % len(names)]], grain=-2)
            wide, label = 0.3, "wall"
        mesh = parts.mesh(label)
        found.append(Kind(stock.add(mesh, "hedge" if label == "plant" else "wall"), wide, deep))
    return found


def avenue(wanted: Avenue, terrain: Terrain, brief: Brief, rng: np.random.Generator, stock: Stock) -> list[int]:
    """The numbers of the trees along streets; [] where there are to be none."""
    kinds = kinds_of_trees(brief, wanted.kinds)
    grown = greenery.tree_prototypes(site_for(brief, terrain, rng), kinds, 3, wanted.height * brief.size("trees"))
    stock.prototypes += grown
    return list(range(len(stock.prototypes) - len(grown), len(stock.prototypes)))


def thing(name: str, brief: Brief, rng: np.random.Generator, stock: Stock) -> Kind | None:
    """A thing of the catalogue that stands about, such as a church; None where the sentence refuses it."""
    record = brief.catalogue.things.get(name)
    if record is None or not record.make or name in brief.without:
        return None
    wishes = {"rng": rng, "lit": lit_share(brief), "wall": wall_for(brief, rng, name), "brief": brief}
    made = called(record.make, record.file, wishes)
    if hasattr(made, "width"):
        return _kind(made, brief, name, True, stock)
    mesh = as_made(named(made, record)).mesh
    low, high = mesh.bounds
    return Kind(stock.add(mesh, name), float(high[0] - low[0]), float(high[2] - low[2]))


def furniture(item: Put, brief: Brief, rng: np.random.Generator, stock: Stock) -> list[int]:
    """The numbers of the different things of an item that stands along streets; [] where there is to be none."""
    name = item.thing or item.word
    dark = brief.time in DARK_TIMES
    if name in brief.without or (item.times and not set(item.times) & {brief.time, "dark" if dark else "day"}):
        return []
    record = brief.catalogue.things.get(name)
    made_by, file = (item.make, "") if item.make else (record.make, record.file) if record is not None else ("", "")
    if not made_by:
        return []
    found = []
    for _ in range(max(item.vary, 1)):
        wishes: Mapping[str, Any] = {
            "rng": rng, "lit": float(dark and "lamp" not in brief.without), "brief": brief,
            "wall": wall_for(brief, rng, name) if name in brief.painted or name in brief.made_of else None,
        }  # fmt: skip
        one = called(made_by, file, wishes, item.given)
        made: Made = as_made(one if item.make or record is None else named(one, record))
        mesh = replace(dressed(made.mesh, brief, name), instances=None)
        mesh.label = label_of(mesh.label)
        mesh.materials = dimmed(mesh.materials, lamp_share(brief))
        mesh.thing = mesh.thing or name
        found.append(stock.add(mesh, name or "thing"))
    return found
