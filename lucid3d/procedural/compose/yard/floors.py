"""What lies on the ground and is cut into it: floors with kerbs, basins with walls, walls, a street."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.dressing import STUFF, in_colour
from lucid3d.procedural.compose.settlement.curve import strip
from lucid3d.procedural.compose.yard.footprints import Footprint
from lucid3d.procedural.compose.yard.recipe import Area, Basin, Floor, Rect, Street, Wall
from lucid3d.procedural.compose.yard.surfaces import SURFACES
from lucid3d.procedural.compose.yard.work import Work
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.noise import smoothstep
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.place import EYE_HEIGHT

SHORE = 160.0
"""Metres over which far land slopes down to a basin: a wall there would be a cliff as high as the hills."""
FACET = 0.6
"""Metres of a facet of a round rim."""
SEEN = 110.0
"""Metres from the start up to which the rim of a basin is walled: the sea has no other side."""
BEHIND_START = 6.0
"""Metres from the beginning of a street's line to that of what is drawn of it."""
BEHIND = 0.012
"""Share of the distance by which the ground drops behind a basin's wall, where its mesh is coarse."""


def outline(area: Area) -> NDArray[np.float64]:
    """Corners (N, 2) of an area, counter-clockwise seen from above."""
    if area.disc is not None:
        x, z, r = area.disc
        turn = np.linspace(0, 2 * np.pi, max(12, round(2 * np.pi * r / FACET)), endpoint=False)
        return np.stack([x + r * np.sin(turn), z + r * np.cos(turn)], axis=1)
    assert area.rect is not None
    x0, z0, x1, z1 = area.rect
    return np.array([[x0, z0], [x0, z1], [x1, z1], [x1, z0]], np.float64)


def distance_in(area: Area, x: Floats, z: Floats) -> Floats:
    """Metres inside an area, negative outside."""
    if area.disc is not None:
        cx, cz, r = area.disc
        return np.asarray(r - np.hypot(x - cx, z - cz))
    assert area.rect is not None
    x0, z0, x1, z1 = area.rect
    return np.asarray(
        np.minimum(np.minimum(x - min(x0, x1), max(x0, x1) - x), np.minimum(z - min(z0, z1), max(z0, z1) - z))
    )


def floor(item: Floor, work: Work) -> None:
    """A floor, and the kerb about it; basins are left out of it."""
    for basin in work.yard.basins:
        pieces = _around(item.rect, basin.rect)
        if pieces is not None:
            for piece in pieces:
                floor(replace(item, rect=piece, edge=""), work)
            return
    material = SURFACES[item.material]
    y = EYE_HEIGHT - item.up
    ring = outline(item) * (work.side, 1.0)
    vertices = np.stack([ring[:, 0], np.full(len(ring), y), ring[:, 1]], axis=1)
    middle = ring.mean(axis=0)
    if item.disc is not None and item.material == "raked gravel":  # raked round, not along
        raise_ = [[middle[0], y, middle[1]]]
        vertices = np.concatenate([vertices, raise_])
    uv = vertices[:, [2, 0]] if item.turn else vertices[:, [0, 2]]
    k = np.arange(len(ring))
    if len(vertices) > len(ring):
        triangles = np.stack([np.full(len(ring), len(ring)), k, (k + 1) % len(ring)], axis=1)
    else:
        triangles = np.stack([np.zeros(len(ring) - 2, int), k[1:-1], k[2:]], axis=1)
    work.add(Mesh(vertices.astype(np.float32), triangles, (material,), item.label, uv=(uv + 500.0).astype(np.float32)))
    if item.edge:
        rim(work, ring, SURFACES[item.edge], item.edge_width, y, item.edge_height, label=item.label)


