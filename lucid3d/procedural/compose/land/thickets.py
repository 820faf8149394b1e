"""Shrubs, undergrowth, litter, reeds, desert plants and single things on a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lucid3d.procedural.assets import plants
from lucid3d.procedural.assets.plants import desert, litter, palms
from lucid3d.procedural.assets.plants.foliage import leaf_material, mixed
from lucid3d.procedural.assets.plants.palettes import LEAVES
from lucid3d.procedural.compose.land.site import Ring, Site, Where
from lucid3d.procedural.kit.arrays import KITE, Floats, f32, leaves, unit
from lucid3d.procedural.kit.mesh import Mesh, instances, placement
from lucid3d.procedural.kit.noise import smoothstep
from lucid3d.procedural.kit.prototype import solid

FERNS = (
    Ring(0.9, 1.0, 13, 5, (0.5, 1.4), {"contrast": 1.6}),
    Ring(0.3, 13, 60, 9, (0.8, 1.7), {"contrast": 1.5, "falloff": 30}),
)
LITTER = (Ring(6, None, 6, 2.5, (0.7, 1.5)), Ring(2.2, 6, 22, 5, (0.9, 2.0), {"falloff": 14}))


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
    rng, amount = site.rng, amount * site.lush
    blossom = blossom and site.conditions.in_bloom
    grown = [
        plants.shrub(rng, height, palette, site.season, blossom="cherry" if blossom and i == 1 else None)
        for i, height in enumerate((0.7, 1.1, 1.6))
    ]
    rings = (
        Ring(0.022, near, 32, 14, (0.5, 1.4), {"apart": 0.9}),
        Ring(0.008, 32, 220, 40, (0.8, 2.2), {"apart": 1.4, "limit": 1200}),
    )
    site.put_rings(grown, where, rings, amount, contrast=1.6, above_water=0.25, tint=0.15, hue=0.07, detail=0.8)


def hedges(site: Site, *lines: tuple[tuple[float, float], ...], height: float = 1.1, width: float = 0.8) -> None:
    """Clipped hedges along polylines of (x, z): a leafy skin over an even block, cut where a path goes through."""
    rng = site.rng
    for line in lines:
        corners = np.asarray(line, np.float64)
        steps = np.hypot(*np.diff(corners, axis=0).T)
        count = int(900 * steps.sum())
        piece = rng.choice(len(steps), count, p=steps / steps.sum())
        along = rng.random(count)
        way = np.diff(corners, axis=0)[piece] / steps[piece, None]
        across = np.stack([way[:, 1], -way[:, 0]], axis=1)
        # Points on the two sides and the top of the block, in proportion to their areas.
        place = rng.uniform(-1, 1, count) * (height + 0.5 * width)
        top = np.abs(place) < 0.5 * width
        off = np.where(top, place, 0.5 * width * np.sign(place)) + rng.normal(0, 0.03, count)
        up = np.where(top, height, np.abs(place) - 0.5 * width) + rng.normal(0, 0.03, count)
        ground = corners[piece] + np.diff(corners, axis=0)[piece] * along[:, None] + across * off[:, None]
        x, z = ground[:, 0].astype(np.float32), ground[:, 1].astype(np.float32)
        y = site.terrain.height(x, z)
        kept = np.flatnonzero(site.free(x, z, y, clear=2.0) > 0.5)
        out = np.stack([across[:, 0] * np.sign(off), np.where(top, -2.0, -0.15), across[:, 1] * np.sign(off)], axis=1)
        axes = unit(rng.normal(0, 1, (count, 3)) + 0.5 * out)[kept]
        feet = f32(np.stack([x, y - up, z], axis=1))[kept]
        size = (0.075 * np.exp(rng.normal(0, 0.25, len(kept)))).astype(np.float32)
        tone = mixed(np.asarray(LEAVES["oak"]["summer"]), len(kept), rng) * (0.55 + 0.45 * up[kept, None] / height)
        skin = leaves(feet, axes, unit(out)[kept], size, size * 0.75, KITE, f32(tone), unit(out)[kept])
        site.meshes.append(solid([(skin, leaf_material("box", [LEAVES["oak"]["summer"][0]]))], "shrub"))


def undergrowth(
    site: Site, *, ferns: float = 1.0, logs: bool = True, mushrooms: float = 0.0, glow: float = 0.0
) -> None:
    """Ferns, fallen trunks, stumps, twigs and (glowing) mushrooms of a wood's floor."""
    rng, snow = site.rng, site.conditions.snowed_in
    if ferns > 0:
        grown = [plants.fern(rng, size, 9) for size in (0.5, 0.8)]
        site.put_rings(grown, None, FERNS, ferns * site.lush, tint=0.15)
    if logs:
        moss = 0.05 if snow else 0.4
        fallen = [
            litter.log(rng, float(rng.uniform(1.8, 4)), float(rng.uniform(0.1, 0.26)), moss=moss) for _ in range(2)
        ]

        def even(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
            """1 where the ground lies in one plane as far as a log reaches, so that both its ends touch it."""
            h, reach = site.terrain.height, 1.5
            along = [h(x + reach * a, z + reach * b) for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))]
            bent = np.maximum(np.abs(along[0] + along[1] - 2 * y), np.abs(along[2] + along[3] - 2 * y)) / 2
            fall = np.hypot(along[0] - along[1], along[2] - along[3]) / (2 * reach)
            return np.asarray((bent < 0.09) & (np.abs(fall - slope) < 0.08), np.float32)

        common: dict[str, Any] = {"near": 2.8, "far": 45, "apart": 2.5, "sizes": (0.6, 1.3), "clear": 2.4}
        site.put(fallen, even, per_square_metre=0.016, **common)
        site.put([litter.stump(rng)], per_square_metre=0.004, **common)
    twigs = 0.2 if snow else 1.6
    site.put([litter.twigs(rng) for _ in range(2)], per_square_metre=twigs, far=9, patch=4, sizes=(0.5, 1.7), clear=0.4)
    if mushrooms > 0:
        kinds = [
            litter.mushroom(rng, 0.12),
            litter.mushroom(rng, 0.16, (0.42, 0.035, 0.02), spots=True, glow=glow),
            litter.mushroom(rng, 0.1, (0.4, 0.3, 0.16), glow=glow),
        ]
        site.put(
            kinds,
            per_square_metre=0.3 * mushrooms,
            near=0.9,
            far=15,
            patch=4,
            contrast=2.0,
            sizes=(0.6, 2.2),
            clear=0.8,
        )


