"""What the parts of Kubeflow Pipelines 2 call, sent to Lineal and to the official core, and their answers compared.

    runs.py              the runs that are played: tasks, their inputs, outputs and ends, as data
    metadata_client.py   the calls of the driver and the launcher, one function for each thing that they do
    player.py            plays a run: which part of Kubeflow Pipelines does what, in which order
    metadata_writer.py   the calls of the metadata writer of Kubeflow Pipelines 1
    readers.py           the calls of the UI server and of the pages in a browser
    doors.py             ways into a server: gRPC, gRPC-Web in both forms, with attempts as Kubeflow's clients make them
    asking.py            both sides asked the same
    filling.py           a store with very many artifacts, as runs leave them
    importing/           imports from Kubeflow Pipelines 3
    test_*.py            the replays, lost answers and servers, large messages, scans

Which calls there are is a fact of kubeflow/pipelines (backend/src/v2, backend/metadata_writer, frontend/src/mlmd,
frontend/server, releases 2.0 to 2.17); everything here is written for Lineal. Ids and times are compared as
tests/compat/canonical.py says.
"""