def _around(rect: Rect | None, hole: Rect | None) -> list[Rect] | None:
    """What is left of a rectangle about a hole that lies in it; None where they have nothing in common."""
    if rect is None or hole is None:
        return None
    x0, z0, x1, z1 = min(rect[0], rect[2]), min(rect[1], rect[3]), max(rect[0], rect[2]), max(rect[1], rect[3])
    a0, b0, a1, b1 = min(hole[0], hole[2]), min(hole[1], hole[3]), max(hole[0], hole[2]), max(hole[1], hole[3])
    if a0 >= x1 - 0.1 or a1 <= x0 + 0.1 or b0 >= z1 - 0.1 or b1 <= z0 + 0.1:
        return None
    pieces = [
        (x0, z0, x1, b0),
        (x0, b1, x1, z1),
        (x0, max(b0, z0), a0, min(b1, z1)),
        (a1, max(b0, z0), x1, min(b1, z1)),
    ]
    return [p for p in pieces if p[2] - p[0] > 0.1 and p[3] - p[1] > 0.1]


def rim(
    work: Work, ring: NDArray[np.float64], material: Material, width: float, y: float, height: float, *, label: str
) -> None:
    """Stones along a closed line (N, 2) of x and z: from `y` (and a little below) up by `height`."""
    parts = Parts()
    for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        a, b = _clipped(a, b)
        length = float(np.hypot(*(b - a)))
        if length < 1e-3:
            continue
        pieces = max(1, round(length / 1.1)) if length > 1.5 else 1
        yaw = math.atan2(b[0] - a[0], b[1] - a[1])
        for t in (np.arange(pieces) + 0.5) / pieces:
            x, z = a + (b - a) * t
            tint = float(work.rng.uniform(0.9, 1.08))
            parts.box(
                (x, y - height / 2 + 0.08, z),
                (width, height + 0.16, length / pieces + 0.01 - 0.02 * (pieces > 1)),
                material,
                yaw=yaw,
                tint=tint,
            )
    if len(parts):
        work.add(parts.mesh(label))


