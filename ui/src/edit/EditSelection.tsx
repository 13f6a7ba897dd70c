// The way from the selected rows of a list to their bulk edit, for callers who may change records.

import { Button } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useCaller } from "../api/caller";
import type { ListKind } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { useOpening } from "../app/useOpening";

const BulkEdit = lazy(() => loadPart(() => import("./BulkEdit")));

interface EditSelectionProps {
  readonly kind: ListKind;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: readonly string[]) => void;
}

export function EditSelection({ kind, selected, onSelect }: EditSelectionProps) {
  const caller = useCaller();
  const { isOpen, isOpening, open, close } = useOpening();
  if (kind === "runs" || !caller?.may_change) return null;
  return (
    <>
      <Button leftSection={<IconPencil size={14} />} aria-busy={isOpening} onClick={open}>
        Edit
      </Button>
      <Suspense>
        {isOpen && (
          <BulkEdit
            kind={kind === "workspaces" ? "contexts" : kind}
            noun={kind.slice(0, -1)}
            ids={[...selected]}
            onSelect={onSelect}
            onClose={close}
          />
        )}
      </Suspense>
    </>
  );
}
