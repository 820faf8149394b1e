"""The tiny checkpoints of the models' tests serve here too."""

from __future__ import annotations

from tests.families.conftest import checkpoint, empty_cache, offline, one_thread

__all__ = ["checkpoint", "empty_cache", "offline", "one_thread"]
