"""Rows about a store or moved as a whole: changes, the audit log, tokens, stored views, archives, checks and deletion.

What stays out: what may be deleted, restored or mended (lineal/upkeep).
"""
