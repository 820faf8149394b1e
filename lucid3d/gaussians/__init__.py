"""3-D Gaussians: the data, a differentiable rasteriser, rendering, and training.

Names load on first use, so that importing the package does not import torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lucid3d.gaussians.equirectangular import render_equirectangular
    from lucid3d.gaussians.initialization import from_points
    from lucid3d.gaussians.model import SH_C0, Gaussians
    from lucid3d.gaussians.rasterizer import rasterization
    from lucid3d.gaussians.rendering import Render, Renderer, render
    from lucid3d.gaussians.training import (
        DefaultStrategy,
        MCMCStrategy,
        StepReport,
        Strategy,
        TrainConfig,
        Trainer,
        TrainingView,
        train,
    )

_HOME = {
    "Gaussians": "model",
    "SH_C0": "model",
    "from_points": "initialization",
    "rasterization": "rasterizer",
    "Render": "rendering",
    "Renderer": "rendering",
    "render": "rendering",
    "DefaultStrategy": "training",
    "MCMCStrategy": "training",
    "StepReport": "training",
    "Strategy": "training",
    "TrainConfig": "training",
    "Trainer": "training",
    "TrainingView": "training",
    "train": "training",
    "render_equirectangular": "equirectangular",
}

__all__ = [
    "SH_C0",
    "DefaultStrategy",
    "Gaussians",
    "MCMCStrategy",
    "Render",
    "Renderer",
    "StepReport",
    "Strategy",
    "TrainConfig",
    "Trainer",
    "TrainingView",
    "from_points",
    "rasterization",
    "render",
    "render_equirectangular",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
