"""Rows of Lineal's own tables that belong to nodes: the locations of artifacts, facets, the outbox, and single values.

What stays out: the search index (store/index), and metrics, aliases and files, which queries over nodes read too
(store/rows).
"""
