"""Where the package keeps the weights of its own network, if it carries them."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parent / "weights" / "lucid3d-mini.safetensors"


def shipped() -> bool:
    """Whether this package carries weights."""
    return SHIPPED.is_file()
