"""A modern city: a crossing of avenues among towers, traffic, trees in grates, a skyline to every side."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.buildings.houses import House
from lucid3d.procedural.assets.buildings.towers import facade_glass, tower_block
from lucid3d.procedural.assets.props import street_things as things
from lucid3d.procedural.compose.land.planting import lot_for
from lucid3d.procedural.compose.land.scatter import Spots
from lucid3d.procedural.compose.land.scatter import place as place_copies
from lucid3d.procedural.compose.settlement.context import DARK_TIMES, finish, hills, lamp_color, lit_share, wall_for
from lucid3d.procedural.compose.wishes import site_for
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.mesh import Mesh, instances, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube
from lucid3d.procedural.language.brief import Brief

BLOCK_X, BLOCK_Z = 62.0, 78.0
"""Distance between street axes, metres."""
ROAD, PAVEMENT = 7.0, 5.0
"""Half the width of a carriageway and the width of a pavement, metres."""
KERB = 0.14
SAME = 0.85
"""Share of far buildings that are built as another one is."""
ASPHALT_MARKED = palette.make("road", "road", "#4a4948", "#545351", "#b9b6ad", scale=0.6, bump=0.003, wear=0.5)
NEON = (
    ("#ff4f9a", (3.2, 0.5, 1.5)),
    ("#45d9ff", (0.4, 2.4, 3.2)),
    ("#ffb347", (3.2, 1.6, 0.4)),
    ("#9a6bff", (1.4, 0.7, 3.2)),
    ("#5dff9b", (0.5, 2.8, 1.2)),
)


def modern_city(brief: Brief, rng: np.random.Generator) -> Place:
    """The start stands on the pavement's edge by a crossing: avenues run ahead, behind and to both sides."""
    dark = brief.time in DARK_TIMES
    lit = max(lit_share(brief), 0.04)
    neon = brief.style in ("cyberpunk", "futuristic")
    if neon and dark:
        lit = max(lit, 0.6)
    azimuth = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.25, 0.5))
    place = Place(ground_color=(0.14, 0.14, 0.14), sun_azimuth=azimuth)
    # The start is on the pavement at the crossing's near corner: the avenue lies to the left, the cross street ahead.
    axis_x, axis_z = -(ROAD + 1.3), 15.0
    y = EYE_HEIGHT
    road = y + KERB
    _streets(place, axis_x, axis_z, y, road, rng)
    tall = 80.0 * brief.size("skyscraper")
    kinds: dict[tuple[int, int], House] = {}
    for i in range(-3, 3):
        for k in range(-3, 4):
            _block(place, brief, rng, axis_x + BLOCK_X * i, axis_z + BLOCK_Z * k, y, lit, tall, neon and dark, kinds)
    _skyline(place, rng, lit, axis_x, axis_z, y, tall)
    if brief.wants("lamp", True):
        _lamps(place, axis_x, axis_z, y, dark, rng)
    if brief.wants("car", True):
        _cars(place, brief, axis_x, axis_z, road, dark, rng)
    _furniture(place, brief, axis_x, axis_z, y, dark, rng)
    if brief.time == "night" and brief.wants("lamp", True):
        place.sky["strength"] = (0.035, 0.044, 0.06)  # the moon above street lamps
    ground = Ground(seed=int(rng.integers(4096)), vegetation=0.3)
    place.terrain = hills(brief, rng, flat=330.0, level=road + 0.25, height=120.0, ground=ground)
    if "trees" not in brief.without:
        _trees(place, brief, axis_x, axis_z, y, rng)
    return finish(place, brief)


