"""What the imports of other programs' records share, whatever the program is.

    connecting.py    connections to databases, which only read
    tables.py        which tables and columns a database has
    reading.py       queries
    http_client.py   requests to a server
    findings.py      what cannot be taken over, counted with examples
    report.py        what an import did
    texts.py         texts that not every database holds

What stays out: what one program's records are (mlflow_sources, kfp_sources), and storing them (mlflow, kfp).
"""
