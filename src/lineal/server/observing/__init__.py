"""What a server tells of itself: metrics, request ids, a line for each request, traces.

    calls.py        what is noted of each call, whichever door it came through
    grpc_calls.py   the interceptor that sees the gRPC door's
    http_calls.py   the middleware that sees the HTTP door's
    metrics.py      the numbers, and their text for Prometheus
    restarts.py     the number that the supervisor of workers counts
    database.py     the numbers of the database
    tracing.py      spans for OpenTelemetry, where that is installed and asked for
    request_ids.py  the id of the request that a thread or task works on

What stays out: the log's form (server/logs.py).
"""
