"""Rows for the upkeep of a store: changes, the audit log, tokens, stored views, archives, checks and deletion.

What stays out: what may be deleted, restored or repaired (lineal/upkeep).
"""
