"""The tables in the database: creating them, recognising and changing their version, and the rows used as locks.

What stays out: the rows of the metadata, and the definitions of tables (store/tables).
"""
