"""What stands about an eye in a landscape without end: the start's things, and the tiles around."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.procedural.endless.gentle import GentleLand, reach_of
from lucid3d.procedural.endless.ground import FINEST, GroundTile, Index, Outlook, ground_mesh, ground_tile, tiles_around
from lucid3d.procedural.endless.growth import SIDE, far_woods, goes_on, grow
from lucid3d.procedural.endless.kept import Kept
from lucid3d.procedural.endless.recipe import Settled, settled
from lucid3d.procedural.endless.settlement import Settlement, start_boxes
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.noise import smoothstep
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.sown import Copies, Sown
from lucid3d.procedural.kit.terrain import Heights, Terrain
from lucid3d.procedural.render.shapes import SHAPES
from lucid3d.procedural.render.snowfall import snow_caps
from lucid3d.procedural.world import World

MOST_GROUND = 500
"""Tiles of ground that are held: 0.1 MB each; a look ahead takes 150 to 250."""
MOST_GROWTH = 900
"""Scatterings on a tile that are held: 0.1 MB each at most; a look ahead takes 150 to 300."""
WOODS_FROM = 190.0
"""Metres from an eye up to which woods are trees; from 1.6 times as much they are drawn from above alone."""
TREES_TO = 640.0
"""Metres to which trees outside of woods are drawn."""
SEEN = 260.0
"""Times its own height is the distance to which a thing is drawn: two pixels of a film."""
LAST = 1.2
"""Factor on that distance for the last copies that go; the first go as much sooner."""
SIZES = (0.7, 1.4)
"""Of copies, where a scattering does not say."""
GROWTH_LEVEL = int(math.log2(SIDE / FINEST))
"""Of the tiles of ground that are as large as those of growth."""
MOST_TRIANGLES = 2_500_000
"""Of what grows and of a settlement, in one look: memory and time follow it, be it a desert or a jungle."""
COARSENING = (1.0, 1.4, 2.0, 2.8, 4.0, 8.0, 16.0, 64.0)
"""Factors on the distances that decide levels of detail, tried until that many triangles suffice."""
SPARED = (14.0, 90.0)
"""Metres within which those factors count for nothing, and from which on in full."""
WILD_FROM = (90.0, 180.0)
"""Metres from the start between which what grows in the open becomes as rare as it is in a settlement."""
FIXED_TO = 900.0
"""Metres to which the start's buildings and other single things are drawn."""


