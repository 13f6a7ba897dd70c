// Shows what is new in the store: by itself where the list is at its top and nobody points at it, else when that is asked
// for, since rows must not move under a reader.

import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useCallback, useEffect, useState } from "react";
import { queryClient, REFRESH_EVERY } from "../api/client";
import { useTotals } from "../api/listing";

export function Refresh() {
  const newest = useTotals(REFRESH_EVERY).data?.newest;
  const [known, setKnown] = useState(newest);
  const refresh = useCallback(() => {
    setKnown(newest);
    for (const key of ["list", "count", "facets"]) void queryClient.invalidateQueries({ queryKey: [key] });
  }, [newest]);
  const isNew = known !== undefined && newest !== known;
  useEffect(() => {
    if (known === undefined) setKnown(newest);
    else if (isNew && nobodyReads()) refresh();
  }, [known, newest, isNew, refresh]);
  if (!isNew) return null;
  return (
    <Button variant="light" leftSection={<IconRefresh size={14} />} onClick={refresh}>
      The store has changed: refresh
    </Button>
  );
}

function nobodyReads(): boolean {
  const isAtTop = (document.querySelector(".grid")?.scrollTop ?? 0) < 8;
  return isAtTop && document.querySelector(".grid:hover") === null;
}
