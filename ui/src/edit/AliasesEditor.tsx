// The aliases of a version: add one, which says where it is now, or remove one.

import { Button } from "@mantine/core";
import { useState } from "react";
import { titleOf } from "../api/shapes";
import { Editor } from "./Editor";
import { aliasMistake, STAGES } from "./fields";
import { useHolders } from "./holders";
import { type FieldEditorProps, useFocus } from "./useFocus";
import { useSaving } from "./useSaving";

export function AliasesEditor({ record, onClose, shown }: FieldEditorProps) {
  const saving = useSaving(record, onClose);
  const holders = useHolders(record);
  const [alias, setAlias] = useState("");
  const [removed, setRemoved] = useState<string>();
  const control = useFocus<HTMLInputElement>();
  const name = titleOf(record);
  const save = () => {
    if (removed !== undefined) {
      void saving.save([{ alias: removed, isGiven: false }], `Alias ${removed} removed from ${name}`);
      return undefined;
    }
    const wanted = alias.trim();
    const mistake = record.aliases.includes(wanted) ? `It has the alias ${wanted} already.` : aliasMistake(wanted);
    if (mistake) return mistake;
    void saving.save([{ alias: wanted, isGiven: true }], `${name} has the alias ${wanted}`);
    return undefined;
  };
  const holder = removed === undefined ? holders.get(alias.trim()) : undefined;
  const action = removed !== undefined ? `Remove ${removed}` : holder ? "Move here" : "Add";
  return (
    <Editor saving={saving} onSave={save} onClose={onClose} shown={shown} action={action}>
      <div className="editor-row">
        {record.aliases.map((each) => (
          <Button
            key={each}
            aria-pressed={removed === each}
            variant={removed === each ? "light" : "default"}
            onClick={() => setRemoved(removed === each ? undefined : each)}
          >
            Remove {each}
          </Button>
        ))}
      </div>
      {removed !== undefined ? (
        <p role="alert">
          The alias <strong>{removed}</strong> is taken from {name}. No version has it then.
        </p>
      ) : (
        <input
          ref={control}
          aria-label="New alias"
          placeholder="production"
          list="alias-names"
          value={alias}
          onChange={(event) => setAlias(event.target.value)}
        />
      )}
      <datalist id="alias-names">{[...new Set([...STAGES, ...holders.keys()])].map(optionOf)}</datalist>
      {holder && (
        <p className="editor-note" role="status">
          {holder} has the alias {alias.trim()} now. It moves here.
        </p>
      )}
    </Editor>
  );
}

function optionOf(alias: string) {
  return <option key={alias} value={alias} />;
}
