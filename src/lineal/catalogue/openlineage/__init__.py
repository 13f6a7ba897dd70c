"""What OpenLineage's events said, for people: facets in words, the columns of data sets, and where columns come from.

What stays out: receiving events (lineal/openlineage), and the graph of records (lineage_graph.py).
"""
