"""The tables as data: ML Metadata's, Lineal's own, and how a value is stored in its columns.

What stays out: databases. Nothing here runs a statement or uses a session.
"""
