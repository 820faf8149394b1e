"""Inside a space station: a ribbed module with a great window on a planet, racks and screens, a hatch behind."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.furniture import fittings, furniture, stuff
from lucid3d.procedural.assets.planet_sphere import planet_world
from lucid3d.procedural.compose.settlement.context import finish
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import mirrored, placement
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.kit.shapes import tube
from lucid3d.procedural.language.brief import Brief

OUTLINE = np.array(
    [[-1.25, 0.0], [-2.25, 0.75], [-2.25, 2.15], [-1.3, 3.0], [1.3, 3.0], [2.25, 2.15], [2.25, 0.75], [1.25, 0.0]]
)
"""Cross-section of the module: x and height above the floor, from the floor's left edge round to its right."""
PLANETS = {"red": "desert", "orange": "desert", "brown": "desert", "grey": "ice", "turquoise": "ice"}
"""Colour that is asked for -> kind of planet."""
BAY = 1.7
"""Distance of the ribs, metres."""

WHITE = palette.make(
    "station panel", "panel", "#9d9c97", "#8d8d8a", "#5d5f60", scale=0.55, bump=0.002, roughness=0.5, wear=0.25
)
GREY = palette.make(
    "station grey", "panel", "#6f7376", "#63676a", "#3a3c3e", scale=0.42, bump=0.002, roughness=0.5, wear=0.35
)
DARK = palette.make("station dark", "plain", "#2b2e31", "#34373a", roughness=0.6)
DECK = palette.make("deck", "tile", "#4f5356", "#5a5e61", "#2c2e30", scale=0.42, bump=0.003, roughness=0.6, wear=0.4)
RUBBER = palette.make("cable", "plain", "#26282a", roughness=0.8)


def _scaled(color: RGB, factor: float) -> RGB:
    return color[0] * factor, color[1] * factor, color[2] * factor


def space_station(brief: Brief, rng: np.random.Generator) -> Place:
    """The start stands in the middle of the module: the great window lies ahead, the hatch behind."""
    accent_hue: RGB = (
        palette.named(brief.colour(""))
        if brief.colour("")
        else palette.hue(("#b8622a", "#2f6f86", "#8f9a3a", "#a33a32")[int(rng.integers(4))])
    )
    accent = palette.make("station accent", "plain", accent_hue, roughness=0.5)
    neon = brief.style == "cyberpunk"
    white = GREY if neon or brief.mood in ("dark", "eerie") else WHITE
    warm = (1.0, 0.86, 0.68) if rng.random() < 0.5 else (0.82, 0.93, 1.0)
    if neon:
        warm = (1.0, 0.35, 0.75)
    power = 0.35 if brief.mood in ("dark", "eerie") else 1.0
    lamps_wanted = "lamp" not in brief.without
    place = Place(interior=True, ground_color=(0.001, 0.001, 0.001), haze=0.01)
    start, end = -5.1, 5.1
    body = Parts()
    bays = round((end - start) / BAY)
    portholes = {int(k) for k in rng.choice(np.arange(2, bays - 1), size=min(2, bays - 3), replace=False)}
    side = float(rng.choice([-1.0, 1.0]))
    for bay in range(bays):
        z0, z1 = start + BAY * bay, start + BAY * (bay + 1)
        for face in range(len(OUTLINE)):
            window = face in (2, 4) and bay in portholes and brief.wants("window", True)
            _panel(body, face, z0, z1, white if face in (0, 2, 3, 4, 6) else GREY, rng, window)
        _rib(body, z0, accent if bay % 3 == 1 else DARK)
    _rib(body, end, accent)
    place.meshes.append(body.mesh("wall"))
    floor = Parts()
    floor.quad(
        [[-1.25, EYE_HEIGHT, end], [1.25, EYE_HEIGHT, end], [1.25, EYE_HEIGHT, start], [-1.25, EYE_HEIGHT, start]],
        DECK,
        uv=[[p, q] for p, q in ((end + 50, 48.75), (end + 50, 51.25), (start + 50, 51.25), (start + 50, 48.75))],
    )
    for x in (-1.12, 1.12):
        strip = (
            palette.glowing("floor strip", "#9fd6ff", (0.5 * power, 1.0 * power, 1.5 * power)) if lamps_wanted else DARK
        )
        floor.box((x, EYE_HEIGHT - 0.012, (start + end) / 2), (0.03, 0.02, end - start), strip)
    place.meshes.append(floor.mesh("floor"))
    _lights(place, start, end, warm, power, lamps_wanted)
    _great_window(place, end, accent)
    _hatch(place, start, accent, warm, power, rng)
    _racks(place, side, start, end, accent, rng, lamps_wanted, skip=portholes)
    _desk(place, -side, accent, lamps_wanted, brief, rng)
    _cables(place, start, end, accent, rng)
    if brief.wants("houseplant", True):
        _greens(place, side, rng, max(brief.count("houseplant", 2), 1))
    if brief.wants("bed"):
        bunk = furniture.bed(rng, DARK, stuff.LINEN, stuff.LINEN, width=0.8)
        place.meshes.append(bunk.transformed(placement([side * 1.45, EYE_HEIGHT, -3.0])))
    planet_world(place, PLANETS.get(brief.colour("planet"), "desert" if brief.arid else "seas"), rng)
    finish(place, brief)
    if rng.random() < 0.5:
        place.meshes = [mirrored(m) for m in place.meshes]
        place.lamps = [
            Lamp((-lamp.position[0], *lamp.position[1:]), lamp.color, lamp.radius, lamp.reach, lamp.shadows)
            for lamp in place.lamps
        ]
    return place


