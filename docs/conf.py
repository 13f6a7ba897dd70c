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
html_search_scorer = str(HERE / "_extension" / "search.js")
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = html_logo = "../ui/public/icon.svg"
# The colours of the web UI (ui/src/app/tokens.css).
FONTS = {
    "font-stack": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
    "font-stack--monospace": 'ui-monospace, "SF Mono", "Cascadia Code", "Roboto Mono", "DejaVu Sans Mono", monospace',
}
LIGHT = {
    "color-background-primary": "#ffffff",
    "color-background-secondary": "#f6f8fa",
    "color-background-hover": "#eef2f6",
    "color-background-border": "#d8dee4",
    "color-foreground-primary": "#1b1f24",
    "color-foreground-secondary": "#57606a",
    "color-foreground-muted": "#57606a",
    "color-foreground-border": "#7d8590",
    "color-brand-primary": "#0b57b5",
    "color-brand-content": "#0b57b5",
    "color-brand-visited": "#7a3db8",
    "color-link--visited": "#7a3db8",
    "color-code-background": "#f6f8fa",
    "color-code-foreground": "#1b1f24",
}
DARK = {
    "color-background-primary": "#0f1419",
    "color-background-secondary": "#182029",
    "color-background-hover": "#1e262f",
    "color-background-border": "#2f3943",
    "color-foreground-primary": "#e7ecf1",
    "color-foreground-secondary": "#a3afbb",
    "color-foreground-muted": "#a3afbb",
    "color-foreground-border": "#6e7b88",
    "color-brand-primary": "#7db4ff",
    "color-brand-content": "#7db4ff",
    "color-brand-visited": "#c79bff",
    "color-link--visited": "#c79bff",
    "color-code-background": "#182029",
    "color-code-foreground": "#e7ecf1",
}
html_theme_options = {
    "navigation_with_keys": False,
    "light_css_variables": FONTS | LIGHT,
    "dark_css_variables": DARK,
}
copybutton_prompt_text = r"^\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True
copybutton_copy_empty_lines = False