def _streets(place: Place, ax: float, az: float, y: float, road: float, rng: np.random.Generator) -> None:
    """Asphalt with markings, kerbs, pavements, crossings, covers."""
    surface = Parts()
    reach = 320.0
    for i in range(-3, 4):
        x = ax + BLOCK_X * i
        ring = [[x - ROAD, road, reach], [x + ROAD, road, reach], [x + ROAD, road, -reach], [x - ROAD, road, -reach]]
        surface.quad(ring, ASPHALT_MARKED, uv=[[p[2] + 900.0, p[0] - x] for p in ring])
    for k in range(-3, 4):
        z = az + BLOCK_Z * k
        if abs(k) > 3:
            continue
        lift = road - 0.004
        ring = [[-reach, lift, z + ROAD], [reach, lift, z + ROAD], [reach, lift, z - ROAD], [-reach, lift, z - ROAD]]
        surface.quad(ring, palette.ASPHALT, uv=[[p[0] + 900.0, p[2] + 900.0] for p in ring])
    paint = road - 0.012
    for sx, sz, along in (
        (0, 1, "x"),
        (0, -1, "x"),
        (1, 0, "z"),
        (-1, 0, "z"),
    ):  # zebra crossings about the near crossing
        for t in np.arange(-ROAD + 0.6, ROAD - 0.3, 1.05):
            if along == "x":
                x0, z0 = ax + t, az + sz * (ROAD + 2.2)
                ring = [
                    [x0, paint, z0 + 1.6],
                    [x0 + 0.52, paint, z0 + 1.6],
                    [x0 + 0.52, paint, z0 - 1.6],
                    [x0, paint, z0 - 1.6],
                ]
            else:
                x0, z0 = ax + sx * (ROAD + 2.2), az + t
                ring = [
                    [x0 - 1.6, paint, z0 + 0.52],
                    [x0 + 1.6, paint, z0 + 0.52],
                    [x0 + 1.6, paint, z0],
                    [x0 - 1.6, paint, z0],
                ]
            surface.quad(ring, palette.ROAD_PAINT, tint=rng.uniform(0.85, 1.05))
    for side in (-1.0, 1.0):  # stop lines
        surface.box(
            (ax + side * ROAD / 2, paint + 0.002, az + side * (ROAD + 4.6)),
            (ROAD - 0.4, 0.006, 0.4),
            palette.ROAD_PAINT,
        )
    place.meshes.append(surface.mesh("road"))
    for i in range(-3, 3):
        for k in range(-3, 3):
            x0, x1 = ax + BLOCK_X * i + ROAD, ax + BLOCK_X * (i + 1) - ROAD
            z0, z1 = az + BLOCK_Z * k + ROAD, az + BLOCK_Z * (k + 1) - ROAD
            block = Parts()
            ring = [[x0, y, z1], [x1, y, z1], [x1, y, z0], [x0, y, z0]]
            block.quad(ring, palette.PAVING, uv=[[p[0] + 900.0, p[2] + 900.0] for p in ring])
            near = abs(i) <= 1 and abs(k) <= 1
            for a, b in (((x0, z0), (x1, z0)), ((x1, z0), (x1, z1)), ((x1, z1), (x0, z1)), ((x0, z1), (x0, z0))):
                length = float(np.hypot(b[0] - a[0], b[1] - a[1]))
                yaw = float(np.arctan2(b[0] - a[0], b[1] - a[1]))
                pieces = max(1, round(length / 1.1)) if near else 1
                for t in (np.arange(pieces) + 0.5) / pieces:
                    block.box(
                        (a[0] + (b[0] - a[0]) * t, y + 0.15, a[1] + (b[1] - a[1]) * t),
                        (0.3, 0.32, length / pieces - 0.012),
                        palette.KERB,
                        yaw=yaw,
                        tint=rng.uniform(0.88, 1.1),
                    )
            place.meshes.append(block.mesh("road"))


def _block(
    place: Place,
    brief: Brief,
    rng: np.random.Generator,
    x: float,
    z: float,
    y: float,
    lit: float,
    tall: float,
    neon: bool,
    kinds: dict[tuple[int, int], House],
) -> None:
    """Two to four buildings between two avenues; (x, z) is the crossing at the block's lower left.

    Args:
        kinds: far buildings that there are already, by their depth and height: most of the others look like them.
    """
    x0, x1 = x + ROAD + PAVEMENT, x + BLOCK_X - ROAD - PAVEMENT
    z0, z1 = z + ROAD + PAVEMENT, z + BLOCK_Z - ROAD - PAVEMENT
    cuts = np.linspace(z0, z1, int(rng.integers(2, 4)) + 1)
    for a, b in itertools.pairwise(cuts):
        cx, cz = (x0 + x1) / 2, (a + b) / 2
        distance = float(np.hypot(cx, cz))
        near = distance < 95
        height = float(np.clip(tall * rng.lognormal(-0.35, 0.5), 18, 260))
        wall = wall_for(brief, rng, "skyscraper")
        wide, deep = x1 - x0, b - a - 0.8
        key = None if near else (len(cuts), round(height / 45))
        made = kinds.get(key) if key and rng.random() < SAME else None
        if made is None:
            made = tower_block(rng, lit=lit, width=wide, depth=deep, height=height, near=near, wall=wall)
            if key:
                kinds[key] = made
        # The front looks to the nearer avenue.
        place.meshes.append(made.mesh.transformed(placement([cx, y, cz])))
        if neon and distance < 140:
            _neon(place, rng, x0, x1, a, b, y)


