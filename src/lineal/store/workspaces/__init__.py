"""What a transaction may see: scopes of workspaces, and the session that shows their nodes alone.

What stays out: who has which scope (service/access.py), and the rows themselves.
"""
