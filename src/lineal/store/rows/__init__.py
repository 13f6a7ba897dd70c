"""Rows of ML Metadata: nodes, types, properties, events and relations, read and written.

What stays out: the search index, which other modules derive from these rows, and the rules of the service.
"""
