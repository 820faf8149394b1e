"""Where the import helpers lie: scripts for other programs, copied into bundles."""

from __future__ import annotations

import shutil
from pathlib import Path

from lucid3d.errors import InputError
from lucid3d.files import atomic_path


def integration(name: str) -> Path:
    """A file of integrations/, such as "unity/Lucid3DSkyboxImporter.cs".

    Raises:
        InputError: this installation came without it.
    """
    package = Path(__file__).resolve().parents[1]
    # Beside the package in an installation, one level up in a checkout.
    for root in (package / "integrations", package.parent / "integrations"):
        if (root / name).is_file():
            return root / name
    raise InputError(f"integrations/{name} is missing from this installation: install lucid3d again")


def copy_integration(name: str, folder: Path, as_name: str | None = None) -> Path:
    """Copy a helper into a bundle; returns where it lies."""
    source = integration(name)
    target = folder / (as_name or source.name)
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)
    return target
