"""The native kernels for worlds, in the build that suits this processor."""

from __future__ import annotations

import functools
import importlib
from types import ModuleType


@functools.cache
def kernels() -> ModuleType:
    """`lucid3d.native._worlds`, or its twin compiled for AVX2 where the processor has that."""
    plain = importlib.import_module("lucid3d.native._worlds")
    if plain.has_avx2():
        try:
            return importlib.import_module("lucid3d.native._worlds_v3")
        except ImportError:  # not built for this kind of processor
            pass
    return plain
