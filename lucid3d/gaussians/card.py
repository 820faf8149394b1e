"""Where Gaussians are trained: on a CUDA card through gsplat, else by the native kernels."""

from __future__ import annotations

import logging
import shutil

from lucid3d.gaussians.gsplat_backend import builds_kernels


def training_device() -> str | None:
    """ "cuda" where gsplat draws on a card, else None (the native kernels); why a card is not used is logged.

    torch is only asked for a card where a driver of one is installed.
    """
    if not any(map(shutil.which, ("nvidia-smi", "rocminfo", "rocm-smi"))):
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    trouble = builds_kernels()
    if trouble:
        logging.getLogger(__name__).warning("training stays on the CPU: %s", trouble)
        return None
    return "cuda"
