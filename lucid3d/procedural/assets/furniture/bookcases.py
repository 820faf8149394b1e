"""Bookcases and what stands in them. Each stands on the floor at its origin with its back towards +z, facing -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube


def books_row(
    parts: Parts,
    left: float,
    right: float,
    y: float,
    z: float,
    height: float,
    rng: np.random.Generator,
    *,
    fill: float = 0.92,
) -> None:
    """Books on a board at y (top of the board) with their backs towards -z, of all sizes, some leaning, some lying."""
    x = left + 0.01
    mood = int(rng.integers(len(stuff.SPINES)))
    while x < right - 0.05:
        if rng.random() < 0.03:
            x += rng.uniform(0.04, 0.16)
            continue
        if rng.random() < 0.05 and right - x > 0.3:  # a lying pile
            stack = 0.0
            wide = rng.uniform(0.16, 0.23)
            for _ in range(int(rng.integers(2, 5))):
                thick = rng.uniform(0.02, 0.045)
                if stack + thick > height * 0.8:
                    break
                parts.box(
                    (x + wide / 2, y - stack - thick / 2, z + rng.uniform(0, 0.02)),
                    (wide * rng.uniform(0.85, 1.0), thick, 0.15),
                    stuff.SPINES[int(rng.integers(12))],
                    grain=0,
                    tint=rng.uniform(0.8, 1.2),
                )
                stack += thick
            x += wide + 0.015
            continue
        if rng.random() < 0.25:
            mood = int(rng.integers(len(stuff.SPINES)))
        run = int(rng.integers(1, 6)) if rng.random() < 0.3 else 1  # volumes of one work
        thick = min(0.07, 0.016 + rng.gamma(2.0, 0.009))
        tall = height * rng.uniform(0.6, 0.92)
        deep = rng.uniform(0.13, 0.19)
        for _ in range(run):
            if x + thick > right:
                return
            if rng.random() > fill:
                break
            material = stuff.SPINES[mood] if run > 1 else stuff.SPINES[int(rng.integers(12))]
            tint = rng.uniform(0.75, 1.2)
            parts.box(
                (x + thick / 2, y - tall / 2, z + (0.19 - deep) / 2 - 0.02),
                (thick * 0.96, tall, deep),
                material,
                grain=1,
                tint=tint,
            )
            x += thick
        x += 0.002


@made_as("bookshelf")
def bookshelf(
    rng: np.random.Generator,
    width: float,
    height: float,
    wood: Material,
    *,
    depth: float = 0.3,
    shelves: int | None = None,
    crown: bool = True,
) -> Mesh:
    """An open bookcase full of books, with a few other things on it."""
    parts = Parts()
    count = shelves or max(3, round(height / 0.36))
    columns = max(1, round(width / 0.95))
    cell = width / columns
    parts.box((0, -height / 2, depth / 2 - 0.01), (width, height, 0.02), wood, grain=1, tint=0.65)
    for i in range(columns + 1):
        x = -width / 2 + cell * i
        parts.box((x, -height / 2, 0), (0.04 if 0 < i < columns else 0.05, height, depth), wood, grain=1)
    pitch = (height - 0.12) / count
    for k in range(count + 1):
        parts.box((0, -0.1 - pitch * k, 0), (width, 0.026, depth - 0.01), wood, grain=0)
    parts.box((0, -0.05, -0.01), (width, 0.1, depth - 0.02), wood)
    if crown:
        parts.box((0, -height - 0.02, -0.03), (width + 0.1, 0.07, depth + 0.08), wood)
        parts.box((0, -height + 0.04, -0.02), (width + 0.05, 0.06, depth + 0.04), wood, tint=0.9)
    for k in range(count):
        y = -0.113 - pitch * k
        for i in range(columns):
            left, right = -width / 2 + cell * i + 0.025, -width / 2 + cell * (i + 1) - 0.025
            if rng.random() < 0.1:
                ornament(parts, (left + right) / 2, y, pitch, rng)
                continue
            stop = right if rng.random() < 0.7 else left + (right - left) * rng.uniform(0.55, 0.85)
            books_row(parts, left, stop, y, -0.02, pitch - 0.04, rng)
            if stop < right - 0.15:
                ornament(parts, (stop + right) / 2, y, pitch * 0.8, rng, small=True)
    return parts.mesh("bookshelf")


def book_wall(rng: np.random.Generator, width: float, height: float, wood: Material) -> Mesh:
    """A wall of books: bookcases in bays of up to 2.3 m with pilasters between, and a brass rail for a ladder."""
    parts = Parts()
    bays = max(1, int(np.ceil((width - 0.13) / 2.3)))
    pitch = (width - 0.13) / bays
    for i in range(bays + 1):
        x = -width / 2 + 0.065 + pitch * i
        parts.add(_pilaster(height, wood), placement([x, 0, 0.17]))
        if i < bays:
            case = bookshelf(rng, pitch - 0.12, height, wood, depth=0.34)
            parts.add(case, placement([x + pitch / 2, 0, 0.0]))
    parts.add(
        tube([[-width / 2, -height + 0.72, -0.24], [width / 2, -height + 0.72, -0.24]], 0.014, palette.BRASS, sides=8)
    )
    return parts.mesh("bookshelf")


def _pilaster(height: float, wood: Material) -> Mesh:
    """A flat column between bookcases; its back at z = 0."""
    parts = Parts()
    parts.box((0, -height / 2, -0.19), (0.13, height, 0.4), wood, grain=1)
    for x in (-0.035, 0.0, 0.035):
        parts.box((x, -height / 2, -0.395), (0.018, height - 0.5, 0.02), wood, grain=1, tint=0.8)
    for y, w in ((0.08, 0.2), (height - 0.06, 0.2)):
        parts.box((0, -y, -0.2), (w, 0.14, 0.45), wood)
    return parts.mesh("bookshelf")


def ornament(parts: Parts, x: float, y: float, height: float, rng: np.random.Generator, *, small: bool = False) -> None:
    """A vase, a box, a bowl or a small globe on a shelf."""
    kind = int(rng.integers(4))
    size = min(height * 0.55, 0.16 if small else 0.22)
    clay = palette.pick((palette.TERRACOTTA, stuff.PORCELAIN, palette.BRASS, palette.COPPER_GREEN), rng)
    if kind == 0:
        profile = ((0, 0.3), (0.3, 0.5), (0.6, 0.42), (0.85, 0.2), (1.0, 0.26))
        parts.add(tube([[x, y - h * size, -0.02] for h, _ in profile], [r * size for _, r in profile], clay, sides=14))
    elif kind == 1:
        parts.box((x, y - size * 0.3, -0.02), (size * 1.2, size * 0.6, 0.16), stuff.WICKER)
    elif kind == 2:
        bowl = ((0, 0.25), (0.15, 0.3), (0.5, 0.7), (0.52, 0.66))
        parts.add(
            tube(
                [[x, y - h * size * 0.8, -0.02] for h, _ in bowl],
                [r * size * 0.8 for _, r in bowl],
                clay,
                sides=16,
            )
        )
    else:
        parts.add(cylinder((x, y, -0.02), size * 0.25, size * 0.3, stuff.WALNUT, top_radius=size * 0.1, sides=12))
        parts.add(sphere((x, y - size * 0.65, -0.02), size * 0.42, clay, subdivisions=2))
