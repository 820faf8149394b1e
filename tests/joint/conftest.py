"""The tiny checkpoints of the models' tests serve here too."""

from __future__ import annotations

from tests.models.conftest import checkpoint, empty_cache, offline, one_thread

__all__ = ["checkpoint", "empty_cache", "offline", "one_thread"]
