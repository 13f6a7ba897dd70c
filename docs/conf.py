"""Sphinx's settings for the documentation site (`make site`)."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extension"))

import lineal  # noqa: E402

project = "Lineal"
author = "The authors of Lineal"
project_copyright = author
version = release = lineal.__version__
html_title = f"Lineal {version}"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "site_of_lineal",
    "reference_of_lineal",
]
exclude_patterns = ["_extension"]
nitpicky = False  # types of other packages have no page here

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist", "substitution"]
myst_heading_anchors = 6
myst_links_external_new_tab = False

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
# A page that is opened as a file cannot read other files, so a hit is shown without an excerpt.
html_show_search_summary = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_with_keys": False}
copybutton_prompt_text = r"^\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True
copybutton_copy_empty_lines = False
