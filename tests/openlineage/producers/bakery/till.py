"""Make the tables of the till, which dbt only reads: `python till.py FILE`."""

import sys

import duckdb

STATEMENTS = """
create schema if not exists till;
create or replace table till.products as
    select * from (values (1, 'rye bread', 4.2), (2, 'walnut roll', 1.1)) as t(product_id, title, price);
create or replace table till.receipts as
    select * from (values (10, date '2026-03-02', 1, 2), (11, date '2026-03-02', 2, 6), (12, date '2026-03-03', 1, 1))
    as t(receipt_id, sold_on, product_id, pieces);
"""

with duckdb.connect(sys.argv[1]) as connection:
    connection.execute(STATEMENTS)
