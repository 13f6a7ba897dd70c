"""The rules behind OpenLineage: its events as contexts, executions and artifacts of the store, and the way back.

What stays out: HTTP (server/openlineage), and the mapping in words (docs/openlineage.md).
"""
