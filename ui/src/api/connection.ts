// Whether the server answers, as every request has seen it. What stays out: trying again (state/retries.ts).

import { fetchOnce } from "./early";

export interface Connection {
  /** The last request got no answer. */
  readonly isDown: boolean;
  /** When the server last answered before that, milliseconds; undefined if it never has. */
  readonly lastAnswer: number | undefined;
}

let present: Connection = { isDown: false, lastAnswer: undefined };
let lastAnswer: number | undefined;
const listeners = new Set<() => void>();

export function connection(): Connection {
  return present;
}

/** @returns what ends it. */
export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Send a request, and note whether anybody answers. */
export async function fetchWatched(request: Request): Promise<Response> {
  try {
    const response = await fetchOnce(request);
    if (isOfProxy(response)) note(true);
    else note(false);
    return response;
  } catch (error) {
    // A request that the web UI itself gave up says nothing of the server.
    if (!request.signal.aborted) note(true);
    throw error;
  }
}

/** A proxy in front of a server that is gone answers in its place, and not with the server's own problem details. */
export function isOfProxy(response: Response): boolean {
  const isOwn = response.headers.get("content-type")?.startsWith("application/problem+json") ?? false;
  return response.status >= 502 && response.status <= 504 && !isOwn;
}

function note(isDown: boolean): void {
  if (!isDown) lastAnswer = Date.now();
  if (isDown === present.isDown) return;
  present = { isDown, lastAnswer };
  for (const listener of [...listeners]) listener();
}

/** Resolves once the server answers. */
export function untilAnswer(): Promise<void> {
  if (!present.isDown) return Promise.resolve();
  return new Promise((done) => {
    const end = onConnection(() => {
      if (present.isDown) return;
      end();
      done();
    });
  });
}