def leaf_litter(site: Site, *, amount: float = 1.0) -> None:
    """Fallen leaves that lie on the ground near the viewer."""
    palettes = [litter.litter_for(site.season)] * 2
    lying = [litter.fallen_leaves(site.rng, palette) for palette in palettes]
    lower = replace(site, path=(), keep_out=[])  # leaves fall on paths too
    lower.put_rings(lying, None, LITTER, amount, clear=0.0, tint=0.2, hue=0.1, steepest=1.2)


def tropical(site: Site, *, amount: float = 1.0) -> None:
    """Banana plants, agaves and bamboo close by."""
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
    if site.water_level is None:
        return
    level = site.water_level
    grown = [plants.reeds(site.rng, height, 16, cattails=n) for height, n in ((1.4, 2), (1.9, 3))]

    def edge(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(0.5, 0.1, np.abs(y - level - 0.12))

    amount *= site.lush
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
    if site.water_level is None:
        return
    rng, level = site.rng, site.water_level
    kinds = [litter.lily_pads(rng, 14, 1.1), litter.lily_pads(rng, 8, 0.7, bloom=False)]
    count = int(26 * amount)
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


def cacti(site: Site, *, amount: float = 1.0) -> None:
    """Agaves, prickly pears and barrel cacti, and where there are many, tall ones."""
    rng = site.rng
    common: dict[str, Any] = {"steepest": 0.35, "patch": 14, "contrast": 2.2}
    small = [desert.agave(rng), desert.prickly_pear(rng), desert.barrel_cactus(rng)]
    site.put(small, per_square_metre=0.03 * amount, near=3, far=60, apart=1.2, sizes=(0.6, 1.5), limit=500, **common)
    if amount > 1:
        tall = [desert.saguaro(rng, 4.5), desert.saguaro(rng, 3.2, 1)]
        site.put(
            tall,
            per_square_metre=0.006 * amount,
            near=7,
            far=190,
            apart=5,
            sizes=(0.5, 1.4),
            patch=40,
            contrast=1.2,
            steepest=0.4,
            limit=400,
        )


IN_VIEW = 0.5
"""Radians to either side of straight ahead within which a thing is whole in the first view."""


TRIES = 40
"""Places that are looked at for each of some single things before there is no room for more."""


def singles(
    site: Site,
    meshes: Sequence[Mesh],
    *,
    count: int,
    near: float,
    far: float,
    where: Where | None = None,
    in_view: bool = False,
) -> list[tuple[float, float]]:
    """Set a few whole things about on free ground; returns where they stand. With `in_view` the first of them stands
    ahead, where it is seen from the start, if there is a place for it."""
    rng = site.rng
    spots: list[tuple[float, float]] = []
    tries = 60 if in_view else 0
    for i in range(tries + count * TRIES):
        if len(spots) >= count:
            break
        aside = IN_VIEW if i < tries and not spots else np.pi
        radius, bearing = float(near + (far - near) * rng.random() ** 0.7), float(rng.uniform(-aside, aside))
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