def _neon(place: Place, rng: np.random.Generator, x0: float, x1: float, z0: float, z1: float, y: float) -> None:
    """Signs in bright colours on the fronts, and their light on the street."""
    for _ in range(int(rng.integers(2, 5))):
        color, glow = NEON[int(rng.integers(len(NEON)))]
        sign = palette.glowing(f"neon {color}", color, (1.6 * glow[0], 1.6 * glow[1], 1.6 * glow[2]))
        side = x0 if abs(x0) < abs(x1) else x1
        out = -1.0 if side == x0 else 1.0
        z, up = rng.uniform(z0 + 2, z1 - 2), rng.uniform(4.5, 18)
        part = Parts()
        high, wide = rng.uniform(2.0, 6.5), rng.uniform(0.7, 1.4)
        px = side + out * (0.9 + wide / 2)
        part.box((px, y - up - high / 2, z), (wide, high, 0.25), palette.make("sign case", "plain", "#1d1e22"))
        rows = max(2, int(high / wide))
        for r in range(rows):
            cy = y - up - high * (r + 0.5) / rows
            for dz in (-0.15, 0.15):
                for _ in range(3):
                    part.box(
                        (px + rng.uniform(-0.2, 0.2) * wide, cy + rng.uniform(-0.25, 0.25) * high / rows, z + dz),
                        (rng.choice([0.08, 0.6 * wide]), rng.choice([0.08, 0.5 * high / rows]), 0.04),
                        sign,
                    )
        for dz in (-0.16, 0.16):
            for e in (-1, 1):
                part.box((px + e * wide / 2, y - up - high / 2, z + dz), (0.05, high, 0.04), sign)
        place.meshes.append(part.mesh("sign"))
        place.lamps.append(
            Lamp(
                (px + out * 0.8, y - up - high * 0.3, z),
                (22.0 * glow[0], 22.0 * glow[1], 22.0 * glow[2]),
                0.6,
                24.0,
                False,
            )
        )


def _skyline(place: Place, rng: np.random.Generator, lit: float, ax: float, az: float, y: float, tall: float) -> None:
    """Far towers beyond the blocks, plain boxes with a facade pattern, some of them very tall."""
    for _ in range(70):
        angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(330, 900)
        x, z = reach * np.sin(angle), reach * np.cos(angle)
        w, d, h = rng.uniform(18, 38), rng.uniform(18, 38), float(np.clip(tall * rng.lognormal(0.05, 0.55), 25, 330))

        far = Parts()
        glass = facade_glass(rng, lit)
        far.span((x - w / 2, y - h, z - d / 2), (x + w / 2, y + 1, z + d / 2), glass, grain=-2)
        far.span(
            (x - w * 0.3, y - h - rng.uniform(3, 9), z - d * 0.3),
            (x + w * 0.3, y - h, z + d * 0.3),
            palette.LIGHT_CONCRETE,
            grain=-2,
        )
        if rng.random() < 0.3:
            far.box((x, y - h - 14, z), (0.7, 28, 0.7), palette.STEEL)
        place.meshes.append(far.mesh("building"))


MAST = 170.0
"""Intensity of a street lamp: the light of a city drowns the moon."""


