"""Equirectangular pictures of Gaussians, put together from many small perspective ones.

A Gaussian's projection is linearised at its centre, which is only right near the optical axis; a cube's faces show
their edges for that reason. So the sphere is cut into facets of at most 22.5 degrees, each drawn by a camera of its own
that looks at its middle, finer than needed, and filtered down. Neighbours overlap a little and fade into each other, so
that not even large Gaussians show where one facet ends. No more than one facet is in memory at a time.
"""

from __future__ import annotations

import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.gaussians import kernels
from lucid3d.gaussians.model import Gaussians
from lucid3d.gaussians.rendering import Render, Renderer, check_background

FACET_DEGREES = 22.5
FACET_PIXELS = 512
"""A facet has at most this many rows and columns of the panorama."""

SUPERSAMPLING = 2
"""Samples along each axis of a pixel of the panorama."""

PIXEL_BLUR = 0.3
"""Variance in square pixels of the panorama that every Gaussian is widened by (3D Gaussian Splatting's low-pass)."""

OVERLAP = 8
"""Facets reach beyond their edges by one part in this many of their size."""

SIGMAS = 3.33
"""Standard deviations at which the most opaque Gaussian falls below 1/255."""

SMALL = 0.05
"""Gaussians whose `SIGMAS` span at most this part of their distance are left out where a facet cannot see them."""

_MARGIN = 2
"""Pixels that a facet's picture extends beyond its samples, for interpolation."""


def directions(rows: NDArray[np.floating], columns: NDArray[np.floating], height: int) -> NDArray[np.float64]:
    """Unit vectors (R, C, 3) of a panorama `height` rows high, at pixel coordinates (centres at +0.5).

    The centre column looks along +z, columns to the right of it towards +x, the top row up (-y).
    """
    latitude = (0.5 - rows / height) * np.pi
    longitude = (columns / (2 * height) - 0.5) * 2 * np.pi
    vectors = np.empty((len(rows), len(columns), 3))
    vectors[..., 0] = np.cos(latitude)[:, None] * np.sin(longitude)
    vectors[..., 1] = -np.sin(latitude)[:, None]
    vectors[..., 2] = np.cos(latitude)[:, None] * np.cos(longitude)
    return vectors


