"""The shell of a room: floor, walls with windows and doors, ceiling, skirting, cornice, beams.

A room is given in world coordinates: the start camera at the origin, the floor at y = 1.6. A wall's frame has x to the
right as seen from inside, heights above the floor, and z outwards.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.room.windows import arched_window
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.kit.palettes import BRASS
from lucid3d.procedural.kit.parts import Opening, Parts, pierced_wall
from lucid3d.procedural.kit.place import EYE_HEIGHT

AHEAD, RIGHT, BACK, LEFT = 0, 1, 2, 3
"""Walls, as seen from the start."""


OVERSAIL = 0.45
"""Metres that the slab above the ceiling reaches beyond the walls."""


@dataclass(frozen=True)
class Vault:
    """What a hall has above its walls: see `recipe.Roof`; `rise` in metres above the walls."""

    kind: str
    rise: float
    material: Material

    def above(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres above the walls at places of any shape from -1 (left wall) to 1 (right wall)."""
        u = np.clip(np.abs(u), 0.0, 1.0)
        if self.kind == "round":
            return np.asarray(self.rise * np.sqrt(1 - u * u))
        if self.kind == "pointed":
            return np.asarray(self.rise * (np.sqrt(4 - (1 + u) ** 2) / np.sqrt(3.0)))
        return np.asarray(self.rise * (1 - u))


