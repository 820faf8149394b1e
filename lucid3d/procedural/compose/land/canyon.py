"""A canyon: walls in steps of hard and soft rock on both sides of a river."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land.relief import Shape, Start
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.course import Course
from lucid3d.procedural.kit.noise import noise, smoothstep

BEDS = np.array([0.0, 9.0, 13.0, 31.0, 37.0, 62.0, 70.0, 96.0, 100.0, 128.0])
"""Metres above the river where a bed ends: thick hard beds stand as cliffs, thin soft ones as ledges between."""
RUN = np.array([0.0, 9.0, 16.0, 18.5, 29.0, 33.0, 46.0, 50.0, 66.0, 71.0])
"""Metres in from the foot of the wall where those heights are reached: talus, then cliff and ledge in turn."""
HALF_RIVER = 4.2


def walls(x: Floats, z: Floats, course: Course, seed: int) -> NDArray[np.float32]:
    """Metres up of both sides of the canyon, 0 on its floor; buttes and side valleys behind the rims."""
    bent = 9 * noise(x, z, seed + 1, 46, 4) + 26 * noise(x, z, seed + 2, 190, 3)
    gullies = 24 * (noise(x, z, seed + 3, 95, 4, kind="ridged") - 0.45)
    across = course.across(x, z)
    away, one_side = np.abs(across), smoothstep(-12, 12, across)
    # One wall is near and sheer, the other stands back: the light gets in.
    foot = away - 30 + 9 * one_side - 0.012 * np.abs(z) + bent - gullies * smoothstep(16, 60, away)
    tall = np.interp(foot, RUN, BEDS).astype(np.float32)
    # The rim has been cut down to one bed here and to another there: towers and saddles stand against the sky.
    left = 0.8 + 0.5 * noise(x, z, seed + 7, 210, 3) + 0.34 * (noise(x, z, seed + 8, 62, 3, kind="ridged") - 0.4)
    top = BEDS[-1] * np.clip(left, 0.5, 1.4) * (0.85 + 0.15 * one_side)
    tall = np.where(tall > top, top + 0.12 * (tall - top), tall)
    beyond = np.clip(foot - RUN[-1], 0, None)
    rim = smoothstep(0, 60, beyond) * (9 * noise(x, z, seed + 4, 120, 4) - 4)
    crags = 4.5 * (noise(x, z, seed + 6, 34, 5, kind="ridged") - 0.4) * smoothstep(3, 14, tall)
    buttes = smoothstep(60, 220, beyond) * smoothstep(0.16, 0.24, noise(x, z, seed + 5, 380, 3)) * 120
    return np.asarray(np.maximum(tall + crags + rim + buttes, _tower(x, z, course, seed)), np.float32)


def _tower(x: Floats, z: Floats, course: Course, seed: int) -> NDArray[np.float32]:
    """Metres up of a pillar that the river has left standing in the middle distance, where its bend opens ahead."""
    ahead = np.array([118.0], np.float32)
    centre = float(course.x(ahead)[0]) - 17.0
    bent = 2.6 * noise(x, z, seed + 14, 15, 4)
    inward = 15.0 - np.hypot(x - centre, (z - ahead[0]) * 0.8) + bent
    tall = np.interp(inward, 0.3 * RUN, 0.62 * BEDS)
    return np.asarray(
        tall + 3 * (noise(x, z, seed + 15, 9, 4, kind="ridged") - 0.4) * smoothstep(1, 6, tall), np.float32
    )


def canyon(start: Start) -> Shape:
    """The start stands on a gravel bank inside a bend; red walls close the view on every side, the river winds on."""
    seed, side = start.seed, start.side
    wet = "river" not in start.refused and (not start.arid or start.wants("river", "lake"))
    course = Course(side * 8.2, 0.0, ((-side * 10.0, 19.0, 0.9), (34.0, 95.0, float(start.rng.uniform(0, 6.3)))))
    gorge = Course(side * 3.0, 0.0, course.bends[1:])

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        return walls(x, z, gorge, seed)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        away = np.abs(course.across(x, z))
        wander = HALF_RIVER + 1.2 * noise(x, z, seed + 7, 13, 2)
        bed = -1.25 * smoothstep(wander + 2.4, wander - 1.8, away)
        terrace = 0.75 * smoothstep(8, 13, away + 2.2 * noise(x, z, seed + 8, 11, 3))
        flat = smoothstep(40, 26, np.abs(gorge.across(x, z)))
        bumps = 0.1 * noise(x, z, seed + 9, 2.4, 4) + 0.35 * noise(x, z, seed + 10, 11, 3)
        return np.asarray(flat * (bed + terrace) + bumps, np.float32)

    def tint(x: Floats, z: Floats) -> NDArray[np.float32]:
        """Moist green banks beside the water, bleached gravel bars, desert varnish in streaks down the walls."""
        away = np.abs(course.across(x, z)) + 1.5 * noise(x, z, seed + 11, 5, 3)
        green = (smoothstep(4.6, 5.6, away) * smoothstep(11, 7, away) * (0.7 if wet else 0.2))[:, None]
        varnish = smoothstep(0.05, 0.5, noise(x, z, seed + 12, 7, 4)) * smoothstep(22, 34, np.abs(gorge.across(x, z)))
        tone = 1 + 0.16 * noise(x, z, seed + 13, 16, 3) - 0.4 * varnish
        hue = 1 + green * (np.array([0.42, 0.8, 0.5]) - 1)
        return np.asarray(tone[:, None] * hue, np.float32)

    def river(x: Floats, z: Floats) -> NDArray[np.float32]:
        return np.abs(course.across(x, z))

    def middle(x: Floats, z: Floats) -> NDArray[np.float32]:
        return np.abs(gorge.across(x, z))

    return Shape(up, near, tint, dry=not wet, measures={"river": river, "gorge": middle})
