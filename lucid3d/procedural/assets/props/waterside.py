"""Things at the water: a wooden pier, a rowing boat, a sailing boat, bridges of wood and stone, a buoy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lucid3d.procedural.assets.props.timber import GREY_WOOD, IRON, ROPE, boards, hanging, painted_wood, rounds
from lucid3d.procedural.kit.arrays import UP, f32, unit
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, merge


@made_as("pier")
def pier(
    rng: np.random.Generator,
    length: float = 12.0,
    width: float = 1.8,
    *,
    depth: float = 2.5,
    deck: float = 0.0,
    rail: bool = False,
) -> Mesh:
    """A wooden pier that runs along +z from the origin.

    Args:
        length, width: metres.
        depth: how far its posts reach below the deck.
        deck: height of the deck's upper side above the origin.
        rail: a handrail on one side.
    """
    plank = 0.145
    rows = np.arange(0.0, length, plank + 0.012)
    wobble = rng.normal(0, 0.018, (len(rows), 2))
    top = -deck + rng.normal(0, 0.004, len(rows))
    over = width / 2 + rng.normal(0, 0.025, (len(rows), 2))
    starts = np.stack([-over[:, 0], top, rows + wobble[:, 0] * 0.3], axis=1)
    ends = np.stack([over[:, 1], top, rows + wobble[:, 1] * 0.3], axis=1)
    whole = rng.random(len(rows)) > 0.012  # here and there a plank is gone
    parts = [
        boards(
            starts[whole], ends[whole], UP, plank, 0.032, GREY_WOOD, rng, sag=0.006, rough=0.002, tone=0.2, label="pier"
        )
    ]
    spans = np.arange(0.25, length, 2.1)
    for side in (-1, 1):
        x = side * width * 0.39
        beam = np.array([[x, -deck + 0.1, 0.0]]), np.array([[x, -deck + 0.1, length]])
        parts.append(boards(*beam, UP, 0.09, 0.17, GREY_WOOD, rng, rough=0.006, points=8, label="pier"))
        lean = rng.normal(0, 0.03, (len(spans), 2))
        proud = np.where(rng.random(len(spans)) < 0.55, rng.uniform(0.25, 0.75, len(spans)), 0.02)
        if rail and side > 0:
            proud = np.full(len(spans), 0.95)
        px = side * (width / 2 + 0.02)
        foot = np.stack([px + lean[:, 0], np.full(len(spans), -deck + depth), spans + lean[:, 1]], axis=1)
        head = np.stack([np.full(len(spans), px), -deck - proud, spans], axis=1)
        line = (
            foot[:, None] * (1 - np.linspace(0, 1, 6))[None, :, None]
            + head[:, None] * np.linspace(0, 1, 6)[None, :, None]
        )
        parts.append(rounds(line, rng.uniform(0.075, 0.1, len(spans)), GREY_WOOD, rng, sides=10, label="pier"))
        if rail and side > 0:
            parts.append(
                boards(
                    [[px, -deck - 0.93, spans[0]]],
                    [[px, -deck - 0.93, spans[-1]]],
                    UP,
                    0.11,
                    0.04,
                    GREY_WOOD,
                    rng,
                    rough=0.008,
                    points=9,
                    label="pier",
                )
            )
            parts.append(
                boards(
                    [[px, -deck - 0.5, spans[0]]],
                    [[px, -deck - 0.5, spans[-1]]],
                    [1, 0, 0],
                    0.09,
                    0.03,
                    GREY_WOOD,
                    rng,
                    rough=0.008,
                    points=9,
                    label="pier",
                )
            )
    cross = np.stack([np.full(len(spans), -width / 2 - 0.02), np.full(len(spans), -deck + 0.24), spans], axis=1)
    parts.append(boards(cross, cross * [-1, 1, 1], UP, 0.08, 0.16, GREY_WOOD, rng, label="pier"))
    coil = np.linspace(0, 6 * np.pi, 60)
    around = np.stack(
        [0.11 * np.cos(coil) + width / 2 + 0.02, -deck - 0.12 - coil * 0.005, 0.11 * np.sin(coil) + spans[-1]], axis=1
    )
    parts.append(rounds(around[None], 0.012, ROPE, rng, sides=5, label="pier"))
    return merge(parts, "pier", one_instance=True)


SOLE = 0.03
"""Metres above the waterline of the boards in a boat."""
THWART = 0.88
"""Share of the girth, from the keel to the gunwale, at which the benches of a rowing boat are."""


@made_as("boat")
def rowing_boat(
    rng: np.random.Generator, length: float = 3.8, color: RGB = (0.62, 0.2, 0.16), *, oars: bool = True
) -> Mesh:
    """A clinker-built rowing boat along z, its waterline at y = 0: strakes that overlap, ribs, thwarts, oars."""
    beam, depth, stations, strakes = length * 0.36, length * 0.15, 21, 6
    t = np.linspace(0, 1, stations)
    fullness = np.clip(np.sin(np.pi * np.clip(0.16 + 0.84 * t, 0, 1)) ** 0.55, 0, 1)
    fullness[-1] = 0.02  # the stem; at t = 0 there is a transom
    sheer = 0.1 * length * (0.25 + (2 * t - 0.85) ** 2 * 0.55)
    keel = depth * 0.55 * (1 - np.clip(t - 0.72, 0, 1) ** 2 * 9) * np.clip(0.75 + t, 0, 1)
    z = (t - 0.5) * length
    outside = painted_wood(color)
    inside = Material(
        "boat inside", "planks", ((0.55, 0.43, 0.3), (0.48, 0.37, 0.26), (0.3, 0.23, 0.16)), scale=0.12, wear=0.5
    )
    parts = []

    def section(level: float) -> tuple[np.ndarray, np.ndarray]:
        """Half width and y at a share 0 (keel) to 1 (gunwale) of the girth."""
        return beam / 2 * fullness * np.sin(level * np.pi / 2) ** 0.75, keel - (keel + sheer) * (
            1 - np.cos(level * np.pi / 2)
        ) ** 0.8

    for side in (-1.0, 1.0):
        for i in range(strakes):
            low, high = section(i / strakes), section((i + 1) / strakes)
            lip = 0.012 * (i < strakes - 1)
            for material, inset in ((outside, 0.0), (inside, 0.022)):
                a = np.stack(
                    [side * np.maximum(low[0] + (lip if inset == 0 else 0.0) - inset, 0.0), low[1] - inset * 0.4, z],
                    axis=1,
                )
                b = np.stack([side * np.maximum(high[0] - inset, 0.0), high[1] - inset * 0.2, z], axis=1)
                vertices = np.concatenate([a, b])
                k = np.arange(stations - 1)
                triangles = np.concatenate(
                    [np.stack([k, k + 1, k + stations], 1), np.stack([k + 1, k + stations + 1, k + stations], 1)]
                )
                if (side > 0) == (inset == 0):
                    triangles = triangles[:, ::-1]
                uv = np.concatenate(
                    [
                        np.stack([z, np.full(stations, i * 0.16)], 1),
                        np.stack([z, np.full(stations, i * 0.16 + 0.15)], 1),
                    ]
                )
                mesh = Mesh(f32(vertices), triangles, (material,), "boat", uv=f32(uv)).with_smooth_normals()
                shade = np.exp(rng.normal(0, 0.05)) * np.where(np.arange(2 * stations) < stations, 0.82, 1.0)
                parts.append(mesh.tinted(f32(np.repeat(shade[:, None], 3, axis=1))))
        rim = section(1.0)
        line = np.stack([side * (rim[0] - 0.008), rim[1] - 0.012, z], axis=1)
        parts.append(
            boards(
                line[:-1],
                line[1:] + f32([0, 0, 0.01]),
                UP,
                0.05,
                0.03,
                inside,
                rng,
                rough=0,
                twist=0,
                tone=0.02,
                points=2,
                label="boat",
            )
        )
    ribs = np.arange(2, stations - 3, 2)
    levels = np.linspace(0.02, 0.97, 9)
    for side in (-1.0, 1.0):
        curve = np.stack(
            [
                np.stack([side * (section(v)[0][ribs] - 0.035), section(v)[1][ribs] - 0.014, z[ribs]], axis=1)
                for v in levels
            ],
            axis=1,
        )
        parts.append(rounds(f32(curve), 0.014, inside, rng, sides=5, label="boat"))
    parts.append(_sole(section, z, inside))
    for x in (-0.22, -0.07, 0.08, 0.23):
        start, end = ([[x, -SOLE - 0.012, at]] for at in (z[3], z[-6]))
        parts.append(boards(start, end, UP, 0.13, 0.018, inside, rng, label="boat"))
    for at, wide in ((0.1, 0.34), (0.4, 0.22), (0.68, 0.22)):
        i = int(at * (stations - 1))
        half, y = section(THWART)[0][i] - 0.06, section(THWART)[1][i]
        parts.append(
            boards([[-half, y, z[i]]], [[half, y, z[i]]], UP, wide, 0.03, inside, rng, rough=0.003, label="boat")
        )
    back = np.array(
        [
            [s * section(v)[0][0], section(v)[1][0], z[0]]
            for s in (1.0, -1.0)
            for v in (np.linspace(0.05, 1, 8) if s > 0 else np.linspace(1, 0.05, 8))
        ]
    )
    fan = np.concatenate([back.mean(axis=0, keepdims=True), back])
    k = np.arange(1, len(fan))
    parts.append(Mesh(f32(fan), np.stack([np.zeros_like(k), k, np.roll(k, -1)], 1), (outside,), "boat"))
    stem = np.stack(
        [np.zeros(5), np.linspace(keel[-2] + 0.05, -sheer[-1] - 0.09, 5), z[-1] + np.linspace(-0.06, 0.02, 5)], axis=1
    )
    parts.append(
        boards(
            stem[:-1], stem[1:], [0, 0, 1], 0.05, 0.09, inside, rng, rough=0, twist=0, tone=0.03, points=2, label="boat"
        )
    )
    if oars:
        for side in (-1.0, 1.0):
            i = int(0.52 * (stations - 1))
            tip = f32([side * 0.14, section(0.8)[1][5] - 0.02, z[5]])
            grip = f32([side * (beam * 0.34), -sheer[i] - 0.12, z[-4]])
            parts.append(rounds(hanging(tip, grip, 0.02, 8)[None], 0.022, inside, rng, sides=7, label="boat"))
            blade = unit(tip - grip)
            parts.append(boards([tip], [tip + blade * 0.55], UP, 0.14, 0.018, inside, rng, label="boat"))
    prow = f32([0, -sheer[-1] - 0.03, z[-1] - 0.02])
    parts.append(
        rounds(
            hanging(prow, prow + f32([0.1, sheer[-1] + 0.3, 0.35]), 0.12)[None], 0.01, ROPE, rng, sides=5, label="boat"
        )
    )
    return merge(parts, "boat", one_instance=True)


def _sole(section: Callable[[float], tuple[np.ndarray, np.ndarray]], z: np.ndarray, wood: Material) -> Mesh:
    """The boards that one stands on in a boat, from side to side and above the waterline: no water is seen in it."""
    levels = np.linspace(0, 1, 41)
    half, y = (np.stack(each) for each in zip(*(section(level) for level in levels), strict=True))  # (levels, stations)
    width = np.array([np.interp(SOLE, -y[:, i], half[:, i]) for i in range(len(z))])
    width = np.maximum(width - 0.015, 0)  # within the strakes
    edge = np.stack([width, np.full(len(z), -SOLE), z], axis=1)
    vertices = np.concatenate([edge * (-1, 1, 1), edge])
    k, stations = np.arange(len(z) - 1), len(z)
    triangles = np.concatenate(
        [np.stack([k, k + 1, k + stations], 1), np.stack([k + 1, k + stations + 1, k + stations], 1)]
    )
    uv = np.stack([vertices[:, 2], vertices[:, 0]], axis=1)
    return Mesh(f32(vertices), triangles, (wood,), "boat", uv=f32(uv))


SAILS = (((0.74, 0.68, 0.56), (0.66, 0.6, 0.48)), ((0.5, 0.2, 0.11), (0.42, 0.16, 0.09)))
"""Colours of sailcloth: bleached canvas, and canvas tanned with bark as fishermen did."""


@made_as("sailboat")
def sailing_boat(rng: np.random.Generator, length: float = 7.0, color: RGB = (0.12, 0.2, 0.32)) -> Mesh:
    """A small sailing boat along z, its waterline at y = 0: an open hull, a mast with stays, mainsail and jib set."""
    hull = rowing_boat(rng, length, color, oars=False)
    height, foot = length * 1.05, length * 0.14
    spar = Material("spar", "wood", ((0.5, 0.36, 0.2), (0.42, 0.3, 0.17)), scale=0.3, wear=0.2)
    cloth = SAILS[int(rng.integers(len(SAILS)))]
    canvas = Material("sailcloth", "fabric", cloth, scale=0.4, variation=0.3, translucency=0.35)
    swing = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.12, 0.3))  # the boom's angle: the wind's side
    masthead, mast = f32([0, -height, foot]), f32([0, 0.2, foot])
    tack = f32([0, -0.16 * height, foot - 0.06])
    clew = tack + 0.46 * length * f32([np.sin(swing), 0, -np.cos(swing)])
    stem, stern = f32([0, -0.1 * length, 0.49 * length]), f32([0, -0.08 * length, -0.47 * length])
    parts = [
        hull,
        rounds(f32([mast, masthead])[None], 0.011 * length, spar, rng, sides=8, label="boat"),
        rounds(f32([tack, clew])[None], 0.008 * length, spar, rng, sides=7, label="boat"),
        rounds(f32([masthead, stem])[None], 0.008, ROPE, rng, sides=4, label="boat"),
        rounds(f32([masthead, stern])[None], 0.008, ROPE, rng, sides=4, label="boat"),
        _sail(tack, clew, masthead - f32([0, -0.05 * height, 0.04]), swing, canvas),
        _sail(stem + f32([0, -0.06 * height, -0.1]), tack + f32([np.sign(swing) * 0.3, 0, 0.1]),
              masthead * f32([1, 0.84, 1]) + f32([0, 0, 0.12]), swing, canvas),
    ]  # fmt: skip
    return merge(parts, "boat", one_instance=True)


def _sail(tack: np.ndarray, clew: np.ndarray, head: np.ndarray, swing: float, canvas: Material) -> Mesh:
    """A three-cornered sail (corners (3,)) that the wind has filled to one side."""
    steps = 12
    up, along = np.meshgrid(np.linspace(0, 1, steps + 1), np.linspace(0, 1, steps + 1), indexing="ij")
    low = tack + (clew - tack) * along[..., None]
    points = low + (head - low) * up[..., None]
    points[..., 0] += np.sign(swing) * 0.35 * np.sin(np.pi * along) * np.sin(np.pi * np.clip(up * 0.9 + 0.05, 0, 1))
    first = np.arange((steps + 1) ** 2).reshape(steps + 1, steps + 1)
    a, b, c, d = first[:-1, :-1], first[:-1, 1:], first[1:, 1:], first[1:, :-1]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    uv = f32(np.stack([along * np.linalg.norm(clew - tack), up * np.linalg.norm(head - tack)], -1).reshape(-1, 2))
    return Mesh(f32(points.reshape(-1, 3)), triangles, (canvas,), "boat", uv=uv).with_smooth_normals()


@made_as("bridge")
def wooden_bridge(
    rng: np.random.Generator, length: float = 7.0, width: float = 1.7, *, arch: float = 0.5, color: RGB | None = None
) -> Mesh:
    """A footbridge along z, both ends at y = 0, its middle `arch` metres higher, with handrails; grey or painted."""
    wood = GREY_WOOD if color is None else painted_wood(color)
    rows = np.linspace(-length / 2, length / 2, int(length / 0.16))
    rise = -arch * (1 - (2 * rows / length) ** 2)
    half = width / 2 + rng.normal(0, 0.02, (len(rows), 2))
    starts = np.stack([-half[:, 0], rise, rows], axis=1)
    ends = np.stack([half[:, 1], rise + rng.normal(0, 0.005, len(rows)), rows], axis=1)
    parts = [boards(starts, ends, UP, 0.148, 0.035, wood, rng, sag=0.004, rough=0.002, tone=0.18, label="bridge")]
    curve_z = np.linspace(-length / 2, length / 2, 15)
    curve_y = -arch * (1 - (2 * curve_z / length) ** 2)
    posts = np.arange(0, 15, 2)
    for side in (-1, 1):
        x = side * (width / 2 - 0.08)
        for y, wide, thick in ((0.12, 0.1, 0.2), (-0.98, 0.1, 0.05), (-0.55, 0.04, 0.09)):
            line = np.stack([np.full(15, x), curve_y + y, curve_z], axis=1)
            parts.append(
                boards(
                    line[:-1],
                    line[1:],
                    UP,
                    wide,
                    thick,
                    wood,
                    rng,
                    rough=0.002,
                    twist=0.004,
                    tone=0.03,
                    points=2,
                    label="bridge",
                )
            )
        foot = np.stack([np.full(len(posts), x), curve_y[posts] + 0.2, curve_z[posts]], axis=1)
        head = foot - [0, 1.25, 0] + rng.normal(0, 0.012, foot.shape)
        parts.append(boards(foot, head, [1, 0, 0], 0.09, 0.09, wood, rng, label="bridge"))
    return merge(parts, "bridge", one_instance=True)


@made_as("bridge")
def stone_bridge(rng: np.random.Generator, length: float = 10.0, width: float = 3.0, height: float = 2.4) -> Mesh:
    """A humpbacked bridge along z with one arch; y = 0 is the ground at both ends, the arch opens below it."""
    material = Material(
        "bridge stone",
        "stone",
        ((0.55, 0.52, 0.46), (0.47, 0.44, 0.4), (0.3, 0.28, 0.25)),
        scale=0.45,
        bump=0.02,
        wear=0.7,
    )
    paving = Material(
        "bridge paving",
        "cobble",
        ((0.5, 0.47, 0.42), (0.42, 0.4, 0.36), (0.25, 0.23, 0.2)),
        scale=0.18,
        bump=0.015,
        wear=0.6,
    )
    steps = 33
    z = np.linspace(-length / 2, length / 2, steps)
    deck = -height * 0.42 * np.clip(1 - (2 * z / length) ** 2, 0, 1)
    span = length * 0.34
    inside = np.clip(1 - (z / span) ** 2, 0, 1) ** 0.5
    soffit = np.where(inside > 0, height * 0.75 - inside * (height * 1.05), height)
    parts = []
    for side in (-1.0, 1.0):
        x = side * width / 2
        top, low = np.stack([np.full(steps, x), deck - 0.75, z], 1), np.stack([np.full(steps, x), soffit, z], 1)
        parts.append(_ribbon(top, low, material))
        inner = top - f32([side * 0.35, 0, 0])
        parts.append(_ribbon(top + f32([side * 0.05, -0.08, 0]), inner - f32([side * 0.05, 0.08, 0]), material))
        parts.append(_ribbon(inner, inner + f32([0, 0.78, 0]), material))
    parts.append(
        _ribbon(
            np.stack([np.full(steps, -width / 2), soffit, z], 1),
            np.stack([np.full(steps, width / 2), soffit, z], 1),
            material,
        )
    )
    parts.append(
        _ribbon(
            np.stack([np.full(steps, -width / 2 + 0.3), deck, z], 1),
            np.stack([np.full(steps, width / 2 - 0.3), deck, z], 1),
            paving,
        )
    )
    return merge(parts, "bridge", one_instance=True).tinted(np.exp(rng.normal(0, 0.06)))


def _ribbon(first: np.ndarray, second: np.ndarray, material: Material) -> Mesh:
    """A strip between two lines (P, 3)."""
    count = len(first)
    k = np.arange(count - 1)
    triangles = np.concatenate([np.stack([k, k + 1, k + count], 1), np.stack([k + 1, k + count + 1, k + count], 1)])
    u = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(first, axis=0), axis=1))])
    across = np.linalg.norm(second - first, axis=1)
    uv = np.concatenate([np.stack([u, np.zeros(count)], 1), np.stack([u, across], 1)])
    return Mesh(f32(np.concatenate([first, second])), triangles, (material,), "bridge", uv=f32(uv))


@made_as("mooring post")
def mooring_post(rng: np.random.Generator, height: float = 1.0) -> Mesh:
    """A stout post with an iron ring, in the water beside a pier."""
    line = np.linspace([0, 1.5, 0], [rng.normal(0, 0.03), -height, rng.normal(0, 0.03)], 7)
    turn = np.linspace(0, 2 * np.pi, 13)
    ring = np.stack([0.12 * np.cos(turn), -height * 0.7 + 0 * turn, 0.12 * np.sin(turn)], axis=1)
    return merge(
        [
            rounds(line[None], 0.1, GREY_WOOD, rng, label="pier"),
            rounds(ring[None], 0.012, IRON, rng, sides=5, label="pier"),
        ],
        "pier",
        one_instance=True,
    )
