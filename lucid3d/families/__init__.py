"""Painters and depth estimators: diffusion (Stable Diffusion, ZoeDepth) and procedural."""

from lucid3d.families.base import Depth, DepthEstimator, DepthKind, Image, Mask, Painter

__all__ = ["Depth", "DepthEstimator", "DepthKind", "Image", "Mask", "Painter"]
