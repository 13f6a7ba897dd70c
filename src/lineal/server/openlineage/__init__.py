"""OpenLineage on the server: sending what any door records."""
