"""`lineal import`: bring the records of another program into a store.

What is there already stays as it is and gets what it lacks, so an import that was interrupted is run again, and one
that is run twice brings nothing new.
"""

from __future__ import annotations

from lineal.cli import import_kfp, import_mlflow, import_openlineage
from lineal.cli.arguments import Commands


def add(commands: Commands) -> None:
    """Declare the command and its sources."""
    about = "bring records of MLflow or Kubeflow Pipelines, or files of OpenLineage events, into a store"
    parser = commands.add_parser("import", help=about, description=__doc__)
    parser.help_without_words()
    kinds = parser.add_subparsers(title="sources", metavar="KIND", required=True)
    import_mlflow.add_kind(kinds)
    import_kfp.add_kind(kinds)
    import_openlineage.add_kind(kinds)