def _ring(z: float, grow: float = 0.0) -> NDArray[np.float64]:
    """(8, 3) corners of the cross-section at z, moved outwards by `grow` metres."""
    middle = np.array([0.0, 1.5])
    points = OUTLINE + (OUTLINE - middle) / np.linalg.norm(OUTLINE - middle, axis=1, keepdims=True) * grow
    return np.stack([points[:, 0], EYE_HEIGHT - points[:, 1], np.full(8, z)], 1)


def _panel(
    parts: Parts, face: int, z0: float, z1: float, material: Material, rng: np.random.Generator, window: bool
) -> None:
    """One bay of one face: a panel with a groove round it, or a porthole; the deck (face 7) is drawn elsewhere."""
    if face == 7:
        return
    a, b = _ring(0.0)[face], _ring(0.0)[(face + 1) % 8]
    outer_a, outer_b = _ring(0.0, 0.18)[face], _ring(0.0, 0.18)[(face + 1) % 8]

    def point(f: float, z: float, out: bool = False) -> list[float]:
        p, q = (outer_a, outer_b) if out else (a, b)
        at = p + (q - p) * f
        return [float(at[0]), float(at[1]), z]

    gap = 0.035
    length = float(np.linalg.norm(b - a))
    if window:
        edges = (0.12, 0.88)
        za, zb = z0 + 0.3, z1 - 0.3
        for f0, f1, zz0, zz1 in (
            (0.0, edges[0], z0, z1),
            (edges[1], 1.0, z0, z1),
            (edges[0], edges[1], z0, za),
            (edges[0], edges[1], zb, z1),
        ):
            parts.quad([point(f0, zz0), point(f1, zz0), point(f1, zz1), point(f0, zz1)], material)
        for (f0, zz0), (f1, zz1) in (
            ((0.12, za), (0.88, za)),
            ((0.88, za), (0.88, zb)),
            ((0.88, zb), (0.12, zb)),
            ((0.12, zb), (0.12, za)),
        ):
            parts.quad([point(f0, zz0), point(f1, zz1), point(f1, zz1, True), point(f0, zz0, True)], DARK)
            parts.beam(point(f0, zz0), point(f1, zz1), 0.07, 0.07, palette.STEEL)
        return
    parts.quad([point(0, z0, True), point(1, z0, True), point(1, z1, True), point(0, z1, True)], DARK)
    split = 2 if length > 1.2 and rng.random() < 0.6 else 1
    for k in range(split):
        f0, f1 = k / split + gap / length, (k + 1) / split - gap / length
        tint = float(rng.uniform(0.86, 1.08))
        zz0, zz1 = z0 + gap + 0.06, z1 - gap - 0.06
        ring = [point(f0, zz0), point(f1, zz0), point(f1, zz1), point(f0, zz1)]
        shift = rng.uniform(0, 30)
        parts.quad(
            ring,
            material,
            uv=[
                [zz0 + shift, f0 * length],
                [zz0 + shift, f1 * length],
                [zz1 + shift, f1 * length],
                [zz1 + shift, f0 * length],
            ],
            tint=tint,
        )
        for p, q in zip(ring, (*ring[1:], ring[0]), strict=True):  # the edge of the panel, down into the groove
            back = [[c + 0.0 for c in q], [c + 0.0 for c in p]]
            for corner in back:
                corner[0] *= 1.03
                corner[1] = EYE_HEIGHT - 1.5 + (corner[1] - EYE_HEIGHT + 1.5) * 1.03
            parts.quad([p, q, *back], GREY, tint=0.6)


