"""What surrounds a painter that works in 8-pixel latents: masks it cannot leak through, pre-fill, and seams."""

from __future__ import annotations

import numpy as np

from lucid3d.families.base import Image, Mask
from lucid3d.pixels import blur_known, resize

PREFILL_RADIUS = 5  # pixels that Telea's method looks around itself; larger only costs time
PREFILL_SIDE = 256  # the pre-fill is a blur in large holes, so it is made at this size and enlarged


def block_unknown(known: Mask, block: int = 8) -> Mask:
    """The unknown region grown to whole latent cells.

    A latent cell that covers any unknown pixel must be painted anew: diffusers samples the mask at one pixel a cell, so
    that a thin crack would be missed and its old colours kept.

    Args:
        known: (H, W) bool, both sides divisible by `block`.
    Returns:
        (H, W) bool, True is to be painted.
    """
    height, width = known.shape
    cells = (~known).reshape(height // block, block, width // block, block).any(axis=(1, 3))
    return cells.repeat(block, axis=0).repeat(block, axis=1)


def prefill(image: Image, known: Mask) -> Image:
    """Fill unknown pixels quickly from their surroundings: Telea's method (2004) on a reduced picture.

    For painters that see the unknown region: those that were not trained to inpaint, and any with a strength below 1.

    Args:
        image: (H, W, 3) float32; known: (H, W) bool.
    Returns:
        (H, W, 3) float32, equal to `image` where known; mid-grey when nothing is known.
    """
    import cv2

    if known.all():
        return image.copy()
    if not known.any():
        return np.full_like(image, 0.5)
    height, width = known.shape
    scale = min(1.0, PREFILL_SIDE / min(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    weight = resize(known.astype(np.float32), *size)
    colours = resize(image * known[..., None].astype(np.float32), *size)
    small = np.clip(colours / np.maximum(weight, 1e-6)[..., None], 0, 1)
    hole = (weight < 1e-6).astype(np.uint8)
    filled = cv2.inpaint((small * 255 + 0.5).astype(np.uint8), hole, PREFILL_RADIUS, cv2.INPAINT_TELEA)
    large = resize((filled / np.float32(255)).astype(np.float32), width, height, "linear")
    result: Image = np.where(known[..., None], image, large).astype(np.float32)
    return result


def fill_slivers(image: Image, known: Mask, width: int) -> tuple[Image, Mask]:
    """Fill holes that are narrow everywhere from their surroundings (Telea), without a network.

    A network paints two latent cells where a crack of three pixels was, from nothing to go by; most cameras that step
    aside see only such cracks.

    Args:
        image: (H, W, 3) float32; known: (H, W) bool.
        width: pixels; a hole in which no square of this side fits is a sliver. 0: none is.
    Returns:
        The picture, and what is known of it afterwards; the same objects where there was nothing to fill.
    """
    import cv2

    unknown = (~known).astype(np.uint8)
    if width < 2 or known.all() or not known.any():
        return image, known
    wide = cv2.erode(unknown, np.ones((width, width), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=1)
    _, labels = cv2.connectedComponents(unknown, connectivity=8)
    keep = np.unique(labels[wide.astype(bool)])
    slivers = (labels > 0) & ~np.isin(labels, keep)
    if not slivers.any():
        return image, known
    bytes_image = (np.clip(np.where(known[..., None], image, 0), 0, 1) * 255 + 0.5).astype(np.uint8)
    filled = cv2.inpaint(bytes_image, unknown, PREFILL_RADIUS, cv2.INPAINT_TELEA) / np.float32(255)
    result: Image = np.where(slivers[..., None], filled, image).astype(np.float32)
    return result, known | slivers


def composite(painted: Image, image: Image, known: Mask, feather: int) -> Image:
    """Put the known pixels back exactly, and blend the seam on the painted side.

    A latent painter returns known pixels slightly off in colour. At every unknown pixel within `feather` of the known
    region, the offset seen at the nearest known pixel (smoothed, so that texture does not streak) is added, fading to
    nothing with distance: the seam disappears and not one known pixel changes.

    Args:
        painted, image: (H, W, 3) float32.
        known: (H, W) bool.
        feather: width of the blend in pixels, 0 for a hard edge.
    Returns:
        (H, W, 3) float32 in [0, 1].
    """
    painted = np.clip(painted, 0, 1).astype(np.float32)
    if feather > 0 and known.any() and not known.all():
        from scipy.ndimage import distance_transform_edt

        distance, nearest = distance_transform_edt(~known, return_indices=True)
        offset = blur_known(image - painted, known, feather / 2)[nearest[0], nearest[1]]
        near = np.clip(1 - (distance - 1) / feather, 0, 1)
        fade = (near * near * (3 - 2 * near)).astype(np.float32)
        painted = np.clip(painted + fade[..., None] * offset, 0, 1).astype(np.float32)
    result: Image = np.where(known[..., None], image, painted).astype(np.float32)
    return result


def blank(image: Image) -> str:
    """What is wrong with a painted picture as a whole: "" when nothing is."""
    if not np.isfinite(image).all():
        return "holds values that are not numbers"
    if float(image.max()) < 2 / 255:
        return "is black"
    if float(np.ptp(image.reshape(-1, 3), axis=0).max()) < 1 / 255:
        return "is one single colour"
    return ""
