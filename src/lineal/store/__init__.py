"""The store: rows in, rows out; the only place that touches a database.

Promises: a transaction happens completely or not at all; committed writes survive the process; many threads and many
processes may use one database at once; ids come from the database. What stays out: the rules of the service.
"""
