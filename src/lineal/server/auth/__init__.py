"""Authentication: from the credentials of a request to a `Caller`, the same for gRPC, REST, gRPC-Web and the web UI.

    gRPC ── grpc_guard ──┐
                         ├─► credentials ─► authenticator ─► tokens │ oidc │ access_file │ kubernetes_access ─► current
    HTTP ── http_guard ──┘

What stays out: what a caller may do (service/access.py).
"""