def render_equirectangular(
    gaussians: Gaussians,
    position: ArrayLike,
    height: int,
    *,
    world_from_panorama: ArrayLike | None = None,
    background: ArrayLike | None = None,
    threads: int | None = None,
) -> Render:
    """Render everything around a position.

    Args:
        gaussians: N Gaussians.
        position: (3,) where to look from, world frame, metres.
        height: rows of the picture; it has twice as many columns.
        world_from_panorama: (3, 3) rotation; with the identity (the default) the centre column looks along world +z,
            what is right of it towards +x, and the top row up, towards -y.
        background: (3,) sRGB behind everything; black if None.
        threads: how many to use; None for the cores that this process may use.
    Returns:
        A Render of shape (height, 2 height). Its depth is the expected distance from the position (not z-depth).
    Raises:
        InputError: the size, the position or the rotation cannot be used.
    """
    if height < 2:
        raise InputError(f"height={height} of a panorama must be at least 2")
    centre = np.asarray(position, np.float64)
    if centre.shape != (3,) or not np.isfinite(centre).all():
        raise InputError(f"position {position!r} must be three finite numbers")
    turn = np.eye(3) if world_from_panorama is None else np.asarray(world_from_panorama, np.float64)
    if turn.shape != (3, 3) or not np.allclose(turn @ turn.T, np.eye(3), atol=1e-4) or np.linalg.det(turn) < 0:
        raise InputError("world_from_panorama must be a 3x3 rotation")
    colour = check_background(background)
    renderer = Renderer(gaussians)
    offsets = gaussians.means - centre.astype(np.float32)
    distances = np.maximum(np.linalg.norm(offsets, axis=1), np.float32(1e-6))
    toward = offsets / distances[:, None]
    large = ~(SIGMAS * np.exp(gaussians.log_scales.max(axis=1, initial=-np.inf)) <= SMALL * distances)  # a NaN too

    out = Render(
        np.zeros((height, 2 * height, 3), np.float32),
        np.zeros((height, 2 * height), np.float32),
        np.zeros((height, 2 * height), np.float32),
    )
    facets = min(height, max(math.ceil(180 / FACET_DEGREES), math.ceil(height / FACET_PIXELS)))
    row_edges = np.linspace(0, height, facets + 1).astype(int)
    column_edges = np.linspace(0, 2 * height, 2 * facets + 1).astype(int)
    overlap = height // facets // OVERLAP

    def draw_band(index: int) -> None:
        top, bottom = row_edges[index : index + 2]
        # The poles are the end: nothing to fade into.
        above, below = (0 if top == 0 else overlap), (0 if bottom == height else overlap)
        down = _fade(top, bottom, above, below)
        windows: dict[int, _Window] = {}  # by width: along a row they differ by their yaw alone
        own = renderer.apart(threads=1)
        for left, right in itertools.pairwise(column_edges):
            box = (top - above, bottom + below, left - overlap, right + overlap)
            if right - left not in windows:
                windows[right - left] = _window(height, box)
            window = windows[right - left]
            pose = np.eye(4)
            pose[:3, :3], pose[:3, 3] = turn @ _facet_turn(height, box), centre
            seen = np.flatnonzero((toward @ pose[:3, 2].astype(np.float32) > window.cosine) | large)
            part = _facet(own.of(seen), window, pose, colour)
            _add(out, part, down[:, None] * _fade(left, right, overlap, overlap), box[0], box[2])

    # Bands fade into their neighbours alone, so every other one can be drawn at the same time; and as no pixel gets
    # more than two bands' shares, their order, and with it the number of threads, does not show in its last bit.
    with ThreadPoolExecutor(kernels.thread_count(threads)) as pool:
        for first in (0, 1):
            list(pool.map(draw_band, range(first, facets, 2)))
    np.divide(out.depth, np.maximum(out.alpha, np.float32(1e-10)), out=out.depth)
    return out


def _add(out: Render, part: Render, share: NDArray[np.float32], top: int, left: int) -> None:
    """Add a facet's share of itself to a panorama, its first pixel at a row and at a column that wraps around."""
    width = out.alpha.shape[1]
    rows = slice(top, top + len(share))
    for begin, end in ((left, min(left + share.shape[1], 0)), (max(left, 0), min(left + share.shape[1], width)),
                       (max(left, width), left + share.shape[1])):  # fmt: skip
        if begin >= end:
            continue
        source, target = slice(begin - left, end - left), slice(begin % width, begin % width + end - begin)
        weight = share[:, source]
        out.image[rows, target] += weight[..., None] * part.image[:, source]
        out.depth[rows, target] += weight * part.depth[:, source]
        out.alpha[rows, target] += weight * part.alpha[:, source]


def _fade(begin: int, end: int, before: int, after: int) -> NDArray[np.float32]:
    """Shares of pixels [begin - before, end + after): they rise around begin and fall around end, and add up to one
    with the neighbours'.
    """
    centres = np.arange(begin - before, end + after) + 0.5
    rise = np.clip((centres - (begin - before)) / (2 * before), 0, 1) if before else np.ones(len(centres))
    fall = np.clip((end + after - centres) / (2 * after), 0, 1) if after else np.ones(len(centres))
    shares: NDArray[np.float32] = (rise * fall).astype(np.float32)
    return shares


