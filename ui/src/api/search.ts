// Finding a record from what a person pastes: an id, a uri, a name.

import { useQuery } from "@tanstack/react-query";
import { api, dataOf, queryClient } from "./client";
import type { Card } from "./shapes";

function query(text: string) {
  return {
    queryKey: ["find", text],
    queryFn: async (): Promise<Card[]> => {
      const found = await dataOf(api.GET("/api/v1/find", { params: { query: { text, limit: 8 } } }));
      const cards = [...found.by_uri, ...found.by_name, ...found.by_id];
      return /^[aec]?\d+$/.test(text) ? unique([...found.by_id, ...cards]) : unique(cards);
    },
  };
}

function unique(cards: readonly Card[]): Card[] {
  return [...new Map(cards.map((card) => [card.key, card])).values()];
}

export function useFound(text: string) {
  return useQuery({ ...query(text), enabled: text !== "" });
}

export function findRecords(text: string): Promise<Card[]> {
  return queryClient.fetchQuery(query(text));
}
