"""Windows, doors, chimneys, balconies, lamps: the parts at which a wall becomes a house."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Opening, Parts, clump
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube


@dataclass(frozen=True)
class Style:
    """How one building looks; every facade of it is dressed from this.

    Attributes:
        wall, plinth, trim: outer wall, its foot, and sills, lintels and cornices.
        frame: window frames and mullions.
        shutter: shutters, or None.
        door, roof, beam: what these are made of; `beam` for timber framing and rafters.
        lit: share of windows with a light on behind them.
        boxes: share of windows with a flower box.
        arched: round tops over doors and windows.
    """

    wall: Material = palette.LIMEWASH
    plinth: Material = palette.RUBBLE
    trim: Material = palette.GRANITE
    frame: Material = palette.FRAME_WHITE
    shutter: Material | None = None
    door: Material = palette.DOOR_PAINTS[1]
    roof: Material = palette.CLAY_TILES
    beam: Material = palette.BEAM
    lit: float = 0.0
    boxes: float = 0.0
    mullions: tuple[int, int] = (2, 3)
    glasses: tuple[Material, ...] = field(default=(palette.GLASS, palette.GLASS, palette.CURTAINED))


def window(parts: Parts, hole: Opening, style: Style, rng: np.random.Generator, *, depth: float = 0.16) -> None:
    """Glass, frame, mullions, sill, lintel, and now and then shutters or a flower box, for one opening of a wall."""
    left, right, bottom, top = hole.left, hole.right, hole.bottom, hole.top
    middle, width, height = (left + right) / 2, hole.width, hole.height
    lit = rng.random() < style.lit
    glass = palette.lit_glass(rng) if lit else palette.pick(style.glasses, rng)
    z = depth - 0.03
    parts.quad([[left, -top, z], [right, -top, z], [right, -bottom, z], [left, -bottom, z]], glass)
    bar = min(0.07, 0.09 * width)
    face = z - 0.03
    for x in (left + bar / 2, right - bar / 2):
        parts.box((x, -(bottom + top) / 2, face), (bar, height, 0.06), style.frame)
    for y in (bottom + bar / 2, top - bar / 2):
        parts.box((middle, -y, face), (width - 2 * bar, bar, 0.06), style.frame)
    columns, rows = style.mullions
    if width < 0.75:
        columns = 1
    for i in range(1, columns):
        x = left + width * i / columns
        parts.box((x, -(bottom + top) / 2, face), (bar * 0.75, height - 2 * bar, 0.05), style.frame)
    for i in range(1, rows):
        y = bottom + height * i / rows
        parts.box((middle, -y, face + 0.008), (width - 2 * bar, bar * 0.45, 0.035), style.frame)
    parts.box((middle, -bottom + 0.035, -0.02), (width + 0.22, 0.07, 2 * depth * 0.6), style.trim)
    parts.box((middle, -top - 0.07, 0.005), (width + 0.26, 0.15, 0.07), style.trim)
    if style.shutter is not None:
        half = width / 2
        ajar = rng.uniform(0.0, 0.12)
        for sign in (-1.0, 1.0):
            x = middle + sign * (half * 1.5 + 0.02)
            parts.box(
                (x, -(bottom + top) / 2, -0.035 - ajar * 0.3),
                (half, height + 0.04, 0.035),
                style.shutter,
                grain=1,
                yaw=sign * ajar,
                tint=rng.uniform(0.9, 1.1),
            )
            for y in (bottom + 0.22 * height, top - 0.22 * height):
                parts.box(
                    (x, -y, -0.06 - ajar * 0.3), (half * 0.9, 0.06, 0.02), style.shutter, yaw=sign * ajar, tint=0.85
                )
    if rng.random() < style.boxes:
        flower_box(parts, middle, bottom, width, rng)


def flower_box(parts: Parts, x: float, bottom: float, width: float, rng: np.random.Generator) -> None:
    """A box of flowers on a sill."""
    parts.box((x, -bottom - 0.09, -0.2), (width * 0.95, 0.17, 0.2), palette.OLD_WOOD, tint=0.8)
    parts.add(clump((x, -bottom - 0.24, -0.22), (width * 0.5, 0.14, 0.13), 90, 0.07, palette.LEAVES, rng))
    parts.add(
        clump((x, -bottom - 0.3, -0.24), (width * 0.5, 0.12, 0.14), 60, 0.05, palette.pick(palette.PETALS, rng), rng)
    )


def door(parts: Parts, hole: Opening, style: Style, rng: np.random.Generator, *, depth: float = 0.2) -> None:
    """A panelled or boarded door in its frame, with a step, a lintel, a handle, and perhaps a lamp above."""
    left, right, bottom, top = hole.left, hole.right, hole.bottom, hole.top
    middle, width = (left + right) / 2, hole.width
    z = depth - 0.04
    fan = top - bottom > 2.45
    leaf_top = bottom + 2.1 if fan else top
    parts.box((middle, -(bottom + leaf_top) / 2, z), (width, leaf_top - bottom, 0.06), style.door, grain=1)
    for y in (bottom + 0.3, leaf_top - 0.35):
        parts.box((middle, -y, z - 0.04), (width * 0.9, 0.1, 0.03), style.door, tint=0.8)
    if fan:
        glass = palette.lit_glass(rng) if rng.random() < style.lit * 1.5 else palette.GLASS
        parts.quad([[left, -top, z], [right, -top, z], [right, -leaf_top, z], [left, -leaf_top, z]], glass)
        parts.box((middle, -leaf_top, z - 0.02), (width, 0.07, 0.1), style.frame)
        for i in (-1, 0, 1):
            parts.box(
                (middle + i * width / 4, -(top + leaf_top) / 2, z - 0.02), (0.03, top - leaf_top, 0.04), style.frame
            )
    for x in (left + 0.04, right - 0.04):
        parts.box((x, -(bottom + top) / 2, z - 0.05), (0.08, top - bottom, 0.1), style.frame)
    parts.add(sphere((right - 0.16, -bottom - 1.0, z - 0.07), 0.03, palette.BRASS, subdivisions=1))
    for x in (left - 0.09, right + 0.09):
        parts.box((x, -(bottom + top) / 2 - 0.05, -0.01), (0.18, top - bottom + 0.1, 0.08), style.trim)
    parts.box((middle, -top - 0.12, -0.03), (width + 0.5, 0.24, 0.14), style.trim)
    steps = max(1, round(bottom / 0.17))
    for i in range(steps):
        high = bottom * (i + 1) / steps
        reach = 0.34 * (steps - i)
        parts.span((left - 0.2, -high, -reach), (right + 0.2, 0.25, 0.05), style.plinth, tint=1.05)


def chimney(parts: Parts, x: float, z: float, foot: float, top: float, material: Material) -> None:
    """A chimney stack from `foot` up to `top` metres, with a collar and pots."""
    parts.span((x - 0.32, -top, z - 0.28), (x + 0.32, -foot, z + 0.28), material, grain=-2)
    parts.span((x - 0.39, -top - 0.12, z - 0.35), (x + 0.39, -top, z + 0.35), palette.GRANITE, grain=-2)
    for side in (-0.15, 0.15):
        parts.add(cylinder((x + side, -top - 0.12, z), 0.34, 0.1, palette.TERRACOTTA, top_radius=0.08, sides=8))


def dormer(
    parts: Parts, x: float, sill: float, front: float, style: Style, rng: np.random.Generator, run: float
) -> None:
    """A gabled dormer window whose face stands at z = `front` and runs `run` metres back into the roof."""
    w, h = 1.15, 1.25
    hole = Opening(-0.42, 0.42, sill + 0.18, sill + h - 0.05)
    face = Parts()
    for a, b in ((-w / 2, -0.42), (0.42, w / 2)):
        face.span((a, -sill - h, 0), (b, -sill, 0.1), style.wall, grain=-2)
    face.span((-0.42, -sill - 0.18, 0), (0.42, -sill, 0.1), style.wall, grain=-2)
    window(face, hole, Style(wall=style.wall, trim=style.frame, frame=style.frame, lit=style.lit), rng, depth=0.1)
    parts.add(face, placement([x, 0, front]))
    for sign in (-1, 1):
        edge = x + sign * w / 2
        parts.span((edge - 0.05, -sill - h, front), (edge + 0.05, -sill, front + run), style.wall, grain=-2)
        eave, ridge, over = sill + h - 0.04, sill + h + 0.5, 0.18
        far = x + sign * (w / 2 + over)
        parts.quad(
            [
                [far, -eave + 0.12, front - over],
                [x, -ridge, front - over],
                [x, -ridge, front + run + 0.8],
                [far, -eave + 0.12, front + run + 0.8],
            ],
            style.roof,
            turn=True,
        )
        parts.quad(
            [
                [far, -eave + 0.2, front - over],
                [x, -ridge + 0.08, front - over],
                [x, -ridge, front - over],
                [far, -eave + 0.12, front - over],
            ],
            style.frame,
        )
    parts.add(
        Mesh(
            np.array(
                [[x - w / 2, -sill - h, front], [x + w / 2, -sill - h, front], [x, -sill - h - 0.48, front]], np.float32
            ),
            np.array([[0, 1, 2]], np.int32),
            (style.wall,),
        )
    )


def balcony(parts: Parts, left: float, right: float, floor: float, style: Style) -> None:
    """A stone slab on brackets with an iron railing, in a facade's frame."""
    reach, middle = 0.85, (left + right) / 2
    parts.span((left, -floor, -reach), (right, -floor + 0.14, 0.02), style.trim)
    for x in (left + 0.2, right - 0.2):
        parts.beam((x, -floor + 0.55, -0.02), (x, -floor + 0.1, -reach * 0.7), 0.14, 0.16, style.trim)
    for x in np.arange(left + 0.05, right, 0.13):
        parts.box((x, -floor - 0.5, -reach + 0.05), (0.018, 0.95, 0.018), palette.IRON)
    for x in (left + 0.04, right - 0.04):
        for z in np.arange(0.1, reach, 0.13):
            parts.box((x, -floor - 0.5, -z), (0.018, 0.95, 0.018), palette.IRON)
        parts.span((x - 0.025, -floor - 1.0, -reach + 0.03), (x + 0.025, -floor - 0.96, 0), palette.IRON)
    parts.box((middle, -floor - 0.98, -reach + 0.05), (right - left, 0.04, 0.05), palette.IRON)


