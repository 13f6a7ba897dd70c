"""The search language: `type:model metric.auc>0.9 -label.team=x`, from text to SQL expressions.

    text → tree (tree.py) → condition on a node (builder.py)
         parser               builder

It is friendlier and smaller than `filter_query`, the language of the package above: people write words to look for, and
`-` includes records without the key. The language is described in docs/searching.md. What stays out: I/O, and tables,
which are passed in.
"""

from __future__ import annotations

from lineal.filter.search.applicable import RUN_KEYS, has_key, has_states, names_of_runs, require_keys
from lineal.filter.search.builder import among, condition, needs_entry
from lineal.filter.search.editing import Choice, add_exact, add_word, choose, choose_range, clear, key_named
from lineal.filter.search.mistakes import SearchError
from lineal.filter.search.names import Name, names_in, with_names
from lineal.filter.search.parser import Piece, last_piece, parse
from lineal.filter.search.target import Target
from lineal.filter.search.tree import (
    ARCHIVED_TERM,
    Comparison,
    Group,
    Has,
    Key,
    Query,
    Range,
    Term,
    Word,
    count_terms,
    leaves_out_archived,
    write,
    write_term,
)
from lineal.filter.search.value_tests import Contains, pattern_of
from lineal.filter.search.vocabulary import FIELDS

__all__ = [
    "ARCHIVED_TERM",
    "FIELDS",
    "RUN_KEYS",
    "Choice",
    "Comparison",
    "Contains",
    "Group",
    "Has",
    "Key",
    "Name",
    "Piece",
    "Query",
    "Range",
    "SearchError",
    "Target",
    "Term",
    "Word",
    "add_exact",
    "add_word",
    "among",
    "choose",
    "choose_range",
    "clear",
    "condition",
    "count_terms",
    "has_key",
    "has_states",
    "key_named",
    "last_piece",
    "leaves_out_archived",
    "names_in",
    "names_of_runs",
    "needs_entry",
    "parse",
    "pattern_of",
    "require_keys",
    "with_names",
    "write",
    "write_term",
]
