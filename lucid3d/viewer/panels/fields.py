"""Small helpers around viser's input fields."""

from __future__ import annotations

from typing import Any

PICTURES = ("image/png", "image/jpeg", "image/webp")
"""What upload buttons for pictures take."""


def put(field: Any, value: Any) -> None:
    """Write into an input field (viser declares its values read-only to type checkers, and takes them all the same)."""
    if field.value != value:
        field.value = value
