"""The rules of the calls that read nodes and types."""
