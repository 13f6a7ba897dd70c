// The way from the selected rows of a list to their bulk edit, for callers who may change records.

import { Button } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useCaller } from "../api/caller";
import type { ListKind } from "../api/shapes";
import { loadPart } from "../app/loadPart";

const BulkEdit = lazy(() => loadPart(() => import("./BulkEdit")));

interface EditSelectionProps {
  readonly kind: ListKind;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: readonly string[]) => void;
}

export function EditSelection({ kind, selected, onSelect }: EditSelectionProps) {
  const caller = useCaller();
  const [isOpen, setIsOpen] = useState(false);
  if (kind === "runs" || !caller?.may_change) return null;
  return (
    <>
      <Button leftSection={<IconPencil size={14} />} onClick={() => setIsOpen(true)}>
        Edit
      </Button>
      {isOpen && (
        <Suspense>
          <BulkEdit
            kind={kind === "workspaces" ? "contexts" : kind}
            noun={kind.slice(0, -1)}
            ids={[...selected]}
            onSelect={onSelect}
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
