"""A piece of land that things are put on: what is free, how steep it is, which objects are on it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land.relief import to_polyline
from lucid3d.procedural.compose.land.scatter import groups, scatter
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.noise import smoothstep
from lucid3d.procedural.kit.place import Path
from lucid3d.procedural.kit.prototype import Season
from lucid3d.procedural.kit.sown import Sown
from lucid3d.procedural.kit.terrain import Terrain

Where = Callable[[Floats, Floats, Floats, Floats], Floats]
"""(x, z, y, slope) -> 0 to 1."""


LOOSE_STONES = ("boulder", "pebble", "scree")
"""Names of the prototypes that a place without rocks does without."""


@dataclass(frozen=True)
class Conditions:
    """What decides how everything grows in a place, said once.

    Attributes:
        season: of the year; snowed_in: snow lies on the ground; in_bloom: trees and shrubs blossom; wet: rain on all.
        lush: factor on how much grows; stones: whether loose stones lie about; grass: whether grass grows.
    """

    season: Season = "summer"
    snowed_in: bool = False
    in_bloom: bool = True
    wet: bool = False
    lush: float = 1.0
    stones: bool = True
    grass: bool = True


@dataclass(frozen=True)
class Ring:
    """How thickly something lies or grows between two distances from the start.

    Attributes:
        density: copies a square metre; near, far: metres from the start.
        patch: metres across a patch (see `Site.put`); sizes: from the smallest to the largest factor on a copy's size.
        options: further ones of `Site.put`.
    """

    density: float
    near: float | None
    far: float
    patch: float
    sizes: tuple[float, float]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Site:
    """A piece of land that things are put on.

    Attributes:
        terrain: the land; water_level: y of the water, or None.
        rng: the generator that everything here draws from.
        conditions: how things grow here.
        path, path_width: kept free of plants.
        clear: metres about the start that stay free of anything taller than grass.
        keep_out: (x, z, radius) circles where something else stands.
        paved: (x, z) -> where nothing grows, though things may stand there; None = nowhere.
        vantage: (x, z) of level ground where a building that is asked for is seen best, or None.
        meshes: what has been put there.
        brief: for the things that a sentence names, which are set up by `compose.extras`.
        sown: what was scattered, in order.
    """

    terrain: Terrain
    rng: np.random.Generator
    conditions: Conditions = field(default_factory=Conditions)
    water_level: float | None = None
    path: Path = ()
    path_width: float = 1.6
    clear: float = 2.6
    keep_out: list[tuple[float, float, float]] = field(default_factory=list)
    paved: Callable[[Floats, Floats], NDArray[np.bool_]] | None = None
    vantage: tuple[float, float] | None = None
    meshes: list[Mesh] = field(default_factory=list)
    brief: Any = None
    sown: list[Sown] = field(default_factory=list)

    @property
    def season(self) -> Season:
        """The season in which everything here grows."""
        return self.conditions.season

    @property
    def lush(self) -> float:
        """The factor on how much grows."""
        return self.conditions.lush

    def free(self, x: Floats, z: Floats, y: Floats, *, above_water: float = 0.15, clear: float | None = None) -> Floats:
        """1 where something may stand, 0 in water, on the path, at the start and where something else stands."""
        ok = np.ones(np.shape(x), np.float32)
        if self.water_level is not None:
            ok *= (self.water_level - y > above_water).astype(np.float32)
        if self.path:
            wide = self.path_width * 0.5
            ok *= smoothstep(wide * 0.8, wide * 1.5, to_polyline(x, z, self.path))
        keep = self.clear if clear is None else clear
        if keep > 0:
            ok *= (np.hypot(x, z) > keep).astype(np.float32)
        for cx, cz, radius in self.keep_out:
            ok *= (np.hypot(x - cx, z - cz) > radius).astype(np.float32)
        return ok

    def put(
        self,
        prototypes: Sequence[Any],
        where: Where | None = None,
        *,
        above_water: float = 0.15,
        clear: float | None = None,
        steepest: float = 0.8,
        patch: float = 0.0,
        contrast: float = 1.0,
        middle: float = 0.5,
        floor: float = 0.0,
        **options: Any,
    ) -> None:
        """Scatter prototypes by `where`, on free ground, in patches `patch` metres wide (0 = no patches; see
        `scatter.groups` for `contrast` and `middle`), between which a share `floor` of the density remains."""
        if not prototypes or (not self.conditions.stones and prototypes[0].name in LOOSE_STONES):
            return
        field_of = groups(self.rng, patch, contrast, middle) if patch else None

        def density(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
            share = self.free(x, z, y, above_water=above_water, clear=clear) * smoothstep(
                steepest, steepest * 0.7, slope
            )
            if self.paved is not None:
                share = share * ~self.paved(x, z)
            if field_of is not None:
                share = share * (floor + (1 - floor) * field_of(x, z))
            if where is not None:
                share = share * where(x, z, y, slope)
            return share

        self.meshes += scatter(
            self.terrain.rise_over_run,
            density,
            prototypes,
            self.rng,
            sown=self.sown,
            height=self.terrain.height,
            **options,
        )

    def put_rings(
        self, prototypes: Sequence[Any], where: Where | None, rings: Sequence[Ring], amount: float, **options: Any
    ) -> None:
        """`put` prototypes ring by ring, `amount` times as thickly as the rings say."""
        for ring in rings:
            near = {} if ring.near is None else {"near": ring.near}
            density = ring.density * amount
            self.put(
                prototypes, where, per_square_metre=density, far=ring.far, patch=ring.patch, sizes=ring.sizes,
                **near, **{**options, **ring.options},
            )  # fmt: skip