@made_as("lamp")
def mast_lamp(dark: bool) -> Mesh:
    """A tall street lamp whose arm reaches along -x; its light is at (-2.2, -7.7, 0)."""
    parts = Parts()
    grey = palette.make("lamp grey", "plain", "#55595c", roughness=0.6)
    parts.add(cylinder((0, 0.05, 0), 1.1, 0.13, grey, top_radius=0.1, sides=10))
    parts.add(cylinder((0, -1.0, 0), 6.6, 0.08, grey, top_radius=0.05, sides=8))
    a = np.linspace(0, np.pi / 2, 7)
    parts.add(tube(np.stack([-2.0 * (1 - np.cos(a)), -7.6 - 0.4 * np.sin(a), 0 * a], 1), 0.045, grey, sides=6))
    parts.box((-2.2, -7.98, 0), (0.8, 0.12, 0.3), grey)
    glow = (
        palette.glowing("led", "#ffe9c4", (9.0, 7.6, 5.2))
        if dark
        else palette.make("led off", "plain", "#c9c9c4", roughness=0.2)
    )
    parts.box((-2.25, -7.91, 0), (0.6, 0.03, 0.22), glow)
    return parts.mesh("lamp")


def _lamps(place: Place, ax: float, az: float, y: float, dark: bool, rng: np.random.Generator) -> None:
    post = mast_lamp(dark)
    matrices = []
    for i, z in enumerate(np.arange(-70, 150, 24.0)):
        for side in (-1.0, 1.0):
            if abs(z - az) < ROAD + 2:
                continue
            x = ax + side * (ROAD + 0.8)
            shifted = z + 12 * (side > 0)
            matrices.append(placement([x, y, shifted], yaw=0.0 if side > 0 else np.pi))
            if dark and -45 < shifted < 90:
                place.lamps.append(Lamp((x - side * 2.2, y - 7.7, shifted), lamp_color(MAST), 0.3, 38.0, i < 5))
    for x in (ax - 40, ax - 22, ax + 22, ax + 44):
        for side in (-1.0, 1.0):
            matrices.append(placement([x, y, az + side * (ROAD + 0.8)], yaw=np.pi / 2 if side < 0 else -np.pi / 2))
            if dark:
                place.lamps.append(Lamp((x, y - 7.7, az + side * (ROAD - 1.4)), lamp_color(MAST), 0.3, 38.0, False))
    place.meshes.append(instances(post, matrices))


def _cars(place: Place, brief: Brief, ax: float, az: float, road: float, dark: bool, rng: np.random.Generator) -> None:
    """Parked along the kerbs and waiting at the line; colours by the sentence."""
    color = brief.colour("car")
    paint = (
        palette.make("asked car paint", "metal", palette.named(color), roughness=0.25, wear=0.05, scale=3.0)
        if color
        else None
    )
    kinds = [things.car(rng, dark, paint) for _ in range(6)]
    matrices: list[list[NDArray[np.float64]]] = [[] for _ in kinds]

    def add(x: float, z: float, yaw: float) -> None:
        matrices[int(rng.integers(len(kinds)))].append(placement([x, road, z], yaw=yaw))

    many = brief.count("car", 3)
    dense = 0.85 if many > 3 else (0.62 if many >= 2 else 0.3)
    for side in (-1.0, 1.0):
        for z in np.arange(-90, 170, 6.2):
            if abs(z - az) < ROAD + 8 or rng.random() > dense:
                continue
            add(
                ax + side * (ROAD - 1.25),
                z + rng.uniform(-0.4, 0.4),
                (np.pi / 2 if side > 0 else -np.pi / 2) + rng.uniform(-0.03, 0.03),
            )
        for z in np.arange(az + ROAD + 7.5, az + 90, 8.0) if side < 0 else np.arange(az - ROAD - 7.5, az - 90, -8.0):
            if rng.random() < dense * 0.75:
                add(ax + side * 2.3, z + rng.uniform(-1, 1), np.pi / 2 if side > 0 else -np.pi / 2)
    for x in np.arange(ax - 60, ax + 60, 7.0):
        if abs(x - ax) > ROAD + 7 and rng.random() < dense * 0.7:
            add(x, az + (ROAD - 1.25) * rng.choice([-1.0, 1.0]), rng.choice([0.0, np.pi]))
    for kind, where in zip(kinds, matrices, strict=True):
        if where:
            place.meshes.append(instances(kind, where))


