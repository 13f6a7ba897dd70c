// Notes about the search index: what it does not say of a record, and that it is behind.

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

/** That a list may lack what was written last. */
export function Incomplete() {
  return (
    <span className="tone-warning" role="note">
      {" "}
      · the search index is behind, so new records may be missing
    </span>
  );
}
