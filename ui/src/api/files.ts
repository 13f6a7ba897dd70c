// The files of a record: what is in a folder, and the beginning of a file. What the bytes are: files/reading.ts.

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, BASE, dataOf, REFRESH_EVERY } from "./client";
import { fetchWatched } from "./connection";
import { Problem } from "./problem";
import type { components } from "./schema";

export type RecordFile = components["schemas"]["RecordFile"];
export type RecordFiles = components["schemas"]["RecordFiles"];

/** The record whose files are meant. */
export interface Holder {
  readonly kind: "artifacts" | "executions";
  readonly id: string;
}

const PAGE = 200;

/** What is in a folder, page by page. */
export function useFolder(holder: Holder, path: string) {
  return useInfiniteQuery({
    queryKey: ["files", holder.kind, holder.id, path],
    queryFn: ({ pageParam, signal }) => fetchFolder(holder, path, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: REFRESH_EVERY,
  });
}

/** One file, by its path; null where there is none. */
export function useFile(holder: Holder, path: string) {
  return useQuery({
    queryKey: ["file", holder.kind, holder.id, path],
    queryFn: async ({ signal }) => {
      const { items } = await fetchFolder(holder, path, "", signal);
      return items.find((item) => !item.is_dir && item.path === path) ?? null;
    },
    refetchInterval: REFRESH_EVERY,
  });
}

function fetchFolder({ kind, id }: Holder, path: string, cursor: string, signal: AbortSignal) {
  const query = { limit: PAGE, ...(path && { path }), ...(cursor && { cursor }) };
  return dataOf(
    api.GET(`/api/v1/${kind as "artifacts"}/{node_id}/files`, { signal, params: { path: { node_id: id }, query } }),
  );
}

/** Where a file is downloaded. */
export function downloadAddress(file: RecordFile): string {
  return `${BASE}/${file.download}`;
}

/** Bytes from the beginning of a file. */
export function useBeginning(file: RecordFile, most: number) {
  return useQuery({
    // What was written later is another content.
    queryKey: ["file-content", file.download, file.modified, file.size, most],
    queryFn: ({ signal }) => fetchBeginning(file, most, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

async function fetchBeginning(file: RecordFile, most: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const headers = { Range: `bytes=0-${most - 1}` };
  const response = await fetchWatched(new Request(downloadAddress(file), { headers, signal }));
  if (!response.ok) throw Problem.fromResponse(response, await saidBy(response));
  return firstBytes(response.body, most);
}

/** What the artifact proxy says is wrong, in the form of the other answers. */
async function saidBy(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => undefined);
  const message = (body as { message?: unknown } | undefined)?.message;
  return typeof message === "string" ? { detail: message } : body;
}

/** The first bytes of a body, whose rest is not fetched: a proxy may answer with the whole file. */
export async function firstBytes(
  body: ReadableStream<Uint8Array> | null,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const found = new Uint8Array(most);
  let size = 0;
  const reader = body?.getReader();
  while (reader && size < most) {
    const { done, value } = await reader.read();
    if (done) break;
    const piece = value.subarray(0, most - size);
    found.set(piece, size);
    size += piece.length;
  }
  await reader?.cancel();
  return found.slice(0, size);
}