def _clipped(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The part of a side that lies near the start along each axis."""
    steps = np.linspace(0, 1, 200)
    points = a + (b - a) * steps[:, None]
    near = np.flatnonzero(np.abs(points).max(axis=1) < SEEN)
    return (points[near[0]], points[near[-1]]) if len(near) else (a, a)


def carved(basins: tuple[Basin, ...], side: float, x: Floats, z: Floats, y: Floats) -> Floats:
    """y of the ground with basins cut into it; it drops behind their walls, and far away slopes down to a shore."""
    away = np.hypot(x, z)
    wild = smoothstep(SEEN, 2 * SEEN, away)
    for basin in basins:
        deep = distance_in(basin, x * side, z)
        back = 0.3 + BEHIND * away if basin.wall else 0.0
        bed = EYE_HEIGHT + basin.depth
        shore = y + (bed - y) * wild * (1 - smoothstep(0.0, SHORE, -deep - back))
        y = np.where(deep > -back, bed, shore)
    return y


def basin_walls(basin: Basin, work: Work) -> None:
    """The walls of a basin down to its floor, and the stones of its rim."""
    ring = outline(basin) * (work.side, 1.0)
    top, bottom = EYE_HEIGHT - 0.02, EYE_HEIGHT + basin.depth + 0.05
    parts = Parts()
    if basin.wall:
        material = SURFACES[basin.wall]
        for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            a, b = _clipped(a, b)
            if np.hypot(*(b - a)) > 1e-3:
                parts.quad([[a[0], top, a[1]], [b[0], top, b[1]], [b[0], bottom, b[1]], [a[0], bottom, a[1]]], material)
        bed = outline(basin) * (work.side, 1.0)
        if basin.disc is not None or max(abs(v) for v in basin.rect or ()) < 60:
            k = np.arange(1, len(bed) - 1)
            points = np.stack([bed[:, 0], np.full(len(bed), bottom - 0.06), bed[:, 1]], axis=1).astype(np.float32)
            work.add(
                Mesh(
                    points,
                    np.stack([0 * k, k, k + 1], axis=1),
                    (material,),
                    "ground",
                    uv=points[:, [0, 2]] + np.float32(300),
                    thing=basin.thing,
                )
            )
        walls = parts.mesh("wall")
        walls.thing = basin.thing
        work.add(walls)
    if basin.coping:
        out = (distance_in(basin, *(ring.mean(axis=0) * (work.side, 1.0))) > 0) * basin.rim / 2
        grown = ring + _outwards(ring) * out
        rim(work, grown, SURFACES[basin.coping], basin.rim, EYE_HEIGHT, 0.07, label="path")
    for one in _area_prints(basin, work.side):
        work.taken.take(one)


def _outwards(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    off = ring - ring.mean(axis=0)
    if len(ring) == 4:
        return np.asarray(np.sign(off), np.float64)
    return np.asarray(off / np.maximum(np.hypot(off[:, 0], off[:, 1]), 1e-9)[:, None])


def _area_prints(area: Area, side: float) -> list[Footprint]:
    if area.disc is not None:
        x, z, r = area.disc
        return [Footprint(x * side, z, r * 0.75, r * 0.75, yaw) for yaw in (0.0, math.pi / 4)]
    assert area.rect is not None
    x0, z0, x1, z1 = area.rect
    return [Footprint((x0 + x1) / 2 * side, (z0 + z1) / 2, abs(x1 - x0) / 2, abs(z1 - z0) / 2)]


def wall(item: Wall, work: Work) -> None:
    """A wall along its line, with its top and its gate."""
    brief, material = work.brief, SURFACES[item.material]
    if item.word and item.word in brief.without:
        return
    if item.word:
        material = STUFF.get(brief.material(item.word), material)
        if brief.colour(item.word) in palette.COLOURS:
            material = in_colour(material, palette.named(brief.colour(item.word)))
    corners = np.array(item.line, np.float64) * (work.side, 1.0)
    for k, (a, b) in enumerate(itertools.pairwise(corners)):
        mesh = wall_piece(item, a, b, material, work, gate=item.gate if k == 0 else None)
        mesh.thing = "wall" if item.label == "wall" else ""
        work.add(mesh)
        length = float(np.hypot(*(b - a)))
        ax = (b - a) / max(length, 1e-9)
        yaw = math.atan2(-ax[1], ax[0])
        cuts = (
            [(0.0, length)]
            if k or item.gate is None
            else [(0.0, item.gate[0] - item.gate[1] / 2), (item.gate[0] + item.gate[1] / 2, length)]
        )
        for low, high in cuts:
            middle = a + ax * (low + high) / 2
            one = Footprint(float(middle[0]), float(middle[1]), (high - low) / 2, item.thick / 2, yaw)
            work.taken.take(one)
            work.site.keep_out += one.circles()
        work.made[item.word] = work.made.get(item.word, 0) + 1


def wall_piece(
    item: Wall,
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    material: Material,
    work: Work,
    *,
    gate: tuple[float, float] | None,
) -> Mesh:
    """One straight piece from `a` (2,) to `b` (2,), x and z, in world coordinates."""
    parts, length = Parts(), float(np.hypot(*(b - a)))
    high, thick = item.height, item.thick

    def block(low: float, up: float, left: float, right: float, stuff: Material, wide: float = 1.0) -> None:
        parts.box(((left + right) / 2, -(low + up) / 2, 0), (right - left, up - low, thick * wide), stuff, grain=-2)

    if gate is None:
        block(-0.5, high, 0, length, material)
    else:
        at, width = gate
        left, right, spring = at - width / 2, at + width / 2, min(high * 0.45, 2.6)
        block(-0.5, high, 0, left, material)
        block(-0.5, high, right, length, material)
        steps = 9
        for i in range(steps):  # a round arch of flat pieces
            x0, x1 = left + width * i / steps, left + width * (i + 1) / steps
            rise = math.sqrt(max(0.0, 1 - ((x0 + x1) / width - 2 * at / width) ** 2)) * width / 2
            block(min(spring + rise, high - 0.4), high, x0, x1, material)
        for x in (left, right):
            block(0, spring, x - 0.25, x + 0.25, palette.GRANITE, 1.15)
    if item.top == "coping":
        block(high, high + 0.12, -0.05, length + 0.05, palette.GRANITE, 1.3)
    elif item.top == "tiles":
        parts.box((length / 2, -high - 0.06, 0), (length + 0.2, 0.14, thick * 1.3), palette.BEAM)
        for s in (-1.0, 1.0):
            edge, ridge = s * thick * 1.15, -high - 0.45
            parts.quad(
                [
                    [-0.1, ridge, 0],
                    [length + 0.1, ridge, 0],
                    [length + 0.1, -high - 0.1, edge],
                    [-0.1, -high - 0.1, edge],
                ],
                palette.make("grey tiles", "roof_tile", "#5d6266", "#6b7075", "#3b3e41", scale=0.24, bump=0.03),
            )
    elif item.top == "battlements":
        for x in np.arange(0.0, length - 0.6, 1.5):
            parts.box((x + 0.45, -high - 0.4, thick * 0.3), (0.9, 0.9, thick * 0.4), material, grain=-2)
        block(high - 0.12, high + 0.02, 0, length, palette.GRANITE, 1.08)
    ax = (b - a) / max(length, 1e-9)
    yaw = math.atan2(-ax[1], ax[0])
    base = EYE_HEIGHT if work.yard.raised else work.ground(*((a + b) / 2).tolist())
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
    matrix[:3, 3] = np.array([a[0], base, a[1]])
    return parts.mesh(item.label).transformed(matrix)


def street(item: Street, work: Work) -> None:
    """The carriageway with its crown, kerb stones and pavements."""
    curve = work.curve
    assert curve is not None
    half, level = item.width / 2, EYE_HEIGHT
    gutter, end, start = level + item.crown, curve.end, max(curve.start, item.start + BEHIND_START)
    surface, side = SURFACES[item.surface], SURFACES[item.pavement_material]
    if SURFACES[item.surface].pattern == "road":
        work.add(strip(curve, start, end, -half, half, (level, level), surface, middle=True))
    else:
        work.add(strip(curve, start, end, -half, 0, (gutter, level), surface))
        work.add(strip(curve, start, end, 0, half, (level, gutter), surface))
    if not item.pavement:
        for near, far in ((-half - 3.0, -half), (half, half + 3.0)):
            work.add(strip(curve, start, end, near, far, (gutter, gutter), surface))
        return
    top = gutter - item.kerb if item.kerb else level - 0.012
    kerb = 0.16 if item.kerb else 0.0
    for s in (-1.0, 1.0):
        near, far = sorted((s * (half + kerb), s * (half + item.pavement + 3.0)))
        work.add(strip(curve, start, end, near, far, (top, top), side))
    if item.kerb:
        work.add(_kerbs(work, half, top, start, end, SURFACES[item.kerb_material]))


def _kerbs(work: Work, half: float, top: float, start: float, end: float, material: Material) -> Mesh:
    """Kerb stones one by one, each a little off."""
    parts, rng, curve = Parts(), work.rng, work.curve
    assert curve is not None
    for side in (-1.0, 1.0):
        s = start
        while s < end:
            length = float(rng.uniform(0.8, 1.15)) * (1.0 if s < 40 else 3.0)
            a, b = curve.at(s, side * (half + 0.08)), curve.at(s + length - 0.015, side * (half + 0.08))
            middle = (a + b) / 2
            yaw = float(np.arctan2(b[0] - a[0], b[1] - a[1]))
            up = float(rng.uniform(-0.008, 0.008))
            parts.box(
                (middle[0], top + 0.14 + up, middle[1]),
                (0.17, 0.3, length - 0.015),
                material,
                yaw=yaw,
                tint=float(rng.uniform(0.85, 1.12)),
            )
            s += length
    return parts.mesh("road")