@made_as("lamp")
def street_lamp(lit: bool, height: float = 3.6) -> Mesh:
    """An iron lamp post with a lantern, its foot at the origin."""
    parts = Parts()
    parts.add(cylinder((0, 0.05, 0), 0.5, 0.14, palette.IRON, top_radius=0.09, sides=10))
    parts.add(cylinder((0, -0.4, 0), height - 0.4, 0.055, palette.IRON, top_radius=0.04, sides=8))
    parts.add(cylinder((0, -0.42, 0), 0.08, 0.11, palette.IRON, sides=10))
    for angle in (0, np.pi / 2, np.pi, 3 * np.pi / 2):
        c, s = np.cos(angle), np.sin(angle)
        parts.beam((0.11 * c, -height, 0.11 * s), (0.2 * c, -height - 0.5, 0.2 * s), 0.025, 0.025, palette.IRON)
    globe = (
        palette.glowing("lantern", "#ffd9a0", palette.LAMPLIGHT)
        if lit
        else palette.make("lantern off", "plain", "#c9c2b0", roughness=0.3)
    )
    parts.add(cylinder((0, -height - 0.02, 0), 0.44, 0.09, globe, top_radius=0.15, sides=8))
    parts.add(cylinder((0, -height - 0.48, 0), 0.2, 0.25, palette.IRON, top_radius=0.05, sides=4))
    parts.add(sphere((0, -height - 0.72, 0), 0.045, palette.IRON, subdivisions=1))
    return parts.mesh("lamp")


