"""What lies on the ground or floats: fallen leaves, twigs, cones, mushrooms, logs, stumps, lily pads."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.plants.foliage import bark_colors, bark_material, leaf_material, mixed, wood
from lucid3d.procedural.assets.plants.growth import Branches, Rule, branch, march
from lucid3d.procedural.assets.plants.palettes import BARK, LEAVES, Color
from lucid3d.procedural.kit.arrays import BROAD, KITE, UP, Leaf, Shape, f32, join, leaves, tubes, unit
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.prototype import Prototype, Season, solid, srgb


def fallen_leaves(rng: np.random.Generator, palette: str = "oak", count: int = 26, radius: float = 0.35) -> Prototype:
    """A patch of dead leaves, curled, each lying its own way."""
    colors = f32([*LEAVES[palette]["autumn"], (0.1, 0.055, 0.028), (0.15, 0.09, 0.04)])
    angle, distance = rng.uniform(0, 2 * np.pi, count), radius * np.sqrt(rng.random(count))
    places = f32(
        np.stack([np.cos(angle) * distance, -rng.uniform(0.002, 0.02, count), np.sin(angle) * distance], axis=1)
    )
    heading = rng.uniform(0, 2 * np.pi, count)
    axes = unit(np.stack([np.cos(heading), rng.normal(0, 0.16, count), np.sin(heading)], axis=1))
    normals = unit(UP + rng.normal(0, 0.3, (count, 3)))
    size = f32(rng.uniform(0.05, 0.11, count))
    tone = mixed(colors, count, rng, 0.25)
    material = leaf_material(f"fallen {palette}", [tuple(c) for c in colors[:3]], 0.15)
    near = leaves(places, axes, normals, size, size * 0.62, BROAD, tone)
    half = np.arange(0, count, 2)
    far = leaves(places[half], axes[half], normals[half], size[half] * 1.4, size[half] * 0.9, KITE, tone[half])
    levels = [solid([(s, material)], "plant") for s in (near, far)]
    return Prototype("fallen leaves", levels, (5.0, np.inf), radius=0.05, sink=-0.004, lean=1.0)


def twigs(rng: np.random.Generator, count: int = 5, length: float = 0.35) -> Prototype:
    """Dry twigs on the ground."""
    angle = rng.uniform(0, 2 * np.pi, count)
    headings = unit(np.stack([np.cos(angle), rng.normal(0, 0.04, count), np.sin(angle)], axis=1))
    base = f32(rng.uniform(-0.3, 0.3, (count, 3)) * [1, 0, 1] + [0, -0.008, 0])
    lengths = f32(length * rng.uniform(0.4, 1.2, count))
    line = march(base, headings, lengths, 5, rise=0.0, wander=0.12, rng=rng)
    line[..., 1] = np.clip(line[..., 1], -0.05, -0.003)
    radii = f32(np.linspace(0.007, 0.003, 5) * rng.uniform(0.6, 1.5, (count, 1)))
    stems = Branches(line, radii, np.zeros(count, np.int64), f32(np.zeros(count)))
    side = branch(stems, Rule(2, 0.3, 0.9, (50, 40), 0.4, radius=0.6, rise=0.0, wander=0.1, points=3, flat=1.0), rng)
    shape = wood([stems, side], [4, 3], (0.09, 0.07, 0.05), rng, flare=0.0)
    return Prototype(
        "twigs",
        [solid([(shape, bark_material("oak", 0.02, 0.001))], "log")],
        (np.inf,),
        radius=0.05,
        sink=0.0,
        lean=1.0,
    )


def mushroom(
    rng: np.random.Generator,
    height: float = 0.12,
    cap: Color = (0.35, 0.18, 0.07),
    *,
    spots: bool = False,
    glow: float = 0.0,
    count: int = 4,
) -> Prototype:
    """A small group of mushrooms; `spots` and a red cap give fly agarics, `glow` the radiance of the caps."""
    caps, stems, dots = [], [], []
    for i in range(count):
        tall = height * (1.0 if i == 0 else rng.uniform(0.35, 0.85))
        base = f32([0, 0.01, 0]) if i == 0 else f32([rng.normal(0, 0.09), 0.01, rng.normal(0, 0.09)]) * (height / 0.12)
        line = march(base[None], unit(UP + rng.normal(0, 0.12, (1, 3))), f32([tall]), 6, rise=0.2, wander=0.04, rng=rng)
        thick = tall * rng.uniform(0.09, 0.13)
        stems.append(
            tubes(
                line,
                f32([[1.35, 1.05, 0.95, 0.9, 0.9, 0.95]]) * thick,
                10,
                bark_colors((0.55, 0.5, 0.42), (1, 6, 10), rng),
            )
        )
        axis = unit(line[0, -1] - line[0, -2])
        wide = tall * rng.uniform(0.34, 0.48)
        profile = f32([0.35, 1.0, 0.97, 0.84, 0.55, 0.03])
        rise = f32([0.02, -0.05, 0.12, 0.3, 0.46, 0.54]) * wide
        points = line[0, -1] + axis * rise[:, None] - axis * 0.1 * wide
        shade = f32([0.55, 0.8, 0.9, 1.0, 1.1, 1.15])[None, :, None, None]
        caps.append(
            tubes(
                f32(points[None]),
                f32(profile[None] * wide),
                14,
                np.clip(f32(cap) * shade * np.exp(rng.normal(0, 0.1)), 0.01, 0.8),
            )
        )
        if spots:
            number = 11
            turn, lat = rng.uniform(0, 2 * np.pi, number), rng.uniform(0.2, 0.95, number)
            side = unit(np.cross(axis, f32([1, 0.2, 0.1])))
            out = np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * np.cross(axis, side)
            place = (
                line[0, -1] + out * (np.sqrt(1 - lat**2) * wide)[:, None] * 0.99 + axis * (lat * 0.46 * wide)[:, None]
            )
            normal = unit(out * 0.7 + axis * lat[:, None])
            along = unit(np.cross(normal, side + 0.1))
            size = f32(np.full(number, wide * 0.2))
            dots.append(
                leaves(
                    f32(place - along * size[:, None] * 0.5),
                    along,
                    normal,
                    size,
                    size,
                    BROAD,
                    f32(np.full((number, 3), 0.7)),
                    normal,
                )
            )
    emission = (cap[0] * glow, cap[1] * glow, cap[2] * glow)
    cap_material = Material("mushroom cap", "plain", (srgb(cap),), translucency=0.15, emission=emission)
    pale = Material("mushroom stem", "plain", (srgb((0.55, 0.5, 0.42)),), translucency=0.1)
    return Prototype(
        "mushroom",
        [solid([(join(caps), cap_material), (join(stems + dots), pale)], "plant")],
        (np.inf,),
        radius=0.06,
        sink=0.0,
    )


def log(
    rng: np.random.Generator, length: float = 3.0, radius: float = 0.18, kind: str = "oak", *, moss: float = 0.4
) -> Prototype:
    """A fallen trunk with broken stubs, mossy on top."""
    line = march(
        f32([[-length / 2, -radius * 0.75, 0]]), f32([[1, 0, 0]]), f32([length]), 12, rise=0.0, wander=0.025, rng=rng
    )
    line[..., 1] = -radius * 0.75 + (line[..., 1] - line[..., 1].mean()) * 0.4
    radii = f32(radius * np.linspace(1.05, 0.8, 12)[None] * np.exp(rng.normal(0, 0.03, (1, 12))))
    levels = []
    trunk = Branches(line, radii, np.zeros(1, np.int64), f32(np.zeros(1)))
    stubs = branch(
        trunk, Rule(6, 0.1, 0.95, (70, 60), 0.12, radius=0.35, rise=0.0, wander=0.08, points=3, taper=0.3), rng
    )
    for sides in (18, 9, 5):
        angle = np.arange(sides) * 2 * np.pi / sides
        bulge = 1 + 0.05 * np.cos(3 * angle + 1)[None, None] + rng.normal(0, 0.02, (1, 12, sides))
        colors = bark_colors(BARK[kind], (1, 12, sides), rng)
        body = tubes(line, radii, sides, colors, f32(bulge))
        cover = np.clip((-body.normals[:, 1:2] - 1 + moss + rng.normal(0, 0.18, (len(body.vertices), 1))) * 3, 0, 1)
        body = body.painted(body.colors * (1 - cover) + f32([0.06, 0.095, 0.018]) * cover)
        ends = [
            _disc(line[0, i], line[0, i] - line[0, j], float(radii[0, i]), sides, rng) for i, j in ((0, 1), (-1, -2))
        ]
        levels.append(
            solid(
                [
                    (
                        join([body, wood([stubs], [5 if sides > 5 else 3], BARK[kind], rng, flare=0.0)]),
                        bark_material(kind),
                    ),
                    (join(ends), cut_wood()),
                ],
                "log",
            )
        )
    return Prototype("log", levels, (9.0, 30.0, np.inf), radius=length * 0.3, sink=radius * 0.25, lean=0.9)


def stump(rng: np.random.Generator, radius: float = 0.25, height: float = 0.4, kind: str = "oak") -> Prototype:
    """A sawn stump with its roots and rings."""
    line = f32(np.linspace([0, 0, 0], [0, -height, 0], 6))[None]
    trunk = Branches(line, f32(np.full((1, 6), radius)), np.zeros(1, np.int64), f32(np.zeros(1)))
    body = wood([trunk], [20], BARK[kind], rng, flare=0.8)
    top = _disc(line[0, -1], UP, radius * 1.02, 20, rng)
    mesh = solid([(body, bark_material(kind)), (top, cut_wood())], "log")
    return Prototype("stump", [mesh], (np.inf,), radius=radius * 2, sink=0.05)


def cut_wood() -> Material:
    """The pale end of a sawn trunk."""
    return Material("cut wood", "wood", (srgb((0.36, 0.24, 0.13)), srgb((0.28, 0.18, 0.09))), scale=0.05)


def _disc(centre: np.ndarray, axis: np.ndarray, radius: float, sides: int, rng: np.random.Generator) -> Shape:
    """A sawn end: a disc with rings of growth."""
    axis = unit(axis)
    side = unit(np.cross(axis, f32([0.3, 0.2, 0.9])))
    other = np.cross(axis, side)
    angle = np.arange(sides) * 2 * np.pi / sides
    rings = np.linspace(0, 1.01, 9)
    ring = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * other
    vertices = (centre + axis * 0.002 + rings[:, None, None] * radius * ring[None]).reshape(-1, 3)
    shade = f32(np.where(np.arange(9) % 2 == 0, 0.75, 1.1) * np.where(np.arange(9) == 8, 0.4, 1.0))
    index = np.arange(9 * sides).reshape(9, sides)
    a, b = index[:-1], index[1:]
    a2, b2 = np.roll(a, -1, 1), np.roll(b, -1, 1)
    triangles = np.concatenate([np.stack([a, b, a2], -1).reshape(-1, 3), np.stack([a2, b, b2], -1).reshape(-1, 3)])
    colors = np.repeat(f32([0.36, 0.24, 0.13]) * shade[:, None], sides, axis=0)
    return Shape(f32(vertices), triangles.astype(np.int32), f32(np.tile(axis, (len(vertices), 1))), f32(colors))


def lily_pads(rng: np.random.Generator, count: int = 14, radius: float = 1.2, *, bloom: bool = True) -> Prototype:
    """A patch of floating leaves with a notch, and a few white or pink flowers. Stands on the water's surface."""
    sides = 14
    angle = np.linspace(0.16, 2 * np.pi - 0.16, sides)
    outline = [(0.0, 0.0, 0.02)] + [(0.5 * float(np.sin(a)), 0.5 * float(np.cos(a)), 0.0) for a in angle]
    pad = Leaf(tuple(outline), tuple((0, i + 2, i + 1) for i in range(sides - 1)))
    size = f32(rng.uniform(0.16, 0.4, count))
    places: list[np.ndarray] = []
    for _ in range(400):  # pads push each other aside
        spot = rng.normal(0, radius * 0.5, 2)
        if all(np.hypot(*(spot - p)) > 0.42 * (size[len(places)] + size[i]) for i, p in enumerate(places)):
            places.append(spot)
        if len(places) == count:
            break
    number = len(places)
    at = np.asarray(places)
    base = f32(np.stack([at[:, 0], np.full(number, -0.008), at[:, 1]], axis=1))
    yaw = rng.uniform(0, 2 * np.pi, number)
    axes = unit(np.stack([np.cos(yaw), rng.normal(0, 0.015, number), np.sin(yaw)], axis=1))
    palette = f32([(0.05, 0.11, 0.025), (0.08, 0.13, 0.03), (0.13, 0.1, 0.035)])
    shape = leaves(
        base, axes, f32(np.tile(UP, (number, 1))), size[:number], size[:number], pad, mixed(palette, number, rng)
    )
    parts: list[tuple[Shape, Material]] = [(shape, leaf_material("lily", [tuple(c) for c in palette], 0.2))]
    flowers = []
    for i in range(int(bloom) * max(number // 6, 1)):
        petals = 16
        turn = np.arange(petals) * 2.39996
        around = np.stack([np.cos(turn), np.zeros(petals), np.sin(turn)], axis=1)
        lift = np.linspace(0.35, 1.9, petals)[:, None]
        long = f32(np.linspace(0.1, 0.06, petals))
        tone = np.clip(
            f32([0.74, 0.6, 0.66] if i % 2 else [0.76, 0.75, 0.7]) * np.exp(rng.normal(0, 0.05, (petals, 1))), 0, 0.8
        )
        flowers.append(
            leaves(
                f32(np.tile(base[i] + [0.1, -0.02, 0.1], (petals, 1))),
                unit(around + UP * lift),
                unit(UP - around * 0.4),
                long,
                long * 0.45,
                BROAD,
                f32(tone),
                unit(UP + around * 0.6),
            )
        )
    parts.append((join(flowers), Material("lily petals", "petal", (srgb((0.75, 0.68, 0.68)),), translucency=0.35)))
    return Prototype("lily pads", [solid(parts, "plant")], (np.inf,), radius=radius * 0.6, sink=0.0, lean=0.0)


def litter_for(season: Season) -> str:
    """Palette of fallen leaves that suits a season."""
    return "maple" if season == "autumn" else "dry"
