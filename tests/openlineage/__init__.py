"""Tests of the door for OpenLineage."""
