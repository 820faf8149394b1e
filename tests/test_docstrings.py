"""Public functions that take or return arrays name their shapes.

Read from the source, so that nothing heavy is imported. A shape is dimensions in parentheses: (H, W, 3), (N,),
(..., 3), or "of any shape", or "scalar". It may stand in the docstring of the function, of its class, or of the name
that a module gives to a type of array (`Image`; `Floats` of `kit.arrays` speaks for a whole call); a method of a
protocol may point to that ("See `Painter`").
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "lucid3d"
ARRAY = re.compile(r"\b(NDArray|ndarray|Tensor)\b")
_WORD = (
    r"(?:camera\.)?(?:height|width)|count|channels|size|coarse|fine|steps|rows|columns|\*shape|number of \w+|len\(\w+\)"
)
_DIMENSION = (
    rf"(?:\.\.\.|(?:[1-9]\d*|\d*[A-Z]\w*|[hwncmkb]|{_WORD})(?: ?[-+*/] ?(?:\d+|[A-Zhw]\b|height|width))*|2[hw])"
)
SHAPE = re.compile(
    rf"\({_DIMENSION}(?:,|(?:, {_DIMENSION})+|\[, c\])\)|\(\.\.\.\)|\bscalar|\b(?:any|its|their|same|noise's) shapes?\b"
)
SEE = re.compile(r"^See `")


def functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, ast.ClassDef | None]]:
    """Public functions of a module, and public methods of its public classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node, None
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and (not part.name.startswith("_") or part.name == "__call__"):
                    yield part, node


def aliases(tree: ast.Module) -> set[str]:
    """Names that a module gives to types of arrays without a word on their shape: `Floats = NDArray[np.floating]`."""
    found = set()
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            told = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            if ARRAY.search(ast.unparse(node.value.value)) and not SHAPE.search(str(told)):
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def array_names(tree: ast.Module, of_module: dict[str, set[str]]) -> set[str]:
    """Such names in a module, its own and those that it imports: at its top, where annotations look for them."""
    names = aliases(tree)
    top = [part for node in tree.body for part in (node.body if isinstance(node, ast.If) else [node])]
    for node in top:
        if isinstance(node, ast.ImportFrom) and node.module in of_module:
            names |= {part.asname or part.name for part in node.names if part.name in of_module[node.module]}
    return names


def takes_arrays(function: ast.FunctionDef, names: set[str]) -> bool:
    """Whether a parameter or the result is an array."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    hints = [ast.unparse(hint) for hint in (*(a.annotation for a in arguments), function.returns) if hint is not None]
    return any(ARRAY.search(hint) or not names.isdisjoint(re.findall(r"(?<!\.)\b\w+", hint)) for hint in hints)


def without_shape() -> list[str]:
    """Where a shape is missing: file, line and name."""
    trees = {path: ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}
    modules = {path: ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in trees}
    of_module = {modules[path]: aliases(tree) for path, tree in trees.items()}
    found = []
    for path, tree in trees.items():
        names = array_names(tree, of_module)
        elementwise = re.search(r"kit\.arrays import .*\bFloats\b", path.read_text())
        for function, owner in functions(tree):
            if elementwise and re.search(r"\bFloats\b", ast.unparse(function.args)):
                continue
            told = (ast.get_docstring(function) or "") + (ast.get_docstring(owner) or "" if owner is not None else "")
            if not (SHAPE.search(told) or SEE.match(told)) and takes_arrays(function, names):
                found.append(f"{path.relative_to(PACKAGE.parent)}:{function.lineno} {function.name}")
    return found


def test_every_array_has_its_shape() -> None:
    assert without_shape() == []