@dataclass(frozen=True)
class _Window:
    """How a facet's samples lie in the picture of the camera that looks at its middle.

    Attributes:
        rows, columns: of the panorama.
        camera: at the world's origin, looking along +z.
        samples: where every sample (SUPERSAMPLING rows, SUPERSAMPLING columns) lies, as `cv2.convertMaps` packs it:
            whole pixels (..., 2) and the index of their 1/32 fractions.
        stretch: (camera.height, camera.width) distance over z-depth.
        cosine: small Gaussians further from the axis than the angle with this cosine do not reach the picture.
    """

    rows: int
    columns: int
    camera: Camera
    samples: tuple[NDArray[np.int16], NDArray[np.uint16]]
    stretch: NDArray[np.float32]
    cosine: np.float32


def _facet_turn(height: int, box: tuple[int, int, int, int]) -> NDArray[np.float64]:
    """(3, 3) rotation of the camera that looks at the middle of a box (top, bottom, left, right) of the panorama."""
    top, bottom, left, right = box
    rotation: NDArray[np.float64] = yaw_pitch(
        ((left + right) / 2 / height - 1) * 180, (0.5 - (top + bottom) / 2 / height) * 180
    )[:3, :3]
    return rotation


def _window(height: int, box: tuple[int, int, int, int]) -> _Window:
    """The window of a box; its camera is a little finer than the panorama's samples."""
    import cv2

    top, bottom, left, right = box
    focal = SUPERSAMPLING * height / math.pi
    rows = top + (np.arange((bottom - top) * SUPERSAMPLING) + 0.5) / SUPERSAMPLING
    columns = left + (np.arange((right - left) * SUPERSAMPLING) + 0.5) / SUPERSAMPLING
    local = directions(rows, columns, height) @ _facet_turn(height, box)
    x = local[..., 0] / local[..., 2] * focal
    y = local[..., 1] / local[..., 2] * focal
    x0, y0 = math.floor(x.min()) - _MARGIN, math.floor(y.min()) - _MARGIN
    width = math.ceil(x.max()) + _MARGIN - x0
    camera = Camera(width, math.ceil(y.max()) + _MARGIN - y0, focal, focal, -x0, -y0)
    # A Gaussian at an angle a from the axis lies tan(a) from the picture's middle and reaches at most
    # SMALL / cos(a) * sqrt(1 + clamp^2) further, the projection's slope being clamped a little outside the picture.
    corner = math.hypot(max(-x0, x0 + width), max(-y0, y0 + camera.height)) / focal
    reach = corner + SIGMAS * math.sqrt(PIXEL_BLUR) * SUPERSAMPLING / focal
    angles = np.linspace(0, np.pi / 2, 4096)
    sees = np.sin(angles) <= SMALL * math.sqrt(1 + (2 * corner) ** 2) + reach * np.cos(angles)
    return _Window(
        rows=bottom - top,
        columns=right - left,
        camera=camera,
        samples=cv2.convertMaps((x - x0 - 0.5).astype(np.float32), (y - y0 - 0.5).astype(np.float32), cv2.CV_16SC2),
        stretch=np.linalg.norm(camera.rays(), axis=-1).astype(np.float32),
        cosine=np.float32(np.cos(angles[sees].max()) - 1e-4),
    )


def _facet(renderer: Renderer, window: _Window, pose: NDArray[np.float64], background: NDArray[np.float32]) -> Render:
    """A window of the panorama, its camera at a pose; depth is the distance summed by weight."""
    import cv2

    planes = renderer.planes(window.camera.at(pose), background, eps2d=PIXEL_BLUR * SUPERSAMPLING**2)
    planes[3] *= window.stretch  # z-depth to distance

    def panorama(*picture: NDArray[np.float32]) -> NDArray[np.float32]:
        mapped = cv2.remap(cv2.merge(picture), *window.samples, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.resize(mapped, (window.columns, window.rows), interpolation=cv2.INTER_AREA), np.float32)

    distance_alpha = panorama(planes[3], planes[4])
    return Render(panorama(*planes[:3]), distance_alpha[..., 0], distance_alpha[..., 1])
