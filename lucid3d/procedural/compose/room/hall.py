"""What carries a hall's roof: trusses, ribs and bars under it, and rows of columns with arches between them."""

from __future__ import annotations

import itertools

import numpy as np

from lucid3d.procedural.compose.room.recipe import Columns
from lucid3d.procedural.compose.room.shell import Room, Vault
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.kit.shapes import lathe

CAPITAL = 0.58
"""Height of a column's capital as a share of the wall's, where arches stand on it."""
PANE = 1.15
"""Metres between the bars of a glass roof."""


COLLAR = 2.2
"""Metres above the floor from which the ties of trusses lie: one walks under them."""


def roof_ribs(room: Room, vault: Vault, count: int, material: Material) -> list[Mesh]:
    """Trusses under a gable, ribs under a vault, bars and rafters of a roof of glass."""
    parts = Parts()
    top = EYE_HEIGHT - room.height
    middle, half = (room.left + room.right) / 2, room.width / 2
    pitch = room.length / count
    u = np.linspace(-1, 1, 3 if vault.kind in ("gable", "glass") else 17)
    x, y = middle + u * half, top - vault.above(u)
    for k in range(count + 1):
        z = room.back + pitch * k
        if vault.kind == "gable" and not 0 < k < count:
            continue
        z = float(np.clip(z, room.back + 0.12, room.ahead - 0.12))
        thick = 0.12 if vault.kind == "glass" else 0.24
        for (xa, ya), (xb, yb) in itertools.pairwise(zip(x, y, strict=True)):
            parts.beam((xa, ya + 0.06, z), (xb, yb + 0.06, z), thick, thick, material)
        if vault.kind in ("gable", "glass"):
            tie = max(COLLAR - room.height, 0.0)  # in an attic, above one's head
            wide = half * (1 - tie / vault.rise)
            parts.beam(
                (middle - wide, top - tie + 0.05, z), (middle + wide, top - tie + 0.05, z), thick, thick, material
            )
            parts.beam((middle, top - tie, z), (middle, top - vault.rise, z), thick * 0.8, thick * 0.8, material)
            for side in (-1.0, 1.0) if not tie else ():
                foot = (middle + side * half * 0.08, top + 0.02, z)
                parts.beam(
                    foot, (middle + side * half * 0.5, top - vault.rise / 2, z), thick * 0.6, thick * 0.6, material
                )
    ridge = top - vault.rise + 0.08
    if vault.kind == "glass":
        slope = float(np.hypot(half, vault.rise))
        for side in (-1.0, 1.0):
            for f in np.linspace(0, 1, max(3, round(slope / PANE)) + 1):
                px, py = middle + side * half * (1 - f), top - vault.rise * f
                parts.beam((px, py, room.back), (px, py, room.ahead), 0.05, 0.05, material)
            for z in np.arange(room.back, room.ahead + 0.01, PANE):
                parts.beam((middle + side * half, top, z), (middle, top - vault.rise, z), 0.035, 0.05, material)
    elif vault.kind == "gable":
        for f in (0.0, 0.33, 0.66):
            for side in (-1.0, 1.0):
                px, py = middle + side * half * (1 - f), top - vault.rise * f + 0.1
                parts.beam((px, py, room.back), (px, py, room.ahead), 0.16, 0.12, material)
        parts.beam((middle, ridge, room.back), (middle, ridge, room.ahead), 0.22, 0.14, material)
    elif vault.kind == "pointed":
        parts.beam((middle, ridge, room.back), (middle, ridge, room.ahead), 0.18, 0.18, material)
    return [parts.mesh("ceiling")]


def column_spots(room: Room, columns: Columns) -> list[list[tuple[float, float]]]:
    """Rows of (x, z)."""
    pitch = room.length / columns.count
    zs = room.back + pitch * (np.arange(columns.count) + 0.5)
    return [[(room.left + share * room.width, float(z)) for z in zs] for share in columns.across]


def raise_columns(room: Room, columns: Columns, material: Material) -> list[Mesh]:
    """The columns, one mesh each, and the arches and walls on them."""
    made, pitch = [], room.length / columns.count
    high = room.height * (CAPITAL if columns.arches else 1.0)
    for row in column_spots(room, columns):
        for x, z in row:
            to = room.height
            if not columns.arches and room.roof is not None:
                u = (x - (room.left + room.right) / 2) / (room.width / 2)
                to = high = room.height + float(room.roof.above(np.array([u]))[0])
            mesh = _column(columns, x, z, high, to, material)
            mesh.thing = "column"
            made.append(mesh)
        if columns.arches:
            made.append(_arcade(room, columns, row[0][0], [z for _, z in row], pitch, high, material))
    return made


