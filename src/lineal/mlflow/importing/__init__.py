"""An import of MLflow's records into a store: what a source holds is stored as if its clients had recorded it here.

    importing.py     the order of things, batches and transactions
    counted.py       what the things that are counted are called
    fitting.py       which texts a store takes
    experiments.py   experiments, and how they are found again
    runs.py          runs with what they read
    logged_models.py logged models, and which runs made and read them
    registry.py      registered models with their versions
    files.py         where files are that stay where they were
    copying.py       files that are copied into the root of the store
    preview.py       what an import would do

Each thing is written by the functions that serve MLflow's clients (new_runs.py, new_models.py, versions.py ...), and
what is there already gets only what it lacks (docs/decisions/0047). What stays out: reading sources
(lineal/mlflow_sources), and the command line.
"""

from lineal.importing.report import Report
from lineal.mlflow.importing.copying import CopiedFiles
from lineal.mlflow.importing.files import Files
from lineal.mlflow.importing.importing import Options, import_source
from lineal.mlflow.importing.preview import preview

__all__ = ["CopiedFiles", "Files", "Options", "Report", "import_source", "preview"]
