"""What lies between a drawn picture and a photograph or a painting: strong augmentation, a few milliseconds a picture.

Everything takes and returns (H, W, 3) uint8 sRGB and a generator; the same generator gives the same picture. What needs
geometry (haze, depth of field, other materials) takes it from the picture's truth. The truth itself never changes here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lucid3d.learning.classes import CLASSES, SKY

Picture = NDArray[np.uint8]
"""(H, W, 3) uint8 sRGB."""
Floats = NDArray[np.float32]
Change = Callable[[Picture, np.random.Generator], Picture]
TILE = 128
"""Texels along the edge of a random texture."""
FAR = 2000.0
"""Metres at which the sky counts, for haze."""
SOLID = tuple(
    CLASSES.index(name) for name in ("ground", "building", "rock", "wall", "ceiling", "floor", "furniture", "thing")
)
"""Classes whose materials may be swapped."""


@dataclass(frozen=True, eq=False)
class Scene:
    """The geometry that a picture of (H, W) shows.

    Attributes:
        depth: (H, W) float32 metres, +inf = sky.
        normals: (H, W, 3) float32 towards the camera, in its frame.
        classes, instances: (H, W) uint8.
        down: (3,) gravity in the camera's frame; focal: in pixels.
        centre: the principal point, in pixels.
        indoors: whether it is a room.
    """

    depth: Floats
    normals: Floats
    classes: NDArray[np.uint8]
    instances: NDArray[np.uint8]
    down: NDArray[np.float64]
    focal: float
    centre: tuple[float, float]
    indoors: bool


def augmented(image: Picture, scene: Scene, rng: np.random.Generator) -> Picture:
    """A picture as another camera or a painter might have made it."""
    if rng.random() < 0.3:
        image = other_materials(image, scene, rng)
    if rng.random() < 0.15:
        image = haze(image, scene, rng)
    if rng.random() < 0.06:
        image = depth_of_field(image, scene, rng)
    if rng.random() < 0.12:
        image = PAINTERS[int(rng.integers(len(PAINTERS)))](image, rng)
    if rng.random() < 0.4:
        image = random_filter(image, rng)
    image = colours(image, rng)
    for share, change in _CAMERA:
        if rng.random() < share:
            image = change(image, rng)
    return image


# --- what needs geometry ---------------------------------------------------------------------------------------------


def other_materials(image: Picture, scene: Scene, rng: np.random.Generator) -> Picture:
    """Some surfaces in random textures that lie on them in perspective, under the picture's own light."""
    masks = _targets(scene, rng)
    if not masks:
        return image
    height, width = scene.depth.shape
    light = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 2.0) + 4
    depth = np.where(np.isfinite(scene.depth), scene.depth, FAR)
    x = (np.arange(width, dtype=np.float32) + 0.5 - scene.centre[0]) / scene.focal
    y = (np.arange(height, dtype=np.float32) + 0.5 - scene.centre[1]) / scene.focal
    level = _level_frame(scene.down)
    result = image.copy()
    for mask in masks:
        rows, columns = np.nonzero(mask)
        if len(rows) < 64:
            continue
        d = depth[rows, columns].astype(np.float32)
        points = np.stack([x[columns] * d, y[rows] * d, d], axis=1) @ level
        facing = np.abs(scene.normals[rows, columns] @ level)
        axis = facing.argmax(axis=1)
        first = np.where(axis == 0, points[:, 2], points[:, 0])
        second = np.where(axis == 1, points[:, 2], points[:, 1])
        tile = random_texture(rng)
        side = float(np.exp(rng.uniform(np.log(0.3), np.log(6.0)))) * (1.0 if scene.indoors else 2.0)
        u = (first * (TILE / side)).astype(np.int64) % TILE
        v = (second * (TILE / side)).astype(np.int64) % TILE
        mean = tile.reshape(-1, 3).mean(axis=0)
        # A texel smaller than the pixel would sparkle: there the texture fades to its mean.
        seen = np.clip(2 * side / TILE * scene.focal / d, 0, 1)[:, None]
        colour = mean + (tile[v, u] - mean) * seen
        shade = light[rows, columns] / light[rows, columns].mean()
        result[rows, columns] = np.clip(colour * shade[:, None], 0, 255).astype(np.uint8)
    return result


