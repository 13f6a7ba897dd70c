"""Sources of an import from Kubeflow Pipelines 3: what its database and its API hold of runs.

    records.py       the values that they hold, and what every source can do
    forms.py         the forms that both have: numbers and names of states and types, JSON of parameters, pods and specs
    opening.py       from the words of a user to a source
    database.py      the database of its API server (SQLAlchemy)
    left_behind.py   what of a database is not imported
    http_client.py   requests to the API server
    server.py        the API server, over HTTP

Nothing here knows of stores. What stays out: storing what is read (lineal/kfp).
"""

from lineal.kfp_sources.opening import open_source
from lineal.kfp_sources.records import Artifact, Link, Run, RunMetric, Source, Task, WholeRun

__all__ = ["Artifact", "Link", "Run", "RunMetric", "Source", "Task", "WholeRun", "open_source"]
