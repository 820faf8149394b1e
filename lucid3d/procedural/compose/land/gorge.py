"""A gorge that ends in a wall with a waterfall, and its pool; the craters of a moon; a reef's floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.figures.birds import fish
from lucid3d.procedural.assets.plants.corals import coral
from lucid3d.procedural.compose.dressing import dressed
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.relief import Shape, Start
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, instances, merge, placement
from lucid3d.procedural.kit.noise import noise, smoothstep

WALL_AT, WALL_HIGH = 25.0, 19.0
"""Metres ahead to the wall over which the water falls, and its height."""
LIP = 0.9
"""Of the wall's height, where the water leaps."""
SPRAY = Material("falling water", "plain", ((0.86, 0.9, 0.93),), roughness=1.0, translucency=0.5, variation=0.1)


def gorge(start: Start) -> Shape:
    """The start stands on the bank of a pool; walls to both sides, ahead a ledge that a stream leaps over."""
    seed = start.seed

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        bent = 2.2 * noise(x, z, seed + 1, 17, 4)
        side = np.abs(x) - 17 - 0.05 * np.abs(z) + bent
        head = np.minimum(z - WALL_AT + 0.06 * x * x * 0.2 + 1.2 * bent, 60.0)
        notch = 3.2 * np.exp(-(x**2) / 16.0)  # where the stream has cut the ledge
        inward = np.maximum(side, head)
        tall = np.interp(inward, [-4, 0, 1.5, 3.5, 4.5, 7, 9, 30, 90], [0, 1.2, 8, 10, 15.5, 17, WALL_HIGH, 27, 46])
        tall = tall - np.where(head > -2, notch * smoothstep(2.0, 5.0, tall), 0.0)
        crags = 2.4 * (noise(x, z, seed + 2, 11, 5, kind="ridged") - 0.4) * smoothstep(1.5, 7, tall)
        far = 60 * smoothstep(60, 400, np.hypot(x, z)) * np.maximum(0.2 + noise(x, z, seed + 3, 190, 4), 0)
        return np.asarray(tall + crags * (1 - 0.8 * np.exp(-(x**2) / 9)) + far, np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        behind = np.where(z > 14.5, 0.78, 1.0)  # the pool reaches the foot of the fall
        pool = np.hypot(x * 0.9, (z - 14.5) * behind) + 1.4 * noise(x, z, seed + 4, 7, 3)
        stream = np.abs(x - 5.5 - 2.5 * np.sin(z / 7.0)) + 8 * smoothstep(4, 14, z)
        bed = -1.9 * smoothstep(10.5, 7.0, pool) - 1.0 * smoothstep(3.4, 1.2, stream) * smoothstep(16, 8, z)
        return np.asarray(bed + 0.18 * noise(x, z, seed + 5, 2.6, 4) + 0.3 * noise(x, z, seed + 6, 9, 3), np.float32)

    return Shape(up, near)


def fall(lot: Lot) -> None:
    """The falling water: strands that part and join, foam where it strikes the pool."""
    site, rng = lot.site, lot.site.rng
    level = site.water_level if site.water_level is not None else 2.1
    z = np.arange(14.0, WALL_AT + 12, 0.25, dtype=np.float32)
    y = np.min([site.terrain.height(np.full_like(z, x), z) for x in (-1.3, 0.0, 1.3)], axis=0)
    front = np.minimum.accumulate(y)  # what the water clears: the rock from the pool up to each metre ahead
    lip = int(np.argmax(front <= level - LIP * (level - front[-1])))
    heights = np.linspace(float(front[lip]) - 0.15, level, 28)
    # it leaps off, and is thrown out again by every ledge below
    ahead = np.interp(-heights, -front, z) - 0.35 - 2.4 * np.sqrt(np.linspace(0, 1, len(heights)))
    ahead = np.minimum.accumulate(ahead)
    landing = float(np.interp(ahead[-1], z, y))
    heights = np.minimum(heights, landing - 0.05)
    foot = float(ahead[-1])
    steps = np.linspace(0, 1, len(heights))
    strands, glow = [], []
    for _ in range(420):
        x0 = float(rng.normal(0, 0.95))
        drop = np.stack(
            [x0 * (1 + 0.45 * steps) + 0.14 * np.sin(7 * steps + x0 * 9), heights,
             ahead - abs(float(rng.normal(0, 0.3))) * (0.2 + steps)], 1
        )  # fmt: skip
        wide = float(rng.uniform(0.03, 0.13)) * (0.5 + 1.1 * steps)
        strands.append(_ribbon(drop, wide, float(rng.uniform(0.62, 1.08))))
    for _ in range(420):
        a, r = float(rng.uniform(0, 6.3)), 2.4 * float(rng.random()) ** 0.6
        spot = [1.7 * r * np.cos(a), level - 0.02 - abs(float(rng.normal(0, 0.28))), foot - 0.2 + 0.8 * r * np.sin(a)]
        glow.append(placement(spot, scale=float(rng.uniform(0.06, 0.24))))
    water = merge(strands, "water", one_instance=True)
    water.thing = "waterfall"
    drop_ = Mesh(np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1], [-1, 0, 0], [0, 0, -1], [0, 1, 0]], np.float32),
                 np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 1], [5, 2, 1], [5, 3, 2], [5, 4, 3], [5, 1, 4]]),
                 (SPRAY,), "water").with_smooth_normals()  # fmt: skip
    foam = instances(drop_, glow)
    foam.instances = None
    foam.thing = "waterfall"
    site.meshes += [water, foam]


