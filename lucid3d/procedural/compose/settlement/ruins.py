"""Ruins: a temple's stump on its steps, columns standing, broken and fallen, arches, walls, rubble, grass."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import rocks
from lucid3d.procedural.assets.plants import shrub
from lucid3d.procedural.compose.land import greenery, recipe
from lucid3d.procedural.compose.land.planting import plant
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.compose.settlement.composer import settle
from lucid3d.procedural.compose.settlement.context import ground_y, wall_for, weathered_ground
from lucid3d.procedural.compose.settlement.overgrown import climbers, grass_between, worn_way
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement, rotation_x, rotation_y, rotation_z
from lucid3d.procedural.kit.noise import noise
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube
from lucid3d.procedural.language.brief import Brief

SUNK = 0.05
"""Metres that things have sunk into the ground."""
FLUTES = 20
"""Grooves of a Doric shaft."""


def drum(
    radius: float, top_radius: float, height: float, stone: Material, rng: np.random.Generator, *, broken: float = 0.0
) -> Mesh:
    """A fluted length of a shaft from y = 0 up; `broken` metres of ragged break at its upper end."""
    around, rings = FLUTES * 4, 5
    angle = np.linspace(0, 2 * np.pi, around + 1)
    flute = 1 - 0.055 * np.abs(np.sin(angle * FLUTES / 2)) ** 0.8
    levels = np.linspace(0, 1, rings)
    ragged = np.zeros(around + 1)
    if broken:
        slant = rng.uniform(0, 2 * np.pi)
        ragged = broken * (0.5 + 0.5 * np.cos(angle - slant)) + 0.3 * broken * np.interp(
            angle, np.linspace(0, 2 * np.pi, 13), [*(w := rng.random(12)), w[0]]
        )
    vertices, uv = [], []
    for f in levels:
        r = (radius + (top_radius - radius) * f) * flute
        y = -(height * f - ragged * f)
        vertices.append(np.stack([r * np.cos(angle), y, r * np.sin(angle)], 1))
        uv.append(np.stack([angle * radius, y], 1))
    top_centre = vertices[-1].mean(axis=0) + np.array([0, 0.12 * broken, 0])
    vertices += [top_centre[None], np.array([[0, 0, 0]])]
    uv += [np.zeros((1, 2)), np.zeros((1, 2))]
    index = np.arange(rings * (around + 1)).reshape(rings, around + 1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    top = index[-1]
    hub, base = rings * (around + 1), rings * (around + 1) + 1
    triangles = np.concatenate(
        [
            np.stack([a, c, b], -1).reshape(-1, 3),
            np.stack([b, c, d], -1).reshape(-1, 3),
            np.stack([top[:-1], np.full(around, hub), top[1:]], 1),
            np.stack([index[0][1:], np.full(around, base), index[0][:-1]], 1),
        ]
    )
    return Mesh(np.concatenate(vertices), triangles, (stone,), "building", uv=np.concatenate(uv).astype(np.float32))


@made_as("column")
def column(height: float, radius: float, stone: Material, rng: np.random.Generator, *, whole: float = 1.0) -> Mesh:
    """A Doric column of drums with its capital, of which a share `whole` still stands."""
    parts = Parts()
    parts.box((0, -0.08, 0), (radius * 2.5, 0.16, radius * 2.5), stone, grain=-2)
    count = 5
    part = height * 0.88 / count
    at = 0.16
    for i in range(count):
        low, high = 1 - 0.2 * (i / count) ** 1.3, 1 - 0.2 * ((i + 1) / count) ** 1.3
        left = whole * count - i
        if left <= 0:
            break
        last = left < 1
        piece = drum(
            radius * low,
            radius * high,
            part * min(left, 1.0) - 0.012,
            stone,
            rng,
            broken=min(0.4, 0.5 * part * left) if last else 0.0,
        )
        parts.add(
            piece.tinted(rng.uniform(0.9, 1.08)),
            placement([rng.normal(0, 0.012), -at, rng.normal(0, 0.012)], yaw=rng.uniform(0, 0.3)),
        )
        at += part * min(left, 1.0)
    if whole >= 1.0:
        for i, r in enumerate((0.84, 0.98, 1.16)):
            parts.add(_disc(radius * r, 0.1, stone), placement([0, -at - 0.1 * i, 0]))
        parts.box((0, -at - 0.42, 0), (radius * 2.5, 0.24, radius * 2.5), stone, grain=-2)
    return parts.mesh("building")


def _disc(radius: float, height: float, stone: Material) -> Mesh:
    return cylinder((0, 0, 0), height, radius * 0.93, stone, top_radius=radius, sides=28)


def ragged_wall(
    length: float, height: float, thick: float, stone: Material, rng: np.random.Generator, *, arches: int = 0
) -> Mesh:
    """A broken wall of blocks along x from 0: courses end in steps where time has taken the top; `arches` pierce it."""
    parts = Parts()
    seed = int(rng.integers(1 << 20))
    course, y, row = 0.42, 0.0, 0
    x_samples = np.linspace(0, length, 40)
    top = height * (0.62 + 0.55 * noise(x_samples, np.zeros(40), seed, length * 0.45, 3))
    centres = [(k + 0.5) * length / max(arches, 1) for k in range(arches)]
    span = min(1.3, length / max(arches, 1) * 0.3)
    spring = height * 0.42
    while y < height:
        x = -0.4 if row % 2 else 0.0
        while x < length:
            wide = float(rng.uniform(0.65, 1.15))
            a, b = max(x, 0.0), min(x + wide - 0.014, length)
            middle = (a + b) / 2
            keep = b - a > 0.12 and y + course * 0.6 < np.interp(middle, x_samples, top)
            for c in centres:
                rise = y + course / 2
                inside = (
                    abs(middle - c) < span + (b - a) * 0.35
                    if rise < spring
                    else np.hypot(middle - c, rise - spring) < span + 0.2
                )
                keep = keep and not inside
            if keep:
                parts.box(
                    (middle + rng.normal(0, 0.006), -y - course / 2, rng.normal(0, 0.012)),
                    (b - a, course - 0.014, thick * rng.uniform(0.96, 1.04)),
                    stone,
                    grain=-2,
                    tint=rng.uniform(0.82, 1.12),
                )
            x += wide
        y += course
        row += 1
    for c in centres:  # voussoirs stand longer than the wall over them
        if np.interp(c, x_samples, top) > spring + span * 0.75:
            for k in range(11):
                a = np.pi * (k + 0.5) / 11
                r = span + 0.24
                block = Parts()
                block.box((0, 0, 0), (0.48, 0.42, thick * 1.06), stone, grain=-2, tint=rng.uniform(0.88, 1.12))
                matrix = np.eye(4)
                matrix[:3, :3] = rotation_z(np.pi - a)
                matrix[:3, 3] = [c + r * np.cos(a), -spring - r * np.sin(a), 0]
                parts.add(block, matrix)
    return parts.mesh("building")


def _weathered(name: str, stone: Material, lichen: str) -> Material:
    """Stone that has stood in the open for two thousand years: darker, pitted, with lichen."""
    base = palette.shade(stone.colors[0], 0.84)
    return palette.make(name, "rock", base, palette.shade(base, 0.8), lichen, scale=0.35, bump=0.012, wear=0.7)


def ruins(brief: Brief, rng: np.random.Generator) -> Place:
    """The start stands on the paved way before the temple; walls with arches to one side, a valley to the other."""
    asked = brief.material("") or brief.material("column")
    stone = wall_for(brief, rng, "column") or {"marble": palette.WEATHERED_MARBLE, "sandstone": palette.SANDSTONE}.get(
        asked, palette.pick((palette.WEATHERED_MARBLE, palette.LIMESTONE, palette.WEATHERED_MARBLE), rng)
    )
    blocks = palette.LIMESTONE if stone is palette.WEATHERED_MARBLE else stone
    # Single blocks show the grain of stone; courses come from the blocks themselves.
    desert = brief.arid
    blocks = _weathered("old blocks", blocks, "#9c8561" if desert else "#5f6348")
    stone = _weathered("old stone", stone, "#a48d68" if desert else "#6a6a4e")
    overgrown = brief.density >= 1.0
    ground = weathered_ground(
        brief,
        seed=int(rng.integers(4096)),
        snow_line=420.0,
        vegetation=0.15 if desert else 0.75,
        dryness=0.75,
        path=((0.0, -30.0), (0.6, -8.0), (0.0, 4.0), (0.0, 12.0)),
        path_width=3.6,
    )
    made = settle(brief, rng, ground, flat=48.0, sun=(0.55, 0.95), height=105.0, rolling=0.5,
                  wooded=0.0 if desert else 0.5, ridges=0.6)  # fmt: skip
    place, site, lot = made.place, made.site, made.lot
    side = float(rng.choice([-1.0, 1.0]))

    _temple_stump(place, site, brief, stone, blocks, rng)
    if brief.wants("wall", True):
        for k, (x, z, yaw, length, high, arches) in enumerate(
            (
                (-9.5, 3.0, 1.25, 9.0, 5.2, 3),
                (-13.5, -6.0, 1.7, 8.0, 3.2, 1),
                (11.0, 2.0, -1.0, 6.0, 2.4, 0),
                (7.5, -13.0, 0.3, 11.0, 4.4, 3),
                (-6.0, -19.0, 0.1, 9.0, 3.0, 2),
            )
        ):
            wall = ragged_wall(length, high * rng.uniform(0.85, 1.15), 0.75, blocks, rng, arches=arches)
            made.put(wall, side * x, z, yaw=side * yaw, sink=0.25)
            if overgrown and not desert and brief.season != "winter":
                made.put(climbers(length, high, rng), side * x, z, yaw=side * yaw, sink=SUNK)
            _scree(place, site, side * x, z, blocks, rng, 10 + 3 * (k % 2))
    if brief.wants("statue", True):
        made.put(statue(blocks, rng), side * 4.2, 5.6, yaw=-side * 0.5, sink=SUNK, keep=1.2)
    for k in range(max(brief.count("column", 6), 2)):  # columns that stand alone along the way
        z = -12.0 + 4.4 * (k // 2)
        x = (3.6 if k % 2 else -3.6) + rng.normal(0, 0.15)
        if z > 4:
            break
        whole = float(rng.choice([1.0, 0.75, 0.5, 0.25], p=[0.3, 0.3, 0.25, 0.15]))
        shaft = column(5.2, 0.42, stone, rng, whole=whole)
        made.put(shaft, x, z, yaw=rng.uniform(0, 6), sink=SUNK, keep=0.7)
    _fallen(place, site, stone, rng)
    slabs = worn_way(place, site, blocks, rng)
    if not desert:
        trees = lot.trees(("cypress", "pine", "oak"), 3, 6.5)

        def slopes(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
            return np.clip((np.hypot(x, z - 8) - 24) / 14, 0, 1).astype(np.float32)

        if trees:
            greenery.forest(site, trees, slopes, spacing=7.0, near=14, far=380, patch=40, limit=900, detail=0.7)
            site.put(trees[:1], per_square_metre=0.004, near=9, far=30, apart=5, sizes=(0.5, 0.9), detail=0.7, clear=8)
        if "bushes" not in brief.without:
            site.put(
                [shrub(rng, h, season=site.season) for h in (0.5, 0.9)],
                per_square_metre=0.06 if overgrown else 0.02,
                near=3.5,
                far=40,
                patch=6,
                contrast=1.6,
                detail=0.5,
            )
        sort = "dry" if brief.season in ("summer", "autumn") else "meadow"
        plant(recipe.Grass(kind=sort, height=0.3, amount=1.1), lot)
        plant(recipe.Flowers(kinds=("poppy", "daisy"), amount=0.7), lot)
        grass_between(site, slabs, rng)
    plant(recipe.Stones(kind="limestone", amount=0.9), lot)
    chips = [rocks.scree(rng, "limestone", r, 22) for r in (0.5, 0.8)]
    site.put(chips, per_square_metre=0.1, near=1.8, far=26, patch=6, contrast=2.0, middle=0.1, sizes=(0.4, 1.3))
    return made.finished()


def _temple_stump(
    place: Place, site: Site, brief: Brief, stone: Material, blocks: Material, rng: np.random.Generator
) -> None:
    """Three steps, a floor, two rows of columns in every state, pieces of architrave over whole neighbours."""
    centre_z, half_w, half_d = 21.0, 7.5, 10.5
    y = ground_y(site.terrain, 0.0, centre_z)
    y = min(y, EYE_HEIGHT) + 0.0
    base = Parts()
    for k in range(3):
        grow = 0.42 * (2 - k)
        low, high = y - 0.36 * k, y - 0.36 * (k + 1)
        for sx in np.arange(-half_w - grow, half_w + grow - 0.4, 1.5):
            for sz, wide in ((-half_d - grow, 1.0), (half_d + grow - 1.0, 1.0)):
                gone = rng.random() < 0.05
                base.box(
                    (
                        sx + 0.75,
                        (low + high) / 2 + (0.5 if k == 0 else 0) * 0 + (0.2 if gone else rng.normal(0, 0.01)),
                        sz + 0.5,
                    ),
                    (1.48, low - high, wide),
                    blocks,
                    grain=-2,
                    tint=rng.uniform(0.85, 1.1),
                    yaw=rng.normal(0, 0.006),
                )
        for sz in np.arange(-half_d - grow + 1.0, half_d + grow - 1.2, 1.5):
            for sx in (-half_w - grow + 0.5, half_w + grow - 0.5):
                base.box(
                    (sx, (low + high) / 2 + rng.normal(0, 0.01), sz + 0.75),
                    (1.0, low - high, 1.48),
                    blocks,
                    grain=-2,
                    tint=rng.uniform(0.85, 1.1),
                )
    base.span(
        (-half_w - 0.8, y - 0.3, -half_d - 0.8), (half_w + 0.8, y + 1.5, half_d + 0.8), blocks, grain=-2, tint=0.85
    )
    top = y - 1.08
    for x in np.arange(-half_w + 0.9, half_w - 0.8, 1.28):
        for z in np.arange(-half_d + 0.9, half_d - 0.8, 1.28):
            if rng.random() < 0.9:
                base.box(
                    (x + 0.64, top + 0.15 + rng.normal(0, 0.012), z + 0.64),
                    (1.26, 0.3, 1.26),
                    blocks,
                    grain=-2,
                    tint=rng.uniform(0.82, 1.12),
                    yaw=rng.normal(0, 0.008),
                )
    place.meshes.append(base.mesh("building").transformed(placement([0, 0, centre_z])))
    for f in np.linspace(-1, 1, 4):
        site.keep_out.append((0.0, centre_z + f * 5.5, half_w + 1.6))
    tall, radius = 7.4, 0.62
    xs = np.linspace(-half_w + 0.6, half_w - 0.6, 6)
    zs = np.linspace(-half_d + 0.7, half_d - 0.7, 8)
    spots = [(x, z) for x in xs for z in (zs[0], zs[-1])] + [(x, z) for z in zs[1:-1] for x in (xs[0], xs[-1])]
    standing: dict[tuple[float, float], bool] = {}
    ruin = 0.5 if brief.mood not in ("epic",) else 0.3
    corner = rng.choice([-1.0, 1.0])
    for x, z in spots:
        # One corner of the temple has fared better than the rest.
        fate = rng.random() + 0.35 * (corner * x / half_w - z / half_d * 0.4)
        whole = 1.0 if fate > ruin else float(rng.choice([0.85, 0.6, 0.35, 0.15]))
        standing[(x, z)] = whole == 1.0
        if whole > 0.2:
            piece = column(tall, radius, stone, rng, whole=whole)
            place.meshes.append(piece.transformed(placement([x, top, centre_z + z], yaw=rng.uniform(0, 6))))
    lintels = Parts()
    level = top - tall * 0.88 - 0.16 - 0.54
    rows = [[(x, zs[0]) for x in xs], [(x, zs[-1]) for x in xs], [(xs[0], z) for z in zs], [(xs[-1], z) for z in zs]]
    for row in rows:
        for a, b in itertools.pairwise(row):
            if standing.get(a) and standing.get(b):
                middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
                length = float(np.hypot(b[0] - a[0], b[1] - a[1]))
                along_x = abs(b[0] - a[0]) > abs(b[1] - a[1])
                for k, (high, deep) in enumerate(((0.75, 1.15), (0.6, 1.05), (0.22, 1.55))):
                    if k == 1 and rng.random() < 0.3:
                        break
                    size = (
                        (length + (0.02 if k == 0 else 0.3), high, deep)
                        if along_x
                        else (deep, high, length + (0.02 if k == 0 else 0.3))
                    )
                    y0 = level - sum((0.75, 0.6, 0.22)[:k])
                    lintels.box(
                        (middle[0], y0 - high / 2, middle[1]), size, blocks, grain=-2, tint=rng.uniform(0.88, 1.08)
                    )
                    if k == 1:  # triglyphs
                        for t in np.linspace(-0.35, 0.35, 3):
                            at = (
                                (middle[0] + t * length, y0 - high / 2, middle[1])
                                if along_x
                                else (middle[0], y0 - high / 2, middle[1] + t * length)
                            )
                            lintels.box(
                                at, (0.42, high, deep + 0.12) if along_x else (deep + 0.12, high, 0.42), blocks, grain=1
                            )
    if len(lintels):
        place.meshes.append(lintels.mesh("building").transformed(placement([0, 0, centre_z])))


@made_as("statue")
def statue(stone: Material, rng: np.random.Generator) -> Mesh:
    """A draped figure on a plinth that has lost its head and an arm."""

    parts = Parts()
    parts.box((0, -0.1, 0), (1.3, 0.25, 1.3), stone, grain=-2)
    parts.box((0, -0.75, 0), (0.95, 1.1, 0.95), stone, grain=-2)
    parts.box((0, -1.36, 0), (1.15, 0.14, 1.15), stone, grain=-2)
    angle = np.linspace(0, 2 * np.pi, 49)
    levels = np.linspace(0, 1, 14)
    outline = np.interp(levels, [0, 0.1, 0.45, 0.58, 0.72, 0.9, 1.0], [0.36, 0.34, 0.29, 0.22, 0.27, 0.26, 0.11])
    rows = []
    for f, r in zip(levels, outline, strict=True):
        fold = 1 + 0.09 * np.sin(11 * angle + 5 * f) * (1 - f) + 0.05 * np.sin(7 * angle - 8 * f)
        bend = 0.07 * np.sin(2.4 * f)
        rows.append(
            np.stack(
                [r * fold * np.cos(angle) + bend, np.full(49, -1.43 - 1.75 * f), 0.78 * r * fold * np.sin(angle)], 1
            )
        )
    index = np.arange(14 * 49).reshape(14, 49)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, c, b), (b, c, d))])
    parts.add(Mesh(np.concatenate(rows), triangles, (stone,), "statue").with_smooth_normals())
    parts.add(tube([[0.28, -2.85, 0], [0.42, -2.5, -0.1], [0.3, -2.25, -0.3]], [0.085, 0.075, 0.06], stone, sides=10))
    parts.add(tube([[-0.22, -2.9, 0], [-0.36, -2.72, -0.02]], [0.09, 0.08], stone, sides=10))
    parts.add(sphere((0.05, -3.2, 0), (0.09, 0.06, 0.09), stone, subdivisions=2))
    if rng.random() < 0.5:
        parts.add(sphere((0.05, -3.4, -0.01), (0.12, 0.16, 0.14), stone, subdivisions=3))
    return parts.mesh("statue")


def _tumble(rng: np.random.Generator, x: float, y: float, z: float, scale: float = 1.0) -> NDArray[np.float64]:
    """Any way up."""
    matrix = np.eye(4)
    matrix[:3, :3] = (
        rotation_y(rng.uniform(0, 6.3)) @ rotation_x(rng.normal(0, 0.35)) @ rotation_z(rng.normal(0, 0.35)) * scale
    )
    matrix[:3, 3] = [x, y, z]
    return matrix


def _scree(place: Place, site: Site, x: float, z: float, stone: Material, rng: np.random.Generator, count: int) -> None:
    """Fallen blocks about the foot of a wall."""
    heap = Parts()
    for _ in range(count):
        px, pz = x + rng.normal(0, 2.2), z + rng.normal(0, 2.2)
        if np.hypot(px, pz) < 2.0:
            continue
        size = rng.uniform(0.25, 0.8) ** 1.2
        y = ground_y(site.terrain, px, pz)
        block = Parts()
        block.box(
            (0, 0, 0), (size * rng.uniform(1, 1.9), size * 0.62, size), stone, grain=-2, tint=rng.uniform(0.8, 1.1)
        )
        heap.add(block, _tumble(rng, px, y - size * 0.16, pz))
    if len(heap):
        place.meshes.append(heap.mesh("rock"))


def _fallen(place: Place, site: Site, stone: Material, rng: np.random.Generator) -> None:
    """Drums that have rolled, a shaft lying in its pieces as it fell, a capital at one's feet."""
    x, z = float(rng.choice([-1.0, 1.0])) * 2.6, 4.6
    direction = rng.uniform(0.4, 0.9) * np.sign(x)
    for k in range(4):
        px, pz = x + np.sin(direction) * 1.42 * k, z + np.cos(direction) * 1.42 * k
        y = ground_y(site.terrain, px, pz)
        radius = 0.56 - 0.035 * k
        matrix = np.eye(4)
        matrix[:3, :3] = rotation_y(direction + rng.normal(0, 0.07)) @ rotation_x(-np.pi / 2)
        matrix[:3, 3] = [px, y - radius + 0.1, pz]
        place.meshes.append(
            drum(radius, radius - 0.03, 1.3, stone, rng, broken=0.25 if k == 3 else 0.0)
            .tinted(rng.uniform(0.9, 1.08))
            .transformed(matrix)
        )
        site.keep_out.append((px, pz, 0.75))
    for _ in range(7):
        angle, reach = rng.uniform(-1.5, 1.5), rng.uniform(6, 15)
        px, pz = reach * np.sin(angle), reach * np.cos(angle) - 2
        y = ground_y(site.terrain, px, pz)
        radius = rng.uniform(0.4, 0.6)
        matrix = np.eye(4)
        lying = rng.random() < 0.6
        matrix[:3, :3] = rotation_y(rng.uniform(0, 6.3)) @ (
            rotation_x(-np.pi / 2 + rng.normal(0, 0.12)) if lying else rotation_x(rng.normal(0, 0.06))
        )
        matrix[:3, 3] = [px, y - (radius - 0.12 if lying else -0.1), pz]
        place.meshes.append(
            drum(radius, radius * 0.96, rng.uniform(0.6, 1.2), stone, rng, broken=rng.choice([0.0, 0.2])).transformed(
                matrix
            )
        )
    capital = Parts()
    capital.box((0, 0, 0), (1.15, 0.22, 1.15), stone, grain=-2)
    capital.add(_disc(0.52, 0.2, stone), placement([0, 0.31, 0]))
    px, pz = -x * 0.62, 2.7
    y = ground_y(site.terrain, px, pz)
    matrix = np.eye(4)
    matrix[:3, :3] = rotation_y(0.6) @ rotation_z(0.42)
    matrix[:3, 3] = [px, y - 0.32, pz]
    place.meshes.append(capital.mesh("building").transformed(matrix))
    site.keep_out.append((px, pz, 0.8))
