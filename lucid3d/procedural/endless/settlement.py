"""A settlement that goes on: block by block, from the seed and its index alone, and what of it stands about an eye."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land import greenery
from lucid3d.procedural.compose.land.scatter import Height
from lucid3d.procedural.compose.wishes import kinds_of_trees, site_for
from lucid3d.procedural.compose.yard.footprints import Footprint
from lucid3d.procedural.compose.yard.recipe import Put
from lucid3d.procedural.compose.yard.surfaces import SURFACES
from lucid3d.procedural.endless import houses
from lucid3d.procedural.endless.ground import Outlook
from lucid3d.procedural.endless.kept import Kept
from lucid3d.procedural.endless.network import Block, Box, Crossing, Edge, Network, Points, chance, clear_of
from lucid3d.procedural.endless.paving import FAR, NEAR, Detail, crossing_mesh, draped, floor_mesh, street_mesh
from lucid3d.procedural.endless.plots import Ground, Kind, Lot, behind_on, corners_of, rows_on, towers_on
from lucid3d.procedural.endless.recipe import Settled
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.mesh import Mesh, merge
from lucid3d.procedural.kit.noise import smoothstep
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.sown import Copies, Sown
from lucid3d.procedural.kit.terrain import Terrain
from lucid3d.procedural.language.brief import Brief

SETTLED = 0x746F776E
"""For the random choices of blocks."""
HOUSES_TO, FINE_TO = 2200.0, 260.0
"""Metres to which houses and streets are drawn at most, and to which streets with their kerbs."""
MOST_SEEN = 900
"""Blocks in a look, about: where blocks are small, one sees less far."""
LOOK = 0.28
"""Share of all directions that a look takes in."""
FURNITURE_TO = 420.0
"""Metres to which what stands along streets is drawn."""
MOST_BLOCKS = 1500
"""Blocks that are held, 10 kB each: a look takes some 1000."""
MOST_PAVED = 2000
"""Meshes of streets that are held: 30 kB each near by, 6 kB far off."""
DRY = 0.9
"""Metres above the water from which houses and streets stand."""
STEEPEST = 0.22
"""Rise over run of the steepest street."""
UNEVEN = 2.3
"""Metres by which the ground under a house rises and falls at most: its foundation reaches as deep."""
INTO = 0.3
"""Share of that by which a house stands in the slope."""
BRIGHTER, REDDER = 0.09, 0.025
"""Spread of brightness and of hue between two houses of a kind."""
BESIDE_HOUSES = 0.9
"""Metres from a house within which no tree grows."""
ABOUT_ONE = 2.0
"""Metres from a house within which one flies above it."""
TOGETHER = 64
"""Points of a course that are asked about together: they lie near each other."""
MOST_OF_IT = 0.45
"""Share of the start's street from which on what stands along it stands along all of every street."""
ALONG_FROM = 3.0
"""Metres along a street behind the crossing's pavement from which things stand."""
TALL_ENOUGH = 0.45
"""Metres of the smallest thing that is seen from the air."""
OFF_PAVEMENT = 0.4
"""Metres between a tower and the pavements about its block."""
WIDEST = 300.0
"""Metres of the widest floor that is one."""
HOUSE = frozenset({"building", "wall", "road", "path", "bridge", "statue", "lamp"})
"""Labels of what stands at the start where no house or street of the settlement comes."""


@dataclass(frozen=True, eq=False)
class Standing:
    """N copies of prototypes.

    Attributes:
        kinds: (N,) numbers of prototypes; matrices: (N, 4, 4); scales: (N,); tints: (N, 3).
    """

    kinds: NDArray[np.int32]
    matrices: NDArray[np.float32]
    scales: NDArray[np.float32]
    tints: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Built:
    """What stands on a block.

    Attributes:
        houses: H of them; grounds: (H, 6) x and z of their footprints' middles, half their sides, the turn of their x
            axes (see `Footprint`), and y of their tops; park: whether the block is one.
    """

    houses: Standing
    grounds: NDArray[np.float64]
    park: bool


