"""The rules of the metadata service: protos in, protos out, one call = one transaction.

What stays out: grpc, HTTP and SQL. `MetadataService.call` is the one way in; the gRPC server and the embedded transport
both use it.
"""