def lit_street_lamp(lit: bool) -> tuple[Mesh, tuple[float, float, float]]:
    """A street lamp, and the place of its light."""
    return street_lamp(lit), (0.0, -3.85, 0.0)


@made_as("lantern")
def lantern(lit: bool) -> Mesh:
    """A wall lantern on a bracket; the wall is at z = 0, outside towards -z, its globe at (0, 0, -0.35)."""
    parts = Parts()
    parts.beam((0, -0.3, 0), (0, -0.3, -0.36), 0.035, 0.035, palette.IRON)
    parts.beam((0, 0.0, 0), (0, -0.28, -0.22), 0.025, 0.025, palette.IRON)
    globe = (
        palette.glowing("lantern", "#ffd9a0", palette.LAMPLIGHT)
        if lit
        else palette.make("lantern off", "plain", "#c9c2b0", roughness=0.3)
    )
    parts.add(cylinder((0, 0.1, -0.35), 0.26, 0.07, globe, top_radius=0.1, sides=6))
    parts.add(cylinder((0, -0.15, -0.35), 0.12, 0.15, palette.IRON, top_radius=0.03, sides=6))
    return parts.mesh("lamp")


@made_as("barrel")
def barrel(material: Material = palette.OLD_WOOD) -> Mesh:
    """A barrel, its foot at the origin."""
    heights = np.linspace(0, 0.85, 7)
    radii = 0.27 + 0.07 * np.sin(np.pi * heights / 0.85)
    path = np.stack([np.zeros(7), -heights, np.zeros(7)], axis=1)
    parts = Parts()
    parts.add(tube(path, radii, material, sides=14))
    for y, r in ((0.1, 0.3), (0.3, 0.338), (0.55, 0.338), (0.75, 0.3)):
        parts.add(tube([[0, -y, 0], [0, -y - 0.05, 0]], [r + 0.008, r + 0.008], palette.IRON, sides=14, caps=False))
    return parts.mesh("barrel")