@dataclass
class Room:
    """A room's measures and surfaces.

    Attributes:
        left, right, back, ahead: x and z of the walls, metres; height: of the ceiling above the floor.
        wall, floor, ceiling, trim: materials; `walls` overrides single walls ("one strong material").
        openings: wall number -> windows and doors ("window", "door", "arch").
        mullions: columns and rows of a window's panes.
        wainscot: height of panelling on the walls, 0 for none; `panel` its material.
        depth: thickness of the outer walls: windows sit this deep.
        roof: what a hall has above its walls instead of a flat ceiling.
    """

    left: float
    right: float
    back: float
    ahead: float
    height: float
    wall: Material
    floor: Material
    ceiling: Material
    trim: Material
    panel: Material | None = None
    wainscot: float = 0.0
    depth: float = 0.3
    mullions: tuple[int, int] = (2, 3)
    walls: dict[int, Material] = field(default_factory=dict)
    openings: dict[int, list[Opening]] = field(default_factory=dict)
    cornice: float = 0.12
    roof: Vault | None = None

    @property
    def width(self) -> float:
        """Metres from the left wall to the right one."""
        return self.right - self.left

    @property
    def length(self) -> float:
        """Metres from the wall behind to the one ahead."""
        return self.ahead - self.back

    def wall_matrix(self, wall: int) -> tuple[NDArray[np.float64], float]:
        """A wall's frame in the world (4, 4), and its length in metres. In the frame heights are negative y, 0 at the
        floor."""
        y = EYE_HEIGHT
        corner, yaw, length = {
            AHEAD: ((self.left, y, self.ahead), 0.0, self.width),
            RIGHT: ((self.right, y, self.ahead), np.pi / 2, self.length),
            BACK: ((self.right, y, self.back), np.pi, self.width),
            LEFT: ((self.left, y, self.back), -np.pi / 2, self.length),
        }[wall]
        return placement(corner, yaw=yaw), length

    def against(self, wall: int, along: float, out: float = 0.0, up: float = 0.0) -> NDArray[np.float64]:
        """Where (4, 4) a thing stands whose back is towards +z in its own frame: `along` metres from a wall's left end,
        `out` metres in front of it, `up` metres above the floor."""
        matrix, _ = self.wall_matrix(wall)
        moved = matrix @ np.array([along, -up, -out, 1.0])
        placed = matrix.copy()
        placed[:3, 3] = moved[:3]
        return placed

    def mesh(self, rng: np.random.Generator) -> list[Mesh]:
        """Floor, ceiling, walls with reveals, frames, skirting and cornice, doors."""
        y, top = EYE_HEIGHT, EYE_HEIGHT - self.height
        x0, x1, z0, z1 = self.left, self.right, self.back, self.ahead
        floor, walls, windows = Parts(), Parts(), []
        ring = [[x0, y, z1], [x1, y, z1], [x1, y, z0], [x0, y, z0]]
        # Boards run away from the start.
        floor.quad(ring, self.floor, uv=[[p[2], p[0]] for p in ring])
        for wall in (AHEAD, RIGHT, BACK, LEFT):
            matrix, length = self.wall_matrix(wall)
            part = Parts()
            windows += [mesh.transformed(matrix) for mesh in self._wall(part, wall, length, rng)]
            walls.add(part, matrix)
        ceiling = self._flat_ceiling(top) if self.roof is None else self._roof(self.roof)
        return [floor.mesh("floor"), *ceiling, walls.mesh("wall"), *windows, *self._doors()]

    def _flat_ceiling(self, top: float) -> list[Mesh]:
        x0, x1, z0, z1 = self.left, self.right, self.back, self.ahead
        ceiling = Parts()
        ring = [[x0, top, z0], [x1, top, z0], [x1, top, z1], [x0, top, z1]]
        ceiling.quad(ring, self.ceiling, uv=[[p[0], p[2]] for p in ring])
        # A slab that oversails the walls: at their joint with the ceiling the sun would find a way in.
        out, lid = OVERSAIL, top - 0.05
        corners = [(x0 - out, z0 - out), (x1 + out, z0 - out), (x1 + out, z1 + out), (x0 - out, z1 + out)]
        ceiling.quad([[x, lid, z] for x, z in corners], self.ceiling)
        return [ceiling.mesh("ceiling")]

    def _roof(self, vault: Vault) -> list[Mesh]:
        """The skin of a hall's roof, which oversails the walls; none where it is of glass."""
        if vault.kind == "glass":
            return []
        skin = Parts()
        steps = 2 if vault.kind == "gable" else 20
        u = np.linspace(-1, 1, steps + 1)
        x = (self.left + self.right) / 2 + u * self.width / 2
        y = EYE_HEIGHT - self.height - vault.above(u)
        slope = (y[1] - y[0]) / (x[1] - x[0])
        eave = [x[0] - OVERSAIL, *x, x[-1] + OVERSAIL], [y[0] - slope * OVERSAIL, *y, y[-1] - slope * OVERSAIL]
        z0, z1 = self.back - OVERSAIL, self.ahead + OVERSAIL
        at = 0.0
        for (xa, ya), (xb, yb) in itertools.pairwise(zip(*eave, strict=True)):
            wide = float(np.hypot(xb - xa, yb - ya))
            ring = [[xa, ya, z0], [xa, ya, z1], [xb, yb, z1], [xb, yb, z0]]
            skin.quad(ring, vault.material, uv=[[z0, at], [z1, at], [z1, at + wide], [z0, at + wide]])
            at += wide
        return [skin.mesh("ceiling")]

    def _doors(self) -> list[Mesh]:
        made = []
        for wall, holes in self.openings.items():
            matrix, _ = self.wall_matrix(wall)
            for hole in holes:
                if hole.kind == "door":
                    part = Parts()
                    panel_door(part, hole, self.trim)
                    mesh = part.mesh("door").transformed(matrix)
                    mesh.thing = "door"
                    made.append(mesh)
        return made

    def _wall(self, part: Parts, wall: int, length: float, rng: np.random.Generator) -> list[Mesh]:
        """Add a wall to `part`; its windows."""
        windows = []
        openings = self.openings.get(wall, [])
        material = self.walls.get(wall, self.wall)
        shift = rng.uniform(0, 30)
        top = self.height + (self.roof.rise if self.roof is not None and wall in (AHEAD, BACK) else 0.0)
        pierced_wall(part, length, 0.0, top, openings, material, shift=shift, depth=self.depth, reveal=self.wall)
        for hole in openings:
            frame = Parts()
            if hole.kind == "window":
                window_frame(frame, hole, self.trim, self.mullions, self.depth)
            elif hole.kind.endswith("window"):
                arched_window(part, frame, hole, material, self.trim, self.depth)
            else:
                continue
            windows.append(frame.mesh("window"))
            windows[-1].thing = "window"
        doors = [o for o in openings if o.bottom <= 0.01]
        for a, b in _between(doors, length):
            part.box(((a + b) / 2, -0.07, -0.012), (b - a, 0.14, 0.024), self.trim)
            part.box(((a + b) / 2, -0.015, -0.022), (b - a, 0.03, 0.03), self.trim, tint=0.95)
            if self.wainscot and self.panel is not None:
                self._panels(part, a, b, [o for o in openings if o not in doors])
        if self.cornice:
            part.box((length / 2, -self.height + self.cornice / 2, -0.03), (length, self.cornice, 0.06), self.trim)
            part.box((length / 2, -self.height + 0.02, -self.cornice / 2), (length, 0.04, self.cornice), self.trim)
        return windows

    def _panels(self, part: Parts, a: float, b: float, windows: list[Opening]) -> None:
        panel = self.panel
        assert panel is not None
        for low, high in _between([o for o in windows if o.bottom < self.wainscot + 0.05], b, a):
            if high - low < 0.1:
                continue
            part.box(((low + high) / 2, -self.wainscot / 2, -0.01), (high - low, self.wainscot, 0.02), panel, grain=1)
            part.box(((low + high) / 2, -self.wainscot, -0.03), (high - low, 0.05, 0.06), panel)
            count = max(1, round((high - low) / 0.62))
            pitch = (high - low) / count
            for i in range(count + 1):
                part.box((low + pitch * i, -self.wainscot / 2, -0.022), (0.1, self.wainscot, 0.028), panel, grain=1)
            for y in (0.2, self.wainscot - 0.08):
                part.box(((low + high) / 2, -y, -0.022), (high - low, 0.11, 0.028), panel)