@made_as("traffic light")
def traffic_light(green: bool) -> Mesh:
    """A traffic light that faces -z."""
    parts = Parts()
    grey = palette.make("pole", "plain", "#3f4346", roughness=0.6)
    parts.add(cylinder((0, 0, 0), 3.6, 0.07, grey, sides=8))
    parts.box((0, -3.1, -0.16), (0.32, 0.95, 0.24), palette.make("signal case", "plain", "#1f2224"))
    for k, (color, glow) in enumerate(
        (("#7a1512", (4.0, 0.25, 0.12)), ("#6a4a12", (3.0, 1.7, 0.1)), ("#14502c", (0.15, 3.2, 1.0)))
    ):
        on = (k == 2) == green and k != 1
        lens = (
            palette.glowing(f"signal {k}", color, glow)
            if on
            else palette.make(f"signal off {k}", "plain", color, roughness=0.3)
        )
        parts.add(tube([[0, -3.4 + 0.3 * k, -0.28], [0, -3.4 + 0.3 * k, -0.3]], 0.11, lens, sides=16))
        parts.box((0, -3.52 + 0.3 * k, -0.36), (0.26, 0.02, 0.16), palette.make("signal case", "plain", "#1f2224"))
    return parts.mesh("sign")


def _furniture(
    place: Place, brief: Brief, ax: float, az: float, y: float, dark: bool, rng: np.random.Generator
) -> None:
    """Traffic lights, a bus stop, benches, bins, a hydrant, bicycles, tubs, a newspaper box, steam covers."""
    grey = palette.make("street grey", "plain", "#4a4e50", roughness=0.6)
    edge = ROAD + 0.7
    for sx, sz, yaw in ((1, -1, 0.0), (-1, 1, np.pi), (-1, -1, np.pi / 2), (1, 1, -np.pi / 2)):
        matrix = placement([ax + sx * edge, y, az + sz * edge], yaw=yaw)
        place.meshes.append(traffic_light(bool(sx * sz < 0)).transformed(matrix))
    bin_ = Parts()
    bin_.add(cylinder((0, 0, 0), 0.85, 0.26, grey, top_radius=0.28, sides=16))
    bin_.add(tube([[0, -0.86, 0], [0, -0.92, 0]], [0.3, 0.24], palette.STEEL, sides=16))
    hydrant = Parts()
    red = palette.make("hydrant red", "plain", "#8a2c22", roughness=0.5, wear=0.5)
    profile = ((0.0, 0.16), (0.06, 0.16), (0.07, 0.1), (0.5, 0.1), (0.52, 0.13), (0.6, 0.12), (0.7, 0.05))
    hydrant.add(tube([[0, -h, 0] for h, _ in profile], [r for _, r in profile], red, sides=14))
    hydrant.add(tube([[-0.17, -0.4, 0], [0.17, -0.4, 0]], 0.055, red, sides=10))
    for mesh, spots in (
        (bin_.mesh("bin"), [(ax + edge + 0.1, az - 9.0), (ax - edge - 0.5, az + 12.0), (ax + edge + 0.2, -21.0)]),
        (hydrant.mesh("object"), [(ax + edge + 0.1, az - 9.2), (ax - edge, az + 31.0)]),
    ):
        place.meshes.append(instances(mesh, [placement([x, y, z]) for x, z in spots]))
    for k in range(max(2, brief.count("bench", 2))):
        place.meshes.append(things.bench().transformed(placement([ax + edge + 3.4, y, -4.0 + 7.5 * k], yaw=np.pi / 2)))
    for k in range(3):
        place.meshes.append(
            things.bicycle(rng).transformed(
                placement([ax + edge + 0.9, y, -5.6 - 0.75 * k], yaw=rng.uniform(-0.1, 0.1))
            )
        )
    for k in range(5):
        place.meshes.append(
            things.planter(rng, 1.0).transformed(
                placement([ax + edge + 3.9, y, 2.2 + 4.6 * k if k < 2 else -8.0 - 5.0 * k])
            )
        )
    shelter = Parts()  # a bus stop across the avenue
    for x in (-1.9, 1.9):
        for z in (-0.6, 0.6):
            shelter.box((x, -1.25, z), (0.07, 2.5, 0.07), grey)
    shelter.box((0, -2.52, 0), (4.2, 0.08, 1.6), grey)
    shelter.box((0, -0.46, 0.3), (3.0, 0.05, 0.4), palette.OLD_WOOD)
    for x in (-1.2, 1.2):
        shelter.box((x, -0.22, 0.3), (0.06, 0.44, 0.3), grey)
    shelter.box((0, -1.3, 0.6), (3.7, 1.9, 0.02), palette.make("shelter glass", "glass", "#4d5a5e", roughness=0.05))
    poster = (
        palette.glowing("poster", "#d9c7a8", (0.9, 0.78, 0.6))
        if dark
        else palette.make("poster", "mottled", "#b0603a", "#c9a04a", "#3d5a66", scale=0.4)
    )
    shelter.box((1.92, -1.3, 0.0), (0.12, 1.75, 1.15), poster)
    place.meshes.append(shelter.mesh("building").transformed(placement([ax - edge - 1.6, y, -3.5], yaw=-np.pi / 2)))
    for k in range(min(brief.count("stall", 0), 6)):
        place.meshes.append(
            things.stall(rng, dark).transformed(placement([ax + edge + 3.2, y, 9.0 - 4.2 * k], yaw=np.pi / 2))
        )
    if brief.wants("fountain"):
        place.meshes.append(things.fountain(rng).transformed(placement([ax + edge + 2.6, y, -7.0])))
    if brief.wants("bridge"):
        deck = Parts()
        deck.span((ax - 60, y - 8.2, az + 62), (ax + 60, y - 6.4, az + 74), palette.CONCRETE, grain=-2)
        for x in np.arange(ax - 55, ax + 56, 22):
            deck.box((x, y - 3.2, az + 68), (1.6, 6.6, 2.4), palette.CONCRETE)
        for z in (az + 62.2, az + 73.8):
            deck.span((ax - 60, y - 9.3, z - 0.1), (ax + 60, y - 8.2, z + 0.1), palette.STEEL)
        place.meshes.append(deck.mesh("bridge"))
    hole = Parts()
    hole.add(tube([[0, 0.005, 0], [0, -0.012, 0]], 0.34, palette.IRON, sides=24))
    place.meshes.append(hole.mesh("road").transformed(placement([ax + ROAD - 2.6, y + KERB - 0.008, 4.2])))
    place.meshes.append(
        sphere(
            (ax + edge + 4.4, y - 0.14, 0.9), (0.2, 0.15, 0.16), palette.make("bag", "plain", "#33302d"), subdivisions=2
        )
    )