@made_as("crate")
def crate(size: float = 0.55) -> Mesh:
    """A slatted wooden crate, its foot at the origin."""
    parts = Parts()
    h = size / 2
    parts.box((0, -h, 0), (size * 0.94, size * 0.94, size * 0.94), palette.EARTH, tint=0.35)
    for k in range(4):
        y = -size * (k + 0.5) / 4
        for x, z, sx, sz in ((0, -h, size, 0.02), (0, h, size, 0.02), (-h, 0, 0.02, size), (h, 0, 0.02, size)):
            parts.box((x, y, z), (sx, size * 0.2, sz), palette.OLD_WOOD, tint=0.85 + 0.08 * (k % 3))
    for x in (-h, h):
        for z in (-h, h):
            parts.box((x, -h, z), (0.06, size, 0.06), palette.OLD_WOOD, tint=0.75)
    return parts.mesh("crate")


@made_as("flowerpot")
def flower_pot(rng: np.random.Generator, size: float = 0.3) -> Mesh:
    """A terracotta pot with a plant in it."""
    parts = Parts()
    parts.add(cylinder((0, 0.02, 0), size, size * 0.38, palette.TERRACOTTA, top_radius=size * 0.55, sides=12))
    parts.add(cylinder((0, -size + 0.02, 0), size * 0.14, size * 0.6, palette.TERRACOTTA, sides=12))
    parts.add(clump((0, -size * 1.75, 0), (size * 0.9, size * 0.85, size * 0.9), 150, size * 0.3, palette.LEAVES, rng))
    if rng.random() < 0.6:
        flowers = palette.pick(palette.PETALS, rng)
        parts.add(clump((0, -size * 2.0, 0), (size * 0.85, size * 0.75, size * 0.85), 50, size * 0.18, flowers, rng))
    return parts.mesh("plant")
