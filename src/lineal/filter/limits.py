"""How large a query may be, and why.

What a query within these limits needs is accepted by every engine; SQLite is the narrowest: its parser keeps a stack of
100 entries, an expression is at most 1,000 deep, a join has 64 tables (MySQL 61), a statement has 32,766 parameters.
"""

from __future__ import annotations

MOST_PARENTHESES = 250
"""How deep parentheses can be nested, including needless ones; those of a function or an IN count two."""

MOST_LEVELS = 60
"""How deep operators may be nested: AND and OR count one level however many operands they have, NOT two, comparisons
and arithmetic four, everything else six."""

MOST_CONDITIONS = 10000
"""How many operands all ANDs and ORs of a query may have together."""

MOST_VALUES = 20000
"""How many literals a query may have."""

MOST_JOINS = 58
"""How many tables the names of a query may need: one for `type`, each property and each event, two for each other
neighbour, three if its type is mentioned."""

LONGEST_PATTERN = 50000
"""How long the pattern of LIKE may be, in bytes of UTF-8."""
