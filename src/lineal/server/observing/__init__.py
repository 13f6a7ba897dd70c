"""Metrics, request ids, a log line for each request, and traces.

    calls.py        what is recorded about each call, over gRPC or HTTP
    grpc_calls.py   the interceptor that sees gRPC calls
    http_calls.py   the middleware that sees HTTP requests
    metrics.py      the numbers, and their text for Prometheus
    restarts.py     the number that the supervisor of workers counts
    database.py     the numbers of the database
    tracing.py      spans for OpenTelemetry, where that is installed and asked for
    request_ids.py  the id of the request that a thread or task works on

What stays out: the log's form (server/logs.py).
"""
