"""`lineal retain`: delete records that a policy no longer keeps.

What runs and versions with an alias are deployed. They stay, with what they came from and with the metrics of these
models.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from lineal import errors
from lineal.cli.arguments import DURATION_HELP, Commands, add_store_flags, duration
from lineal.cli.output import add_output_flags, is_text, note, print_record

if TYPE_CHECKING:
    from lineal.client.lifecycle import LifecycleStore
    from lineal.wire import lifecycle


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("retain", help="delete the records that a policy no longer keeps", description=__doc__)
    parser.set_defaults(run=run)
    age = f"only records that were not updated for this long: {DURATION_HELP}"
    parser.add_argument("--older-than", type=duration, metavar="AGE", required=True, help=age)
    state = "only records in this state, such as failed; may be repeated"
    parser.add_argument("--state", action="append", type=str.upper, default=[], metavar="STATE", help=state)
    parser.add_argument("--workspace", default="", metavar="NAME", help="only records of this workspace")
    parser.add_argument(
        "--type", action="append", default=[], metavar="NAME", help="only records of this type; may be repeated"
    )
    deployed = "also delete what is deployed"
    parser.add_argument("--include-deployed", action="store_true", help=deployed)
    parser.add_argument(
        "--tombstones", action="store_true", help="turn records that a remaining record needs into tombstones"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Apply the policy until nothing is left to delete, and say what happened."""
    from lineal.cli.delete import deletion_record
    from lineal.cli.store import open_lifecycle_store
    from lineal.wire import lifecycle

    policy = lifecycle.ApplyRetentionRequest(
        updated_before=max(1, int((time.time() - args.older_than) * 1000)),  # nothing is older than the epoch
        states=args.state,
        workspace=args.workspace,
        types=args.type,
        include_deployed=args.include_deployed,
        on_reference=lifecycle.TOMBSTONE if args.tombstones else lifecycle.PROTECT,
        dry_run=args.dry_run,
    )
    with open_lifecycle_store(args) as store:
        response = _apply(store, policy, args)
    kept = {"deployed": response.kept_deployed, "referenced": response.kept_referenced}
    said = f"kept: {kept['deployed']} deployed or needed by deployed ones, {kept['referenced']} needed by others"
    record = deletion_record(response.deleted, response.tombstones, dry_run=args.dry_run)
    more = "(there is more; a run without --dry-run goes on until nothing is left)"
    notes = [more] if response.more else []
    print_record(args, {**record, "kept": kept, "more": response.more}, [said], notes=notes)


def _apply(
    store: LifecycleStore, policy: lifecycle.ApplyRetentionRequest, args: argparse.Namespace
) -> lifecycle.ApplyRetentionResponse:
    """Apply a policy until nothing is left; return the last answer, with all that was deleted."""
    from lineal.cli.delete import outcome
    from lineal.wire import lifecycle

    total = lifecycle.ApplyRetentionResponse(more=True)
    while total.more:
        try:
            response = store.apply_retention(policy)
        except errors.StatusError:
            if not is_text(args) and total.deleted.ByteSize():
                note(f"before this failed: {outcome(total.deleted, total.tombstones, dry_run=args.dry_run)}")
            raise
        if is_text(args):
            print(outcome(response.deleted, response.tombstones, dry_run=args.dry_run), flush=True)
        response.deleted.MergeFrom(total.deleted)
        response.tombstones.MergeFrom(total.tombstones)
        total = response
        if args.dry_run:
            break
    return total
