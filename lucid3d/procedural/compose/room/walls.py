"""From a recipe's shell and a sentence to a room's walls: its size, windows, doors, panels and beams."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.stuff import Scheme
from lucid3d.procedural.compose.room.hall import roof_ribs
from lucid3d.procedural.compose.room.recipe import Range, Shell, Windows
from lucid3d.procedural.compose.room.scheme import chosen
from lucid3d.procedural.compose.room.shell import AHEAD, BACK, LEFT, RIGHT, Room, Vault, beams
from lucid3d.procedural.compose.room.windows import window_kind
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.palettes import BEAM
from lucid3d.procedural.kit.parts import Opening, Parts
from lucid3d.procedural.language.brief import Brief

WALLS = {"ahead": AHEAD, "right": RIGHT, "back": BACK, "left": LEFT}
"""Names of recipes -> numbers of walls."""
TALL_SILL = 0.12
"""Height in metres of the sill of a window that reaches almost to the floor."""


def between(pair: Range, rng: np.random.Generator) -> float:
    """A number of a recipe's range."""
    low, high = pair
    return float(rng.uniform(low, high)) if high > low else float(low)


def said(brief: Brief, words: tuple[str, ...]) -> bool:
    """Whether the sentence's style or mood is one of these."""
    return brief.style in words or brief.mood in words


def raised(shell: Shell, scheme: Scheme, brief: Brief, rng: np.random.Generator) -> Room:
    """The empty room, the first guess of the start at its origin."""
    width, length, height = (between(pair, rng) for pair in (shell.width, shell.length, shell.height))
    room = Room(
        left=-width * shell.start[0],
        right=width * (1 - shell.start[0]),
        back=-length * shell.start[1],
        ahead=length * (1 - shell.start[1]),
        height=height,
        wall=scheme.wall,
        floor=scheme.floor,
        ceiling=chosen(shell.ceiling, stuff.CEILING, rng),
        trim=scheme.trim,
        panel=scheme.trim,
        mullions=shell.panes,
        depth=shell.thick,
    )
    plain = said(brief, ("rustic", "medieval", "cosy", "minimal"))
    if shell.wainscot is not None and rng.random() < shell.wainscot.maybe and not plain:
        room.wainscot, room.panel = shell.wainscot.height, chosen(shell.wainscot.of, scheme.trim, rng)
    if shell.accent:
        room.walls[WALLS[shell.accent]] = scheme.strong
    for door in shell.doors:
        wall = WALLS[door.wall]
        _, along = room.wall_matrix(wall)
        left = 0.2 + between(door.at, rng) * (along - door.width - 0.4)
        room.openings.setdefault(wall, []).append(Opening(left, left + door.width, 0.0, door.height, door.kind))
    if shell.roof is not None:
        room.roof = Vault(shell.roof.kind, between(shell.roof.rise, rng), chosen(shell.roof.of, room.ceiling, rng))
        room.cornice = 0.0
    left_over = brief.features.get("window", sum(w.most for w in shell.windows))
    for windows in shell.windows:
        wanted = windows.most if brief.features.get("window", 0) > 1 else windows.count
        count = min(wanted, left_over)
        left_over -= count
        if count > 0 and "window" not in brief.without:
            _add_windows(room, windows, count, brief.size("window"), rng)
    return room


def _add_windows(room: Room, windows: Windows, count: int, size: float, rng: np.random.Generator) -> None:
    wall = WALLS[windows.wall]
    _, length = room.wall_matrix(wall)
    start, pitch = windows.begin * length, (windows.end - windows.begin) * length / count
    width = min(between(windows.width, rng) * size, pitch - 0.35)
    tall = size > 1 or rng.random() < windows.tall
    sill = min(between(windows.sill, rng), TALL_SILL) if tall and windows.tall else between(windows.sill, rng)
    top = room.height - between(windows.top, rng)
    holes = room.openings.setdefault(wall, [])
    for middle in start + pitch * (np.arange(count) + 0.5):
        hole = Opening(float(middle - width / 2), float(middle + width / 2), sill, top)
        hole = replace(hole, kind=window_kind(windows.shape, stained=windows.stained))
        if width > 0.4 and all(hole.right + 0.15 < o.left or o.right + 0.15 < hole.left for o in holes):
            holes.append(hole)


def trimmings(room: Room, shell: Shell, scheme: Scheme, brief: Brief, rng: np.random.Generator) -> list[Mesh]:
    """Bands of tiles on the walls, and beams."""
    meshes = []
    for band in shell.bands:
        material = chosen(band.material, scheme.strong, rng)
        for wall in (WALLS[name] for name in band.wall):
            matrix, length = room.wall_matrix(wall)
            part = Parts()
            holes = [o for o in room.openings.get(wall, []) if o.bottom < band.high and o.top > band.low]
            at = 0.0
            for left, right in [*sorted((o.left - 0.1, o.right + 0.1) for o in holes), (length, length)]:
                if left > at:
                    z = -0.012
                    part.quad(
                        [[at, -band.high, z], [left, -band.high, z], [left, -band.low, z], [at, -band.low, z]], material
                    )
                at = max(at, right)
            meshes.append(part.mesh("wall").transformed(matrix))
    if shell.roof is not None and room.roof is not None:
        timber = chosen(shell.roof.ribs_of, scheme.wood, rng)
        meshes += roof_ribs(room, room.roof, shell.roof.ribs, timber)
    rule = shell.beams
    if rule is not None and (said(brief, rule.when) or rng.random() < rule.maybe):
        wood = BEAM if said(brief, ("rustic", "medieval", "cosy")) else chosen(rule.of, scheme.wood, rng)
        meshes.append(beams(room, wood, rule.count, size=rule.size, across=rule.across))
        if rule.crossed:
            meshes.append(beams(room, wood, rule.crossed, size=rule.size * 0.67, across=not rule.across))
    return meshes
