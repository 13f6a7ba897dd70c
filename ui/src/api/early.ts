// Requests that were sent before the web UI was there to send them. Each answer is taken once, soon, by the same request.

const asked = new Map<string, Promise<Response>>();
const FRESH = 10_000;

/** Send a request whose answer the web UI will want. */
export function askEarly(address: string): void {
  const key = keyOf(address);
  const answer = fetch(address);
  // Whoever takes the answer hears of its failure; nobody else does.
  answer.catch(() => undefined);
  asked.set(key, answer);
  setTimeout(() => forget(key), FRESH);
}

/** Let go of an answer that nobody took: while its body is not read, it holds one of the few connections to the server. */
function forget(key: string): void {
  const answer = asked.get(key);
  asked.delete(key);
  answer?.then(
    ({ body }) => body?.cancel(),
    () => undefined,
  );
}

/** Send a request, or take the answer to the same one that was sent early. */
export function fetchOnce(request: Request): Promise<Response> {
  const key = keyOf(request.url);
  const early = request.method === "GET" ? asked.get(key) : undefined;
  asked.delete(key);
  return early ?? fetch(request);
}

function keyOf(address: string): string {
  const { origin, pathname, searchParams } = new URL(address);
  return JSON.stringify([origin, pathname, [...searchParams].sort()]);
}
