"""Records as events of OpenLineage: what is read for them, names, run ids, facets, and which events say what is new.

What stays out: the outbox (store/own_rows/outbox.py), and sending (server/openlineage).
"""
