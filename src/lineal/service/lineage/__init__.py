"""Lineage: the walk along events, and the calls that answer with it."""
