"""Lineal beside MLflow's own server: the same calls of MLflow's client to both, and their answers compared.

`plan.py` makes a sequence of calls from a seed, `calls.py` sends it with MLflow's client and writes the answers down,
`compare.py` compares two such transcripts, and names the kinds of calls that are compared. The client and the reference
server run in an environment of their own (LINEAL_MLFLOW_PYTHON, or `make mlflow`). Nothing of MLflow is imported here.
"""
