// Notes beside records and lists: what was changed since, and what the search index does not say or is behind with.

import { IconAlertTriangle } from "@tabler/icons-react";

/** Why searches do not find a record by what it says. */
export function Unindexed({ reason }: { reason: string }) {
  return (
    <p className="tone-warning" role="note">
      <IconAlertTriangle size={14} aria-hidden /> Searches do not find this record by its labels, metrics and words:{" "}
      <bdi>{reason}</bdi>
    </p>
  );
}

/** What of a record is not as it was recorded. */
export function ChangedSince({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <p className="tone-warning" role="note">
      <IconAlertTriangle size={14} aria-hidden /> Changed after it was recorded: <bdi>{names.join(", ")}</bdi> (see
      History)
    </p>
  );
}

/** That a list may lack what was written last. */
export function Incomplete() {
  return (
    <span className="tone-warning" role="note">
      {" "}
      · the search index is behind, so new records may be missing
    </span>
  );
}
