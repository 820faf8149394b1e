"""Puts together what Sphinx builds: README, the pages of docs/, the examples with what they make, and the reference.

python docs/site/pages.py build/docs

Links are written as they stand in a checkout; here they lead to pages of the site or to files of the repository.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = "https://github.com/lucid3d/lucid3d/blob/main/"
EXAMPLES = ROOT / "build" / "examples"
"""What the examples printed and made: NN.txt, NN.jpg, NN.mp4 (see pictures.py)."""

PRINTED = 6
"""Last lines of what an example printed that are shown."""

FROM_ROOT = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Files of the repository's root -> pages."""

PAGES = ("engines", "models", "viewer", "rooms", "service", "joint", "zoom", "worldscore", "engine", "architecture")
"""Pages of docs/ in their order; others follow."""

LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s#]+)(#[^)]*)?\)")
OUTSIDE = re.compile(r"[a-z]+:")


def linked(markdown: str, folder: Path) -> str:
    """Markdown whose links, relative to `folder`, are those of the site.

    Raises:
        SystemExit: a link leads nowhere.
    """

    def rewritten(match: re.Match[str]) -> str:
        before, target, anchor = match[1], match[2], match[3] or ""
        if OUTSIDE.match(target):
            return match[0]
        path = Path(os.path.normpath(folder / target))
        if not path.exists():
            sys.exit(f"error: a link in {folder.name}/ leads nowhere: {target}")
        inside = path.relative_to(ROOT).as_posix()
        if inside in FROM_ROOT:
            return f"{before}{FROM_ROOT[inside]}{anchor})"
        if inside.startswith("docs/"):
            return f"{before}{inside.removeprefix('docs/')}{anchor})"
        return f"{before}{FILES}{inside}{anchor})"

    return LINK.sub(rewritten, markdown)


def toctree(*entries: str, caption: str = "", hidden: bool = False) -> str:
    """A MyST table of contents."""
    options = [f":caption: {caption}"] * bool(caption) + [":hidden:"] * hidden + [":maxdepth: 1"]
    return "\n".join(["\n```{toctree}", *options, "", *entries, "```\n"])


def examples(home: Path) -> str:
    """The page of the examples: what each does, its code, and what comes of it."""
    parts = ["# Examples\n"]
    for path in sorted((ROOT / "examples").glob("[0-9]*.py")):
        source = path.read_text(encoding="utf-8")
        title, _, rest = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")
        number, code = path.name[:2], source[source.index('"""', 3) + 3 :].strip()
        parts += [f"## {number} {title.rstrip('.')}\n", re.sub(r"(?m)^ *(python .*)$", r"    \1", rest)]
        parts.append(f"\n```python\n{code}\n```\n")
        for made in sorted(EXAMPLES.glob(f"{number}.*"), reverse=True):
            if made.suffix == ".txt":
                lines = made.read_text(encoding="utf-8").splitlines()
                shown = ["..."] * (len(lines) > PRINTED) + lines[-PRINTED:]
                parts.append("\n".join(["\nIt prints:\n", "```text", *shown, "```\n"]))
                continue
            shutil.copy(made, home / made.name)
            if made.suffix == ".mp4":
                parts.append(f'<video src="{made.name}" controls loop muted width="100%"></video>\n')
            else:
                parts.append(f"![What example {number} makes]({made.name})\n")
    return "\n".join(parts)


def reference(home: Path) -> None:
    """A page a package with its modules on it, for a page more costs every page a line of navigation."""
    home.mkdir()
    packages = {path.parent for path in (ROOT / "lucid3d").rglob("__init__.py")}
    for folder in packages:
        name = _dotted(folder)
        modules = sorted(_dotted(path.with_suffix("")) for path in folder.glob("[!_]*.py"))
        parts = [f"# {name}\n", _automodule(name), *(f"## {module}\n\n{_automodule(module)}" for module in modules)]
        inner = sorted(_dotted(each) for each in packages if each.parent == folder)
        (home / f"{name}.md").write_text("\n".join([*parts, toctree(*inner) if inner else ""]), encoding="utf-8")


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).parts)


def _automodule(name: str) -> str:
    return f"```{{eval-rst}}\n.. automodule:: {name}\n```\n"


def main(folder: str) -> None:
    """Write the pages into a folder, which is made anew."""
    home = Path(folder)
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(ROOT / "docs", home, ignore=shutil.ignore_patterns("site"))
    for path in home.glob("*.md"):
        path.write_text(linked(path.read_text(encoding="utf-8"), ROOT / "docs"), encoding="utf-8")
    for source, page in FROM_ROOT.items():
        (home / page).write_text(linked((ROOT / source).read_text(encoding="utf-8"), ROOT), encoding="utf-8")
    (home / "examples.md").write_text(examples(home), encoding="utf-8")
    reference(home / "reference")
    further = sorted({path.stem for path in (ROOT / "docs").glob("*.md")} - set(PAGES))
    with (home / "index.md").open("a", encoding="utf-8") as file:
        file.write(toctree("self", "examples", *PAGES[:-2], *further, caption="Use", hidden=True))
        file.write(toctree(*PAGES[-2:], "contributing", "changelog", caption="Build on", hidden=True))
        file.write(toctree("reference/lucid3d", caption="Reference", hidden=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
