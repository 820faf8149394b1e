"""Where the import helpers lie: scripts for other programs, copied into bundles."""

from __future__ import annotations

import shutil
from pathlib import Path

from lucid3d.errors import InputError
from lucid3d.files import atomic_path


def integration(name: str) -> Path:
    """A file of integrations/, such as "unity/README.md".

    Raises:
        InputError: this installation came without it.
    """
    package = Path(__file__).resolve().parents[1]
    # Beside the package in an installation, one level up in a checkout.
    for root in (package / "integrations", package.parent / "integrations"):
        if (root / name).is_file():
            return root / name
    raise InputError(f"integrations/{name} is missing from this installation: install lucid3d again")


def copy_integration_folder(name: str, folder: Path) -> list[Path]:
    """Copy all of integrations/<name>/ into a bundle; returns the files.

    Raises:
        InputError: this installation came without it.
    """
    root = integration(f"{name}/README.md").parent
    sources = sorted(path for path in root.rglob("*") if path.is_file())
    return [
        copy_integration(f"{name}/{path.relative_to(root)}", folder / path.relative_to(root).parent) for path in sources
    ]


def copy_integration(name: str, folder: Path, as_name: str | None = None) -> Path:
    """Copy a helper into a bundle; returns where it lies."""
    source = integration(name)
    target = folder / (as_name or source.name)
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)
    return target
