"""The store: rows in, rows out; the only place that touches a database.

Promises: a transaction happens wholly or not at all; what was committed survives the process; many threads and many
processes may use one database at once; ids come from the database. What stays out: the rules of the service.
"""
