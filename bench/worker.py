"""One side of the benchmark: opens a store of one library, and runs workloads when told to.

Started by sides.py with the Python that has the library: `worker.py LIBRARY URL SIZE`, SIZE 0 for a store that another
worker has filled. LIBRARY may also name a limit (limits.py). Reads workload names, one a line; answers each with the
seconds that one run took, by the clock and of the processor.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from bench import network
from bench.limits import BARE, EMPTY, open_limit
from bench.workloads import WORKLOADS, Stock, learn, stock_up


def open_official(url: str) -> tuple[Any, Any, Any, Any]:
    """Open a store of the official library on a SQLite file or a server."""
    from ml_metadata.metadata_store import metadata_store
    from ml_metadata.proto import metadata_store_pb2 as pb

    from bench.urls import official_config

    store = metadata_store.MetadataStore(official_config(url, pb))
    return store, pb, metadata_store.ListOptions, metadata_store.OrderByField


def open_lineal(url: str) -> tuple[Any, Any, Any, Any]:
    """Open a store of Lineal."""
    import lineal
    from lineal import client
    from lineal.wire import metadata_store as pb

    return lineal.connect(url), pb, client.ListOptions, client.OrderByField


def open_stock(library: str, url: str, size: int) -> Stock:
    """Open a store, filled by this worker or by another."""
    if library in (BARE, EMPTY):
        return open_limit(library, url, size, open_lineal)
    stock = Stock(*{"official": open_official, "lineal": open_lineal}[library](url), size=size)
    if size:
        stock_up(stock)
        network.stock_up(stock)
    else:
        learn(stock)
    return stock


def main() -> None:
    """Fill the store, say so, and run what is asked for."""
    stock = open_stock(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    stock.prefix = f"{os.getpid()}-"
    print("ready", flush=True)
    workloads = {workload.name: workload for workload in (*WORKLOADS, *network.NETWORK_WORKLOADS)}
    for line in sys.stdin:
        workload = workloads[line.strip()]
        gc.collect()
        start, busy = time.perf_counter(), time.process_time()
        workload.do(stock)
        print(time.perf_counter() - start, time.process_time() - busy, flush=True)


if __name__ == "__main__":
    main()