class Settlement:
    """Streets, houses and what stands along them, beyond what the start has."""

    def __init__(self, made: Settled, place: Place, terrain: Terrain, brief: Brief, seed: int) -> None:
        """
        Args:
            place: the start; terrain: the land that the settlement stands on.
        """
        assert made.street is not None
        self.made, self.seed, self.terrain, self.brief = made, seed, terrain, brief
        self._street = made.street
        self._height: Height = terrain.heights
        self.boxes = start_boxes(place, made.until)
        rng = np.random.default_rng([seed, SETTLED])
        self.network = Network(made, seed, place.ways, self.boxes, self._passable)
        self.ways = _paths(terrain)
        self.reach = min(HOUSES_TO, math.sqrt(MOST_SEEN * made.blocks[0] * made.blocks[1] / (LOOK * math.pi)))
        self.own_length = self._street.end - self._street.start
        stock = houses.Stock([])
        self.rows = [(row, houses.houses(row, made.kinds, brief, rng, stock)) for row in made.rows or ()]
        self.towers: list[Kind] = []
        if made.towers is not None:
            self.towers = houses.towers(made.towers, self._tower_sizes(), made.kinds // 2, brief, rng, stock)
        self.landmark = None
        if made.hamlets is not None and made.hamlets.landmark:
            self.landmark = houses.thing(made.hamlets.landmark, brief, rng, stock)
        items = [(item, houses.furniture(item, brief, rng, stock)) for item in made.put if _stands(item)]
        if made.avenue is not None:
            tree = made.avenue
            spots = Put(
                thing="trees", along=(0.0, self.own_length), step=(tree.step, 1.0), off=tree.off, share=tree.share,
                sizes=(0.75, 1.2),
            )  # fmt: skip
            items.append((spots, houses.avenue(tree, terrain, brief, rng, stock)))
        self.annexes, self.garden_walls = [], []
        if made.behind is not None:
            self.annexes = houses.annexes(brief, rng, stock) if made.behind.annexes else []
            self.garden_walls = houses.garden_walls(made.behind, brief, rng, stock)
        self.prototypes = stock.prototypes
        self.along = [(item, n) for item, numbers in items if (n := [k for k in numbers if self._tall(k)])]
        self.furniture: Kept[Crossing, Standing] = Kept(self._furnished, MOST_BLOCKS)
        self.blocks: Kept[Crossing, Built] = Kept(self._built, MOST_BLOCKS)
        self.paved: Kept[tuple[Crossing, bool], Mesh | None] = Kept(self._paved, MOST_PAVED)

    def _tall(self, number: int) -> bool:
        return self.prototypes[number].height >= TALL_ENOUGH

    def _tower_sizes(self) -> list[tuple[float, float]]:
        assert self.made.towers is not None
        wide = 2 * (self.network.half + self.network.pavement)
        across, ahead = (size - wide - 2 * OFF_PAVEMENT for size in self.made.blocks)
        low, high = self.made.towers.cuts
        return [(across, ahead / cuts - self.made.towers.apart) for cuts in range(low, high + 1)]

    def _passable(self, line: Points) -> bool:
        """Whether a street can run along points."""
        y = self._height(line[:, 0], line[:, 1])
        steps = np.hypot(*np.diff(line, axis=0).T)
        level = self.terrain.ground.water_level
        return bool((level - y > DRY).all() and (np.abs(np.diff(y)) < STEEPEST * steps).all())

    def density(self, points: Points) -> NDArray[np.float64]:
        """(N,) share of the lots at points that are built on."""
        made, hamlets = self.made, self.made.hamlets
        if hamlets is None:
            return np.full(len(points), made.built)
        share = smoothstep(hamlets.reach, 0.35 * hamlets.reach, np.hypot(*points.T))
        low, high = points.min(axis=0) - hamlets.reach, points.max(axis=0) + hamlets.reach
        for at in self.network.about((*low.tolist(), *high.tolist())):
            if self.hamlet(at):
                away = np.hypot(*(points - np.array(self.network.crossing(at))).T)
                share = np.maximum(share, smoothstep(hamlets.reach, 0.3 * hamlets.reach, away))
        return np.asarray(made.built * np.maximum(share, hamlets.alone), np.float64)

    def wild(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """Share of the woods that stay at points of any shape: none where it is built up, or would be."""
        if self.made.hamlets is None:
            return np.zeros(np.shape(x), np.float32)
        points = np.stack([np.ravel(x), np.ravel(z)], axis=1).astype(np.float64)
        return np.asarray(1 - np.clip(4 * self.density(points) / self.made.built, 0, 1), np.float32).reshape(
            np.shape(x)
        )

    def hamlet(self, at: Crossing) -> bool:
        """Whether houses stand about a crossing."""
        hamlets = self.made.hamlets
        return hamlets is not None and chance(self.seed, 21, *at) < hamlets.share

    def _is_park(self, at: Crossing) -> bool:
        return self.made.parks > 0 and chance(self.seed, 22, *at) < self.made.parks

    def _built(self, at: Crossing) -> Built:
        """What stands on the block ahead of a crossing to its right, and along the two streets that meet there."""
        block = self.network.block(at)
        rng = np.random.default_rng([self.seed, SETTLED, at[0] & 0xFFFFFFFF, at[1] & 0xFFFFFFFF])
        park = self._is_park(at)
        ground = Ground(block, self._boxes_at(block), self.ways if self._near_start(block) else ())
        lots: list[Lot] = []
        if not park:
            lots += self._landmarks(at, ground)
            if self.made.towers is not None:
                lots += towers_on(ground, self.made.towers, self.towers, self.density, rng)
            rows = rows_on(ground, self.rows, self.density, rng)
            lots += rows
            if self.made.behind is not None:
                lots += behind_on(ground, rows, self.made.behind, self.annexes, self.garden_walls, rng)
        return Built(*self._placed(lots, rng), park)

    def _landmarks(self, at: Crossing, ground: Ground) -> list[Lot]:
        """A church or the like by the crossing of a hamlet."""
        hamlets, kind = self.made.hamlets, self.landmark
        if hamlets is None or kind is None or not self.hamlet(at) or chance(self.seed, 23, *at) >= hamlets.often:
            return []
        edge = ground.block.left
        for s in np.arange(10.0, 60.0, 6.0):
            off = edge.wide + 4.0 + kind.depth / 2
            x, z = edge.at(np.array(s), off).tolist()
            inwards = edge.at(np.array(s), off + 1.0) - (x, z)
            one = Footprint(x, z, kind.width / 2, kind.depth / 2, math.atan2(inwards[0], inwards[1]))
            if ground.open(corners_of(one)).all():
                ground.taken.append(one)
                return [Lot(kind, one)]
        return []

    def _placed(self, lots: Sequence[Lot], rng: np.random.Generator) -> tuple[Standing, NDArray[np.float64]]:
        """The houses on those lots whose ground bears one, and their rows of `Built.grounds`."""
        prints = [lot.ground for lot in lots]
        rows = np.array([(p.x, p.z, p.half_x, p.half_z, p.yaw) for p in prints], np.float64).reshape(-1, 5)
        corners = np.concatenate([np.zeros((0, 2)), *map(corners_of, prints)])
        y = self._height(corners[:, 0], corners[:, 1]).astype(np.float64).reshape(len(lots), 5)
        uneven = y.max(axis=1) - y.min(axis=1)
        bears = (uneven < UNEVEN) & (self.terrain.ground.water_level - y.max(axis=1) > DRY)
        base = (y.min(axis=1) + INTO * uneven)[bears]
        numbers = np.array([lot.kind.number for lot in lots], np.int32)[bears]
        rows = rows[bears]
        standing = _standing(
            numbers, np.column_stack([rows[:, 0], base, rows[:, 1]]), rows[:, 4], np.ones(len(rows)), rng
        )
        tops = base - np.array([self.prototypes[number].height for number in numbers])
        return standing, np.column_stack([rows, tops])

    def _furnished(self, at: Crossing) -> Standing:
        """What stands along the streets that begin at a crossing."""
        block = self.network.block(at)
        rng = np.random.default_rng([self.seed, SETTLED, 2, at[0] & 0xFFFFFFFF, at[1] & 0xFFFFFFFF])
        rows = [
            _row_of(edge, item, numbers, self.own_length, rng)
            for edge in (block.left, block.near) if edge.road for item, numbers in self.along
        ]  # fmt: skip
        found = np.concatenate([np.zeros((0, 6)), *rows])
        free = np.ones(len(found), bool)
        x, z = found[:, 1], found[:, 2]
        for low_x, low_z, high_x, high_z in self._boxes_at(block):
            free &= ~((x > low_x) & (x < high_x) & (z > low_z) & (z < high_z))
        if self.made.hamlets is not None and len(found):
            free &= self.density(found[:, 1:3]) > 0.3 * self.made.built
        found = found[free]
        y = self._height(found[:, 1], found[:, 2]) - found[:, 5]
        feet = np.column_stack([found[:, 1], y, found[:, 2]])
        return _standing(found[:, 0].astype(np.int32), feet, found[:, 3], found[:, 4], rng)

    def _ends(self, at: Crossing, ahead: bool) -> tuple[float, float]:
        """Half the widths of the streets that cross one at its two ends."""
        i, j = at
        network = self.network
        far = (i, j + 1) if ahead else (i + 1, j)
        found = []
        for x, z in (at, far):
            crossing = (network.across((x, z)), network.across((x - 1, z))) if ahead else (
                network.ahead((x, z)), network.ahead((x, z - 1)))  # fmt: skip
            found.append(max(edge.half if edge.road else 0.0 for edge in crossing))
        return found[0], found[1]

    def _boxes_at(self, block: Block) -> list[Box]:
        """What of the start stands on a block."""
        low_x, low_z, high_x, high_z = block.box
        return [b for b in self.boxes if b[0] < high_x and b[2] > low_x and b[1] < high_z and b[3] > low_z]

    def _paved(self, key: tuple[Crossing, bool]) -> Mesh | None:
        """The two streets that begin at a crossing, the crossing, and the floor of its block."""
        at, fine = key
        detail: Detail = NEAR if fine else FAR
        block, network = self.network.block(at), self.network
        made: list[Mesh] = []
        for edge in (block.left, block.near):
            if edge.road:
                made += street_mesh(edge, self._street, detail, self._ends(at, edge is block.left))
        meeting = [block.left, block.near, network.ahead((at[0], at[1] - 1)), network.across((at[0] - 1, at[1]))]
        spot = np.array(network.crossing(at))
        if at not in network.ways:
            made += crossing_mesh(spot, meeting, self._street, detail)
        if self.made.floor and not self._is_park(at) and not self._boxes_at(block):
            made.append(floor_mesh(block, SURFACES[self.made.floor], detail))
        return draped(made, self._height)

    def _near_start(self, block: Block) -> bool:
        """Whether the paths of the start may come through a block."""
        low_x, low_z, high_x, high_z = block.box
        return any(
            (edge.line.min(axis=0) < (high_x, high_z)).all() and (edge.line.max(axis=0) > (low_x, low_z)).all()
            for edge in self.ways
        )

    def around(self, outlook: Outlook) -> tuple[list[Copies], list[Mesh]]:
        """What is seen from some places: copies, not yet judged by distance, and the meshes of streets."""
        found: list[Standing] = []
        near: list[Mesh] = []
        far: list[Mesh] = []
        for at, away in self._seen(outlook, self.reach):
            found.append(self.blocks(at).houses)
            if away < FURNITURE_TO:
                found.append(self.furniture(at))
            mesh = self.paved((at, away < FINE_TO))
            if mesh is not None:
                (near if away < FINE_TO else far).append(mesh)
        streets = [merge(meshes, "road", one_instance=True) for meshes in (near, far) if meshes]
        return self._copies(found), streets

    def _copies(self, found: Sequence[Standing]) -> list[Copies]:
        if not found:
            return []
        kinds, matrices, scales, tints = (
            np.concatenate([getattr(one, name) for one in found]) for name in ("kinds", "matrices", "scales", "tints")
        )
        copies = []
        for number in np.unique(kinds):
            mine = kinds == number
            copies.append(Copies(self.prototypes[number], matrices[mine], scales[mine], tints[mine]))
        return copies

    def _seen(self, outlook: Outlook, reach: float) -> Iterator[tuple[Crossing, float]]:
        """The blocks that are seen within `reach`, and their distances."""
        x, z = np.array(outlook.eyes).T
        box = (float(x.min() - reach), float(z.min() - reach), float(x.max() + reach), float(z.max() + reach))
        radius = 0.75 * math.hypot(*self.made.blocks)
        for at in self.network.about(box):
            spot = self.network.crossing(at)
            away = outlook.away(spot[0] + self.made.blocks[0] / 2, spot[1] + self.made.blocks[1] / 2, radius)
            if away is not None and away < reach:
                yield at, away

    def open(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """(N,) 1 where something may grow, 0 in streets and houses."""
        return self._open(np.asarray(x, np.float64), np.asarray(z, np.float64))[0]

    def parks(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """(N,) 1 in open ground of blocks that are parks, 0 elsewhere."""
        return np.asarray(np.multiply(*self._open(np.asarray(x, np.float64), np.asarray(z, np.float64))), np.float32)

    def _open(self, x: NDArray[np.float64], z: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(N,) where something may grow, and where parks are."""
        free, park = np.ones(len(x), bool), np.zeros(len(x), bool)
        if not len(x):
            return free.astype(np.float32), park.astype(np.float32)
        points = np.stack([x, z], axis=1)
        for at in self.network.about((*points.min(axis=0).tolist(), *points.max(axis=0).tolist())):
            block = self.network.block(at)
            low_x, low_z, high_x, high_z = block.box
            wide = max(edge.wide for edge in block.edges)
            mine = (x > low_x - wide) & (x < high_x + wide) & (z > low_z - wide) & (z < high_z + wide)
            if not mine.any():
                continue
            where = np.flatnonzero(mine)
            for edge in (block.left, block.near):
                if edge.road:
                    free[where] &= clear_of(points[where], edge) > edge.wide + 0.4
            built = self.blocks(at)
            if built.park:
                park[where] |= block.inside(points[where])
            free[where] &= ~_over(built.grounds, points[where], BESIDE_HOUSES).any(axis=1)
        return free.astype(np.float32), park.astype(np.float32)

    def tops(self, x: NDArray[np.floating], z: NDArray[np.floating], y: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N,) y of the tops of houses at points, `y` where none stands."""
        top = y.astype(np.float32).copy()
        for first in range(0, len(top), TOGETHER):
            part = slice(first, first + TOGETHER)
            points = np.stack([x[part], z[part]], axis=1).astype(np.float64)
            for at in self.network.about((*points.min(axis=0).tolist(), *points.max(axis=0).tolist())):
                grounds = self.blocks(at).grounds
                over = _over(grounds, points, ABOUT_ONE)
                high = np.where(over, grounds[:, 5], np.inf).min(axis=1, initial=np.inf)
                top[part] = np.minimum(top[part], high)
        return top

    def garden_trees(self, site_terrain: Terrain) -> list[Sown]:
        """The trees of gardens and parks, to be scattered over the land."""
        wanted, brief = self.made.trees, self.brief
        if wanted is None:
            return []
        rng = np.random.default_rng([self.seed, SETTLED, 1])
        site = site_for(brief, site_terrain, rng)
        kinds = kinds_of_trees(brief, wanted.kinds)
        grown = greenery.tree_prototypes(site, kinds, 4, wanted.height * brief.size("trees"))
        if not grown:
            return []
        begin = 0.0

        def density(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
            free, park = self._open(np.asarray(x, np.float64), np.asarray(z, np.float64))
            blocked = np.zeros(len(x), bool)
            for low_x, low_z, high_x, high_z in self.boxes:
                blocked |= (x > low_x - 1) & (x < high_x + 1) & (z > low_z - 1) & (z < high_z + 1)
            wet = terrain_level - y < DRY
            share = np.where(park > 0, 1.0, 1.0 / wanted.park)
            if self.made.hamlets is not None:
                share = share * np.clip(self.density(np.stack([x, z], axis=1).astype(np.float64)), 0.02, 1)
            return np.asarray(free * share * ~blocked * ~wet, np.float32)

        terrain_level = self.terrain.ground.water_level
        rate = wanted.rate * wanted.park
        look = {"sizes": (0.6, 1.25), "lean": 0.03, "detail": 0.7}
        return [Sown(grown, density, rate, begin, begin, 0.0, 1.0, wanted.apart, look)]


def _stands(item: Put) -> bool:
    """Whether an item of a street stands on it, and does not hang over it."""
    return item.along is not None and not item.asked and not (item.mount and item.up > 0.1)


def _over(grounds: NDArray[np.float64], points: Points, margin: float) -> NDArray[np.bool_]:
    """(N, H) whether points lie on footprints, or within `margin` metres of them."""
    off_x, off_z = (points[:, None, axis] - grounds[:, axis] for axis in (0, 1))
    c, s = np.cos(grounds[:, 4]), np.sin(grounds[:, 4])
    across, deep = np.abs(off_x * c - off_z * s), np.abs(off_x * s + off_z * c)
    return np.asarray((across < grounds[:, 2] + margin) & (deep < grounds[:, 3] + margin))


def _standing(
    numbers: NDArray[np.int32], feet: NDArray[np.float64], yaws: NDArray[np.float64], scales: NDArray[np.float64],
    rng: np.random.Generator,
) -> Standing:  # fmt: skip
    """Copies of prototypes at `feet` (N, 3), turned and scaled, each of its own brightness."""
    count = len(numbers)
    matrices = np.zeros((count, 4, 4), np.float32)
    c, s = scales * np.cos(yaws), scales * np.sin(yaws)  # as `mesh.placement` has it
    matrices[:, 0, 0], matrices[:, 0, 2], matrices[:, 2, 0], matrices[:, 2, 2] = c, s, -s, c
    matrices[:, 1, 1], matrices[:, 3, 3] = scales, 1
    matrices[:, :3, 3] = feet
    tints = np.exp(rng.normal(0, BRIGHTER, (count, 1)) + rng.normal(0, REDDER, (count, 3)))
    return Standing(numbers, matrices, scales.astype(np.float32), tints.astype(np.float32))


def _row_of(edge: Edge, item: Put, numbers: Sequence[int], own: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """(N, 6) prototype, x, z, yaw, scale and metres above the ground of each thing of an item along a street. What
    takes up a part of the start's street, `own` metres long, takes up as much of the others, somewhere along them."""
    begin = edge.wide * 1.3 + ALONG_FROM
    assert item.along is not None
    stretch, end = item.along[1] - item.along[0], edge.length - begin
    if stretch < MOST_OF_IT * own:
        if rng.random() >= (end - begin) / own:
            return np.zeros((0, 6))
        begin += float(rng.uniform(0, max(end - begin - stretch, 0.0)))
        end = min(end, begin + stretch)
    s = np.arange(begin + rng.uniform(0, min(item.step[0], max(end - begin, 0.0))), end, item.step[0])
    count = len(s)
    if item.side == "both":
        s, side = np.repeat(s, 2), np.tile([-1.0, 1.0], count)
    elif item.side == "turns":
        side = np.where(np.arange(count) % 2, 1.0, -1.0)
    elif item.side == "either":
        side = rng.choice([-1.0, 1.0], count)
    else:
        side = np.full(count, 1.0 if item.side == "right" else -1.0)
    there = rng.random(len(s)) < item.share
    s, side = s[there], side[there]
    right = edge.right(s)
    spots = edge.at(s, side * item.off * edge.broad)
    across = np.arctan2(right[:, 0], right[:, 1]) + np.where(side < 0, math.pi, 0.0)
    heading = np.arctan2(right[:, 0], right[:, 1]) - math.pi / 2
    yaw = {"along": heading + math.pi, "across": across, "in": across, "out": across + math.pi}.get(
        item.face, rng.uniform(0, 2 * math.pi, len(s))
    )
    return np.column_stack([
        rng.choice(numbers, len(s)), spots, yaw + item.turn, rng.uniform(*item.sizes, len(s)), np.full(len(s), item.up),
    ])  # fmt: skip


def start_boxes(place: Place, until: float) -> list[Box]:
    """Boxes about what stands at the start, where no house or street of the settlement comes."""
    found = []
    for mesh in place.meshes:
        if mesh.label not in HOUSE or not mesh.triangle_count:
            continue
        corners = mesh.vertices
        if mesh.instances is not None and mesh.instances.max(initial=0) > 0:
            continue  # many small things
        low, high = corners.min(axis=0), corners.max(axis=0)
        if (high - low)[[0, 2]].min() > WIDEST:
            continue  # streets of many blocks: what stands between them counts
        if math.hypot(*(0.5 * (low + high))[[0, 2]].tolist()) < until:
            found.append((float(low[0]), float(low[2]), float(high[0]), float(high[2])))
    return found


def _paths(terrain: Terrain) -> tuple[Edge, ...]:
    """The path that is drawn on the land, as a street for houses to keep off."""
    ground = terrain.ground
    if len(ground.path) < 2:
        return ()
    return (Edge(np.array(ground.path, np.float64), ground.path_width / 2, 0.5, 1.0, True),)
