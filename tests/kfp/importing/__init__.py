"""`lineal import kfp`: databases and API servers of Kubeflow Pipelines 3, made here, and what becomes of them.

kfp_database.py   a database with the tables of version 3, filled by tests
kfp_api.py        an API server that answers from such a database
pipeline.py       two runs with everything
test_*.py         what is stored, a second import, many runs, engines, the API, the command
"""
