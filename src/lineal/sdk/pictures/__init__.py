"""What notebooks show of an object, as texts and HTML: graphs, cards' frames, links to the web UI.

What stays out: reading from a store (cards.py).
"""