def _targets(scene: Scene, rng: np.random.Generator) -> list[NDArray[np.bool_]]:
    """Masks (H, W) of surfaces to be given another material: whole classes, or single things."""
    masks = []
    here = [number for number in SOLID if (scene.classes == number).mean() > 0.01]
    if here and rng.random() < 0.7:
        for number in rng.permutation(here)[: int(rng.integers(1, 3))]:
            masks.append(scene.classes == number)
    counts = np.bincount(scene.instances.ravel(), minlength=256)
    counts[0] = 0
    large = np.flatnonzero(counts > 0.004 * scene.instances.size)
    for number in rng.permutation(large)[: int(rng.integers(0, 6))]:
        masks.append((scene.instances == number) & np.isin(scene.classes, SOLID))
    return masks


def _level_frame(down: NDArray[np.float64]) -> Floats:
    """(3, 3): points in the camera's frame, times this, are in a level one (x, down, z)."""
    forward = np.array([0.0, 0.0, 1.0]) if abs(down[2]) < 0.9 else np.array([0.0, -1.0, 0.0])
    right = np.cross(down, forward)
    right /= np.linalg.norm(right)
    return np.stack([right, down, np.cross(right, down)], axis=1).astype(np.float32)


def random_texture(rng: np.random.Generator) -> Floats:
    """(TILE, TILE, 3) float32 in 0 to 255, seamless: noise of any smoothness, stripes, checks, bricks or spots."""
    hues = _hues(rng, 3)
    noise = spectral_noise(rng, TILE, float(rng.uniform(0.5, 2.2)))
    kind = rng.integers(5)
    y, x = np.mgrid[0:TILE, 0:TILE]
    if kind == 0:
        share = noise
    elif kind == 1:  # stripes, a little wavy
        count = int(2 ** rng.integers(1, 5))
        along = x if rng.random() < 0.5 else y
        share = 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * (count * along / TILE + 0.15 * rng.random() * noise)))
    elif kind == 2:  # checks
        cell = int(2 ** rng.integers(3, 6))
        share = ((x // cell + y // cell) % 2).astype(np.float32)
    elif kind == 3:  # bricks or tiles with joints
        tall = int(2 ** rng.integers(3, 6))
        wide = tall * int(rng.choice([1, 2]))
        shifted = x + (y // tall % 2) * (wide // 2)
        joint = max(tall // 10, 1)
        brick = (shifted // wide * 7 + y // tall * 13) % 17 / 17
        share = np.where((shifted % wide < joint) | (y % tall < joint), 1.0, 0.5 * brick)
    else:  # spots
        share = (noise > np.quantile(noise, rng.uniform(0.4, 0.9))).astype(np.float32)
    share = np.clip(share + rng.uniform(0, 0.3) * (noise - 0.5), 0, 1)[..., None]
    lower = hues[0] + 2 * share * (hues[1] - hues[0])
    upper = hues[1] + (2 * share - 1) * (hues[2] - hues[1])
    tile = np.where(share < 0.5, lower, upper)
    return np.asarray(tile * 255, np.float32)


def _hues(rng: np.random.Generator, count: int) -> Floats:
    """(count, 3) colours that go together: one hue's neighbours, seldom anything at all."""
    if rng.random() < 0.2:
        return rng.uniform(0.05, 0.95, (count, 3)).astype(np.float32)
    base = rng.uniform(0.1, 0.9) + rng.uniform(0, 0.25) * rng.normal(size=3)
    hues = base + rng.normal(0, 0.14, (count, 1)) + rng.normal(0, 0.04, (count, 3))
    return np.asarray(np.clip(hues, 0.02, 0.98), np.float32)


def spectral_noise(rng: np.random.Generator, size: int, power: float) -> Floats:
    """(size, size) seamless noise in [0, 1] whose amplitude falls as 1 / frequency ** power."""
    across = np.fft.rfftfreq(size) * size
    down = np.fft.fftfreq(size) * size
    frequency = np.maximum(np.hypot(down[:, None], across[None]), 1.0)
    spectrum = (rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)) * frequency**-power
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(size, size))
    low, high = np.percentile(field, [1, 99])
    return np.asarray(np.clip((field - low) / max(high - low, 1e-9), 0, 1), np.float32)


def haze(image: Picture, scene: Scene, rng: np.random.Generator) -> Picture:
    """Air that gets in the way, more of it the further off (Koschmieder's law)."""
    reach = float(np.exp(rng.uniform(np.log(8), np.log(40) if scene.indoors else np.log(600))))
    through = np.exp(-np.minimum(scene.depth, FAR) / reach)
    through = np.where(scene.classes == SKY, rng.uniform(0.1, 0.7), through)[..., None].astype(np.float32)
    light = np.clip(rng.uniform(120, 245) + rng.normal(0, 14, 3), 0, 255).astype(np.float32)
    return np.asarray(image * through + light * (1 - through), np.uint8)


def depth_of_field(image: Picture, scene: Scene, rng: np.random.Generator) -> Picture:
    """A wide aperture: sharp at one depth, the more blurred the further from it."""
    inverse = np.where(np.isfinite(scene.depth), 1 / np.maximum(scene.depth, 0.1), 0).astype(np.float32)
    focus = float(np.quantile(inverse, rng.uniform(0.2, 0.95)))
    blur = np.abs(inverse - focus) * rng.uniform(1.5, 6) / max(focus, 1e-3)
    blur = cv2.GaussianBlur(blur, (0, 0), 1.5)
    result = image.astype(np.float32)
    for sigma in (1.0, 2.2, 4.5):
        share = np.clip((blur - 0.6 * sigma) / (0.6 * sigma), 0, 1)[..., None]
        result += share * (cv2.GaussianBlur(image, (0, 0), sigma).astype(np.float32) - result)
    return result.astype(np.uint8)


# --- painters --------------------------------------------------------------------------------------------------------


def flattened(image: Picture, rng: np.random.Generator) -> Picture:
    """Gouache: detail gone, edges kept."""
    for _ in range(int(rng.integers(1, 4))):
        image = np.asarray(cv2.bilateralFilter(image, 7, 40, 5), np.uint8)
    return image


def oil(image: Picture, rng: np.random.Generator) -> Picture:
    """Blobs of few tones."""
    levels = int(rng.integers(5, 14))
    step = 256 / levels
    image = ((np.floor(image / step) + 0.5) * step).astype(np.uint8)
    return np.asarray(cv2.medianBlur(image, int(rng.choice([5, 7]))), np.uint8)


def cartoon(image: Picture, rng: np.random.Generator) -> Picture:
    """Flat colours and dark outlines."""
    flat = flattened(image, rng)
    grey = cv2.medianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), 5)
    lines = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, int(rng.integers(3, 9)))
    dark = 1 - rng.uniform(0.4, 0.95) * (1 - cv2.GaussianBlur(lines, (0, 0), 0.6).astype(np.float32) / 255)
    return np.asarray(flat * dark[..., None], np.uint8)


