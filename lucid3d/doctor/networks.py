"""The configured networks: whether they are there and whole, and whether they paint and measure as they should."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d import alignment
from lucid3d.camera import Camera
from lucid3d.doctor.findings import Finding
from lucid3d.doctor.pictures import true_pictures
from lucid3d.errors import InputError
from lucid3d.families.base import Uses
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.catalogue import entry
from lucid3d.families.diffusion.depth import NetworkDepth
from lucid3d.families.diffusion.device import choose_device
from lucid3d.families.diffusion.family import required
from lucid3d.families.diffusion.presets import with_preset
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
from lucid3d.families.procedural import cosine_field
from lucid3d.pointcloud import lift
from lucid3d.projection import project_cloud

SEED = 1
PROMPT = "a meadow with a path under a blue sky, photograph"
SIDE = 512
GOOD_DEPTH = 0.15
"""Median relative error, after one factor, that a depth network reaches on drawn pictures; random weights have 0.5."""
GOOD_ALIGNMENT = 0.05
"""The same of a second view after its alignment with the first one's truth."""


def files(config: ModelsConfig) -> Iterator[Finding]:
    """Every configured network: on disk, whole, in which variant, of which size and licence."""
    for found in required(config, Uses(captioner=True)):
        known = entry(found.name)
        licence = f", {known.licence}" if known else ""
        if not found.complete:
            fetch = f"; fetch it with: {found.fetch_command}" if found.fetch_command else "; check the path"
            yield Finding("bad", "files", f"{found.explain()}{fetch}")
        elif found.pickled and not config.allow_pickle:
            yield Finding("bad", "files", found.refusal())
        else:
            kinds = sorted({variant or "plain" for _, variant in found.variants})
            yield Finding("good", "files", f"{found.name}: {found.size / 1e9:.1f} GB, {' and '.join(kinds)}{licence}")


