"""A scene's views repainted jointly by Stable Diffusion over their own depth: key frames first, then those between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Depth, Image, Mask
from lucid3d.families.diffusion.checkpoints import load_controlnet
from lucid3d.families.diffusion.prompting import adapt
from lucid3d.joint.diffusion_painting import paint_patiently
from lucid3d.joint.fusion import fusion
from lucid3d.joint.overlaps import Overlap, depth_overlaps
from lucid3d.joint.ring import RING
from lucid3d.joint.stable_diffusion import LATENT_CELL, Control, known_views
from lucid3d.pixels import resize
from lucid3d.transforms import PosedView

if TYPE_CHECKING:
    from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter

KEY_NEWS = 0.25
"""A view becomes a key frame when this part of it is seen by no key frame before it."""

KEY_PIXELS = 48
"""Pixels a side at which that is judged."""

NEAR_DISPARITY = 99.0
"""Percentile of 1 / depth that is white in the picture that the ControlNet is shown: a stray pixel must not set it."""


def key_frames(cameras: Sequence[Camera], depths: Sequence[Depth]) -> list[int]:
    """Indices of the views that between them see nearly everything; the first is one.

    Args:
        depths: (H, W) z-depth in metres of each, +inf in the sky.
    """
    small = [camera.resized(KEY_PIXELS, KEY_PIXELS) for camera in cameras]
    reduced = [resize(depth, KEY_PIXELS, KEY_PIXELS, "nearest") for depth in depths]
    overlaps = {(each.target, each.source): each.seen for each in depth_overlaps(small, reduced)}
    keys: list[int] = []
    for view in range(len(cameras)):
        seen = np.zeros((KEY_PIXELS, KEY_PIXELS), bool)
        for key in keys:
            seen |= overlaps.get((view, key), np.zeros_like(seen))
        if 1 - seen.mean() > KEY_NEWS:
            keys.append(view)
    return keys


def depth_picture(depth: Depth) -> Image:
    """(H, W, 3) in [0, 1] near is white, the sky black: what depth ControlNets were trained on."""
    disparity = np.where(np.isfinite(depth), 1 / np.maximum(depth, 1e-3), 0)
    shade = np.clip(disparity / max(float(np.percentile(disparity, NEAR_DISPARITY)), 1e-6), 0, 1)
    return np.repeat(shade[..., None], 3, axis=-1).astype(np.float32)


def repaint_by_diffusion(
    painter: DiffusionPainter, views: Sequence[PosedView], prompt: str, *, negative_prompt: str, seed: int
) -> list[Image]:
    """New pictures of dreamed views, which agree through their depth.

    Args:
        painter: its config names the depth ControlNet.
        views: all of one size.
    Returns:
        (H, W, 3) float32 sRGB each.
    Raises:
        InputError: sizes differ, or the ControlNet is missing or belongs to another family.
    """
    sizes = {(view.camera.width, view.camera.height) for view in views}
    if len(sizes) != 1:
        raise InputError(f"the scene's views have different sizes ({sorted(sizes)}): they cannot be painted together")
    width, height = painter.working_size(views[0].camera)
    cameras = [view.camera.resized(width, height) for view in views]
    depths = [resize(view.depth, width, height, "nearest") for view in views]
    words = [adapt(prompt, camera, painter.config) for camera in cameras]
    network = depth_network(painter)
    keys = key_frames(cameras, depths)
    between = [view for view in range(len(views)) if view not in keys]
    rounds = [keys, *(between[begin : begin + RING] for begin in range(0, len(between), RING))]
    painted: dict[int, Image] = {}
    for number, chosen in enumerate(rounds):
        members = [*(keys if number else []), *chosen]
        local = [members.index(view) for view in chosen]
        pinned: dict[int, tuple[Image, Mask]] = {
            members.index(key): (painted[key], np.ones((height, width), bool)) for key in (keys if number else [])
        }
        part, near = [cameras[view] for view in members], [depths[view] for view in members]
        overlaps = depth_overlaps(part, near, local)
        pictures = paint_patiently(
            painter,
            part,
            [words[view] for view in members],
            _latent_overlaps(part, near),
            seed=(seed + number) % 2**32,
            negative_prompt=negative_prompt,
            known=known_views(part, pinned, overlaps) if pinned else None,
            control=Control(
                network, np.stack([depth_picture(depth) for depth in near]), painter.config.controlnet_scale
            ),
        )
        for index, (picture, _) in pinned.items():
            pictures[index] = picture
        fused = fusion(overlaps, len(members), (height, width), tuple(pinned))(np.stack(pictures))
        painted |= {view: np.clip(fused[index], 0, 1) for view, index in zip(chosen, local, strict=True)}
    size = sizes.pop()
    return [np.clip(resize(painted[view], *size), 0, 1).astype(np.float32) for view in range(len(views))]


def _latent_overlaps(cameras: Sequence[Camera], depths: Sequence[Depth]) -> list[Overlap]:
    small = [camera.resized(camera.width // LATENT_CELL, camera.height // LATENT_CELL) for camera in cameras]
    return depth_overlaps(small, [resize(d, c.width, c.height, "nearest") for d, c in zip(depths, small, strict=True)])


def depth_network(painter: DiffusionPainter) -> object:
    """The depth ControlNet that the painter's config names, where the painter's networks are.

    Raises:
        InputError: it is missing, or was made for another family of checkpoints.
    """

    pipeline = painter.pipeline_for_words()
    name = painter.config.depth_controlnet
    network = load_controlnet(name, painter.config, pipeline.unet.dtype)
    theirs, ours = network.config.cross_attention_dim, pipeline.unet.config.cross_attention_dim
    if theirs != ours:
        raise InputError(
            f"diffusion.depth_controlnet {name} reads text of width {theirs}, the painter of width {ours}: name one "
            "that was made for the painter's family"
        )
    return network.to(pipeline._execution_device)
