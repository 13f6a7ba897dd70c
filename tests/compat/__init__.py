"""The same requests to the official core and to Lineal, and their answers compared.

    official_core.py   runs in the official environment: opens stores and answers calls over a pipe
    official.py        starts that process and asks its stores
    sides.py           what can be asked: an official store, Lineal in this process, Lineal over gRPC
    canonical.py       answers and requests with times, tokens and undefined order taken out
    differences.py     the deliberate differences, by name
    pair.py            two sides, asked the same, compared
    queries/           filter queries, one a line
    build.py           short spellings of requests
    generate/          sequences of requests, made from a seed
    stock.py           types, nodes and relations put into both stores, and everything read back
    test_*.py          one file for each family of RPCs, the differences, the generated sequences, files, noise, gRPC

What stays out: assertions about Lineal alone, which stand in tests/service and beside it.
"""
