"""Windows with arched heads, and coloured glass, in a wall's frame (x to the right, heights negative y, z outwards)."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Opening, Parts
from lucid3d.procedural.kit.shapes import tube

POINTED = 0.5 * 3**0.5
"""Rise of an equilateral pointed arch, in widths."""
LEAD = 0.03
BY_HOUR = {"night": 0.02, "dusk": 0.12, "dawn": 0.16, "sunset": 0.4, "sunrise": 0.4}
"""How brightly coloured glass glows beside a bright day."""
GLASS = {
    "border": ("#1c3f8c", "#8c1f1f"), "field": ("#274fa3", "#1f6a8c", "#3a2f8c"),
    "figure": ("#c8952b", "#b3341f", "#d8c48a"), "ground": ("#2f7a3f", "#1c3f8c"),
}  # fmt: skip


def window_kind(shape: str, *, stained: bool) -> str:
    """The kind of an `Opening`: "window", "round window", "stained pointed window"."""
    said = "" if shape == "square" else f"{shape} "
    return f"{'stained ' if stained else ''}{said}window"


def _head(hole: Opening, count: int = 17) -> NDArray[np.float64]:
    """(N, 2) x and height of the arch from its left to its right springing."""
    half, middle = hole.width / 2, (hole.left + hole.right) / 2
    u = np.linspace(-1, 1, count)
    if "pointed" in hole.kind:
        rise = min(POINTED * hole.width, hole.height * 0.8)
        high = rise * np.sqrt(4 - (1 + np.abs(u)) ** 2) / np.sqrt(3.0)
    else:
        u = np.sin(u * np.pi / 2)
        rise = min(half, hole.height * 0.8)
        high = rise * np.sqrt(1 - u * u)
    return np.stack([middle + u * half, hole.top - rise + high], 1)


def arched_window(part: Parts, frame: Parts, hole: Opening, wall: Material, trim: Material, depth: float) -> None:
    """What fills the corners of an opening above its arch and the soffit, added to the wall's `part`; a moulding and
    stone bars, added to the window's `frame`."""
    if "round" in hole.kind or "pointed" in hole.kind:
        arch = _head(hole)
        for (x0, y0), (x1, y1) in itertools.pairwise(arch):
            for z in (0.0, depth):
                corners = [[x0, -hole.top, z], [x1, -hole.top, z], [x1, -y1, z], [x0, -y0, z]]
                part.quad(corners, wall, uv=[[c[0], c[1]] for c in corners])
            part.quad([[x0, -y0, 0], [x1, -y1, 0], [x1, -y1, depth], [x0, -y0, depth]], wall, tint=0.9)
        rim = np.stack([arch[:, 0], -arch[:, 1], np.full(len(arch), -0.02)], 1)
        sides = [[hole.left, -hole.bottom, -0.02], *rim, [hole.right, -hole.bottom, -0.02]]
        frame.add(tube(sides, 0.05, trim, sides=6))
    else:
        arch = np.array([[hole.left, hole.top], [hole.right, hole.top]])
    z = depth * 0.7
    bars = max(1, round(hole.width / 0.7))
    for i in range(1, bars):
        x = hole.left + hole.width * i / bars
        top = float(np.interp(x, arch[:, 0], arch[:, 1]))
        frame.box((x, -(hole.bottom + top) / 2, z), (0.06, top - hole.bottom, 0.09), trim, grain=1)
    for y in np.arange(hole.bottom + 1.1, float(arch[:, 1].min()) - 0.2, 1.1):
        frame.box(((hole.left + hole.right) / 2, -y, z), (hole.width, 0.04, 0.05), trim)
    frame.box(((hole.left + hole.right) / 2, -hole.bottom + 0.03, depth / 2 - 0.05), (hole.width, 0.08, depth), trim)


def stained_glass(hole: Opening, depth: float, rng: np.random.Generator, hour: str, bright: float) -> Mesh:
    """Coloured panes in lead: a border, a field, and a tall figure before it; they glow with the daylight behind.

    Args:
        hour: the time of day; bright: how bright the sky is, 1 on a clear day.
    """
    part = Parts()
    level = BY_HOUR.get(hour, 1.0) * bright
    panes: dict[str, Material] = {}

    def pane(name: str) -> Material:
        if name not in panes:
            base = palette.hue(name)
            glow = tuple(level * 1.5 * c**2.2 + 0.004 for c in base)
            panes[name] = palette.glowing(f"stained {name}", name, (glow[0], glow[1], glow[2]))
        return panes[name]

    columns = max(5, round(hole.width / 0.17)) | 1
    rows = max(6, round(hole.height / 0.2))
    w, h = hole.width / columns, hole.height / rows
    z = depth * 0.7 + 0.02
    mix = {key: [names[int(k)] for k in rng.permutation(len(names))] for key, names in GLASS.items()}
    figures = max(1, round(hole.height / (2.4 * hole.width)))
    for row in range(rows):
        for column in range(columns):
            x, y = hole.left + w * column, hole.bottom + h * row
            u = (column + 0.5) / columns * 2 - 1
            v = ((row + 0.5) / rows * figures % 1) * 2 - 1
            if column in (0, columns - 1) or row in (0, rows - 1):
                name = mix["border"][(row + column) % 2]
            elif (u / 0.42) ** 2 + (v / 0.72) ** 2 < 1:
                name = mix["figure"][2 if v > 0.38 else 0 if abs(u) < 0.16 else 1]
            elif (u / 0.62) ** 2 + (v / 0.88) ** 2 < 1:
                name = mix["ground"][0]
            else:
                name = mix["field"][int(rng.integers(3))]
            shade = float(rng.uniform(0.7, 1.15))
            corners = [[x, -y - h, z], [x + w, -y - h, z], [x + w, -y, z], [x, -y, z]]
            part.quad(corners, pane(name), tint=shade)
    lead = palette.make("lead", "plain", "#17181a", roughness=0.6)
    middle_x, middle_y = (hole.left + hole.right) / 2, (hole.bottom + hole.top) / 2
    for column in range(1, columns):
        part.box((hole.left + w * column, -middle_y, z - 0.01), (LEAD * 0.5, hole.height, 0.012), lead)
    for row in range(1, rows):
        part.box((middle_x, -hole.bottom - h * row, z - 0.01), (hole.width, LEAD * 0.5, 0.012), lead)
    mesh = part.mesh("window")
    mesh.thing = "stained glass"
    return mesh
