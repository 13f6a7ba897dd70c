"""One database: its connections, transactions, sessions and statements, and what each engine does differently.

What stays out: what the rows mean. The engine knows no workspace, no search index and no rule.
"""
