"""A street in an old town: rows of houses along a bend, cobbles and kerbs, a square behind, a church at the end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.buildings import details
from lucid3d.procedural.assets.buildings.houses import House
from lucid3d.procedural.assets.buildings.landmarks import church
from lucid3d.procedural.assets.buildings.townhouses import town_style, townhouse
from lucid3d.procedural.assets.props import street_things as things
from lucid3d.procedural.compose.settlement.context import DARK_TIMES, finish, hills, lamp_color, lit_share, wall_for
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, instances, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.language.brief import Brief

KERB = 0.12
"""Height of the pavement above the gutter, metres."""


class Curve:
    """The middle line of a street: x as a function of z, with distances measured along it."""

    def __init__(self, bend: Callable[[NDArray[np.float64]], NDArray[np.float64]], start: float, end: float) -> None:
        z = np.linspace(start, end, 400)
        x = bend(z)
        steps = np.hypot(np.diff(x), np.diff(z))
        self._s = np.concatenate([[0.0], np.cumsum(steps)])
        self._s -= np.interp(0.0, z, self._s)  # the start camera is at s = 0
        self._x, self._z = x, z
        self.start, self.end = float(self._s[0]), float(self._s[-1])

    def at(self, s: float | NDArray[np.float64], offset: float = 0.0) -> NDArray[np.float64]:
        """(..., 2) x, z at distance s along the line and `offset` metres to its right."""
        s = np.asarray(s, np.float64)
        x, z = np.interp(s, self._s, self._x), np.interp(s, self._s, self._z)
        dx = np.interp(s + 0.5, self._s, self._x) - np.interp(s - 0.5, self._s, self._x)
        dz = np.interp(s + 0.5, self._s, self._z) - np.interp(s - 0.5, self._s, self._z)
        length = np.maximum(np.hypot(dx, dz), 1e-9)
        return np.stack([x + offset * dz / length, z - offset * dx / length], axis=-1)

    def yaw(self, s: float) -> float:
        """The direction of the street at s, radians; 0 = +z, positive = to the right."""
        a, b = self.at(s - 0.5), self.at(s + 0.5)
        return float(np.arctan2(b[0] - a[0], b[1] - a[1]))


def strip(
    curve: Curve, start: float, end: float, left: float, right: float, y: tuple[float, float], material: Material
) -> Mesh:
    """A band of ground along the street between two offsets, with y at its left and right edge."""
    s = np.linspace(start, end, max(2, int((end - start) / 1.0)))
    a, b = curve.at(s, left), curve.at(s, right)
    count = len(s)
    vertices = np.empty((count, 2, 3))
    vertices[:, 0, 0], vertices[:, 0, 2], vertices[:, 0, 1] = a[:, 0], a[:, 1], y[0]
    vertices[:, 1, 0], vertices[:, 1, 2], vertices[:, 1, 1] = b[:, 0], b[:, 1], y[1]
    uv = np.empty((count, 2, 2))
    uv[..., 0] = s[:, None] + 200.0
    uv[:, 0, 1], uv[:, 1, 1] = left + 200.0, right + 200.0
    i = np.arange(count - 1) * 2
    triangles = np.concatenate([np.stack([i, i + 2, i + 1], 1), np.stack([i + 1, i + 2, i + 3], 1)])
    return Mesh(
        vertices.reshape(-1, 3).astype(np.float32),
        triangles,
        (material,),
        "road",
        uv=uv.reshape(-1, 2).astype(np.float32),
    )


def house_matrix(curve: Curve, s: float, width: float, offset: float, y: float) -> NDArray[np.float64]:
    """Where a row house of `width` stands whose frontage begins at s: right of the street if `offset` > 0."""
    near, far = curve.at(s, offset), curve.at(s + width, offset)
    origin, other = (far, near) if offset > 0 else (near, far)
    direction = (other - origin) / max(float(np.linalg.norm(other - origin)), 1e-9)
    return placement([origin[0], y, origin[1]], yaw=float(np.arctan2(-direction[1], direction[0])))


def lamp_at(
    matrix: NDArray[np.float64],
    spot: tuple[float, float, float],
    color: tuple[float, float, float],
    reach: float = 14.0,
) -> Lamp:
    """A lamp at a spot of something that stands at `matrix`."""
    x, y, z = (matrix @ np.array([*spot, 1.0]))[:3]
    return Lamp((float(x), float(y), float(z)), color, radius=0.2, reach=reach)


def town_street(brief: Brief, rng: np.random.Generator) -> Place:
    """A bending street of three to four storeys; the start stands in the middle of it, a square lies behind."""
    dark = brief.time in DARK_TIMES
    lit = lit_share(brief)
    half, road = rng.uniform(4.3, 5.0), rng.uniform(2.5, 2.9)
    bend = rng.choice([-1.0, 1.0]) * rng.uniform(0.9, 1.3)
    curve = Curve(lambda z: bend * 10.0 * (1 - np.cos(np.clip(z - 4, 0, 200) / 34.0)), -20.0, 84.0)
    place = Place(ground_color=(0.17, 0.155, 0.13), sun_azimuth=float(rng.choice([-0.55, 0.5])))
    ground = EYE_HEIGHT
    gutter = ground + 0.06
    pavement = gutter - KERB
    end = curve.end
    cobbles = palette.COBBLES
    place.meshes += [
        strip(curve, -14, end, -road, 0, (gutter, ground), cobbles),
        strip(curve, -14, end, 0, road, (ground, gutter), cobbles),
        strip(curve, -14, end, -half - 3.0, -road - 0.16, (pavement, pavement), palette.FLAGSTONES),
        strip(curve, -14, end, road + 0.16, half + 3.0, (pavement, pavement), palette.FLAGSTONES),
    ]
    place.meshes.append(_kerbs(curve, road, pavement, end, rng))
    for side in (-1.0, 1.0):
        _row(place, curve, side * half, pavement, brief, lit, rng)
    _square(place, brief, rng, ground, lit)
    closing = church(rng, style=brief.style)
    at = curve.at(end - 4.0)
    spot = placement([at[0], pavement, at[1] + 6.0], yaw=curve.yaw(end - 4.0) + rng.uniform(-0.15, 0.15))
    place.meshes.append(closing.mesh.transformed(spot))
    if brief.wants("lamp", True):
        _lamps(place, curve, road + 0.45, pavement, dark, rng)
    _clutter(place, curve, half, road, pavement, brief, rng)
    if brief.wants("lamp", dark or brief.mood in ("romantic", "magical", "cheerful")):
        for s in np.arange(3.0, 36.0, 6.5):
            a, b = curve.at(s, -half), curve.at(s + rng.uniform(-2, 2), half)
            high = rng.uniform(4.6, 5.6)
            place.meshes.append(
                things.string_lights(np.array([a[0], ground - high, a[1]]), np.array([b[0], ground - high, b[1]]), dark)
            )
            if dark:
                middle = (a + b) / 2
                place.lamps.append(Lamp((middle[0], ground - high + 0.9, middle[1]), lamp_color(5.0), 0.5, 12.0, False))
    place.terrain = hills(brief, rng, flat=150.0, level=ground + 0.35)
    return finish(place, brief)


def _kerbs(curve: Curve, road: float, pavement: float, end: float, rng: np.random.Generator) -> Mesh:
    """Kerb stones one by one, each a little off."""
    parts = Parts()
    for side in (-1.0, 1.0):
        s = -14.0
        while s < end:
            length = rng.uniform(0.8, 1.15)
            a, b = curve.at(s, side * (road + 0.08)), curve.at(s + length - 0.015, side * (road + 0.08))
            middle = (a + b) / 2
            yaw = float(np.arctan2(b[0] - a[0], b[1] - a[1]))
            parts.box(
                (middle[0], pavement + 0.14 + rng.uniform(-0.008, 0.008), middle[1]),
                (0.17, 0.3, length - 0.015),
                palette.KERB,
                yaw=yaw,
                tint=rng.uniform(0.85, 1.12),
            )
            s += length
    return parts.mesh("kerb")


def _row(
    place: Place, curve: Curve, offset: float, y: float, brief: Brief, lit: float, rng: np.random.Generator
) -> None:
    s = -11.0 + rng.uniform(-1, 1)
    last_wall: Material | None = None
    high = int(brief.size("house") * 3)
    while s < curve.end - 8:
        width = float(rng.uniform(5.0, 8.6))
        style = town_style(rng, lit, wall_for(brief, rng, "house"))
        for _ in range(4):  # neighbours of one colour look like one long house
            if style.wall is not last_wall:
                break
            style = town_style(rng, lit, wall_for(brief, rng, "house"))
        last_wall = style.wall
        far = s > 45
        storeys = int(np.clip(high + rng.integers(-1, 2), 2, 5))
        made = townhouse(rng, width, style=style, storeys=storeys, shop=rng.random() < 0.45, plain=far)
        matrix = house_matrix(curve, s, width, offset, y)
        place.meshes.append(made.mesh.transformed(matrix))
        if lit and s < 40:
            place.lamps += [lamp_at(matrix, spot, lamp_color(6.0), 8.0) for spot in made.lamps]
        s += width + (rng.uniform(1.4, 2.2) if rng.random() < 0.08 else 0.0)  # now and then an alley


def _square(place: Place, brief: Brief, rng: np.random.Generator, ground: float, lit: float) -> None:
    """The square behind the start: a ring of houses, a fountain, stalls, tubs with trees."""
    centre = np.array([0.0, -31.0])
    radius = 19.5
    floor = Parts()
    floor.quad(
        [[-34, ground + 0.055, -62], [34, ground + 0.055, -62], [34, ground + 0.055, -11], [-34, ground + 0.055, -11]],
        palette.COBBLES,
    )
    place.meshes.append(floor.mesh("road"))
    angle = 0.42
    while angle < 2 * np.pi - 0.55:
        width = float(rng.uniform(6.0, 9.0))
        step = 2 * np.arcsin(min(0.9, width / 2 / radius))
        a, b = angle, angle + step
        corner = centre + radius * np.array([np.sin(a), np.cos(a)])
        other = centre + radius * np.array([np.sin(b), np.cos(b)])
        direction = (other - corner) / np.linalg.norm(other - corner)
        matrix = placement([corner[0], ground - 0.02, corner[1]], yaw=float(np.arctan2(-direction[1], direction[0])))
        style = town_style(rng, lit, wall_for(brief, rng, "house"))
        made = townhouse(rng, width, style=style, storeys=int(rng.integers(3, 5)), shop=rng.random() < 0.6)
        place.meshes.append(made.mesh.transformed(matrix))
        angle += step
    if brief.wants("fountain", True):
        place.meshes.append(things.fountain(rng).transformed(placement([centre[0], ground + 0.05, centre[1] + 4])))
    for k in range(brief.count("stall", 3)):
        spot = placement(
            [-9.5 + 4.6 * (k % 6), ground + 0.05, -19.5 - 3.5 * (k // 6) + rng.uniform(-0.6, 0.6)],
            yaw=np.pi + rng.uniform(-0.15, 0.15),
        )
        place.meshes.append(things.stall(rng, lit > 0).transformed(spot))
        if lit:
            place.lamps.append(lamp_at(spot, (0.0, -1.9, -0.2), lamp_color(5.0), 7.0))
    if brief.wants("trees", True):
        tub = things.planter(rng)
        spots = [
            placement([centre[0] + 8.5 * np.sin(t), ground + 0.05, centre[1] + 4 + 8.5 * np.cos(t)], yaw=t)
            for t in np.arange(6) * np.pi / 3 + 0.5
        ]
        place.meshes.append(instances(tub, spots, tints=rng.uniform(0.85, 1.1, (6, 1)).repeat(3, 1)))
    for t in (0.9, 2.4, 4.0, 5.5)[: brief.count("bench", 4)]:
        spot = placement([centre[0] + 4.6 * np.sin(t), ground + 0.055, centre[1] + 4 + 4.6 * np.cos(t)], yaw=t)
        place.meshes.append(things.bench().transformed(spot))


def _lamps(place: Place, curve: Curve, offset: float, y: float, dark: bool, rng: np.random.Generator) -> None:
    post = details.street_lamp(dark)
    matrices = []
    for i, s in enumerate(np.arange(4.5, curve.end - 12, 11.0)):
        at = curve.at(s + rng.uniform(-0.4, 0.4), offset if i % 2 else -offset)
        matrices.append(placement([at[0], y, at[1]], yaw=rng.uniform(0, 1)))
        if dark:
            place.lamps.append(Lamp((at[0], y - 3.85, at[1]), lamp_color(42.0), 0.25, 26.0, bool(s < 40)))
    for x, z in ((-9.0, -22.0), (9.0, -22.0), (-9.0, -36.0), (9.0, -36.0)):
        matrices.append(placement([x, EYE_HEIGHT + 0.05, z]))
        if dark:
            place.lamps.append(Lamp((x, EYE_HEIGHT - 3.8, z), lamp_color(42.0), 0.25, 26.0, False))
    place.meshes.append(instances(post, matrices))


def _clutter(
    place: Place, curve: Curve, half: float, road: float, y: float, brief: Brief, rng: np.random.Generator
) -> None:
    """Cafe tables, pots, crates, bicycles, signs, bollards along the walls; a drain at one's feet."""

    def put(mesh: Mesh, s: float, offset: float, turn: float = 0.0, up: float = 0.0) -> None:
        at = curve.at(s, offset)
        place.meshes.append(mesh.transformed(placement([at[0], y - up, at[1]], yaw=curve.yaw(s) + turn)))

    side = float(rng.choice([-1.0, 1.0]))
    for i in range(3):
        put(things.cafe_table(rng, parasol=i != 1), 2.6 + 2.1 * i, side * (road + 1.05), rng.uniform(0, 6))
    for s in np.arange(-6, 50, 3.1):
        which = rng.random()
        edge = float(rng.choice([-1.0, 1.0]))
        close = edge * (half - 0.34)
        if which < 0.42:
            pot = details.flower_pot(rng, rng.uniform(0.26, 0.42))
            put(pot, s, close)
            if rng.random() < 0.5:
                put(details.flower_pot(rng, rng.uniform(0.2, 0.3)), s + 0.5, close + edge * 0.05)
        elif which < 0.55:
            put(details.barrel(), s, close - edge * 0.08)
            put(details.crate(), s + 0.72, close - edge * 0.05, 0.2)
        elif which < 0.68:
            put(things.bicycle(rng), s, close, np.pi / 2)
        elif which < 0.76:
            put(things.bench(), s, close - edge * 0.05, -np.pi / 2 if edge < 0 else np.pi / 2)
    for s in np.arange(2, 60, 7.3):
        edge = float(rng.choice([-1.0, 1.0]))
        put(things.hanging_sign(rng), s + rng.uniform(-1, 1), edge * half, edge * np.pi / 2, up=3.1)
    for k in range(brief.count("cart", 0)):
        put(details.barrel(), 5.0 + 3 * k, -side * (road - 0.6))
    for k in range(min(brief.count("car", 0), 8)):
        put(things.car(rng, brief.time in DARK_TIMES), 9.0 + 6.5 * k, -side * (road - 0.9), np.pi / 2)
    for k in range(brief.count("barrel", 0)):
        put(details.barrel(), 1.8 + 0.8 * k, -side * (road + 0.9))
    post = things.bollard()
    spots = []
    for x in np.arange(-half + 0.7, half - 0.5, 1.5):
        spots.append(placement([x, y + 0.12, -11.2]))
    place.meshes.append(instances(post, spots))
    drain = Parts()
    for k in range(9):
        drain.box((road * 0.55, EYE_HEIGHT + 0.035, 1.15 + 0.055 * k), (0.42, 0.02, 0.028), palette.IRON)
    drain.box((road * 0.55, EYE_HEIGHT + 0.045, 1.37), (0.5, 0.02, 0.56), palette.IRON, tint=0.4)
    place.meshes.append(drain.mesh("road"))


__all__ = ["Curve", "House", "house_matrix", "lamp_at", "strip", "town_street"]