def _column(columns: Columns, x: float, z: float, high: float, to: float, material: Material) -> Mesh:
    parts, r = Parts(), columns.thick / 2
    if columns.kind == "steel":
        for dx in (-r * 0.8, r * 0.8):
            parts.box((x + dx, EYE_HEIGHT - high / 2, z), (0.05, high, columns.thick), material, grain=1)
        parts.box((x, EYE_HEIGHT - high / 2, z), (columns.thick * 0.8, high, 0.05), material, grain=1)
        parts.box((x, EYE_HEIGHT - 0.06, z), (columns.thick * 1.5, 0.12, columns.thick * 1.5), palette.CONCRETE)
        yellow = palette.make("column guard", "plain", "#b8902c", wear=0.5)
        parts.box((x, EYE_HEIGHT - 0.6, z), (columns.thick * 0.95, 0.9, columns.thick * 1.04), yellow)
        return parts.mesh("wall")
    parts.box((x, EYE_HEIGHT - 0.12, z), (2.7 * r, 0.24, 2.7 * r), material, grain=-2)
    profile = [(1.28 * r, 0.24), (1.3 * r, 0.34), (1.05 * r, 0.42), (r, 0.5), (0.96 * r, high - 0.6),
               (1.02 * r, high - 0.5), (1.0 * r, high - 0.44), (1.4 * r, high - 0.16)]  # fmt: skip
    parts.add(lathe(profile, material, sides=24, center=(x, EYE_HEIGHT, z)))
    if columns.kind == "pier":
        for dx, dz in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            shaft = [(0.4 * r, 0.24), (0.36 * r, 0.42), (0.34 * r, max(high, to) - 0.1)]
            parts.add(lathe(shaft, material, sides=12, center=(x + dx * 0.92 * r, EYE_HEIGHT, z + dz * 0.92 * r)))
    parts.box((x, EYE_HEIGHT - high + 0.08, z), (2.9 * r, 0.16, 2.9 * r), material, grain=-2)
    return parts.mesh("wall")


def _arcade(
    room: Room, columns: Columns, x: float, zs: list[float], pitch: float, high: float, material: Material
) -> Mesh:
    """Arches along a row, from wall to wall, and the wall that they carry up to the room's walls' height."""
    parts = Parts()
    thick, clear = columns.thick * 0.9, columns.thick * 0.62
    edges = [room.back, *zs, room.ahead]
    for a, b in itertools.pairwise(edges):
        end = a == room.back or b == room.ahead
        span = (b - a) * (2 if end else 1)
        middle = (a + b) / 2 if not end else (a if a == room.back else b)
        u = np.linspace(-1, 1, 21)
        reach = span / 2 - clear
        rise = min(room.height - high - 0.35, reach * (1.5 if columns.arches == "pointed" else 1.0))
        form = np.sqrt(4 - (1 + np.abs(u)) ** 2) / np.sqrt(3.0) if columns.arches == "pointed" else np.sqrt(1 - u * u)
        z, y = middle + u * reach, high + rise * form
        z, y = np.array([middle - span / 2, *z, middle + span / 2]), np.array([high, *y, high])
        keep = (z >= a - 1e-6) & (z <= b + 1e-6)
        z, y = z[keep], y[keep]
        for (za, ya), (zb, yb) in itertools.pairwise(zip(z, y, strict=True)):
            for side in (-thick / 2, thick / 2):
                ring = [(za, room.height), (zb, room.height), (zb, yb), (za, ya)]
                parts.quad([[x + side, EYE_HEIGHT - h, p] for p, h in ring], material, uv=[[p, -h] for p, h in ring])
            low = [[x - thick / 2, EYE_HEIGHT - ya, za], [x + thick / 2, EYE_HEIGHT - ya, za],
                   [x + thick / 2, EYE_HEIGHT - yb, zb], [x - thick / 2, EYE_HEIGHT - yb, zb]]  # fmt: skip
            parts.quad(low, material, tint=0.9)
    del pitch
    y = EYE_HEIGHT - room.height
    parts.box((x, y + 0.1, (room.back + room.ahead) / 2), (thick + 0.2, 0.22, room.length), material, grain=2)
    return parts.mesh("wall")
