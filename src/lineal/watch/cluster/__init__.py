"""The cluster: the connection to its API server, what it serves, lists and streams of changes, and the lease.

What stays out: what objects mean (`workloads.py`, `kinds/`), and storing (`writing/`).
"""
