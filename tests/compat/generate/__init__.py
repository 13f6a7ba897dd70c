"""Sequences of requests made from a seed: valid and invalid, over all RPCs, aimed at what the stores hold already.

    world.py       what the requests so far have made, and the small pools that names and ids are drawn from
    messages.py    random types, nodes, events and values
    filters.py     random filter queries
    writes.py      one builder for each RPC that writes
    reads.py       one builder for each RPC that reads
    noise.py       random fields, filters and page tokens, for Lineal alone
    sequence.py    draws a sequence, sends it, and shortens it when it shows a difference

What would kill or poison an official store is never made: see `writes.py` and `messages.py` for what they leave out.
"""
