// The one way to the server: requests typed by its OpenAPI document, errors as Problem.

import { QueryClient } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import { fetchWatched } from "./connection";
import { Problem } from "./problem";
import type { paths } from "./schema";

/** The address that the web UI lies under, whatever the path prefix; see the base element in index.html. */
export const BASE = new URL(".", document.baseURI).href.replace(/\/$/, "");

export const api = createClient<paths>({ baseUrl: BASE, fetch: fetchWatched });

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** The data of an answer, or a Problem thrown. */
export async function dataOf<Data>(answer: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await answer;
  if (!response.ok || data === undefined) throw Problem.fromResponse(response, error);
  return data;
}

function isWorthRetrying(failures: number, error: unknown): boolean {
  const { kind } = Problem.from(error);
  return failures < 1 && kind === "broken";
}

/** How often what is in sight is asked for again; a tab in the background asks for nothing. */
export const REFRESH_EVERY = 30_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, retry: isWorthRetrying, refetchOnWindowFocus: false, networkMode: "always" },
  },
});
