"""What the things that an import of MLflow counts are called."""

from __future__ import annotations

EXPERIMENTS, RUNS, POINTS = "experiments", "runs", "metric points"
PARAMETERS, TAGS, INPUTS = "parameters", "tags", "inputs of runs"
MODELS, LINKS = "logged models", "links of logged models and runs"
REGISTERED, VERSIONS, ALIASES = "registered models", "versions", "aliases"
FILES, FILE_BYTES = "files", "bytes of files"
ENDS = "ended runs"