def _rib(parts: Parts, z: float, material: Material) -> None:
    """A frame round the cross-section with bolts."""
    ring = _ring(z, -0.02)
    for i in range(7):
        parts.beam(ring[i], ring[i + 1], 0.14, 0.11, material)
        for f in (0.2, 0.5, 0.8):
            at = ring[i] + (ring[i + 1] - ring[i]) * f
            parts.box(
                (at[0] * 0.965, EYE_HEIGHT - 1.5 + (at[1] - EYE_HEIGHT + 1.5) * 0.955, z),
                (0.03, 0.03, 0.05),
                palette.STEEL,
            )


def _lights(place: Place, start: float, end: float, warm: RGB, power: float, on: bool) -> None:
    """Two strips of light under the ceiling and their lamps."""
    strips = Parts()
    glow = (
        palette.glowing("light strip", "#fff2dc", _scaled(warm, 3.4 * power))
        if on
        else palette.make("strip off", "plain", "#a9aaa6")
    )
    for x in (-0.75, 0.75):
        strips.box((x, EYE_HEIGHT - 2.97, (start + end) / 2), (0.34, 0.08, end - start - 0.4), DARK)
        for z in np.arange(start + 0.5, end - 0.3, BAY):
            strips.box((x, EYE_HEIGHT - 2.915, z + 0.35), (0.2, 0.04, BAY * 0.72), glow)
    place.meshes.append(strips.mesh("lamp"))
    if on:
        for z in (-3.4, 0.0, 3.2):
            color = _scaled(warm, 11.0 * power)
            place.lamps.append(Lamp((0.0, EYE_HEIGHT - 2.7, z), color, 0.4, 12.0))


