"""What grows and lies about on land, by layers: trees, shrubs, grass, flowers, stones; each asks the brief what it wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.land import to_polyline
from lucid3d.procedural.mesh import Mesh
from lucid3d.procedural.noise import smoothstep
from lucid3d.procedural.scatter import groups, scatter
from lucid3d.procedural.terrain import Terrain

Floats = NDArray[np.floating]
Where = Callable[[Floats, Floats, Floats, Floats], Floats]
"""(x, z, y, slope) -> 0 to 1."""

KINDS = {
    "pines": "conifer", "birches": "birch", "oaks": "oak", "maples": "maple", "palms": "palm", "willows": "willow",
    "cypresses": "cypress", "cherry_trees": "cherry", "dead_trees": "dead", "bamboo": "bamboo",
}  # fmt: skip
"""Words for trees -> what is grown."""


@dataclass
class Site:
    """A piece of land that things are put on.

    Attributes:
        terrain: the land; water_level: y of the water, or None.
        brief: what was asked for; rng: the generator that everything here draws from.
        path, path_width: kept free of plants.
        clear: metres about the start that stay free of anything taller than grass.
        keep_out: (x, z, radius) circles where something else stands.
        meshes: what has been put there.
    """

    terrain: Terrain
    brief: Any
    rng: np.random.Generator
    water_level: float | None = None
    path: tuple[tuple[float, float], ...] = ()
    path_width: float = 1.6
    clear: float = 2.6
    keep_out: list[tuple[float, float, float]] = field(default_factory=list)
    meshes: list[Mesh] = field(default_factory=list)

    @property
    def season(self) -> Any:
        """The brief's season."""
        return self.brief.season

    @property
    def lush(self) -> float:
        """The brief's factor on how much grows."""
        return float(np.clip(getattr(self.brief, "density", 1.0), 0.3, 2.0))

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
        floor: float = 0.0,
        **options: Any,
    ) -> None:
        """Scatter prototypes by `where`, on free ground, in patches `patch` metres wide (0 = no patches),
        between which a share `floor` of the density remains."""
        if not prototypes:
            return
        field_of = groups(self.rng, patch, contrast) if patch else None

        def density(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
            share = self.free(x, z, y, above_water=above_water, clear=clear) * smoothstep(
                steepest, steepest * 0.7, slope
            )
            if field_of is not None:
                share = share * (floor + (1 - floor) * field_of(x, z))
            if where is not None:
                share = share * where(x, z, y, slope)
            return share

        self.meshes += scatter(self.terrain.rise_over_run, density, prototypes, self.rng, **options)


def tree_prototypes(site: Site, usual: Sequence[str], count: int, height: float) -> list[Any]:
    """Trees of the kinds asked for, or of the usual ones; [] where the sentence says no trees."""
    from lucid3d.procedural import plants
    from lucid3d.procedural.plants import palms

    brief, rng = site.brief, site.rng
    if "trees" in brief.without and not any(brief.wants(word) for word in KINDS):
        return []
    asked = [kind for word, kind in KINDS.items() if brief.wants(word)]
    refused = {kind for word, kind in KINDS.items() if word in brief.without}
    kinds = asked or [
        k for k in usual if k not in refused and not (k in ("spruce", "fir", "pine", "larch") and "conifer" in refused)
    ]
    size = brief.size("trees")
    grown = []
    for i in range(count):
        if not kinds:
            break
        kind = kinds[i % len(kinds)]
        tall = height * size * float(rng.uniform(0.75, 1.25))
        if kind == "conifer":
            kind = ("spruce", "pine", "fir")[i % 3]
        if kind in ("spruce", "fir", "larch", "pine", "cypress"):
            snow = 0.5 if brief.weather == "snow" or site.season == "winter" else 0.0
            grown.append(plants.conifer(rng, kind, tall * 1.25, site.season, snow=snow))
        elif kind == "dead":
            grown.append(plants.dead_tree(rng, tall * 0.8))
        elif kind == "palm":
            grown.append(palms.palm(rng, tall))
        elif kind == "bamboo":
            grown.append(palms.bamboo(rng, tall))
        elif kind == "cherry":
            grown.append(plants.broadleaf(rng, "oak", tall * 0.7, "spring", blossom="cherry"))
        else:
            grown.append(plants.broadleaf(rng, kind, tall, site.season))
    return grown


def grass(
    site: Site, kind: str = "meadow", where: Where | None = None, *, height: float = 0.28, amount: float = 1.0
) -> None:
    """Tufts: dense at one's feet, thinning out; further away the land's own material takes over."""
    from lucid3d.procedural import plants

    if "grass" in site.brief.without or amount <= 0:
        return
    if site.season == "autumn" and kind in ("meadow", "lush", "alpine"):
        kind = "autumn"
    if site.season == "winter" or site.brief.weather == "snow":
        kind, amount = "frost", amount * 0.5
    amount *= site.lush
    rng = site.rng
    tufts = [
        plants.grass_tuft(rng, kind, height * f, 0.1 + 0.08 * f, 26, ears=0.25 if f > 1 else 0.0)
        for f in (0.7, 1.0, 1.3)
    ]
    common = {"where": where, "clear": 0.5, "steepest": 0.9, "tint": 0.16, "hue": 0.07, "floor": 0.45}
    site.put(tufts, per_square_metre=40 * amount, far=6, patch=3.5, sizes=(0.5, 1.5), **common)
    site.put(tufts, per_square_metre=18 * amount, near=6, far=16, patch=5, sizes=(0.7, 1.9), falloff=16, **common)
    site.put(
        tufts,
        per_square_metre=5 * amount,
        near=16,
        far=48,
        patch=9,
        sizes=(1.0, 2.6),
        falloff=26,
        limit=14000,
        **common,
    )


def flowers(site: Site, kinds: Sequence[str], where: Where | None = None, *, amount: float = 1.0) -> None:
    """Flowers in drifts, each kind in its own."""
    from lucid3d.procedural import plants

    if "flowers" in site.brief.without or site.season == "winter" or amount <= 0:
        return
    amount *= site.lush * (1.6 if site.brief.wants("flowers") else 1.0)
    for kind in kinds:
        heads = [plants.flower(site.rng, kind, stems=n) for n in (3, 5)]
        options = {"where": where, "clear": 0.7, "tint": 0.12, "hue": 0.05, "contrast": 1.8}
        site.put(heads, per_square_metre=2.4 * amount, far=14, patch=6, falloff=9, sizes=(0.8, 1.5), **options)
        site.put(
            heads,
            per_square_metre=1.1 * amount,
            near=14,
            far=60,
            patch=14,
            falloff=30,
            sizes=(1.2, 2.6),
            limit=6000,
            **options,
        )


def stones(
    site: Site,
    kind: str = "granite",
    where: Where | None = None,
    *,
    amount: float = 1.0,
    boulders: float = 1.0,
    above_water: float = -0.6,
) -> None:
    """Pebbles at one's feet, stones and boulders further off, their sizes by a power law."""
    from lucid3d.procedural import rocks

    if "rocks" in site.brief.without:
        return
    rng = site.rng
    if site.brief.wants("rocks"):
        boulders *= 1.8
    small = [rocks.pebble(rng, kind=kind) for _ in range(3)]
    large = [rocks.boulder(rng, kind=kind) for _ in range(4)]
    common = {"where": where, "above_water": above_water, "steepest": 1.4}
    site.put(small, per_square_metre=16 * amount, far=5, patch=2.5, clear=0.3, sizes=(0.5, 3.2), power=2.6, **common)
    site.put(
        small, per_square_metre=4 * amount, near=5, far=18, patch=5, sizes=(1.2, 6), power=2.4, falloff=14, **common
    )
    site.put(
        large,
        per_square_metre=0.05 * boulders,
        near=2.4,
        far=30,
        patch=12,
        sizes=(0.16, 1.5),
        power=2.3,
        apart=0.4,
        **common,
    )
    site.put(
        large,
        per_square_metre=0.006 * boulders,
        near=14,
        far=160,
        patch=40,
        sizes=(0.5, 4.5),
        power=2.2,
        apart=1.5,
        limit=900,
        **common,
    )


def forest(
    site: Site,
    prototypes: Sequence[Any],
    where: Where | None = None,
    *,
    spacing: float = 4.5,
    far: float = 320.0,
    near: float = 4.0,
    patch: float = 60.0,
    contrast: float = 1.4,
    limit: int = 1500,
    detail: float = 0.9,
    sizes: tuple[float, float] = (0.55, 1.35),
) -> None:
    """Trees about `spacing` metres apart where `where` is 1, in groups with clearings between."""
    amount = site.lush**0.7
    dense = amount / (spacing * spacing)
    common = {
        "where": where,
        "above_water": 0.5,
        "steepest": 1.1,
        "patch": patch,
        "contrast": contrast,
        "sizes": sizes,
        "power": 1.2,
        "tint": 0.16,
        "hue": 0.06,
    }
    split = min(90.0, far)
    site.put(
        prototypes,
        per_square_metre=dense,
        near=near,
        far=split,
        apart=spacing * 0.62,
        detail=detail,
        clear=near,
        limit=limit,
        **common,
    )
    if far > split:
        site.put(
            prototypes,
            per_square_metre=dense,
            near=split,
            far=far,
            apart=spacing * 0.7,
            detail=detail,
            limit=limit,
            **common,
        )


def shrubs(
    site: Site,
    where: Where | None = None,
    *,
    amount: float = 1.0,
    palette: str = "oak",
    blossom: bool = False,
    near: float = 3.2,
) -> None:
    """Bushes in groups: the edge of a wood, a hedge, a bed."""
    from lucid3d.procedural import plants

    if "bushes" in site.brief.without:
        return
    if site.brief.wants("bushes"):
        amount *= 2
    rng, amount = site.rng, amount * site.lush
    grown = [
        plants.shrub(rng, height, palette, site.season, blossom="cherry" if blossom and i == 1 else None)
        for i, height in enumerate((0.7, 1.1, 1.6))
    ]
    common: dict[str, Any] = {"where": where, "above_water": 0.25, "tint": 0.15, "hue": 0.07, "detail": 0.8}
    site.put(
        grown,
        per_square_metre=0.022 * amount,
        near=near,
        far=32,
        patch=14,
        contrast=1.6,
        apart=0.9,
        sizes=(0.5, 1.4),
        **common,
    )
    site.put(
        grown,
        per_square_metre=0.008 * amount,
        near=32,
        far=220,
        patch=40,
        contrast=1.6,
        apart=1.4,
        sizes=(0.8, 2.2),
        limit=1200,
        **common,
    )


def undergrowth(site: Site, *, ferns: float = 1.0, logs: bool = True, mushrooms: bool = True) -> None:
    """Ferns, fallen trunks, stumps, twigs and mushrooms of a wood's floor."""
    from lucid3d.procedural import plants
    from lucid3d.procedural.plants import litter

    rng, brief = site.rng, site.brief
    if "ferns" not in brief.without and site.season != "winter":
        grown = [plants.fern(rng, size, 9) for size in (0.5, 0.8)]
        amount = ferns * site.lush * (2 if brief.wants("ferns") else 1)
        site.put(
            grown, per_square_metre=0.9 * amount, near=1.0, far=13, patch=5, contrast=1.6, sizes=(0.5, 1.4), tint=0.15
        )
        site.put(
            grown,
            per_square_metre=0.3 * amount,
            near=13,
            far=60,
            patch=9,
            contrast=1.5,
            sizes=(0.8, 1.7),
            falloff=30,
            tint=0.15,
        )
    if logs:
        fallen = [litter.log(rng, float(rng.uniform(1.8, 4)), float(rng.uniform(0.1, 0.26))) for _ in range(2)]
        site.put(
            [*fallen, litter.stump(rng)],
            per_square_metre=0.011,
            near=2.8,
            far=45,
            apart=2.5,
            sizes=(0.6, 1.3),
            clear=2.4,
        )
    site.put([litter.twigs(rng) for _ in range(2)], per_square_metre=1.6, far=9, patch=4, sizes=(0.5, 1.7), clear=0.4)
    if "mushrooms" not in brief.without and (brief.wants("mushrooms") or (mushrooms and site.season == "autumn")):
        glow = 0.5 if brief.mood in ("magical", "dreamy") else 0.0
        many = 3.0 if brief.wants("mushrooms") else 1.0
        kinds = [
            litter.mushroom(rng, 0.12),
            litter.mushroom(rng, 0.16, (0.42, 0.035, 0.02), spots=True, glow=glow),
            litter.mushroom(rng, 0.1, (0.4, 0.3, 0.16), glow=glow),
        ]
        site.put(
            kinds, per_square_metre=0.3 * many, near=0.9, far=15, patch=4, contrast=2.0, sizes=(0.6, 2.2), clear=0.8
        )


def leaf_litter(site: Site, *, amount: float = 1.0) -> None:
    """Fallen leaves that lie on the ground near the viewer."""
    from lucid3d.procedural.plants import litter

    if "leaves" in site.brief.without or site.brief.weather == "snow":
        return
    amount *= 2.0 if site.brief.wants("leaves") else 1.0
    palettes = [litter.litter_for(site.season), "maple" if site.season == "autumn" else "oak"]
    lying = [litter.fallen_leaves(site.rng, palette) for palette in palettes]
    common: dict[str, Any] = {"clear": 0.0, "tint": 0.2, "hue": 0.1, "steepest": 1.2}
    lower = Site(site.terrain, site.brief, site.rng, site.water_level, meshes=site.meshes)  # leaves fall on paths too
    lower.put(lying, per_square_metre=6 * amount, far=6, patch=2.5, sizes=(0.7, 1.5), **common)
    lower.put(lying, per_square_metre=2.2 * amount, near=6, far=22, patch=5, sizes=(0.9, 2.0), falloff=14, **common)


def tropical(site: Site, *, amount: float = 1.0) -> None:
    """Banana plants, agaves and bamboo close by."""
    from lucid3d.procedural.plants import palms

    rng = site.rng
    grown = [palms.banana(rng), palms.banana(rng, 1.6, 7), palms.palm(rng, 2.2, 12, coconuts=False)]
    site.put(
        grown,
        per_square_metre=0.09 * amount * site.lush,
        near=2.4,
        far=34,
        patch=10,
        contrast=1.2,
        apart=0.9,
        sizes=(0.5, 1.5),
        tint=0.15,
    )


def reed_beds(site: Site, *, amount: float = 1.0) -> None:
    """Reeds in shallow water and on its edge."""
    from lucid3d.procedural import plants

    if site.water_level is None or "reeds" in site.brief.without:
        return
    level = site.water_level
    grown = [plants.reeds(site.rng, height, 16, cattails=n) for height, n in ((1.4, 2), (1.9, 3))]

    def edge(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(0.5, 0.1, np.abs(y - level - 0.12))

    amount *= site.lush * (2 if site.brief.wants("reeds") else 1)
    site.put(
        grown,
        edge,
        above_water=-0.7,
        per_square_metre=0.9 * amount,
        near=2.2,
        far=45,
        patch=9,
        contrast=1.5,
        sizes=(0.6, 1.2),
        limit=2500,
    )


def lilies(site: Site, *, amount: float = 1.0) -> None:
    """Patches of lily pads on still water."""
    from lucid3d.procedural.mesh import instances, placement
    from lucid3d.procedural.plants import litter

    if site.water_level is None or "lilies" in site.brief.without:
        return
    rng, level = site.rng, site.water_level
    kinds = [litter.lily_pads(rng, 14, 1.1), litter.lily_pads(rng, 8, 0.7, bloom=False)]
    count = int(26 * amount * (2 if site.brief.wants("lilies") else 1))
    radius, bearing = 3 + 30 * rng.random(count * 4) ** 0.8, rng.uniform(-np.pi, np.pi, count * 4)
    x, z = (radius * np.sin(bearing)).astype(np.float32), (radius * np.cos(bearing)).astype(np.float32)
    deep = site.terrain.height(x, z) - level
    rows = np.flatnonzero((deep > 0.12) & (deep < 1.3))[:count]
    for number, kind in enumerate(kinds):
        mine = rows[number::2]
        if len(mine):
            matrices = [
                placement(
                    (x[i], level - 0.004, z[i]), yaw=float(rng.uniform(0, 6.3)), scale=float(rng.uniform(0.6, 1.3))
                )
                for i in mine
            ]
            site.meshes.append(instances(kind.levels[0], np.array(matrices)))


def desert_plants(site: Site, *, cacti: float = 1.0) -> None:
    """Cacti, agaves and dry tufts in the hollows."""
    from lucid3d.procedural import plants
    from lucid3d.procedural.plants import desert

    rng = site.rng
    tufts = [plants.grass_tuft(rng, "dry", 0.35, 0.14, 30), plants.grass_tuft(rng, "dune", 0.5, 0.16, 26)]
    common: dict[str, Any] = {"steepest": 0.35, "patch": 14, "contrast": 2.2}
    site.put(tufts, per_square_metre=0.35 * site.lush, near=1.5, far=40, sizes=(0.6, 1.6), **common)
    if "cacti" in site.brief.without or cacti <= 0:
        return
    small = [desert.agave(rng), desert.prickly_pear(rng), desert.barrel_cactus(rng)]
    site.put(small, per_square_metre=0.03 * cacti, near=3, far=60, apart=1.2, sizes=(0.6, 1.5), limit=500, **common)
    if cacti > 1:
        tall = [desert.saguaro(rng, 4.5), desert.saguaro(rng, 3.2, 1)]
        site.put(
            tall,
            per_square_metre=0.006 * cacti,
            near=7,
            far=190,
            apart=5,
            sizes=(0.5, 1.4),
            patch=40,
            contrast=1.2,
            steepest=0.4,
            limit=400,
        )


def singles(
    site: Site, meshes: Sequence[Mesh], *, count: int, near: float, far: float, where: Where | None = None
) -> list[tuple[float, float]]:
    """Set a few whole things about on free ground; returns where they stand."""
    from lucid3d.procedural.mesh import placement

    rng = site.rng
    spots: list[tuple[float, float]] = []
    for _ in range(count * 12):
        if len(spots) >= count:
            break
        radius, bearing = float(near + (far - near) * rng.random() ** 0.7), float(rng.uniform(-np.pi, np.pi))
        x, z = np.array([radius * np.sin(bearing)], np.float32), np.array([radius * np.cos(bearing)], np.float32)
        y, slope = site.terrain.rise_over_run(x, z)
        share = site.free(x, z, y) * (1 if where is None else where(x, z, y, slope))
        if rng.random() > float(share[0]) or any(np.hypot(x[0] - a, z[0] - b) < 3 for a, b in spots):
            continue
        spots.append((float(x[0]), float(z[0])))
        mesh = meshes[len(spots) % len(meshes)]
        site.meshes.append(
            mesh.transformed(placement((float(x[0]), float(y[0]), float(z[0])), yaw=float(rng.uniform(0, 6.3))))
        )
        site.keep_out.append((float(x[0]), float(z[0]), 1.5))
    return spots
