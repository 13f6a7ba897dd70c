"""Care for a whole store: deletion, retention, the doctor, archives, the audit log, tokens and migration.

What stays out: the rules of ML Metadata's calls (lineal/service), and the commands and routes that ask for this work.
"""