def _great_window(place: Place, z: float, accent: Material) -> None:
    """The end of the module: a cupola of six bent panes in heavy frames round a large middle one, and a rail."""
    parts = Parts()
    rim = _ring(z)
    centre = np.array([0.0, EYE_HEIGHT - 1.55, z + 0.95])
    angles = np.pi / 6 + np.arange(6) * np.pi / 3
    inner = np.stack([centre[0] + 1.1 * np.cos(angles), centre[1] + 1.0 * np.sin(angles), np.full(6, centre[2])], 1)
    outer = np.stack([1.78 * np.cos(angles), EYE_HEIGHT - 1.5 + 1.33 * np.sin(angles), np.full(6, z + 0.05)], 1)
    for i in range(6):
        j = (i + 1) % 6
        for a, b, thick in ((inner[i], inner[j], 0.12), (outer[i], outer[j], 0.16), (inner[i], outer[i], 0.12)):
            parts.beam(a, b, thick, thick, GREY)
            parts.beam(a - [0, 0, 0.07], b - [0, 0, 0.07], thick * 0.5, 0.04, accent)
    # The bulkhead between the octagon's rim and the frame.
    rim8 = np.concatenate([rim, rim[:1]])
    around = np.linspace(0, 2 * np.pi, 49)
    hexagon = np.concatenate([outer, outer[:1]])
    hex_at = np.concatenate([angles, [angles[0] + 2 * np.pi]])
    rim_angles = np.unwrap(np.arctan2(rim8[:, 1] - (EYE_HEIGHT - 1.5), rim8[:, 0]))
    if rim_angles[-1] < rim_angles[0]:
        rim_angles, rim8 = rim_angles[::-1], rim8[::-1]

    def on(points: NDArray[np.float64], at: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
        wrapped = at[0] + (angle - at[0]) % (2 * np.pi)
        return np.array([np.interp(wrapped, at, points[:, k]) for k in range(3)])

    for a, b in itertools.pairwise(around):
        parts.quad(
            [on(rim8, rim_angles, a), on(rim8, rim_angles, b), on(hexagon, hex_at, b), on(hexagon, hex_at, a)],
            GREY,
            tint=0.9,
        )
    parts.add(
        tube([[-1.3, EYE_HEIGHT - 0.95, z - 0.35], [1.3, EYE_HEIGHT - 0.95, z - 0.35]], 0.025, palette.STEEL, sides=10)
    )
    for x in (-1.2, 0.0, 1.2):
        parts.add(tube([[x, EYE_HEIGHT - 0.95, z - 0.35], [x, EYE_HEIGHT, z - 0.35]], 0.02, palette.STEEL, sides=8))
    place.meshes.append(parts.mesh("window"))


def _hatch(place: Place, z: float, accent: Material, warm: RGB, power: float, rng: np.random.Generator) -> None:
    """The other end: a bulkhead with a round hatch, open on a tunnel with rings of light and a door at its end."""
    parts = Parts()
    ring = np.linspace(0, 2 * np.pi, 41)
    middle = EYE_HEIGHT - 1.15
    rim = _ring(z)
    rim_angles = np.arctan2(rim[:, 1] - middle, rim[:, 0])
    order = np.argsort(rim_angles)
    sorted_rim, sorted_angles = rim[order], rim_angles[order]
    extended = np.concatenate([sorted_rim[-1:], sorted_rim, sorted_rim[:1]])
    at = np.concatenate([sorted_angles[-1:] - 2 * np.pi, sorted_angles, sorted_angles[:1] + 2 * np.pi])
    radius = 1.02

    def outer(a: float) -> NDArray[np.float64]:
        wrapped = (a + np.pi) % (2 * np.pi) - np.pi
        return np.array([np.interp(wrapped, at, extended[:, k]) for k in range(3)])

    for a, b in itertools.pairwise(ring):
        inner_a = [radius * np.cos(a), middle + radius * np.sin(a), z]
        inner_b = [radius * np.cos(b), middle + radius * np.sin(b), z]
        parts.quad([inner_a, inner_b, outer(b).tolist(), outer(a).tolist()], WHITE, tint=0.92)
        parts.quad([inner_a, inner_b, [inner_b[0], inner_b[1], z - 5.5], [inner_a[0], inner_a[1], z - 5.5]], GREY)
    circle = np.stack([np.cos(ring), np.sin(ring), 0 * ring], 1)
    parts.add(tube(circle * (radius + 0.08) + [0, middle, z + 0.04], 0.09, accent, sides=8, caps=False))
    for k in range(4):
        parts.add(tube(circle * radius * 0.98 + [0, middle, z - 1.2 - 1.25 * k], 0.06, DARK, sides=6, caps=False))
    parts.box((0, middle + 0.82, z - 2.75), (1.1, 0.06, 5.5), DECK, grain=2)
    end = Parts()
    end.box((0, middle, z - 5.5), (2.2, 2.2, 0.1), WHITE, tint=0.8)
    end.box((0, middle + 0.1, z - 5.4), (0.9, 1.6, 0.06), GREY)
    end.box((0, middle - 0.1, z - 5.36), (0.3, 0.3, 0.02), DARK)
    end.box((0.6, middle + 0.1, z - 5.4), (0.12, 0.2, 0.04), palette.glowing("door lamp", "#ff5a3a", (2.0, 0.35, 0.15)))
    place.meshes.append(parts.mesh("wall"))
    place.meshes.append(end.mesh("door"))
    place.lamps.append(Lamp((0.0, middle - 0.75, z - 3.2), _scaled(warm, 4.5 * power), 0.2, 6.0, False))
    for k in range(9):  # a warning chevron over the hatch
        x = -0.8 + 0.2 * k
        lower = Parts()
        lower.quad(
            [
                [x, middle - 1.28, z + 0.012],
                [x + 0.1, middle - 1.28, z + 0.012],
                [x + 0.2, middle - 1.18, z + 0.012],
                [x + 0.1, middle - 1.18, z + 0.012],
            ],
            accent,
        )
        place.meshes.append(lower.mesh("wall"))


def _screen(parts: Parts, x: float, y: float, w: float, h: float, z: float, rng: np.random.Generator, on: bool) -> None:
    """A display with lines, bars and a graph; in the plane z, facing -z."""
    parts.box((x, y, z + 0.02), (w + 0.05, h + 0.05, 0.05), DARK)
    hue = (("#0d2a33", (0.1, 0.55, 0.75)), ("#10301f", (0.12, 0.7, 0.35)), ("#33230d", (0.9, 0.5, 0.12)))[
        int(rng.integers(3))
    ]
    back = palette.glowing(f"display {hue[0]}", hue[0], _scaled(hue[1], 0.12)) if on else stuff.SCREEN_OFF
    parts.quad(
        [
            [x - w / 2, y - h / 2, z - 0.006],
            [x + w / 2, y - h / 2, z - 0.006],
            [x + w / 2, y + h / 2, z - 0.006],
            [x - w / 2, y + h / 2, z - 0.006],
        ],
        back,
    )
    if not on:
        return
    line = palette.glowing(f"trace {hue[0]}", hue[0], _scaled(hue[1], 1.7))
    kind = int(rng.integers(3))
    if kind == 0:
        xs = np.linspace(-0.44, 0.44, 24) * w
        ys = 0.25 * h * np.sin(xs / w * rng.uniform(5, 16) + rng.uniform(0, 6)) * rng.uniform(0.5, 1, 24)
        for i in range(23):
            parts.beam((x + xs[i], y + ys[i], z - 0.01), (x + xs[i + 1], y + ys[i + 1], z - 0.01), 0.006, 0.004, line)
    elif kind == 1:
        for k, high in enumerate(rng.uniform(0.1, 0.8, 9)):
            parts.box(
                (x + (k - 4) * 0.095 * w, y + h * 0.42 - high * h * 0.45, z - 0.01),
                (0.055 * w, high * h * 0.9, 0.004),
                line,
            )
    else:
        for k in range(6):
            wide = rng.uniform(0.3, 0.85) * w
            parts.box((x - 0.44 * w + wide / 2, y - 0.36 * h + k * 0.14 * h, z - 0.01), (wide, 0.035 * h, 0.004), line)


def _racks(
    place: Place,
    side: float,
    start: float,
    end: float,
    accent: Material,
    rng: np.random.Generator,
    on: bool,
    *,
    skip: set[int],
) -> None:
    """Racks of equipment along both walls: drawers, screens, switches, lockers, straps."""
    bays = round((end - start) / BAY)
    for wall in (-1.0, 1.0):
        for bay in range(bays):
            if bay in skip or (wall == -side and bay in (3, 4)):
                continue
            parts = Parts()
            width, low, high = BAY - 0.42, 0.8, 2.1
            rows = int(rng.integers(2, 5))
            cuts = np.sort(np.concatenate([[low, high], rng.uniform(low + 0.2, high - 0.2, rows - 1)]))
            for a, b in itertools.pairwise(cuts):
                if b - a < 0.14:
                    continue
                columns = int(rng.integers(1, 4))
                cell = width / columns
                for k in range(columns):
                    x = -width / 2 + cell * (k + 0.5)
                    y, w, h = -(a + b) / 2, cell - 0.03, b - a - 0.03
                    kind = rng.random()
                    if kind < 0.28 and h > 0.2:
                        _screen(parts, x, y, w - 0.06, h - 0.08, -0.05, rng, on)
                    elif kind < 0.6:
                        parts.box(
                            (x, y, -0.03),
                            (w, h, 0.07),
                            WHITE if rng.random() < 0.6 else GREY,
                            tint=rng.uniform(0.85, 1.1),
                        )
                        parts.box((x, y + h * 0.25, -0.085), (w * 0.5, 0.025, 0.03), palette.STEEL)
                        if rng.random() < 0.4:
                            parts.box((x - w * 0.3, y - h * 0.25, -0.068), (w * 0.25, 0.05, 0.006), accent)
                    elif kind < 0.85:
                        parts.box((x, y, -0.02), (w, h, 0.05), DARK)
                        for _ in range(int(6 + 14 * w)):
                            bx, by = x + rng.uniform(-0.42, 0.42) * w, y + rng.uniform(-0.38, 0.38) * h
                            if rng.random() < 0.35 and on:
                                glow = ((0.3, 2.2, 0.7), (2.4, 0.5, 0.2), (2.2, 1.6, 0.3), (0.4, 1.4, 2.6))[
                                    int(rng.integers(4))
                                ]
                                parts.box(
                                    (bx, by, -0.05),
                                    (0.018, 0.018, 0.012),
                                    palette.glowing(f"led {glow[0]}", "#ffffff", glow),
                                )
                            else:
                                parts.box(
                                    (bx, by, -0.055), (0.03, 0.045, 0.03), palette.STEEL if rng.random() < 0.6 else GREY
                                )
                    else:  # soft bags under straps
                        parts.add(
                            furniture.cushion(
                                (w * 0.95, h * 0.95, 0.2), (x, y, -0.08), stuff.LINEN, soft=0.35, subdivisions=2
                            )
                        )
                        for e in (-0.25, 0.25):
                            parts.box((x + e * w, y, -0.18), (0.04, h, 0.012), accent)
            z = start + BAY * (bay + 0.5)
            place.meshes.append(
                parts.mesh("machine").transformed(placement([wall * 2.2, EYE_HEIGHT, z], yaw=wall * np.pi / 2))
            )
            rail = Parts()
            rail.add(
                tube(
                    [[-0.6, -0.86, -0.2], [0.6, -0.86, -0.2]],
                    0.018,
                    palette.BRASS if rng.random() < 0.3 else palette.STEEL,
                    sides=8,
                )
            )
            for x in (-0.55, 0.55):
                rail.box((x, -0.86, -0.12), (0.03, 0.03, 0.16), palette.STEEL)
            place.meshes.append(
                rail.mesh("machine").transformed(placement([wall * 2.0, EYE_HEIGHT, z], yaw=wall * np.pi / 2))
            )


def _desk(place: Place, wall: float, accent: Material, on: bool, brief: Brief, rng: np.random.Generator) -> None:
    """A console with a slanted panel, three screens and a seat."""
    parts = Parts()
    parts.box((0, -0.42, -0.25), (2.3, 0.84, 0.45), GREY, grain=-2)
    parts.quad([[-1.15, -0.98, -0.1], [1.15, -0.98, -0.1], [1.15, -0.84, -0.68], [-1.15, -0.84, -0.68]], DARK)
    for k in range(70):
        x, f = rng.uniform(-1.05, 1.05), rng.uniform(0.15, 0.9)
        y, z = -0.98 + 0.14 * f - 0.015, -0.1 - 0.58 * f
        if k % 4 == 0 and on:
            glow = ((0.3, 2.2, 0.7), (2.4, 0.5, 0.2), (2.2, 1.6, 0.3), (0.4, 1.4, 2.6))[k % 3]
            parts.box((x, y, z), (0.03, 0.02, 0.03), palette.glowing(f"led {glow[0]}", "#ffffff", glow))
        else:
            parts.box((x, y, z), (0.04, 0.025, 0.03), GREY if k % 3 else palette.STEEL)
    for x, w in ((-0.8, 0.62), (0.0, 0.8), (0.8, 0.62)):
        _screen(parts, x, -1.42, w, 0.5, -0.06, rng, on)
    for k in range(min(brief.count("television", 0), 3)):
        _screen(parts, -0.8 + 0.8 * k, -1.95, 0.7, 0.4, -0.04, rng, on)
    place.meshes.append(
        parts.mesh("machine").transformed(placement([wall * 2.15, EYE_HEIGHT, 0.85], yaw=wall * np.pi / 2))
    )
    if on:
        place.lamps.append(Lamp((wall * 1.6, EYE_HEIGHT - 1.4, 0.85), (0.35, 1.1, 1.5), 0.3, 4.0, False))
    seat = Parts()
    seat.add(furniture.cushion((0.5, 0.12, 0.5), (0, -0.5, 0), stuff.BLACK_LEATHER, soft=0.3))
    seat.add(furniture.cushion((0.48, 0.7, 0.12), (0, -0.95, 0.25), stuff.BLACK_LEATHER, soft=0.3, tilt=-0.12))
    seat.add(furniture.cushion((0.3, 0.18, 0.1), (0, -1.4, 0.3), accent, soft=0.4))
    seat.box((0, -0.24, 0), (0.09, 0.48, 0.09), palette.STEEL)
    seat.box((0, -0.02, 0), (0.5, 0.04, 0.5), palette.STEEL)
    for x in (-0.3, 0.3):
        seat.box((x, -0.7, 0.02), (0.05, 0.04, 0.36), DARK)
    place.meshes.append(
        seat.mesh("furniture").transformed(placement([wall * 1.05, EYE_HEIGHT, 0.95], yaw=wall * np.pi / 2 + 0.35))
    )


def _cables(place: Place, start: float, end: float, accent: Material, rng: np.random.Generator) -> None:
    """Pipes and cables that sag from rib to rib under the ceiling."""
    parts = Parts()
    for x, r, material in (
        (-1.55, 0.045, palette.STEEL),
        (-1.68, 0.03, accent),
        (1.58, 0.04, palette.STEEL),
        (1.7, 0.025, RUBBER),
    ):
        y = EYE_HEIGHT - 2.62 + 0.12 * (abs(x) - 1.5)
        parts.add(tube([[x, y, start], [x, y, end]], r, material, sides=8))
    for _ in range(5):
        side = float(rng.choice([-1.0, 1.0]))
        x = side * rng.uniform(1.35, 1.5)
        z = np.linspace(start, end, 49)
        sag = 0.07 * rng.uniform(0.5, 1.3) * np.abs(np.sin(np.pi * (z - start) / BAY))
        path = np.stack([x + 0 * z, EYE_HEIGHT - 2.76 + sag, z], 1)
        parts.add(tube(path, rng.uniform(0.01, 0.02), RUBBER if rng.random() < 0.7 else accent, sides=6))
    place.meshes.append(parts.mesh("machine"))


def _greens(place: Place, side: float, rng: np.random.Generator, count: int) -> None:
    """Trays of lettuce and herbs under their own lamps: something that lives."""
    for k in range(min(count, 5)):
        parts = Parts()
        parts.box((0, -0.06, 0), (0.95, 0.12, 0.34), WHITE)
        for x in (-0.33, 0.0, 0.33):
            parts.add(clump((x, -0.22, 0), (0.15, 0.12, 0.14), 130, 0.09, stuff.GREENS[(k + int(x * 3)) % 4], rng))
        z = 3.9
        up = 0.75 + 0.62 * k
        place.meshes.append(
            parts.mesh("plant").transformed(placement([side * 1.75, EYE_HEIGHT - up, z], yaw=side * np.pi / 2))
        )
        lamp = Parts()
        lamp.box((0, 0, 0), (0.9, 0.03, 0.1), palette.glowing("grow light", "#d58cff", (1.5, 0.7, 1.8)))
        place.meshes.append(
            lamp.mesh("lamp").transformed(placement([side * 1.8, EYE_HEIGHT - up - 0.52, z], yaw=side * np.pi / 2))
        )
    place.lamps.append(Lamp((side * 1.5, EYE_HEIGHT - 1.2, 3.9), (1.3, 0.7, 1.5), 0.3, 3.5, False))
    hanging = fittings.house_plant(rng, 0.5, WHITE)
    place.meshes.append(hanging.transformed(placement([-side * 0.95, EYE_HEIGHT, 4.35])))