def _ribbon(line: NDArray[np.float64], wide: NDArray[np.float64], tint: float) -> Mesh:
    """A band along a line that faces -z, a `tint` times as light."""
    left, right = line.copy(), line.copy()
    left[:, 0] -= wide / 2
    right[:, 0] += wide / 2
    count = len(line)
    k = np.arange(count - 1)
    triangles = np.concatenate([np.stack([k, k + 1, k + count], 1), np.stack([k + 1, k + count + 1, k + count], 1)])
    normals = np.broadcast_to(np.array([0, -0.5, -0.87], np.float32), (2 * count, 3)).copy()
    tints = np.full((2 * count, 3), tint, np.float32)
    corners = np.concatenate([left, right]).astype(np.float32)
    return Mesh(corners, triangles, (SPRAY,), "water", normals=normals, tints=tints)


def moon(start: Start) -> Shape:
    """Craters of all sizes, old ones worn, on rolling grey ground; rounded mountains far off."""
    seed = start.seed

    def bowl(r: Floats) -> Floats:
        """The section of a crater: a floor, a rim at 1, ejecta outside."""
        inside = np.clip(r, 0, 1)
        return np.asarray(np.where(r < 1, -0.75 + 1.0 * inside**2.6, 0.25 * np.exp(-((r - 1) * 2.6))))

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        total = 2.2 * noise(x, z, seed + 20, 90, 4)
        for k, (period, deep) in enumerate(((240, 13.0), (95, 5.0), (40, 2.2))):
            cell = noise(x, z, seed + k, period, 1, kind="cells") / 0.3
            kept = noise(x, z, seed + k, period, 1, kind="cell_id") < 0.62
            total = total + deep * bowl(cell) * kept * smoothstep(6, 30, np.hypot(x, z))
        far = smoothstep(900, 3200, np.hypot(x, z)) * 420 * np.maximum(0.25 + noise(x, z, seed + 9, 1100, 4), 0)
        return np.asarray(total + far, np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        total = 0.06 * noise(x, z, seed + 11, 1.4, 4)
        for k, (period, deep) in enumerate(((14, 0.75), (5.2, 0.3), (2.0, 0.1))):
            cell = noise(x, z, seed + 12 + k, period, 1, kind="cells") / 0.26
            kept = noise(x, z, seed + 12 + k, period, 1, kind="cell_id") < 0.55
            total = total + deep * bowl(cell) * kept * smoothstep(1.5, 3.5, np.hypot(x, z))
        return np.asarray(total, np.float32)

    return Shape(up, near)


def reef(lot: Lot) -> None:
    """Corals in banks, sponges and fans between them, schools of fish above, light that plays on all of it."""
    site, rng, brief = lot.site, lot.site.rng, lot.brief
    kinds = [coral(rng, kind) for kind in ("branch", "brain", "fan", "table", "tube", "branch", "soft", "brain") * 2]
    spots: list[list[NDArray[np.float64]]] = [[] for _ in kinds]
    for _ in range(1500):
        r, a = 2.6 + 34 * float(rng.random()) ** 0.8, float(rng.uniform(-np.pi, np.pi))
        x, z = r * np.sin(a), r * np.cos(a)
        bank = float(noise(np.array([x], np.float32), np.array([z], np.float32), lot.start.seed + 3, 11.0, 3)[0])
        if bank < -0.2 + 0.3 * float(rng.random()) or (abs(x) < 0.9 and 0 < z < 4.5):
            continue
        y = float(site.terrain.height(np.array([x], np.float32), np.array([z], np.float32))[0])
        size = float(rng.lognormal(-0.1, 0.4)) * (0.9 + 0.03 * r)
        spot = placement([x, y + 0.05, z], yaw=float(rng.uniform(0, 6.3)), scale=size)
        spots[int(rng.integers(len(kinds)))].append(spot)
    for made, places in zip(kinds, spots, strict=True):
        if places:
            site.meshes.append(instances(made, places, tints=rng.uniform(0.75, 1.2, (len(places), 3))))
    if "fish" in brief.without:
        return
    for _ in range(7):
        one = dressed(fish(rng, float(rng.uniform(0.16, 0.42))), brief, "fish")
        one.label = "animal"
        side, ahead = float(rng.uniform(-4.5, 4.5)), float(rng.uniform(3.2, 10))
        heading = float(rng.uniform(0, 6.3))
        school = [
            placement(np.array([side, -0.4, ahead]) + rng.normal(0, 1, 3) * (1.3, 0.5, 1.1),
                      yaw=heading + float(rng.normal(0, 0.2)), scale=float(rng.uniform(0.8, 1.25)))
            for _ in range(int(rng.integers(6, 16)))
        ]  # fmt: skip
        site.meshes.append(instances(one, school))
