"""pyproject.toml, requirements.lock and environment.yml agree."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = {
    canonicalize_name(line.split("==")[0]): line.split("==")[1].strip()
    for line in (ROOT / "requirements.lock").read_text().splitlines()
    if line and not line.startswith("#")
}
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())


def requirements(*extras: str) -> list[Requirement]:
    project = PROJECT["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def test_the_lock_satisfies_every_range() -> None:
    for requirement in [*requirements("cuda", "usd", "dev"), *map(Requirement, PROJECT["build-system"]["requires"])]:
        name = canonicalize_name(requirement.name)
        assert name in LOCK, f"{name} is not in requirements.lock"
        assert requirement.specifier.contains(LOCK[name]), f"{requirement} does not admit {LOCK[name]}"


def test_the_lock_holds_exact_public_versions() -> None:
    for name, version in LOCK.items():
        assert re.fullmatch(r"\d[\w.]*", version), f"{name}=={version} cannot be resolved elsewhere"


def test_every_extra_that_conda_asks_for_exists() -> None:
    pip = next(entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict))
    asked = {extra for line in pip for extra in re.search(r"\[(.*)\]", line).group(1).split(",")}
    assert {"cuda", "dev"} <= asked <= set(PROJECT["project"]["optional-dependencies"])


def test_conda_gives_the_python_that_the_project_and_the_makefile_want() -> None:
    pin = next(entry for entry in ENVIRONMENT["dependencies"] if str(entry).startswith("python="))
    version = pin.removeprefix("python=")
    assert Requirement(f"python{PROJECT['project']['requires-python']}").specifier.contains(version)
    assert f"python{version}" in (ROOT / "Makefile").read_text()


def test_no_torchvision() -> None:
    """Nothing needs it, and it has no CPU build everywhere."""
    assert "torchvision" not in LOCK
