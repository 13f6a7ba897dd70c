// A record that another one names, as a link with its name.

import { Link } from "@tanstack/react-router";
import { pageOf, type Reference } from "../api/shapes";
import { breakable } from "./names";

export function NamedLink({ record }: { record: Reference }) {
  const kind = record.key.startsWith("a") ? "artifact" : record.key.startsWith("e") ? "execution" : "context";
  return (
    <Link to={pageOf({ kind, key: record.key })} params={{ id: record.id }}>
      <bdi>{breakable(record.name ?? record.key)}</bdi>
    </Link>
  );
}