def _trees(place: Place, brief: Brief, ax: float, az: float, y: float, rng: np.random.Generator) -> None:
    """Street trees in grates along the avenue."""

    assert place.terrain is not None
    site = site_for(brief, place.terrain, rng)
    trees = lot_for(site, brief).trees(("maple", "oak"), 2, 7.0)
    spots = []
    for z in np.arange(-66, 120, 9.5):
        for side in (-1.0, 1.0):
            at = z + 4.5 * (side > 0)
            if abs(at - az) > ROAD + 4 and not (side > 0 and abs(at) < 4.0):
                spots.append((ax + side * (ROAD + 1.6), at))
    grate = Parts()
    for k in range(9):
        grate.box((-0.6 + 0.15 * k, -0.004, 0), (0.06, 0.012, 1.3), palette.IRON)
    place.meshes.append(instances(grate.mesh("road"), [placement([x, y, z]) for x, z in spots]))
    if trees:
        positions = np.array([[x, y, z] for x, z in spots], np.float32)
        where = Spots(
            positions,
            np.tile(np.array([0, -1, 0], np.float32), (len(spots), 1)),
            np.hypot(positions[:, 0], positions[:, 2]).astype(np.float32),
            rng.random((len(spots), 4)).astype(np.float32),
        )
        place.meshes += place_copies(where, trees, rng, sizes=(0.75, 1.15), lean=0.02, detail=0.6)
