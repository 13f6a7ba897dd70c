// Parts of the program that are loaded when they are first needed. After an upgrade of the server the parts of the page that
// is open are gone: then the page is loaded again, once.

import { BASE } from "../api/client";
import { fetchWatched, untilAnswer } from "../api/connection";
import { Problem } from "../api/problem";
import { reloadOnce } from "./reloadOnce";

/** A part that is missing although the page has been loaded again: only loading it once more can change that. */
export class MissingPart extends Problem {}

/** Load a part; wait for a server that does not answer, and load the page again where the part is gone. */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (error) {
    if (!(await answers())) {
      await untilAnswer();
      return load().catch(reloadFor);
    }
    return reloadFor(error);
  }
}

async function answers(): Promise<boolean> {
  return fetchWatched(new Request(`${BASE}/healthz`, { cache: "no-store" })).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** @throws MissingPart if the page has been loaded again for this build already: once more would change nothing. */
function reloadFor(error: unknown): Promise<never> {
  if (reloadOnce()) return new Promise(() => undefined);
  const why = error instanceof Error ? ` (${error.message})` : "";
  const hint = `Reload the page. If it stays missing, the server was not upgraded completely${why}.`;
  throw new MissingPart("missing", "A part of the web UI is missing", hint);
}
