// Which other versions of a record's name have which alias, however many versions there are.

import { useQuery } from "@tanstack/react-query";
import { fetchPage } from "../api/listing";
import { editFilter } from "../api/searches";
import type { Node, Row } from "../api/shapes";

/** What has each alias among the other versions: "Version 3 (id 12)". */
export function useHolders(record: Node): ReadonlyMap<string, string> {
  const { data } = useQuery({ queryKey: ["holders", record.key, record.name], queryFn: () => fetchHolders(record) });
  return new Map(
    data?.flatMap(({ id, version, aliases }) =>
      aliases.map((alias) => [alias, version ? `Version ${version} (id ${id})` : `The version with id ${id}`] as const),
    ),
  );
}

/** The other versions of a record's type, name and workspace that have an alias. */
export async function fetchHolders(record: Node): Promise<Row[]> {
  const { name, type } = record;
  if (record.kind !== "artifact" || !name) return [];
  const terms = [["type", type] as const, ["name", name] as const];
  const filter = await editFilter("has:alias", { choice: "add", terms });
  const listing = { kind: "artifacts", filter, query: undefined, sort: "-created" } as const;
  const rows: Row[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await fetchPage(listing, cursor);
    rows.push(...page.rows.filter((row) => row.id !== record.id && isVersionOf(record, row)));
    cursor = page.next;
  }
  return rows;
}

/** Whether two records share their aliases. `type=Model` also finds `system.Model`, whose aliases are others. */
function isVersionOf(record: Node, row: Row): boolean {
  return row.type_id === record.type_id && row.name === record.name && row.workspace === record.workspace;
}
