"""Migrations, on stores that the official library has made and brought down to each older version.

    stores.py            the stores, and looks at their tables and rows
    test_versions.py     every version, up and down, compared with what the official library makes of it
    test_rows.py         what happens to rows: what is removed, what is kept
    test_refusals.py     what is not migrated, and what it takes to repair it
    test_command.py      `lineal migrate`
    test_client.py       upgrades and downgrades asked for by the client
    test_servers.py      MySQL, MariaDB and PostgreSQL

What stays out: the official library's messages.
"""
