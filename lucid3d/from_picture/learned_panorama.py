"""The layout of a 360-degree picture from what the small network read in views of it, brought together on the sphere.

The network reads one picture at a time, each with a scale of its own that is a little off. Views overlap, so the scales
follow from what two of them say of the same direction: a least-squares problem of one unknown a view, solved again with
less weight for what disagrees (iteratively reweighted, Huber 1964). The ground then lies `EYE_HEIGHT` below the eye.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.from_picture.learned import SCALE_LIMIT, before_walls, kinds_of_labels, long_axis, named_kind, place_words
from lucid3d.from_picture.panorama_layout import CEILINGS, USUAL_CEILING, USUAL_WALL, WALLS, Room, SphereLayout
from lucid3d.from_picture.picture import FARTHEST, GROUND, SKY, UPRIGHT, light_words
from lucid3d.learning.classes import CLASSES
from lucid3d.learning.reader import Reader, Reading
from lucid3d.panorama.resampling import equirectangular_rays, perspective_from_equirectangular, sample_equirectangular
from lucid3d.procedural.kit.arrays import f32
from lucid3d.procedural.kit.place import EYE_HEIGHT

Array = NDArray[np.float32]
ROWS = 256
"""Of the layout: finer than the network answers."""
PIXELS, FOV = 256, 80.0
"""Of the views that are read."""
LEVEL = 8
"""Level views, which also tell the place."""
DIRECTIONS = [
    *((360.0 * k / LEVEL, 0.0) for k in range(LEVEL)),
    *((90.0 * k, 45.0) for k in range(4)),
    *((90.0 * k + 45.0, -45.0) for k in range(4)),
]
"""Yaw and pitch of the views in degrees: every direction but the poles is in two of them at least."""
COARSE = 4
"""Every so many pixels both ways are compared."""
AGREES = 0.1
"""Difference of two log distances up to which it counts in full."""
ROUNDS = 4
OWN_SCALE = 0.02
"""Weight of a view's own scale against one direction that two views share."""
SHARPEST = 4.0
"""Power of the weights with which views are blended: high, so that edges that differ do not become ramps."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """A view's answer in the directions of the sphere (H, 2H).

    Attributes:
        log_distance: of metres along the ray; weight: its worth, 0 where the view does not show it or it is sky.
        labels: classes of the network; window: their worth, 0 outside of the view.
        normals: (H, 2H, 3) in the frame of the panorama.
    """

    log_distance: Array
    weight: Array
    labels: NDArray[np.uint8]
    window: Array
    normals: Array


def layout_of_panorama(panorama: Array, reader: Reader, prompt: str = "") -> SphereLayout:
    """Find the layout of a level (H, 2H, 3) sRGB panorama in [0, 1].

    Args:
        reader: reads the views.
        prompt: words win over what was read: a room that is named is one.
    """
    cameras = [Camera.from_fov(PIXELS, PIXELS, FOV, yaw_pitch(*direction, np.zeros(3))) for direction in DIRECTIONS]
    pictures = [f32(np.clip(perspective_from_equirectangular(panorama, camera), 0, 1)) for camera in cameras]
    readings = [reader.read(picture, FOV) for picture in pictures]
    rays = equirectangular_rays(ROWS)
    seen = [_on_the_sphere(reading, camera, rays) for reading, camera in zip(readings, cameras, strict=True)]
    scales = common_scales(np.stack([s.log_distance for s in seen]), np.stack([s.weight for s in seen]))
    level = readings[:LEVEL]
    indoors = float(np.mean([reading.indoors for reading in level])) > 0.5
    kind = named_kind(prompt) or ("room" if indoors else "outdoors")
    labels = np.stack([_voted(seen, number) for number in range(len(CLASSES))]).argmax(axis=0).astype(np.uint8)
    classes = kinds_of_labels(labels, kind)
    distance = _blended(seen, scales, rays, indoors=kind == "room")
    distance = f32(np.clip(distance * _scale_to_ground(distance, classes, rays), 0.2, FARTHEST))
    distance[classes == SKY] = np.inf
    small = f32(np.clip(sample_equirectangular(panorama, rays), 0, 1))
    likelihood = np.mean([reading.places for reading in level], axis=0)
    said = place_words(level[0].place_names, likelihood, kind, prompt)
    words = " ".join([*said, *light_words(kind, small, classes)])
    if kind != "room":
        return SphereLayout("outdoors", classes, distance, classes == UPRIGHT, words, measured=True)
    room = _room(distance, labels, _normals(seen), rays)
    distance, standing = before_walls(distance, labels, room.distance(rays))
    return SphereLayout("room", classes, distance, standing, words, room, measured=True)


def _on_the_sphere(reading: Reading, camera: Camera, rays: Array) -> _Seen:
    import cv2

    turned = rays @ camera.rotation.astype(np.float32)
    ahead = np.maximum(turned[..., 2], 1e-3)
    u = turned[..., 0] / ahead * np.float32(camera.fx) + np.float32(camera.cx - 0.5)
    v = turned[..., 1] / ahead * np.float32(camera.fy) + np.float32(camera.cy - 0.5)
    half = camera.width / 2
    rim = 1 - np.maximum(np.abs(u + 0.5 - half), np.abs(v + 0.5 - half)) / half
    window = f32(np.where(turned[..., 2] > 0.1, np.clip(rim, 0, 1), 0))
    u, v = np.where(window > 0, u, 0).astype(np.float32), np.where(window > 0, v, 0).astype(np.float32)

    def look_up(values: NDArray[np.generic], how: int) -> NDArray[np.generic]:
        return np.asarray(cv2.remap(np.ascontiguousarray(values), u, v, how, borderMode=cv2.BORDER_REPLICATE))

    solid = np.isfinite(reading.depth)
    log_depth = f32(look_up(np.log(np.where(solid, reading.depth, FARTHEST)).astype(np.float32), cv2.INTER_LINEAR))
    worth = f32(look_up((reading.confidence * solid).astype(np.float32), cv2.INTER_NEAREST)) * window
    labels = np.asarray(look_up(reading.labels, cv2.INTER_NEAREST), np.uint8)
    normals = f32(look_up(reading.normals, cv2.INTER_NEAREST)) @ camera.rotation.T.astype(np.float32)
    return _Seen(log_depth - np.log(ahead), f32(worth), labels, window, f32(normals))


def common_scales(log_distance: Array, weight: Array) -> NDArray[np.float64]:
    """(N,) what to add to the log distances of N views so that they agree best where two see the same.

    Args:
        log_distance, weight: (N, H, W), see `_Seen`; weight 0 says nothing.
    """
    values = log_distance[:, ::COARSE, ::COARSE].reshape(len(log_distance), -1).astype(np.float64)
    worth = weight[:, ::COARSE, ::COARSE].reshape(len(weight), -1).astype(np.float64)
    count = len(values)
    pairs = [(i, j) for i in range(count) for j in range(i) if (worth[i] * worth[j]).any()]
    scales: NDArray[np.float64] = np.zeros(count)
    for _ in range(ROUNDS):
        matrix = np.eye(count) * OWN_SCALE * max(len(pairs), 1)
        right = np.zeros(count)
        for i, j in pairs:
            difference = values[i] - values[j]
            off = np.abs(difference + scales[i] - scales[j])
            shared = worth[i] * worth[j] * np.minimum(1, AGREES / np.maximum(off, 1e-9))
            total = float(shared.sum())
            pull = float((shared * difference).sum())
            matrix[i, i] += total
            matrix[j, j] += total
            matrix[i, j] -= total
            matrix[j, i] -= total
            right[i] -= pull
            right[j] += pull
        scales = np.asarray(np.linalg.solve(matrix, right), np.float64)
    return scales


def _voted(seen: list[_Seen], number: int) -> Array:
    return f32(np.sum([view.window * (view.labels == number) for view in seen], axis=0))


def _blended(seen: list[_Seen], scales: NDArray[np.float64], rays: Array, *, indoors: bool) -> Array:
    """(H, 2H) metres: the weighted mean of what the views say; where none does (the poles, the sky) the floor, or in a
    room the ceiling, goes on."""
    from scipy.ndimage import distance_transform_edt

    weights = [view.weight**SHARPEST for view in seen]
    total = np.sum(weights, axis=0)
    mean = np.sum(
        [w * (view.log_distance + scale) for w, view, scale in zip(weights, seen, scales, strict=True)], axis=0
    ) / np.maximum(total, 1e-12)
    known = total > 1e-6
    if not known.any():
        return np.full(total.shape, 10.0, np.float32)
    distance = np.exp(mean)
    rows, columns = distance_transform_edt(~known, return_distances=False, return_indices=True)
    height = np.abs(rays[..., 1]) * distance
    flat = height[rows, columns] / np.maximum(np.abs(rays[..., 1]), 0.2)
    level = (np.abs(rays[..., 1]) > 0.6) & (indoors | (rays[..., 1] > 0))
    return f32(np.where(known, distance, np.where(level, flat, distance[rows, columns])))


def _normals(seen: list[_Seen]) -> Array:
    total = np.sum([view.window[..., None] ** 2 * view.normals for view in seen], axis=0)
    return f32(total / np.maximum(np.linalg.norm(total, axis=-1, keepdims=True), 1e-6))


def _scale_to_ground(distance: Array, classes: NDArray[np.uint8], rays: Array) -> float:
    """What to multiply distances with so that the ground near by lies `EYE_HEIGHT` below the eye."""
    near = (classes == GROUND) & (rays[..., 1] > 0.1)
    if near.mean() < 0.01:
        return 1.0
    below = float(np.median((distance * rays[..., 1])[near]))
    return float(np.clip(EYE_HEIGHT / max(below, 1e-3), 1 / SCALE_LIMIT, SCALE_LIMIT))


def _room(distance: Array, labels: NDArray[np.uint8], normals: Array, rays: Array) -> Room:
    """The room as a box: walls where most of what faces each of four ways lies, the ceiling likewise."""
    points = rays * distance[..., None]
    wall, ceiling = labels == CLASSES.index("wall"), labels == CLASSES.index("ceiling")
    yaw = long_axis(normals[..., 0][wall], normals[..., 2][wall])
    least = 0.004 * distance.size

    def reach(
        values: NDArray[np.floating], where: NDArray[np.bool_], usual: float, limits: tuple[float, float]
    ) -> float:
        found = float(np.median(values[where])) if where.sum() > least else usual
        return float(np.clip(found, *limits))

    walls = []
    for k in range(4):
        towards = f32([math.sin(yaw + k * math.pi / 2), 0.0, math.cos(yaw + k * math.pi / 2)])
        facing = wall & (normals @ towards < -0.75)
        walls.append(reach(points @ towards, facing, USUAL_WALL, WALLS))
    top = reach(-points[..., 1], ceiling, USUAL_CEILING, CEILINGS)
    return Room(yaw, (walls[0], walls[1], walls[2], walls[3]), top)
