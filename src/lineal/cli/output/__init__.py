"""What commands print and ask: records in the chosen form, and confirmations.

forms.py       records as a table, JSON, CSV or YAML; the flags -o and --json
yaml_text.py   values as YAML
asking.py      a confirmation, and the flag --yes

What stays out: where the records come from (the commands), their texts (text.py), colours and progress (terminal.py).
"""

from lineal.cli.output.asking import add_yes_flag, confirm
from lineal.cli.output.forms import (
    Column,
    add_output_flags,
    chosen_form,
    is_text,
    print_record,
    print_records,
    time_column,
)
from lineal.cli.terminal import note, showing_progress

__all__ = [
    "Column",
    "add_output_flags",
    "add_yes_flag",
    "chosen_form",
    "confirm",
    "is_text",
    "note",
    "print_record",
    "print_records",
    "showing_progress",
    "time_column",
]
