// Says that the store has changed since the graph was loaded. Nothing moves until a person asks for it.

import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { queryClient, REFRESH_EVERY } from "../api/client";
import { useTotals } from "../api/listing";

/** @param shown what the graph is loaded for; another one is new by itself. */
export function Changed({ shown }: { shown: string }) {
  const newest = useTotals(REFRESH_EVERY).data?.newest;
  const [known, setKnown] = useState(newest);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a graph that was loaded now knows what is newest now
  useEffect(() => setKnown(newest), [shown, newest === undefined]);
  if (known === undefined || newest === known) return null;
  const refresh = () => {
    setKnown(newest);
    void queryClient.invalidateQueries({ queryKey: ["lineage"] });
  };
  return (
    <Button variant="light" leftSection={<IconRefresh size={14} />} onClick={refresh}>
      The store has changed: refresh
    </Button>
  );
}
