"""Styles of the hand: a drawn picture as an ink drawing, a painting or a print has it.

Strokes lie on the surfaces, by their place in the world: every view of a world shows the same ones. Labels, depth and
normals stay as they were.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.noise import smoothstep

Floats = NDArray[np.float32]
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
FINE = [label_number(name) for name in ("grass", "flower", "tree", "shrub", "plant")]
"""Labels of what is finer than a pen's line."""
THIN = 0.2
"""How strongly the outlines of such things are drawn."""
LEAFY = np.array([0.0, -1.0, 0.0], np.float32)
"""The normal that all of it is painted with."""
FAR = 900.0
"""Metres at which the sky is painted."""
Painting = Callable[[Floats, Floats, Floats, Floats], Floats]
"""(image (H, W, 3) sRGB, points (H, W, 3) world, normals (H, W, 3), distance (H, W)) -> image."""


def painted(
    image: Floats, style: str, rays: Floats, origin: Floats, depth: Floats, normals: Floats, labels: NDArray[np.int32]
) -> Floats:
    """A picture in a style of the hand; the same where the style is none.

    Args:
        image: (H, W, 3) sRGB in [0, 1]; rays: (H, W, 3), in lengths of which `depth` (H, W) is given, +inf = sky;
        origin: (3,) where they come from; normals: (H, W, 3), 0 for sky; labels: (H, W), what is seen.
    """
    paint = STYLES.get(style)
    if paint is None:
        return image
    length = np.linalg.norm(rays, axis=-1)
    sky = ~np.isfinite(depth)
    reach = np.where(sky, FAR / length, depth)
    points = np.where(sky[..., None], rays * reach[..., None], origin + rays * reach[..., None])
    fine = np.isin(labels, FINE)[..., None]
    normals = np.where(fine, LEAFY, normals).astype(np.float32)  # no pen draws every blade and leaf
    shown = paint(image, points.astype(np.float32), normals, (reach * length).astype(np.float32))
    return np.asarray(np.clip(shown, 0, 1), np.float32)


def edges(points: Floats, normals: Floats, distance: Floats) -> Floats:
    """(H, W) 0 to 1: outlines of things, where depth jumps or a surface turns sharply."""
    near = 1.0 / np.maximum(distance, 0.05)
    line = np.zeros(near.shape, np.float32)
    fine = (normals == LEAFY).all(axis=-1)
    for axis in (0, 1):
        bent = np.zeros_like(line)
        inner = [slice(None)] * 2
        inner[axis] = slice(1, -1)
        before, after = list(inner), list(inner)
        before[axis], after[axis] = slice(None, -2), slice(2, None)
        i, b, a = tuple(inner), tuple(before), tuple(after)
        step = np.maximum(near[i] - near[b], near[i] - near[a]) / near[i]  # the nearer side carries the line
        bow = np.abs(near[b] + near[a] - 2 * near[i]) / near[i]  # a plane's inverse depth is straight
        turn = 1 - (normals[i] * normals[a]).sum(axis=-1)
        solid = (np.abs(normals[i]).sum(axis=-1) > 0) & (np.abs(normals[a]).sum(axis=-1) > 0)
        jump = smoothstep(0.05, 0.16, np.minimum(step, bow))
        bent[i] = np.maximum(jump, 0.7 * smoothstep(0.35, 0.9, turn) * solid)
        bent[i] *= np.where(fine[i] | fine[a] | fine[b], THIN, 1.0)
        line = np.maximum(line, bent)
    return np.asarray(line * smoothstep(260.0, 40.0, distance), np.float32)


def anime(image: Floats, points: Floats, normals: Floats, distance: Floats) -> Floats:
    """Picture (H, W, 3) from one, points and normals (H, W, 3) and distances (H, W): light in steps, full colours, dark
    outlines."""
    luma = np.maximum(image @ LUMA, 1e-3)
    steps = np.array([0.0, 0.14, 0.3, 0.5, 0.72, 1.0], np.float32)
    level = np.zeros_like(luma)
    for low, high in itertools.pairwise(steps):
        level += (high - low) * smoothstep((low + high) / 2 - 0.02, (low + high) / 2 + 0.02, luma)
    level = 0.08 + 0.92 * level
    toned = image * (level / luma)[..., None]
    grey = toned @ LUMA
    toned = grey[..., None] + 1.35 * (toned - grey[..., None])
    sky = (np.abs(normals).sum(axis=-1) == 0)[..., None]
    toned = np.where(sky, 0.45 * toned + 0.55 * image, toned)
    ink = 0.85 * edges(points, normals, distance)[..., None]
    return np.asarray(toned * (1 - ink) + np.array([0.08, 0.06, 0.1], np.float32) * ink, np.float32)


