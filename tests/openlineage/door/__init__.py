"""Tests of the routes for events of OpenLineage."""
