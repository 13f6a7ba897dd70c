"""Authentication: from the credentials of a request to a `Caller`, the same for gRPC, REST, gRPC-Web and the web UI.

    gRPC ── grpc_guard ──┐
                         ├─► credentials ─► authenticator ─► tokens of the store │ oidc │ access_file ─► current
    HTTP ── http_guard ──┘

What stays out: what a caller may do (service/access.py).
"""
