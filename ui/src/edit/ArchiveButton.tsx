// Archive a record, which leaves it out of lists, and restore it.

import { Button, Modal } from "@mantine/core";
import { IconArchive, IconArchiveOff } from "@tabler/icons-react";
import { type Ref, useState } from "react";
import { type Node, titleOf } from "../api/shapes";
import { Ago } from "../values/Ago";
import { useFocusAfter } from "./useFocus";
import { type Saving, useSaving } from "./useSaving";
import "./edit.css";

export default function ArchiveButton({ record }: { record: Node }) {
  const [isOpen, setIsOpen] = useState(false);
  const saving = useSaving(record, () => setIsOpen(false), true);
  const name = record.version ? `${titleOf(record)}, version ${record.version}` : titleOf(record);
  const button = useFocusAfter<HTMLButtonElement>(saving.isSaving);
  // The change shows in the record before the server answers; what was pressed stays until it does.
  const { archived } = saving.isSaving ? saving.read : record;
  const save = (isArchived: boolean) =>
    void saving.save([{ patch: { archived: isArchived } }], `${name} ${isArchived ? "archived" : "restored"}`);
  if (archived !== null) {
    return (
      <div className="editor-row field-line tone-warning">
        <span>
          Archived <Ago time={archived} />. Lists leave it out.
        </span>
        <Button
          ref={button}
          leftSection={<IconArchiveOff size={14} />}
          loading={saving.isSaving}
          onClick={() => save(false)}
        >
          Restore
        </Button>
        {saving.mistake && (
          <span className="editor-mistake" role="alert">
            {saving.mistake}
          </span>
        )}
      </div>
    );
  }
  return (
    <div>
      <Button
        ref={isOpen ? null : button}
        variant="subtle"
        leftSection={<IconArchive size={14} />}
        onClick={() => setIsOpen(true)}
      >
        Archive
      </Button>
      <Question
        kind={record.kind}
        name={name}
        saving={saving}
        button={isOpen ? button : null}
        isOpen={isOpen}
        onYes={() => save(true)}
        onClose={() => setIsOpen(false)}
      />
    </div>
  );
}

interface QuestionProps {
  readonly kind: Node["kind"];
  readonly name: string;
  readonly saving: Saving;
  readonly button: Ref<HTMLButtonElement>;
  readonly isOpen: boolean;
  readonly onYes: () => void;
  readonly onClose: () => void;
}

function Question({ kind, name, saving, button, isOpen, onYes, onClose }: QuestionProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Archive 1 ${kind}?`}>
      <div className="bulk">
        <p>
          <strong>{name}</strong> is then left out of lists. Its lineage, links and values stay, and you can restore it.
        </p>
        {saving.mistake && (
          <p className="editor-mistake" role="alert">
            {saving.mistake}
          </p>
        )}
        <div className="editor-row">
          <Button ref={button} variant="filled" data-autofocus loading={saving.isSaving} onClick={onYes}>
            Archive
          </Button>
          <Button variant="subtle" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Modal>
  );
}
