"""Panoramas: equirectangular, cube and perspective pictures of one sphere, resampled into each other.

Frame: the world's OpenCV axes (x right, y down, z forward). An equirectangular panorama has height H and width 2H; its
centre column looks along +z (forward), +x lies to the right of it, its top row looks up (-y). Pixel centres lie at
+0.5, so no pixel sits on the wrap or on a pole: column 0 and column 2H - 1 are neighbours like any other two.

Everything here samples at pixel centres, across the wrap, over the poles and across cube edges, and averages several
samples a pixel where the target is coarser than the source.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.threads import thread_count

Array = NDArray[np.float32]
Interpolation = Literal["nearest", "linear", "cubic"]

CUBE_FACES: dict[str, NDArray[np.float64]] = {
    # Columns: where the face's right, down and forward point in the world. Seen from inside; the bottom edge of U and
    # the top edge of D join F.
    "F": np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64),
    "R": np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], np.float64),
    "B": np.array([[-1, 0, 0], [0, 1, 0], [0, 0, -1]], np.float64),
    "L": np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]], np.float64),
    "U": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], np.float64),
    "D": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], np.float64),
}
"""World-from-face rotations of the six 90-degree views."""

_BAND_PIXELS = 1 << 20
"""Samples that are computed at a time, which bounds the memory of every resampling to some tens of megabytes."""
_PAD = 2
"""Pixels copied beyond each border, enough for a cubic kernel."""


def equirectangular_rays(height: int, rows: slice | NDArray[np.integer] = slice(None)) -> Array:
    """Unit world directions of a panorama's pixel centres.

    Args:
        height: H; the width is 2H.
        rows: which rows, for work in bands.
    Returns:
        (rows, 2H, 3) float32.
    """
    if height < 1:
        raise InputError(f"panorama height {height} must be at least 1")
    longitude = ((np.arange(2 * height) + 0.5) / (2 * height) - 0.5) * (2 * math.pi)
    latitude = (0.5 - (np.arange(height)[rows] + 0.5) / height) * math.pi
    rays = np.empty((len(latitude), 2 * height, 3), np.float32)
    rays[..., 0] = np.cos(latitude)[:, None] * np.sin(longitude)
    rays[..., 1] = -np.sin(latitude)[:, None]
    rays[..., 2] = np.cos(latitude)[:, None] * np.cos(longitude)
    return rays


def equirectangular_pixels(directions: Array, height: int) -> tuple[Array, Array]:
    """Where directions (..., 3), of any length, fall in a panorama: x (...) and y (...), pixel centres at +0.5."""
    directions = np.asarray(directions, np.float32)
    longitude = np.arctan2(directions[..., 0], directions[..., 2])
    horizontal = np.hypot(directions[..., 0], directions[..., 2])
    latitude = np.arctan2(-directions[..., 1], horizontal)
    x = (longitude / np.float32(2 * math.pi) + np.float32(0.5)) * np.float32(2 * height)
    y = (np.float32(0.5) - latitude / np.float32(math.pi)) * np.float32(height)
    return x.astype(np.float32, copy=False), y.astype(np.float32, copy=False)


def pixel_solid_angles(height: int) -> NDArray[np.float64]:
    """(H,) steradians of one pixel in each row; 2H of each add up to 4 pi."""
    edges = np.cos(np.linspace(0, math.pi, height + 1))
    angles: NDArray[np.float64] = (edges[:-1] - edges[1:]) * (math.pi / height)
    return angles


def sample_equirectangular(panorama: Array, directions: Array, *, interpolation: Interpolation = "linear") -> Array:
    """What a panorama shows in some directions, interpolated across the wrap and over the poles.

    Args:
        panorama: (H, 2H) or (H, 2H, C) float32.
        directions: (..., 3) world directions of any length.
        interpolation: "cubic" is sharper and may overshoot next to edges; "nearest" is for labels and depth.
    Returns:
        (...) or (..., C) float32.
    Raises:
        InputError: the panorama is not 2:1.
    """
    panorama = checked_panorama(panorama)
    return _sample_padded(_pad_equirectangular(panorama), panorama.shape[0], directions, interpolation)


def cube_from_equirectangular(
    panorama: Array, size: int, *, interpolation: Interpolation = "linear", supersample: int | None = None
) -> dict[str, Array]:
    """Cut a panorama into six square faces, as seen from inside (see `CUBE_FACES`).

    Args:
        panorama: (H, 2H) or (H, 2H, C) float32.
        size: pixels along a face's edge.
        supersample: samples along each side of a pixel; by default as many as keep the source's pixels all seen.
    Returns:
        F R B L U D -> (size, size) or (size, size, C) float32.
    """
    if size < 1:
        raise InputError(f"cube face size {size} must be at least 1")
    panorama = checked_panorama(panorama)
    height, width = panorama.shape[:2]
    padded = _pad_equirectangular(panorama)
    samples = supersample or _samples_for(2 / size, math.pi / height, interpolation)
    fine = size * samples
    grid = ((np.arange(fine) + 0.5) / fine * 2 - 1).astype(np.float32)
    faces = {name: np.empty((size, size, *panorama.shape[2:]), np.float32) for name in CUBE_FACES}

    def sampled(x: Array, y: Array) -> Array:
        values = _sample_pixels(padded, height, x, y, interpolation)
        return _box_average(values, samples) if samples > 1 else values

    def draw(start: int) -> None:
        """Some rows of all faces: where the pixels of one side fall, those of the others do, a quarter on each; and
        those of D as far from the equator as U's."""
        stop = min(size, start + band)
        rows = grid[start * samples : stop * samples, None]
        across, down, ahead = np.broadcast_arrays(grid, rows, np.float32(1))
        x, y = equirectangular_pixels(np.stack([across, down, ahead], axis=-1), height)
        for quarter, name in enumerate("FRBL"):
            faces[name][start:stop] = sampled((x + np.float32(quarter * width / 4)) % np.float32(width), y)
        x, y = equirectangular_pixels(np.stack([across, -ahead, down], axis=-1), height)
        faces["U"][start:stop] = sampled(x, y)
        faces["D"][size - stop : size - start] = sampled(x, np.float32(height) - y)[::-1]

    band = max(1, _BAND_PIXELS // (fine * samples))
    with ThreadPoolExecutor(thread_count(None)) as pool:
        list(pool.map(draw, range(0, size, band)))
    return faces


def cube_cameras(size: int) -> dict[str, Camera]:
    """The six 90-degree cameras of a cube map at the world's origin, in the order F R B L U D."""
    cameras = {}
    for name, rotation in CUBE_FACES.items():
        pose = np.eye(4)
        pose[:3, :3] = rotation
        cameras[name] = Camera(size, size, size / 2, size / 2, size / 2, size / 2, pose)
    return cameras


def perspective_from_equirectangular(
    panorama: Array, camera: Camera, *, interpolation: Interpolation = "linear", supersample: int | None = None
) -> Array:
    """What a pinhole camera sees of a panorama (its position does not matter: the sphere is infinitely far).

    Args:
        panorama: (H, 2H) or (H, 2H, C) float32.
        supersample: see `cube_from_equirectangular`.
    Returns:
        (camera.height, camera.width) or (camera.height, camera.width, C) float32.
    """
    panorama = checked_panorama(panorama)
    return _perspective(_pad_equirectangular(panorama), panorama.shape[0], camera, interpolation, supersample)


def _perspective(
    padded: Array, height: int, camera: Camera, interpolation: Interpolation, supersample: int | None
) -> Array:
    """`perspective_from_equirectangular` of a padded panorama that is `height` rows high without its padding."""
    if supersample is None:
        # The widest angle between two pixels is at the optical axis: 1 / focal.
        supersample = _samples_for(1 / min(camera.fx, camera.fy), math.pi / height, interpolation)
    fine = camera.resized(camera.width * supersample, camera.height * supersample)
    rotation = fine.rotation.astype(np.float32)
    x = ((np.arange(fine.width) + 0.5 - fine.cx) / fine.fx).astype(np.float32)
    y = ((np.arange(fine.height) + 0.5 - fine.cy) / fine.fy).astype(np.float32)

    def rays(rows: slice) -> Array:
        out: Array = x[None, :, None] * rotation[:, 0] + y[rows, None, None] * rotation[:, 1] + rotation[:, 2]
        return out

    return _resample(
        camera.height, camera.width, supersample, padded.shape[2:], rays,
        lambda directions: _sample_padded(padded, height, directions, interpolation),
    )  # fmt: skip


def equirectangular_from_cube(
    faces: dict[str, Array], height: int, *, interpolation: Interpolation = "linear", supersample: int | None = None
) -> Array:
    """Join six cube faces (see `CUBE_FACES`) into a panorama, interpolating across their edges and corners.

    Args:
        faces: F R B L U D -> (size, size) or (size, size, C) float32.
        height: H of the panorama.
    Returns:
        (H, 2H) or (H, 2H, C) float32.
    Raises:
        InputError: a face is missing, not square, or of another size than the others.
    """
    faces = _checked_faces(faces)
    size = faces["F"].shape[0]
    if supersample is None:
        supersample = _samples_for(math.pi / height, 2 / size, interpolation)
    padded = _pad_cube(faces)
    fine_height = height * supersample
    return _resample(
        height, 2 * height, supersample, faces["F"].shape[2:],
        lambda rows: equirectangular_rays(fine_height, rows),
        lambda directions: _sample_cube(padded, size, directions, interpolation),
    )  # fmt: skip


def sample_image(image: Array, pixels: Array) -> Array:
    """Bilinear values (N, C) of an image (H, W, C) at pixels (N, 2), centres at +0.5; the border repeats."""
    import cv2

    out = np.empty((len(pixels), image.shape[2]), np.float32)
    for start in range(0, len(pixels), 16384):
        part = pixels[start : start + 16384].astype(np.float32) - np.float32(0.5)
        values = cv2.remap(image, part[:, None, 0], part[:, None, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        out[start : start + len(part)] = values.reshape(-1, image.shape[2])
    return out


def checked_panorama(panorama: Array) -> Array:
    """The panorama as contiguous float32, once it has the shape (H, 2H) or (H, 2H, C)."""
    panorama = np.ascontiguousarray(panorama, np.float32)
    if panorama.ndim not in (2, 3) or panorama.shape[0] < 1 or panorama.shape[1] != 2 * panorama.shape[0]:
        raise InputError(f"a panorama must be twice as wide as high, (H, 2H, channels); this one is {panorama.shape}")
    return panorama


def _checked_faces(faces: dict[str, Array]) -> dict[str, Array]:
    missing = [name for name in CUBE_FACES if name not in faces]
    if missing:
        raise InputError(f"the cube lacks the faces {', '.join(missing)}; it needs F R B L U D")
    arrays = {name: np.ascontiguousarray(faces[name], np.float32) for name in CUBE_FACES}
    shape = arrays["F"].shape
    for name, face in arrays.items():
        if face.ndim not in (2, 3) or face.shape[0] != face.shape[1] or face.shape != shape:
            raise InputError(f"cube face {name} has shape {face.shape}; all six must be square and alike")
    return arrays


def _samples_for(target_spacing: float, source_spacing: float, interpolation: Interpolation) -> int:
    """Samples along a pixel's side so that they are no further apart than the source's pixels."""
    if interpolation == "nearest":  # labels and depth: never an average of two surfaces
        return 1
    return max(1, math.ceil(target_spacing / source_spacing - 0.01))


def _resample(
    height: int,
    width: int,
    supersample: int,
    channels: tuple[int, ...],
    rays: Callable[[slice], Array],
    sample: Callable[[Array], Array],
) -> Array:
    """Fill (height, width, *channels) in bands of rows, averaging supersample^2 samples a pixel.

    Args:
        rays: slice of fine rows -> directions (rows, width * supersample, 3).
        sample: directions -> values.
    """
    out = np.empty((height, width, *channels), np.float32)
    band = max(1, _BAND_PIXELS // (width * supersample**2))
    for start in range(0, height, band):
        stop = min(height, start + band)
        values = sample(rays(slice(start * supersample, stop * supersample)))
        if supersample > 1:
            values = _box_average(values, supersample)
        out[start:stop] = values
    return out


def _box_average(values: Array, factor: int) -> Array:
    """(H * factor, W * factor, ...) -> (H, W, ...), the mean of each square."""
    rows = values[::factor].copy()
    for offset in range(1, factor):
        rows += values[offset::factor]
    out = rows[:, ::factor].copy()
    for offset in range(1, factor):
        out += rows[:, offset::factor]
    out /= factor * factor
    return out


def _pad_equirectangular(panorama: Array) -> Array:
    """The panorama with `_PAD` more pixels on every side: wrapped at the sides, half a turn away beyond the poles."""
    pad = min(_PAD, panorama.shape[0])
    opposite = np.roll(panorama, panorama.shape[0], axis=1)  # half the width
    tall = np.concatenate([opposite[:pad][::-1], panorama, opposite[-pad:][::-1]], axis=0)
    return np.concatenate([tall[:, -pad:], tall, tall[:, :pad]], axis=1)


def _sample_padded(padded: Array, height: int, directions: Array, interpolation: Interpolation) -> Array:
    return _sample_pixels(padded, height, *equirectangular_pixels(directions, height), interpolation)


def _sample_pixels(padded: Array, height: int, x: Array, y: Array, interpolation: Interpolation) -> Array:
    """What a padded panorama, `height` rows high without its padding, shows at pixels of it."""
    pad = (padded.shape[0] - height) // 2
    if interpolation == "nearest":  # floor, not cv2's own rounding, so that x = 2H wraps
        x, y = np.floor(x), np.floor(y)
        return _remap(padded, x + pad, y + pad, interpolation)
    return _remap(padded, x + np.float32(pad - 0.5), y + np.float32(pad - 0.5), interpolation)


def _remap(image: Array, x: Array, y: Array, interpolation: Interpolation) -> Array:
    """cv2.remap for coordinates of any shape; x and y are 0 at the first pixel's centre."""
    import cv2

    flags = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}
    if interpolation not in flags:
        raise InputError(f"interpolation {interpolation!r} is unknown; choose nearest, linear or cubic")
    shape = x.shape
    # cv2 wants 2-D maps with sides below 32768.
    columns = shape[-1] if len(shape) > 1 and 0 < shape[-1] < 32768 else 1024
    count = x.size
    rows = -(-count // columns)
    out = np.empty((rows * columns, *image.shape[2:]), np.float32)
    flat_x, flat_y = np.zeros((rows, columns), np.float32), np.zeros((rows, columns), np.float32)
    flat_x.reshape(-1)[:count], flat_y.reshape(-1)[:count] = x.reshape(-1), y.reshape(-1)
    for start in range(0, rows, 16384):
        part = slice(start, min(rows, start + 16384))
        values = cv2.remap(image, flat_x[part], flat_y[part], flags[interpolation], borderMode=cv2.BORDER_REPLICATE)
        out[part.start * columns : part.stop * columns] = values.reshape(-1, *image.shape[2:])
    result: Array = out[:count].reshape((*shape, *image.shape[2:]))
    return result


def _pad_cube(faces: dict[str, Array]) -> dict[str, Array]:
    """Faces with `_PAD` more pixels on every side, on the same image plane, filled from the neighbouring faces."""
    size = faces["F"].shape[0]
    pad = min(_PAD, size)
    grid = (np.arange(-pad, size + pad) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(grid, grid)
    local = np.stack([x, y, np.ones_like(x)], axis=-1)
    outside = (np.abs(x) > 1) | (np.abs(y) > 1)
    widths = ((pad, pad), (pad, pad), *((0, 0),) * (faces["F"].ndim - 2))
    padded = {name: np.pad(face, widths, mode="edge") for name, face in faces.items()}
    # The first pass samples neighbours whose own borders are still repeated edges; the second makes them right.
    for _ in range(2):
        padded_before = {name: face.copy() for name, face in padded.items()}
        for name, rotation in CUBE_FACES.items():
            directions = (local[outside] @ rotation.T).astype(np.float32)
            padded[name][outside] = _sample_cube(padded_before, size, directions, "linear")
    return padded


def _sample_cube(padded: dict[str, Array], size: int, directions: Array, interpolation: Interpolation) -> Array:
    """Values (..., C) of padded cube faces in directions (..., 3)."""
    channels = padded["F"].shape[2:]
    pad = (padded["F"].shape[0] - size) // 2
    shape = directions.shape[:-1]
    flat = np.asarray(directions, np.float32).reshape(-1, 3)
    out = np.empty((len(flat), *channels), np.float32)
    forwards = np.stack([rotation[:, 2] for rotation in CUBE_FACES.values()]).astype(np.float32)
    nearest = np.argmax(flat @ forwards.T, axis=1)
    for index, (name, rotation) in enumerate(CUBE_FACES.items()):
        chosen = np.flatnonzero(nearest == index)
        if len(chosen) == 0:
            continue
        local = flat[chosen] @ rotation.astype(np.float32)
        x = (local[:, 0] / local[:, 2] + 1) * np.float32(size / 2)
        y = (local[:, 1] / local[:, 2] + 1) * np.float32(size / 2)
        if interpolation == "nearest":
            x, y = np.clip(np.floor(x), 0, size - 1) + pad, np.clip(np.floor(y), 0, size - 1) + pad
        else:
            x, y = x + np.float32(pad - 0.5), y + np.float32(pad - 0.5)
        out[chosen] = _remap(padded[name], x, y, interpolation)
    result: Array = out.reshape(*shape, *channels)
    return result