def oil(image: Floats, points: Floats, normals: Floats, distance: Floats) -> Floats:
    """All (H, W, ...) as for `anime`: thick strokes: each in one tone, some lighter and some darker, with the ridges of
    the brush."""
    cell, along, ridge = _strokes(points, normals, 0.016)
    sky = np.abs(normals).sum(axis=-1) == 0
    cell = np.where(sky, 0.5 + 0.25 * (cell - 0.5), cell)  # skies are painted wet in wet
    ridge = np.where(sky, 0.5 + 0.4 * (ridge - 0.5), ridge)
    tone = 0.82 + 0.36 * cell
    warm = (along - 0.5)[..., None] * np.array([0.07, 0.0, -0.07], np.float32)
    luma = image @ LUMA
    stepped = np.where(sky, luma, np.round(luma * 9 + 0.8 * (cell - 0.5)) / 9)
    shown = image * ((0.55 * luma + 0.45 * stepped) / np.maximum(luma, 1e-3))[..., None]
    return np.asarray(shown * (tone + 0.16 * (ridge - 0.5))[..., None] + warm * luma[..., None], np.float32)


def watercolour(image: Floats, points: Floats, normals: Floats, distance: Floats) -> Floats:
    """All (H, W, ...) as for `anime`: thin washes on white paper: pale, mottled by the pigment, darker where a wash
    ends."""
    cell, along, _ = _strokes(points, normals, 0.05)
    grain, _, _ = _strokes(points + 31.7, normals, 0.008)
    luma = image @ LUMA
    washed = np.round(luma * 6 + 0.5 * (along - 0.5)) / 6
    shown = image * ((0.5 * luma + 0.5 * washed) / np.maximum(luma, 1e-3))[..., None]
    water = 0.16 + 0.3 * cell + 0.1 * (grain - 0.5)
    paper = np.array([0.98, 0.96, 0.92], np.float32)
    shown = shown + (paper - shown) * water[..., None]
    rim = 0.35 * edges(points, normals, distance)[..., None]
    return np.asarray(shown * (1 - rim) + shown**2 * rim, np.float32)


def noir(image: Floats, points: Floats, normals: Floats, distance: Floats) -> Floats:
    """All (H, W, ...) as for `anime`: black and white in hard light: shadows that swallow, little between."""
    luma = image @ LUMA
    hard = 0.55 * luma + 0.45 * smoothstep(0.16, 0.72, luma)
    return np.asarray(np.repeat(hard[..., None] ** 1.12, 3, axis=-1), np.float32)


def pixel(image: Floats, points: Floats, normals: Floats, distance: Floats) -> Floats:
    """All (H, W, ...) as for `anime`: a palette of few colours, dithered by place."""
    grain = _hash(np.floor(points / 0.16))[..., None] - 0.5
    return np.asarray(np.round(image * 6 + 0.7 * grain) / 6, np.float32)


def _strokes(points: Floats, normals: Floats, size: float) -> tuple[Floats, Floats, Floats]:
    """Of the brush stroke at each point: two random numbers of its own, and where across it the point lies, 0 to 1.

    A stroke is `size` of its distance from the world's start wide, four times as long, and lies along its surface.
    """
    away = np.linalg.norm(points, axis=-1)
    level = np.floor(np.log2(np.maximum(away, 0.8)))
    unit = (size * 2.0**level)[..., None]
    upright = (np.abs(normals[..., 1]) < 0.6)[..., None]
    flat = np.stack([points[..., 0] + points[..., 1] * 0.35, points[..., 2], points[..., 1]], axis=-1)
    wall = np.stack([points[..., 1], points[..., 0] - points[..., 2], points[..., 0] + points[..., 2]], axis=-1)
    frame = np.where(upright, wall, flat) / unit
    bend = 0.8 * np.sin(frame[..., 0] * 0.31 + 1.7 * level)
    across = frame[..., 1] + bend
    row = np.floor(across)
    along = np.floor(frame[..., 0] / 4 + _hash(np.stack([row, level, 0 * row], axis=-1)) * 7)
    key = np.stack([row, along, np.floor(frame[..., 2] / 6) + 17 * level], axis=-1)
    return _hash(key), _hash(key + 5.5), np.asarray(across - row, np.float32)


def _hash(cells: NDArray[np.floating]) -> Floats:
    """(...) in [0, 1) from (..., 3)."""
    mixed = cells[..., 0] * 127.1 + cells[..., 1] * 311.7 + cells[..., 2] * 74.7
    value = np.sin(mixed.astype(np.float64)) * 43758.5453
    return np.asarray(value - np.floor(value), np.float32)


STYLES: Mapping[str, Painting] = {
    "anime": anime, "painting": oil, "watercolour": watercolour, "noir": noir, "pixel": pixel,
}  # fmt: skip
"""Style -> how it paints."""
