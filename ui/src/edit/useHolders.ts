// Which other versions of a record's name have which alias.

import { useVersions } from "../api/details";
import type { Node } from "../api/shapes";

/** What has each alias among the other versions: "version 3 (id 12)". */
export function useHolders(record: Node): ReadonlyMap<string, string> {
  const versions = useVersions(record.id).data?.items ?? [];
  const others = versions.filter(({ id }) => id !== record.id);
  return new Map(
    others.flatMap(({ id, version, aliases }) =>
      aliases.map((alias) => [alias, version ? `Version ${version} (id ${id})` : `The version with id ${id}`] as const),
    ),
  );
}
