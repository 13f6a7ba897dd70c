"""The view of a transaction: scopes of workspaces, and the session that shows only their nodes.

What stays out: the scope of each caller (service/access.py), and the rows themselves.
"""