class EndlessLand:
    """A world that goes on beyond what stands about its start.

    The land's shape, cover and water, and what was set up about the start, are the world's own. What was scattered goes
    on by tiles that follow from the seed and their index alone; they are made when they are wanted, and the last used
    are kept: memory is bounded however far one goes.
    """

    def __init__(self, world: World) -> None:
        """
        Raises:
            InputError: the world has no land to go on over, or a style that changes shapes about the start.
        """
        place, style = world.bare, getattr(world.brief, "style", "")
        refuse_closed(world)
        if style in SHAPES:
            raise InputError(f"the style '{style}' cuts shapes for one start: leave it out to go on over the land")
        assert place.terrain is not None and world.place.terrain is not None
        self.seed, self.brief = world.seed, world.brief
        self._sky = world.sky_alone()
        self.terrain: Terrain = replace(place.terrain, ground=world.place.terrain.ground, mesh=None)
        standing = {id(mesh) for mesh in place.meshes}
        mine = [c for s in place.sown for c in s.copies if c.meshes and all(id(m) in standing for m in c.meshes)]
        again = {id(mesh) for c in mine for mesh in c.meshes}
        self._start: list[Copies] = [replace(copies, meshes=()) for copies in mine]
        fixed = [_alone(mesh) for mesh in place.meshes if id(mesh) not in again and mesh.triangle_count]
        self._fixed = fixed if world.brief is None else [*fixed, *snow_caps(fixed, world.brief)]
        self._boxes = [mesh.bounds for mesh in fixed]
        self._place = replace(place, meshes=[], terrain=None, sown=[])
        self.settlement = self._settled(place)
        woods = far_woods(self.terrain, place.sown)
        self._sown = [self._outside(replace(s, copies=[])) for s in place.sown if goes_on(s)]
        if self.settlement is not None:
            self._sown += self.settlement.garden_trees(self.terrain)
            woods = None if woods is None else self._outside(woods)
        self._woods = None if woods is None else len(self._sown)
        if woods is not None:
            self._sown.append(woods)
        self.ground: Kept[Index, GroundTile] = Kept(lambda index: ground_tile(self.terrain, index), MOST_GROUND)
        self.growth: Kept[tuple[int, int, int], list[Copies]] = Kept(self._grown, MOST_GROWTH)

    def _settled(self, place: Place) -> Settlement | None:
        """The settlement that goes on, whose land is gentle, and which takes the place of what stands far off."""
        made: Settled | None = None
        if self.brief is not None:
            made = settled(self.brief.record, self.brief.catalogue)
        if made is None:
            return None
        assert place.terrain is not None
        boxes = start_boxes(place, made.until)
        ground = replace(self.terrain.ground, **made.ground)
        gentle = GentleLand(self.terrain.heights, steep=made.steep, reach=reach_of(np.array(boxes).reshape(-1, 4)))
        self.terrain = replace(self.terrain, heights=gentle, ground=ground)
        self._fixed = [mesh for mesh in self._fixed if _away(mesh) < made.until]
        town = Settlement(made, place, self.terrain, self.brief, self.seed)
        self._start = [_settle(copies, place.terrain.heights, town) for copies in self._start]
        if self.terrain.canopy is not None:
            self.terrain = replace(self.terrain, canopy=replace(self.terrain.canopy, clearing=town.wild))
        return town

    def _outside(self, sown: Sown) -> Sown:
        """A scattering that leaves streets and houses free."""
        town = self.settlement
        if town is None:
            return sown

        def density(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
            share = np.asarray(sown.density(x, z, y, slope))
            share = share * (1 - (1 - town.made.wild) * smoothstep(*WILD_FROM, np.hypot(x, z)))
            free = np.zeros(len(x), np.float32)
            some = np.flatnonzero(share > 0)
            free[some] = town.open(x[some], z[some])
            return share * free

        return replace(sown, density=density)

    @property
    def tallest(self) -> float:
        """Metres of the tallest plant that may stand anywhere."""
        heights = [p.height * max(s.look.get("sizes", SIZES)) for s in self._sown for p in s.prototypes]
        return float(max(heights, default=0.0))

    def surface(self, x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.float32]:
        """(N,) y of the ground, of the water over it, or of the top of a building that stands there."""
        ground = self.terrain.heights(np.asarray(x, np.float32), np.asarray(z, np.float32))
        top = np.minimum(ground, np.float32(self.terrain.ground.water_level))
        for low, high in self._boxes:
            inside = (x > low[0]) & (x < high[0]) & (z > low[2]) & (z < high[2])
            top = np.where(inside, np.minimum(top, low[1]), top)
        if self.settlement is not None:
            top = self.settlement.tops(x, z, np.asarray(top, np.float32))
        return np.asarray(top, np.float32)

    def wet(self, x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.bool_]:
        """(N,) whether there is water at points."""
        ground = self.terrain.heights(np.asarray(x, np.float32), np.asarray(z, np.float32))
        return np.asarray(ground > self.terrain.ground.water_level)

    def _grown(self, key: tuple[int, int, int]) -> list[Copies]:
        """The copies of a scattering on a tile, (number, i, j)."""
        number, i, j = key
        return grow(self._sown[number], self.ground((GROWTH_LEVEL, i, j)).height, self.seed, number, i, j)

    def _reach(self, number: int) -> float:
        """Metres to which a scattering is drawn."""
        sown = self._sown[number]
        tallest = max(p.height for p in sown.prototypes) * float(max(sown.look.get("sizes", SIZES)))
        return min(SEEN * tallest, 1.75 * WOODS_FROM if number == self._woods else TREES_TO)

    def around(self, outlook: Outlook) -> World:
        """The world as it is seen from some places that lie together."""
        begin = WOODS_FROM

        def canopy(x: Floats, z: Floats) -> NDArray[np.float32]:
            return smoothstep(begin, 1.6 * begin, outlook.distances(x, z))

        def all_of_it(x: Floats, z: Floats) -> NDArray[np.float32]:
            return np.ones(np.shape(x), np.float32)

        tiles = [self.ground(index) for index in tiles_around(outlook)]
        mesh = ground_mesh(tiles, all_of_it if self._woods is None else canopy)
        seen = [_seen(copies, outlook, TREES_TO) for copies in self._start]
        for number in range(len(self._sown)):
            reach = self._reach(number)
            for i, j in growth_around(outlook, LAST * reach):
                seen += [_seen(copies, outlook, reach) for copies in self.growth((number, i, j))]
        streets: list[Mesh] = []
        if self.settlement is not None:
            copies, streets = self.settlement.around(outlook)
            seen += [_seen(one, outlook, self.settlement.reach) for one in copies]
        meshes = [
            *(m for m in self._fixed if _near(m, outlook)),
            *streets,
            *_within_budget(seen, MOST_TRIANGLES - sum(mesh.triangle_count for mesh in streets)),
        ]
        # A world's tables take the arrays of its meshes over (`render.tables.gather`): what is kept stays by itself.
        meshes = [replace(mesh) for mesh in meshes]
        place = replace(self._place, meshes=meshes, terrain=replace(self.terrain, mesh=mesh))
        return self._sky.with_place(place, brief=self.brief)


def _alone(mesh: Mesh) -> Mesh:
    """A mesh that holds no part of the start's tables (see `render.tables.gather`)."""
    arrays = {name: getattr(mesh, name) for name in ("vertices", "normals", "tints", "uv")}
    own: dict[str, Any] = {name: None if values is None else values.copy() for name, values in arrays.items()}
    return replace(mesh, **own)


def _within_budget(seen: list[tuple[Copies, Floats]], most: int) -> list[Mesh]:
    """The meshes of copies at their distances: as fine as there are triangles to spend, finest where they are near."""
    for factor in COARSENING:
        judged = [(copies, _further(away, factor)) for copies, away in seen if len(copies)]
        if sum(copies.triangles(away) for copies, away in judged) <= most:
            break
    return [mesh for copies, away in judged for mesh in copies.at(away)]


def _further(away: Floats, factor: float) -> Floats:
    """(N,) the metres that levels of detail are chosen by when the world is coarsened by a factor."""
    return np.asarray(away * factor ** np.clip((away - SPARED[0]) / (SPARED[1] - SPARED[0]), 0, 1))


def refuse_closed(world: World) -> None:
    """
    Raises:
        InputError: the world's place has no land to go on over.
    """
    place = world.place
    closed = place.interior or place.terrain is None or place.terrain.mesh is None
    if closed or getattr(getattr(world.brief, "record", None), "sheltered", False):
        label = getattr(getattr(world.brief, "record", None), "label", "this place")
        raise InputError(f'{label} has no land to fly on over: ask for a landscape, as in "a meadow with hills"')


def growth_around(outlook: Outlook, reach: float) -> list[tuple[int, int]]:
    """The tiles of growth within `reach` metres that are seen, in a fixed order."""
    x, z = np.array(outlook.eyes).T
    spans = [range(int((v.min() - reach) // SIDE), int((v.max() + reach) // SIDE) + 1) for v in (x, z)]
    found = []
    for i in spans[0]:
        for j in spans[1]:
            away = outlook.away((i + 0.5) * SIDE, (j + 0.5) * SIDE, SIDE * 0.7072)
            if away is not None and away < reach:
                found.append((i, j))
    return found


def _seen(copies: Copies, outlook: Outlook, reach: float) -> tuple[Copies, Floats]:
    """Those copies that are large enough to be seen, and their metres from the nearest eye. Of those near the limit
    some go sooner than others, so that none of them go all at once."""
    x, z = copies.matrices[:, 0, 3], copies.matrices[:, 2, 3]
    away = outlook.distances(x, z)
    rank = 2 - LAST + 2 * (LAST - 1) * np.modf(np.abs(x * 7.13 + z * 3.71))[0]
    seen = away < np.minimum(SEEN * copies.prototype.height * copies.scales, reach) * rank
    seen &= outlook.sees(x, z)
    return copies[seen], away[seen]


def _settle(copies: Copies, heights: Heights, town: Settlement) -> Copies:
    """Those copies of the start's that stand in no street or house, on the land of the settlement."""
    x, z = copies.matrices[:, 0, 3], copies.matrices[:, 2, 3]
    near = np.hypot(x, z) < WILD_FROM[0]
    rank = np.modf(np.abs(x * 5.31 + z * 9.17))[0]
    share = 1 - (1 - town.made.wild) * smoothstep(*WILD_FROM, np.hypot(x, z))
    kept = copies[near | ((town.open(x, z) > 0) & (rank < share))]
    matrices = kept.matrices.copy()
    x, z = matrices[:, 0, 3], matrices[:, 2, 3]
    matrices[:, 1, 3] += town.terrain.heights(x, z) - heights(x, z)
    return replace(kept, matrices=matrices)


def _away(mesh: Mesh) -> float:
    """Metres from the start to the middle of a mesh."""
    middle = mesh.bounds.mean(axis=0)
    return math.hypot(float(middle[0]), float(middle[2]))


def _near(mesh: Mesh, outlook: Outlook) -> bool:
    low, high = mesh.bounds
    middle, radius = (low + high) / 2, float(np.hypot(*(high - low)[[0, 2]])) / 2
    away = outlook.away(float(middle[0]), float(middle[2]), radius)
    return away is not None and away < FIXED_TO