def _between(holes: list[Opening], length: float, start: float = 0.0) -> list[tuple[float, float]]:
    """What is left of a wall from `start` to `length` between openings with their frames."""
    gaps, at = [], start
    for hole in sorted(holes, key=lambda o: o.left):
        if hole.right <= start or hole.left >= length:
            continue
        if hole.left - 0.1 > at:
            gaps.append((at, hole.left - 0.1))
        at = max(at, hole.right + 0.1)
    if at < length:
        gaps.append((at, length))
    return gaps


def window_frame(part: Parts, hole: Opening, trim: Material, mullions: tuple[int, int], depth: float) -> None:
    """Casing on the wall, frame and glazing bars deep in the reveal, a sill board. The panes are left open."""
    left, right, bottom, top = hole.left, hole.right, hole.bottom, hole.top
    middle, width, height = (left + right) / 2, hole.width, hole.height
    z, bar = depth - 0.05, 0.055
    for x in (left + bar / 2, right - bar / 2):
        part.box((x, -(bottom + top) / 2, z), (bar, height, 0.07), trim)
    for y in (bottom + bar / 2, top - bar / 2):
        part.box((middle, -y, z), (width, bar, 0.07), trim)
    columns, rows = mullions
    for i in range(1, columns):
        wide = 0.07 if columns % 2 == 0 and i == columns // 2 else 0.032
        part.box((left + width * i / columns, -(bottom + top) / 2, z), (wide, height, 0.06), trim)
    for i in range(1, rows):
        part.box((middle, -(bottom + height * i / rows), z + 0.005), (width, 0.028, 0.04), trim)
    part.box((middle, -bottom + 0.012, depth / 2 - 0.06), (width + 0.16, 0.035, depth + 0.1), trim)
    for x in (left - 0.045, right + 0.045):
        part.box((x, -(bottom + top) / 2, -0.014), (0.09, height + 0.1, 0.028), trim, grain=1)
    part.box((middle, -top - 0.05, -0.017), (width + 0.2, 0.1, 0.034), trim)
    if bottom > 0.05:
        part.box((middle, -bottom + 0.07, -0.012), (width + 0.14, 0.09, 0.024), trim)


def panel_door(part: Parts, hole: Opening, trim: Material) -> None:
    """A closed panelled door in its casing, with a handle."""

    middle, width, top = (hole.left + hole.right) / 2, hole.width, hole.top
    part.box((middle, -top / 2, 0.05), (width, top, 0.05), trim, grain=1, tint=0.96)
    for side in (-1.0, 1.0):
        for low, high in ((0.15, 0.75), (0.87, top - 0.14)):
            x, y = middle + side * width / 4, (low + high) / 2
            part.box((x, -y, 0.022), (width / 2 - 0.13, high - low, 0.012), trim, grain=1, tint=0.86)
            part.box((x, -y, 0.018), (width / 2 - 0.22, high - low - 0.1, 0.016), trim, grain=1)
    for x in (hole.left - 0.05, hole.right + 0.05):
        part.box((x, -top / 2, -0.015), (0.1, top + 0.1, 0.06), trim, grain=1)
    part.box((middle, -top - 0.05, -0.018), (width + 0.22, 0.11, 0.07), trim)
    part.box((hole.right - 0.08, -1.02, -0.01), (0.04, 0.16, 0.02), BRASS)
    part.box((hole.right - 0.13, -1.04, -0.04), (0.13, 0.022, 0.025), BRASS)


def beams(room: Room, material: Material, count: int, *, size: float = 0.2, across: bool = True) -> Mesh:
    """Beams under the ceiling, across the room (along x) or along it."""
    parts = Parts()
    y = EYE_HEIGHT - room.height + size / 2
    if across:
        for z in np.linspace(room.back, room.ahead, count + 2)[1:-1]:
            parts.box(((room.left + room.right) / 2, y, z), (room.width, size, size * 0.85), material)
    else:
        for x in np.linspace(room.left, room.right, count + 2)[1:-1]:
            parts.box((x, y, (room.back + room.ahead) / 2), (size * 0.85, size, room.length), material)
    return parts.mesh("beam")
