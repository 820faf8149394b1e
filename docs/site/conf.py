"""Sphinx's settings; `make docs` builds the pages that pages.py has put together."""

from __future__ import annotations

import sys
from pathlib import Path

import lucid3d

sys.path.insert(0, str(Path(__file__).parent))  # for plain.py

project = "lucid3d"
author = "the authors of lucid3d"
release = version = lucid3d.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton", "plain"]
html_theme = "furo"
html_title = f"lucid3d {release}"
html_copy_source = False
html_show_sphinx = False
myst_heading_anchors = 3
myst_enable_extensions = ["linkify"]
default_role = "code"  # `name` in a docstring is code, as it is in the pages
autodoc_default_options = {
    "members": True,
    "member-order": "bysource",
    "show-inheritance": True,
    "ignore-module-all": True,  # what a package passes on is described where it is made
}
autodoc_typehints_format = "short"
maximum_signature_line_length = 90
autodoc_mock_imports = ["ray"]
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
suppress_warnings = ["ref.python"]  # a name that two modules export is no mistake
