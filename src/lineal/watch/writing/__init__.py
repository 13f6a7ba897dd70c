"""Records into the store: merged into what is there, found by external ids and uris, and how far each stream was read.

What stays out: what to store (`handlers.py`).
"""
