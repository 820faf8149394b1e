"""Buildings as features of natural places: a cabin by the lake, a lighthouse on the cliff, a castle on the hill."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.brief import Brief
from lucid3d.procedural.buildings.context import DARK_TIMES, lit_share, wall_for
from lucid3d.procedural.buildings.houses import House, barn, cabin, house, village_style
from lucid3d.procedural.buildings.landmarks import castle, church, lighthouse, windmill
from lucid3d.procedural.greenery import Site
from lucid3d.procedural.mesh import placement
from lucid3d.procedural.vocabulary.meanings import BUILDINGS
from lucid3d.procedural.world import Lamp

_DISTANCES: dict[str, tuple[float, float]] = {
    "cabin": (15.0, 30.0),
    "house": (20.0, 45.0),
    "barn": (28.0, 55.0),
    "lighthouse": (45.0, 110.0),
    "castle": (120.0, 320.0),
    "windmill": (35.0, 90.0),
    "tower": (40.0, 110.0),
    "church": (50.0, 110.0),
    "pagoda": (40.0, 110.0),
    "skyscraper": (150.0, 400.0),
}
"""How far from the start each kind of building stands, metres."""


def stand(site: Site, made: House, x: float, z: float, yaw: float) -> NDArray[np.float64]:
    """Where a building stands at (x, z): its door at the height of the ground there, nothing grows in its walls."""
    w, d = made.width / 2, made.depth / 2
    right, front = np.array([np.cos(yaw), -np.sin(yaw)]), np.array([-np.sin(yaw), -np.cos(yaw)])
    spots = np.array([[x, z] + r * right + f * front for r in (-w, 0, w) for f in (-d, 0, d)])
    y = site.terrain.height(spots[:, 0], spots[:, 1])
    # Towards the lower side, so that no corner hangs in the air: plinths reach below their floor.
    level = float(np.clip(y.max() - 0.3, np.median(y) - 0.05, y.max()))
    long, short = (right, w) if w > d else (front, d)
    narrow = min(w, d)
    for f in np.linspace(-1, 1, max(2, int(np.ceil(max(w, d) / max(narrow, 1.0))) + 1)):
        centre = np.array([x, z]) + long * f * max(short - narrow, 0.0)
        site.keep_out.append((float(centre[0]), float(centre[1]), float(narrow * 1.35 + 0.6)))
    return placement([x, level, z], yaw=yaw)


def place_buildings(brief: Brief, site: Site, rng: np.random.Generator, *, usual: tuple[str, ...] = ()) -> list[Lamp]:
    """Put the buildings that the sentence asks for (and the `usual` ones) on a site; call before anything grows there.

    Looks for level, dry ground ahead first; a castle takes a height, a lighthouse the shore. Returns their lamps.
    """
    lit = lit_share(brief)
    dark = brief.time in DARK_TIMES
    makers: dict[str, Callable[[], House]] = {
        "cabin": lambda: cabin(rng, lit=lit > 0 or brief.wants("lamp"), wall=wall_for(brief, rng, "cabin")),
        "house": lambda: house(rng, style=village_style(rng, "", lit, wall_for(brief, rng, "house"))),
        "barn": lambda: barn(rng, wall=wall_for(brief, rng, "barn")),
        "lighthouse": lambda: lighthouse(rng, lit=dark, wall=wall_for(brief, rng, "lighthouse")),
        "castle": lambda: castle(rng, lit=lit > 0, wall=wall_for(brief, rng, "castle")),
        "windmill": lambda: windmill(rng, wall=wall_for(brief, rng, "windmill")),
        "tower": lambda: _tower(rng, brief),
        "church": lambda: church(rng, lit=lit > 0, wall=wall_for(brief, rng, "church")),
        "pagoda": lambda: _pagoda(rng, lit > 0),
        "skyscraper": lambda: _skyscraper(rng, lit),
    }
    lamps: list[Lamp] = []
    for name in BUILDINGS:
        for k in range(min(brief.count(name, 1 if name in usual else 0), 6)):
            made = makers[name]()
            spot = find_spot(site, rng, name, made, k)
            if spot is None:
                continue
            x, z = spot
            yaw = float(np.arctan2(x, z)) + float(rng.uniform(-0.45, 0.45))
            matrix = stand(site, made, x, z, yaw)
            size = brief.size(name)
            if size != 1.0:
                matrix[:3, :3] *= size
            site.meshes.append(made.mesh.transformed(matrix))
            if dark:
                for at in made.lamps:
                    px, py, pz = (matrix @ np.array([*at, 1.0]))[:3]
                    strong = 160.0 if name == "lighthouse" else 6.0
                    lamps.append(
                        Lamp(
                            (float(px), float(py), float(pz)),
                            (strong * 0.09, strong * 0.06, strong * 0.03),
                            0.3,
                            60.0 if strong > 9 else 12.0,
                        )
                    )
    return lamps


def find_spot(site: Site, rng: np.random.Generator, name: str, made: House, turn: int) -> tuple[float, float] | None:
    """(x, z) of good ground for a building: level, dry, in view, away from what stands already; None if there is none."""
    near, far = _DISTANCES[name]
    count = 360
    angle = rng.uniform(-0.75, 0.75, count) + (0.0 if turn == 0 else rng.uniform(-np.pi, np.pi, count) * (turn > 0))
    reach = rng.uniform(near, far, count)
    x, z = reach * np.sin(angle), reach * np.cos(angle)
    radius = max(made.width, made.depth) / 2
    offsets = np.array([[0, 0], [radius, 0], [-radius, 0], [0, radius], [0, -radius]])
    y = np.stack([site.terrain.height(x + a, z + b) for a, b in offsets])
    uneven = y.max(axis=0) - y.min(axis=0)
    score = -uneven / max(radius * 0.35, 1.0) - 0.25 * np.abs(angle)
    if site.water_level is not None:
        dry = site.water_level - y.max(axis=0)
        score -= np.where(dry < 0.5, 60.0, 0.0)
        if name in ("lighthouse", "cabin"):
            score -= 0.05 * np.maximum(dry, 0.0)
    if name in ("castle", "lighthouse", "windmill", "tower", "church"):
        score += 0.012 * (1.6 - y[0])  # these like heights
    for cx, cz, r in site.keep_out:
        score -= np.where(np.hypot(x - cx, z - cz) < r + radius * 1.3, 40.0, 0.0)
    if site.path:
        from lucid3d.procedural.land import to_polyline

        away = to_polyline(x.astype(np.float32), z.astype(np.float32), site.path)
        score -= np.where(away < radius + site.path_width, 20.0, 0.0)
    best = int(np.argmax(score))
    if score[best] < -30:
        return None
    return float(x[best]), float(z[best])


def _tower(rng: np.random.Generator, brief: Brief) -> House:
    """A lone round tower of stone."""
    from lucid3d.procedural.buildings import palette
    from lucid3d.procedural.buildings.kit import Parts
    from lucid3d.procedural.buildings.landmarks import round_tower

    parts = Parts()
    wall = wall_for(brief, rng, "tower") or palette.RUBBLE
    tall = float(rng.uniform(14, 20))
    round_tower(parts, 0, 0, 3.4, tall, wall, roof=palette.SLATE if rng.random() < 0.5 else None)
    return House(parts.mesh("building"), 7.5, 7.5, tall + 7, ())


def _pagoda(rng: np.random.Generator, lit: bool) -> House:
    from lucid3d.procedural.buildings.temples import pagoda

    return pagoda(rng, lit=lit)


def _skyscraper(rng: np.random.Generator, lit: float) -> House:
    from lucid3d.procedural.buildings.towers import tower_block

    return tower_block(rng, lit=lit, width=26.0, depth=24.0, height=float(rng.uniform(80, 150)), near=False)
