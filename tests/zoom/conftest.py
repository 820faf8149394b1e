"""Tiny checkpoints, as the tests of the models build them."""

from __future__ import annotations

from tests.models.conftest import checkpoint, offline, one_thread

__all__ = ["checkpoint", "offline", "one_thread"]
