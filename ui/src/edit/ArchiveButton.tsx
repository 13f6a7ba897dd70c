// Archive a record, which leaves it out of lists, and restore it.

import { Button, Modal } from "@mantine/core";
import { IconArchive, IconArchiveOff } from "@tabler/icons-react";
import { useState } from "react";
import { type Node, titleOf } from "../api/shapes";
import { Ago } from "../values/Ago";
import { useSaving } from "./useSaving";
import "./edit.css";

export default function ArchiveButton({ record }: { record: Node }) {
  const [isOpen, setIsOpen] = useState(false);
  const saving = useSaving(record, () => setIsOpen(false), true);
  const name = record.version ? `${titleOf(record)}, version ${record.version}` : titleOf(record);
  const save = (archived: boolean) =>
    void saving.save([{ patch: { archived } }], `${name} ${archived ? "archived" : "restored"}`);
  if (record.archived !== null) {
    return (
      <div className="editor-row field-line tone-warning">
        <span>
          Archived <Ago time={record.archived} />. Lists leave it out.
        </span>
        <Button leftSection={<IconArchiveOff size={14} />} loading={saving.isSaving} onClick={() => save(false)}>
          Restore
        </Button>
        {saving.mistake && <span className="editor-mistake">{saving.mistake}</span>}
      </div>
    );
  }
  return (
    <div>
      <Button variant="subtle" leftSection={<IconArchive size={14} />} onClick={() => setIsOpen(true)}>
        Archive
      </Button>
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} title={`Archive 1 ${record.kind}?`}>
        <div className="bulk">
          <p>
            <strong>{name}</strong> is then left out of lists. Its lineage, links and values stay, and you can restore
            it.
          </p>
          {saving.mistake && (
            <p className="editor-mistake" role="alert">
              {saving.mistake}
            </p>
          )}
          <div className="editor-row">
            <Button variant="filled" data-autofocus loading={saving.isSaving} onClick={() => save(true)}>
              Archive
            </Button>
            <Button variant="subtle" onClick={() => setIsOpen(false)}>
              Cancel
            </Button>
          </div>
        </div>
      </Modal>
    </div>
  );
}
