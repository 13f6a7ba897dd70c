"""An import from Kubeflow Pipelines 3 into a store: its runs become what version 2 recorded in ML Metadata.

    stored_form.py   what a run, a task, an artifact and a link are in ML Metadata
    runs.py          a run in the store: new, or with what it lacks
    importing.py     the order of things, batches and transactions; what an import would do

Types and properties are those of version 2, so that old and new runs of a pipeline read alike (docs/decisions/0051).
What stays out: reading sources (lineal/kfp_sources), and the command line.
"""

from lineal.kfp.importing import import_source, preview

__all__ = ["import_source", "preview"]
