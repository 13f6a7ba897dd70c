// What went wrong for several parts at once, and trying again: by itself with growing pauses, and at once when the browser
// is online or in sight again. What stays out: what is said of it (Notices.tsx).

import type { Query } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { BASE, queryClient } from "../api/client";
import { connection, fetchWatched, onConnection } from "../api/connection";
import { Problem } from "../api/problem";

/** Pauses between tries, milliseconds; the last one is repeated. */
export const PAUSES = [2000, 4000, 8000, 16_000, 30_000] as const;

interface Trouble {
  readonly problem: Problem;
  readonly retry: (() => unknown) | undefined;
}

const troubles = new Set<Trouble>();
const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of [...listeners]) listener();
}

/** Whether a problem is the server's, so that it is said once for all parts that have it. */
export function isShared(error: unknown): boolean {
  if (error instanceof Problem) return error.kind === "offline" || error.kind === "broken";
  return Problem.from(error).kind === "offline";
}

/** Let a part say that it waits: it is tried again with the others while it is shown. */
export function useTrouble(problem: Problem | undefined, retry: (() => unknown) | undefined): void {
  useEffect(() => {
    if (!problem) return;
    const trouble = { problem, retry };
    troubles.add(trouble);
    changed();
    return () => {
      troubles.delete(trouble);
      changed();
    };
  }, [problem, retry]);
}

/** The problems of all parts in sight that are the server's fault, each once. */
export function useShared(): readonly Problem[] {
  const [shared, setShared] = useState<readonly Problem[]>([]);
  useEffect(() => {
    const read = () => setShared((old) => same(old, present()));
    const ends = [queryClient.getQueryCache().subscribe(() => setTimeout(read)), onTroubles(read)];
    read();
    return () => {
      for (const end of ends) end();
    };
  }, []);
  return shared;
}

function onTroubles(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How a part failed last: the query forgets that while it is asked again. */
const failures = new WeakMap<Query, unknown>();

function present(): Problem[] {
  const active = queryClient.getQueryCache().findAll({ type: "active" });
  const errors = [...active.map(troubleOf), ...[...troubles].map(({ problem }) => problem)];
  return [...new Set(errors.filter(isServers))].map(Problem.from);
}

function isServers(error: unknown): boolean {
  return error !== undefined && isShared(error);
}

/**
 * What is wrong with a part. One that never had an answer is, until it has one, in the same trouble as before. That the
 * server is gone is left out of this: any other answer shows that it is back.
 */
function troubleOf(query: Query): unknown {
  const { state } = query;
  if (hasFailed(query)) {
    failures.set(query, state.error);
    return state.error;
  }
  const isAskedAgain = state.status === "pending" && state.errorUpdateCount > 0 && state.fetchStatus === "fetching";
  const before = isAskedAgain ? failures.get(query) : undefined;
  return before instanceof Problem && before.kind === "broken" ? before : undefined;
}

function same(old: readonly Problem[], next: readonly Problem[]): readonly Problem[] {
  const isSame = (problem: Problem, at: number) =>
    problem.kind === next[at]?.kind && problem.requestId === next[at].requestId && problem.detail === next[at].detail;
  return old.length === next.length && old.every(isSame) ? old : next;
}

/** Ask again for everything in sight that failed. */
async function retryAll(): Promise<void> {
  const failed = queryClient.getQueryCache().findAll({ type: "active", predicate: hasFailed });
  const errors = new Set<unknown>(failed.map(({ state }) => state.error));
  for (const { problem, retry } of [...troubles]) if (!errors.has(problem)) retry?.();
  await queryClient.refetchQueries({ type: "active", predicate: hasFailed });
  // What is in sight may all be there still: then something small tells whether the server is back.
  if (connection().isDown) await ping();
}

function hasFailed({ state }: Query): boolean {
  return state.status === "error";
}

function ping(): Promise<unknown> {
  return fetchWatched(new Request(`${BASE}/healthz`, { cache: "no-store" })).catch(() => undefined);
}

export function useConnection() {
  return useSyncExternalStore(onConnection, connection);
}

/**
 * Try again while something has failed, and ask for everything anew once the server is back.
 *
 * @returns when the next try is due, milliseconds, and what tries at once.
 */
export function useRetries(isFailing: boolean): { readonly next: number | undefined; readonly tryNow: () => void } {
  const [next, setNext] = useState<number>();
  const [round, setRound] = useState(0);
  const begun = useRef(round);
  const tryNow = () => setRound((old) => old + 1);
  useEffect(() => {
    if (!isFailing) return setNext(undefined);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let tries = 0;
    let isOver = false;
    const wait = () => {
      const pause = PAUSES[Math.min(tries, PAUSES.length - 1)] as number;
      tries += 1;
      setNext(Date.now() + pause);
      // A tab in the background asks for nothing; it does as soon as it is in sight.
      timer = setTimeout(() => (document.hidden ? wait() : attempt()), pause);
    };
    const attempt = () => void retryAll().finally(() => isOver || wait());
    if (round === begun.current) wait();
    else attempt();
    begun.current = round;
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isFailing, round]);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const now = () => isFailing && !document.hidden && setRound((old) => old + 1);
    addEventListener("online", now, { signal });
    document.addEventListener("visibilitychange", now, { signal });
    return () => stop.abort();
  }, [isFailing]);
  return { next, tryNow };
}
