"""Tests of sending OpenLineage."""
