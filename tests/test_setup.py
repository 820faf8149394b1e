"""pyproject.toml, requirements.lock and environment.yml agree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

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
    for requirement in [
        *requirements("cuda", "usd", "dev", "docs"),
        *map(Requirement, PROJECT["build-system"]["requires"]),
    ]:
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


def test_the_pythons_of_the_makefile_are_those_that_the_project_names() -> None:
    offered = re.search(r"^PYTHONS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE).group(1).split()
    versions = [python.removeprefix("python") for python in offered]
    assert versions == sorted(versions, key=Version, reverse=True)  # the newest first
    classifiers = {line.rpartition(" ")[2] for line in PROJECT["project"]["classifiers"] if "Python :: 3." in line}
    assert set(versions) == classifiers
    oldest = versions[-1]
    assert PROJECT["project"]["requires-python"] == f">={oldest}"
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    conda = next(entry for entry in ENVIRONMENT["dependencies"] if str(entry).startswith("python="))
    assert conda.removeprefix("python=") in versions


def made_by(tmp_path: Path, *pythons: str) -> subprocess.CompletedProcess[str]:
    """What `make -n .locked` says where only these commands exist, beside one python3.13 that does not work."""
    for name in pythons:
        (tmp_path / name).write_text(f'#!/bin/sh\nexec {sys._base_executable} "$@"\n')
    (tmp_path / "python3.13").write_text("#!/bin/sh\nexit 127\n")
    for path in tmp_path.iterdir():
        path.chmod(0o755)
    for tool in ("sh", "find"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    stamp = str(tmp_path / "venv" / ".locked")
    command = [shutil.which("make"), f"VENV={tmp_path / 'venv'}", f"SHELL={tmp_path / 'sh'}", stamp]
    environment = {"PATH": str(tmp_path)}
    if pythons:
        command.insert(1, "-n")
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("pythons", "taken"), [(("python3.11",), "python3.11"), (("python3.11", "python3.12"), "python3.12")]
)
def test_make_takes_the_newest_python_that_works(tmp_path: Path, pythons: tuple[str, ...], taken: str) -> None:
    said = made_by(tmp_path, *pythons)
    assert said.returncode == 0, said.stderr
    assert f"{taken} -m venv" in said.stdout


def test_make_says_what_to_install_where_no_python_works(tmp_path: Path) -> None:
    said = made_by(tmp_path)
    assert said.returncode != 0
    assert said.stderr.startswith("error: there is no Python 3.11, 3.12 or 3.13")
    assert not (tmp_path / "venv").exists()


def test_no_torchvision() -> None:
    """Nothing needs it, and it has no CPU build everywhere."""
    assert "torchvision" not in LOCK