def painting(config: ModelsConfig) -> Iterator[Finding]:
    """A picture from words and a half-known one with a fixed seed: not blank, continued, and what is known kept."""
    config = with_preset(config)
    seconds: list[float] = []
    last = time.perf_counter()

    def clock(what: str, step: int, steps: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if what == "painting" and step > 1:  # the first step warms up
            seconds.append(now - last)
        last = now

    painter = DiffusionPainter(config, clock)
    side = min(SIDE, config.image_size or SIDE)
    camera = Camera.from_fov(side, side, 70)
    try:
        began = time.perf_counter()
        picture = painter.imagine(PROMPT, camera, seed=SEED)
        network = painter.pipeline_for_words()
        dtype = str(getattr(getattr(network, "unet", None) or network.transformer, "dtype", "")).removeprefix("torch.")
        text = (
            f"{type(network).__name__} on {painter.device} in {dtype} at {config.image_size or side} pixels: "
            f"{time.perf_counter() - began:.1f} s for the first picture"
        )
        spread = float(picture.std())
        yield Finding("good" if spread > 0.02 else "bad", "painting", f"{text}, contrast {spread:.2f}")
        known = np.zeros((side, side), bool)
        known[:, : side // 2] = True
        painted = painter.inpaint(picture, known, PROMPT, camera, seed=SEED + 1)
        kept = bool(np.array_equal(painted[known], picture[known]))
        step = _seam(painted)
        state: Any = "good" if kept and painted[~known].std() > 0.02 else "bad"
        yield Finding(
            state,
            "inpainting",
            f"{'keeps' if kept else 'CHANGES'} what is known; the step at the seam is {step:.1f} times those beside it",
        )
        if seconds:
            yield Finding("good", "speed", f"{np.median(seconds):.2f} s a step, {config.steps} steps a picture")
        yield Finding("good", "memory", _peak(painter.device.type))
    finally:
        painter.close()


def _seam(image: NDArray[np.float32]) -> float:
    """Step across the middle column over the usual step between columns."""
    steps = np.abs(np.diff(image.mean(axis=-1), axis=1)).mean(axis=0)
    return float(steps[image.shape[1] // 2 - 1] / max(float(np.median(steps)), 1e-6))


def _peak(device: str) -> str:
    import torch

    if device == "cuda":
        return f"at most {torch.cuda.max_memory_allocated() / 1e9:.1f} GB of the card"
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return f"at most {used / 1e9:.1f} GB of main memory"


def depth(config: ModelsConfig) -> Iterator[Finding]:
    """Depth on drawn pictures whose truth is known, and a second view aligned with the first one's truth."""
    estimator = NetworkDepth(config)
    try:
        for first, second in true_pictures():
            began = time.perf_counter()
            estimate = estimator.estimate(first.image, first.camera)
            seconds = time.perf_counter() - began
            error, factor = _errors(_metres(estimate, estimator.kind), first.depth)
            sky = _sky(estimate, first.depth)
            text = f"{first.name}: {error:.0%} off (median, after a factor of {factor:.2g}){sky}, {seconds:.1f} s"
            yield Finding("good" if error < GOOD_DEPTH else "bad", "depth", text)
            again = estimator.estimate(second.image, second.camera)
            yield aligned(first, second, again, estimator.kind)
        yield Finding("good", "memory", _peak(choose_device(config.device).type))
    finally:
        estimator.close()


def _metres(estimate: NDArray[np.float32], kind: str) -> NDArray[np.float32]:
    """Depth up to a factor; a relative network's shift is left as it is."""
    if kind != "relative-disparity":
        return estimate
    return np.where(np.isfinite(estimate), 1 / np.maximum(estimate, 1e-6), np.inf).astype(np.float32)


def _errors(estimate: NDArray[np.float32], truth: NDArray[np.float32]) -> tuple[float, float]:
    """Median relative error after the best factor, and that factor (truth over estimate)."""
    both = np.isfinite(estimate) & np.isfinite(truth)
    if not both.any():
        raise InputError("the depth network finds nothing but sky in a drawn picture")
    ratio = np.log(truth[both] / estimate[both])
    middle = float(np.median(ratio))
    return float(np.median(np.abs(np.expm1(ratio - middle)))), float(np.exp(middle))


def _sky(estimate: NDArray[np.float32], truth: NDArray[np.float32]) -> str:
    sky, found = ~np.isfinite(truth), ~np.isfinite(estimate)
    if sky.mean() < 0.02:
        return f", {found.mean():.0%} taken for sky" if found.any() else ""
    return f", {found[sky].mean():.0%} of the sky found, {found[~sky].mean():.0%} of the rest taken for it"


def aligned(first: Any, second: Any, estimate: NDArray[np.float32], kind: Any) -> Finding:
    """How well an estimate (H, W) of the second view meets the first view's truth after alignment."""
    cloud = lift(first.image, first.depth, first.camera, view=0, mask=np.ones(first.depth.shape, bool), sky_radius=1e4)
    partial = project_cloud(cloud, second.camera)
    result = alignment.align(estimate, kind, partial, second.camera)
    both = np.isfinite(result.depth) & np.isfinite(second.depth)
    if not both.any():
        return Finding("bad", "alignment", f"{first.name}: nothing of the second view is a surface")
    error = float(np.median(np.abs(result.depth[both] / second.depth[both] - 1)))
    text = f"{first.name}: the second view is {error:.1%} off after alignment ({partial.known.mean():.0%} overlap)"
    return Finding("good" if error < GOOD_ALIGNMENT else "bad", "alignment", text)


def alignment_alone() -> Iterator[Finding]:
    """The same with true depth, bent and scaled as estimates are: what alignment can do without a network."""
    rng = np.random.default_rng(SEED)
    for first, second in true_pictures():
        bent = second.depth * np.exp(0.3 + 0.025 * cosine_field(rng, *second.depth.shape)).astype(np.float32)
        yield aligned(first, second, bent.astype(np.float32), "metric")