def strokes(image: Picture, rng: np.random.Generator) -> Picture:
    """Impressionism: dabs of one colour each, a little off, in all directions."""
    height, width = image.shape[:2]
    cell = int(rng.integers(3, 8))
    grid = (-(-height // cell), -(-width // cell))
    jitter = rng.normal(0, 0.6 * cell, (*grid, 2)).astype(np.float32)
    shift = cv2.resize(jitter, (width, height), interpolation=cv2.INTER_NEAREST)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    softer = cv2.GaussianBlur(image, (0, 0), 0.3 * cell)
    dabs = cv2.remap(softer, x + shift[..., 0], y + shift[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    dabs = cv2.medianBlur(dabs, 3 if cell < 5 else 5)
    tone = rng.normal(0, 9, (*grid, 1)).astype(np.float32)
    tones = cv2.resize(tone, (width, height), interpolation=cv2.INTER_NEAREST)[..., None]
    return np.asarray(np.clip(dabs + tones, 0, 255), np.uint8)


def watercolour(image: Picture, rng: np.random.Generator) -> Picture:
    """Washes that run, on grained paper that shines through."""
    height, width = image.shape[:2]
    wash = cv2.GaussianBlur(flattened(image, rng), (0, 0), 1.0).astype(np.float32)
    paper = _fitted(spectral_noise(rng, TILE, 0.4), width, height)[..., None]
    pale = rng.uniform(0.1, 0.45)
    return np.asarray(np.clip(wash * (1 - pale) + 250 * pale + 26 * (paper - 0.5), 0, 255), np.uint8)


PAINTERS: tuple[Change, ...] = (flattened, oil, cartoon, strokes, watercolour)


def random_filter(image: Picture, rng: np.random.Generator) -> Picture:
    """Other local textures and colours over the same shapes: a random linear filter, mixed with the picture ("Robust
    and Generalizable Visual Representation Learning via Random Convolutions", Xu et al. 2021, section 3)."""
    size = int(rng.choice([1, 3, 5, 7]))
    weights = rng.normal(0, 1, (3, 3, size, size)).astype(np.float32)
    plain = image.astype(np.float32)
    mean, spread = plain.mean(axis=(0, 1)), float(plain.std())
    planes = [np.ascontiguousarray(plain[..., j] - mean[j]) for j in range(3)]
    other = np.stack(
        [
            sum(cv2.filter2D(planes[j], -1, weights[i, j], borderType=cv2.BORDER_REFLECT) for j in range(3))
            for i in range(3)
        ],
        axis=-1,
    )
    other *= spread / max(float(other.std()), 1e-3)
    return np.asarray(np.clip(plain + rng.random() * (mean + other - plain), 0, 255), np.uint8)


# --- cameras ---------------------------------------------------------------------------------------------------------


def colours(image: Picture, rng: np.random.Generator) -> Picture:
    """Exposure, contrast, gamma, white balance, saturation and hue; sometimes black and white or toned."""
    ramp = np.linspace(0, 1, 256, dtype=np.float32)
    tables = np.empty((3, 256), np.uint8)
    gamma, gain, contrast = np.exp(rng.normal(0, (0.22, 0.15, 0.15)))
    warm = rng.normal(0, 0.09)
    lift = max(rng.normal(0, 0.04), 0)
    for channel, balance in enumerate((warm, rng.normal(0, 0.04), -warm)):
        curve = 0.5 + ((ramp**gamma) * gain - 0.5) * contrast
        tables[channel] = np.clip((lift + (1 - lift) * curve * np.exp(balance)) * 255, 0, 255)
    image = np.asarray(cv2.LUT(image, np.ascontiguousarray(tables.T.reshape(1, 256, 3))), np.uint8)
    kind = rng.random()
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    if kind < 0.06:
        tone = 1 + np.array([0.08, 0.0, -0.12]) * (rng.random() < 0.4)
        return np.asarray(np.clip(grey * tone, 0, 255), np.uint8)
    if kind < 0.09:
        image = np.ascontiguousarray(image[..., rng.permutation(3)])
    saturation = float(np.clip(rng.normal(1.0, 0.35), 0.1, 2.2))
    image = np.clip(grey + (image - grey) * saturation, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(np.int16) + round(rng.normal(0, 8))) % 180
        image = np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)
    return image


def noise(image: Picture, rng: np.random.Generator) -> Picture:
    """A sensor's: of brightness and of colour, sometimes in coarse grains."""
    height, width = image.shape[:2]
    strength = float(np.exp(rng.uniform(np.log(1), np.log(8))))
    coarse = int(rng.choice([1, 1, 1, 2]))
    shape = (-(-height // coarse), -(-width // coarse))
    grain = rng.standard_normal((*shape, 1), np.float32) + 0.5 * rng.standard_normal((*shape, 3), np.float32)
    if coarse > 1:
        grain = _fitted(grain, width, height)
    return np.asarray(np.clip(image + strength * grain, 0, 255), np.uint8)


def blur(image: Picture, rng: np.random.Generator) -> Picture:
    """Out of focus, or a shaken camera."""
    if rng.random() < 0.6:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 0.9)), np.uint8)
    size = int(rng.choice([3, 3, 5]))
    angle = rng.uniform(0, np.pi)
    kernel = np.zeros((size, size), np.float32)
    middle = size // 2
    tip = (round(middle * float(np.cos(angle))), round(middle * float(np.sin(angle))))
    cv2.line(kernel, (middle - tip[0], middle - tip[1]), (middle + tip[0], middle + tip[1]), 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)


def sharpened(image: Picture, rng: np.random.Generator) -> Picture:
    """A phone's unsharp mask."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.2)
    amount = rng.uniform(0.3, 1.5)
    return np.asarray(cv2.addWeighted(image, 1 + amount, soft, -amount, 0), np.uint8)


def coarser(image: Picture, rng: np.random.Generator) -> Picture:
    """Scaled down and up again."""
    height, width = image.shape[:2]
    share = rng.uniform(0.55, 0.9)
    small = cv2.resize(image, (max(int(width * share), 8), max(int(height * share), 8)), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_LINEAR if rng.random() < 0.7 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(small, (width, height), interpolation=how), np.uint8)


def vignette(image: Picture, rng: np.random.Generator) -> Picture:
    """Darker towards the corners."""
    height, width = image.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] - rng.uniform(-0.2, 0.2)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None] - rng.uniform(-0.2, 0.2)
    shade = 1 - np.float32(rng.uniform(0.1, 0.45)) * np.clip(x**2 + y**2, 0, 2)
    return np.asarray(np.clip(image * shade[..., None].astype(np.float32), 0, 255), np.uint8)


def light_field(image: Picture, rng: np.random.Generator) -> Picture:
    """Light that varies across the picture: another lamp, a cloud's shadow."""
    height, width = image.shape[:2]
    field = np.exp(rng.normal(0, 0.3, (3, 3, 1)) + rng.normal(0, 0.05, (3, 3, 3))).astype(np.float32)
    return np.asarray(np.clip(image * _fitted(field, width, height, cv2.INTER_CUBIC), 0, 255), np.uint8)


def jpeg(image: Picture, rng: np.random.Generator) -> Picture:
    """JPEG, from good to bad."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def erased(image: Picture, rng: np.random.Generator) -> Picture:
    """A few patches of noise or of one colour ("Random Erasing Data Augmentation", Zhong et al. 2020)."""
    height, width = image.shape[:2]
    image = image.copy()
    for _ in range(int(rng.integers(1, 4))):
        tall, wide = int(height * rng.uniform(0.05, 0.3)), int(width * rng.uniform(0.05, 0.3))
        top, left = int(rng.integers(height - tall)), int(rng.integers(width - wide))
        patch = rng.integers(0, 256, (tall, wide, 3)) if rng.random() < 0.3 else rng.integers(0, 256, 3)
        image[top : top + tall, left : left + wide] = patch
    return image


def _fitted(field: Floats, width: int, height: int, how: int = cv2.INTER_LINEAR) -> Floats:
    return np.asarray(cv2.resize(field, (width, height), interpolation=how), np.float32)


_CAMERA: tuple[tuple[float, Change], ...] = (
    (0.2, light_field), (0.2, vignette), (0.1, blur), (0.2, sharpened), (0.1, coarser), (0.25, noise), (0.2, jpeg),
    (0.05, erased),
)  # fmt: skip
"""How often, and what; in the order in which a camera and a file do it. Strengths are those that are left of a camera's
faults when its picture has been reduced to what the network is shown, about 150 pixels across: most average away."""
