"""One database: its connections, transactions, sessions and statements, and the differences between engines.

What stays out: the meaning of the rows. Nothing here depends on workspaces, the search index or rules.
"""
