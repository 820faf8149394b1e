"""Where the sky is: it goes infinitely far away, and a depth network always puts it somewhere near."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.families.base import Image, Mask
from lucid3d.pixels import Floats32, blur_known, resize

WORK_SIDE = 160  # pixels; the sky is large and smooth, and its rim is refined at full size
FAR_QUANTILE = 0.55  # sky lies beyond this quantile of the picture's depths
SMOOTH = 0.035  # standard deviation of brightness within 5 pixels: clouds stay below, foliage and rock above
LOWEST_ELEVATION = -2.0  # degrees; the sea's horizon is at 0, and a camera may be a little tilted
LEAST_SHARE = 0.01  # of the picture; smaller finds are gaps between leaves or mistakes
NOTHING_ELSE = 0.85  # of the picture; above it there is no foreground to tell how far "far" is
FLAT = 0.35  # spread of depth over its median; a ceiling seen with an 80-degree lens spreads over 1 and more
LEAST_REST = 0.05  # of the picture; with less of anything else in view there is nothing to compare with
CLOUD_EDGE = 3  # working pixels; what the 5 x 5 window of smoothness takes away on either side of an edge
RIM = 6  # working pixels around a hole that are asked whether it borders on sky
SKY_AT_RIM = 0.5  # of them; more is an open sky, less a ceiling, a canopy or walls
HEIGHT_FOR_SKY = 8.0  # degrees above the horizon that sky reaches up to, or touches the picture's upper edge


def find_sky(image: Image, far: NDArray[np.floating], camera: Camera) -> Mask:
    """Find sky by what it looks like and where it is: above the horizon, smooth, far, and open to the zenith.

    A region counts as sky when it is connected, smooth in colour, among the farthest things the network sees, lies
    above the horizon of the camera, reaches the upper edge of the picture (or the zenith), and is coloured like sky:
    bluish or grey, or bright, not green and not a dim brown. Walls fail by colour or by distance: something in the
    picture is as far.

    Args:
        image: (H, W, 3) float32 sRGB.
        far: (H, W) any number that grows with distance (depth, or disparity with its sign turned).
        camera: the view.
    Returns:
        (H, W) bool.
    """
    import cv2

    height, width = image.shape[:2]
    scale = min(1.0, WORK_SIDE / min(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = resize(image, *size)
    distance = resize(far.astype(np.float32), *size)
    elevation = _elevation(camera.resized(*size))
    low, high = np.quantile(distance, (0.02, 0.98))
    if high - low < 1e-6:  # nothing is nearer than anything else: the network saw no structure to tell sky from
        return np.zeros((height, width), bool)
    open_sky = sky_coloured(small) & (_roughness(small) < SMOOTH) & (elevation > LOWEST_ELEVATION)
    if open_sky.mean() > NOTHING_ELSE:
        # Sky alone, or a bare ceiling: networks give the first one distance, and the second the depths of a plane.
        flat = high - low < FLAT * abs(np.median(distance))
        return np.full((height, width), flat)
    is_far = distance >= low + FAR_QUANTILE * (np.quantile(distance, 0.9) - low)
    possible = sky_coloured(small) & is_far & (elevation > LOWEST_ELEVATION)
    candidate = possible & (_roughness(small) < SMOOTH)
    count, labels = cv2.connectedComponents(candidate.astype(np.uint8), connectivity=4)
    sky = np.zeros(size[::-1], bool)
    for label in range(1, count):
        region = labels == label
        if region.mean() < LEAST_SHARE:
            continue
        reaches_up = region[0].any() or elevation[region].max() > 80.0
        if reaches_up and elevation[region].max() > HEIGHT_FOR_SKY and _beyond_rest(distance, region, candidate):
            sky |= region
    if not sky.any():
        return np.zeros((height, width), bool)
    # The edges of clouds are rough: the sky grows over such lines, but not into what is near or leafy.
    kernel = np.ones((3, 3), np.uint8)
    for _ in range(CLOUD_EDGE):
        sky = sky | (cv2.dilate(sky.astype(np.uint8), kernel).astype(bool) & possible)
    return _refine(sky, image, camera)


def sky_at_rim(image: Image, known: Mask) -> bool | None:
    """Whether what is to be painted borders on sky, by the known pixels around it.

    Args:
        image: (H, W, 3) float32 sRGB; known: (H, W) bool.
    Returns:
        None where too little is known around the hole to say.
    """
    import cv2

    height, width = known.shape
    scale = min(1.0, WORK_SIDE / min(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    share = resize(known.astype(np.float32), *size)
    seen = share > 0.999
    reach = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    rim = seen & cv2.dilate((~seen).astype(np.uint8), reach).astype(bool)
    if rim.mean() < LEAST_SHARE:
        return None
    small = resize(np.where(known[..., None], image, 0).astype(np.float32), *size)
    inside = cv2.erode(seen.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=1).astype(bool)
    looks = sky_coloured(small) & ((_roughness(small) < SMOOTH) | ~inside)
    return bool(looks[rim].mean() > SKY_AT_RIM)


def _beyond_rest(distance: NDArray[np.floating], region: Mask, candidate: Mask) -> bool:
    """Whether a region is farther than most of what cannot be sky; true when hardly anything else is in the picture."""
    rest = ~candidate
    return bool(rest.mean() < LEAST_REST or np.median(distance[region]) > np.quantile(distance[rest], 0.6))


def _elevation(camera: Camera) -> Floats32:
    """(H, W) degrees above the horizon of every pixel's ray; the world's +y is down."""
    rays = camera.world_rays()
    length = np.linalg.norm(rays, axis=-1)
    degrees: Floats32 = np.degrees(np.arcsin(np.clip(-rays[..., 1] / length, -1, 1))).astype(np.float32)
    return degrees


def _roughness(image: Image) -> Floats32:
    """(H, W) standard deviation of brightness in a 5 x 5 window."""
    import cv2

    grey = image.mean(axis=-1)
    mean = cv2.blur(grey, (5, 5))
    rough: Floats32 = np.sqrt(np.maximum(cv2.blur(grey * grey, (5, 5)) - mean * mean, 0))
    return rough


def sky_coloured(image: Image) -> Mask:
    """(H, W) bool: blue, grey, white, or the warm hues of dusk when bright; never with green above both others."""
    red, green, blue = image[..., 0], image[..., 1], image[..., 2]
    bright = image.max(axis=-1)
    saturation = np.where(bright > 0, (bright - image.min(axis=-1)) / np.maximum(bright, 1e-6), 0)
    leafy = (green > blue + 0.03) & (green > red + 0.03)
    bluish = blue >= red - 0.02
    warm_and_bright = (red >= blue) & (bright > 0.55)
    grey = (saturation < 0.15) & (bright > 0.35)
    sky: Mask = ~leafy & (bluish | warm_and_bright | grey)
    return sky


def _refine(sky: Mask, image: Image, camera: Camera) -> Mask:
    """Take a coarse mask to full size; along its rim every pixel goes to the side whose colour it has."""
    import cv2

    height, width = image.shape[:2]
    soft = resize(sky.astype(np.float32), width, height, "linear")
    reach = max(3, round(2.5 * max(height / sky.shape[0], 1.0)))
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    coarse = (soft > 0.5).astype(np.uint8)
    certain_sky = cv2.erode(coarse, kernel).astype(bool)
    certain_not = ~cv2.dilate(coarse, kernel).astype(bool)
    rim = ~certain_sky & ~certain_not
    if not (rim.any() and certain_sky.any() and certain_not.any()):
        return coarse.astype(bool)
    to_sky = np.abs(image - blur_known(image, certain_sky, 2.0 * reach)).sum(axis=-1)
    to_rest = np.abs(image - blur_known(image, certain_not, 2.0 * reach)).sum(axis=-1)
    refined: Mask = certain_sky | (rim & (to_sky < to_rest) & (_elevation(camera) > LOWEST_ELEVATION))
    return refined
