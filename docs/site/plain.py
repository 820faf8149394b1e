"""Docstrings here are plain text with `code`, lists and drawings; this makes reStructuredText of them for Sphinx."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

CODE = re.compile(r"(`[^`]+`)")


def converted(lines: list[str]) -> list[str]:
    """The lines of a docstring, so that a bar, a star or a closing backtick means nothing but itself.

    What is indented after a blank line in running text, and a table, is shown as it is typed.
    """
    result: list[str] = []
    literal = False
    for i, line in enumerate(lines):
        table = line.startswith("|")
        before = next((each for each in reversed(lines[:i]) if each.strip()), "")
        if literal and line.strip() and not table and not line.startswith(" "):
            literal = False
        starts = table or (line.startswith(" ") and i > 0 and not lines[i - 1].strip())
        if not literal and starts and not before.startswith((" ", "-")):
            literal = True
            result += ["::", ""] if result[-1:] == [""] else ["", "::", ""]
        if literal:
            result.append(f"    {line}" if line.strip() else "")
        else:
            result.append(_escaped(line))
    return result


def _escaped(line: str) -> str:
    parts = CODE.split(line)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            part = re.sub(r"([|*])", r"\\\1", part)
            part = re.sub(r"(?<=\w)_(?=\W|$)", r"\\_", part)
            parts[i] = "\\" + part if i and re.match(r"\w", part) else part
        elif i and re.search(r"\w$", parts[i - 1]):
            parts[i] = "\\ " + part
    return "".join(parts)


def setup(app: Sphinx) -> None:
    """Sphinx asks this of an extension."""
    app.connect("autodoc-process-docstring", _change, priority=400)  # before napoleon's 500


def _change(app: Sphinx, what: str, name: str, object: object, options: object, lines: list[str]) -> None:
    # napoleon takes what stands before a colon in an attribute's first line for its type
    comment = ["..", ""] if what in ("attribute", "data", "property") else []
    lines[:] = [*comment, *converted(lines)]
