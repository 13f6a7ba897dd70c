"""Rows of the search index, and the queries over them: searches, facets, metrics, runs and versions.

What stays out: what is derived from a node, and when (catalogue/index.py).
"""
