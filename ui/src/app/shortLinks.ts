// Addresses that are too long to be passed on: their state is stored on the server, and the address says ?v=ID instead.

import { useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, dataOf } from "../api/client";

const LONGEST = 1500;
const CALM = 400;

/** The search that was stored under an id, with its question mark. */
export async function storedSearch(id: string): Promise<string> {
  const view = await dataOf(api.GET("/api/v1/views/{view_id}", { params: { path: { view_id: id } } }));
  return view.content;
}

/** Show a short address in place of a long one. */
export function useShortLink(): void {
  const search = useRouterState({ select: (state) => state.location.searchStr });
  useEffect(() => {
    if (search.length <= LONGEST) return;
    let isCurrent = true;
    const shorten = async () => {
      const view = await dataOf(api.POST("/api/v1/views", { body: { content: search } }));
      // Past the router, which goes on with the whole state: only what is shown, copied and reloaded gets shorter.
      if (isCurrent)
        History.prototype.replaceState.call(history, history.state, "", `${location.pathname}?v=${view.id}`);
    };
    // Without storage, as on a database that is only read, the address stays long.
    const timer = setTimeout(() => void shorten().catch(() => undefined), CALM);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [search]);
}
