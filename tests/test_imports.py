"""How the package's modules import each other, function imports counted; the layers are contracts in pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

INSIDE_FUNCTIONS = {
    "lucid3d.commands.run": "viser is loaded for --viewer alone",
    "lucid3d.viewer.command": "--help answers before viser is loaded",
    "lucid3d.service.command": "FastAPI is optional, and asked for in a sentence where it is missing",
    "lucid3d.gaussians.training.engines": "training on a CPU needs no torch",
    "lucid3d.learning.reader": "the network needs torch, which nobody waits for who reads no picture",
}
"""Module -> why it imports modules of ours inside functions."""


@dataclass(frozen=True)
class Import:
    """One module imports another; imports for type checkers alone are none."""

    source: str
    target: str
    in_function: bool


def modules() -> dict[str, Path]:
    """Name -> file of every module."""
    found = {}
    for path in (ROOT / "lucid3d").rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports_in(source: str, node: ast.AST, in_function: bool = False) -> Iterator[Import]:
    """What is imported below a node of a module's syntax tree."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        targets: list[str] = []
        if isinstance(child, ast.Import):
            targets = [alias.name for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0 and child.module, f"{source} imports relatively"
            names = [f"{child.module}.{alias.name}" for alias in child.names]
            targets = [name if name in MODULES else child.module for name in names]
        for target in targets:
            if target.partition(".")[0] == "lucid3d":
                yield Import(source, target, in_function)
        inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        yield from imports_in(source, child, in_function or inside)


IMPORTS = [
    each for name, path in MODULES.items() for each in imports_in(name, ast.parse(path.read_text(encoding="utf-8")))
]


def test_imports_inside_functions_have_a_reason() -> None:
    found = {each.source for each in IMPORTS if each.in_function}
    assert found - INSIDE_FUNCTIONS.keys() == set(), "import at the top of the module, or give a reason above"
    assert INSIDE_FUNCTIONS.keys() - found == set(), "the reason is no longer needed"


def test_there_are_no_import_circles() -> None:
    graph: dict[str, set[str]] = {name: set() for name in MODULES}
    for each in IMPORTS:
        if each.target in MODULES and each.target != each.source:
            graph[each.source].add(each.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise AssertionError(f"modules import each other in a circle: {circle}") from None


@pytest.mark.parametrize("module", ["lucid3d.cli", "lucid3d.pipeline", "lucid3d.extending", "lucid3d.zoom.pipeline"])
def test_nothing_heavy_is_loaded_before_it_is_needed(module: str) -> None:
    heavy = "{'torch', 'open3d', 'diffusers', 'transformers', 'gsplat', 'viser', 'ray', 'trimesh'}"
    code = f"import sys, {module}; print(*sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not loaded.stdout.strip()
