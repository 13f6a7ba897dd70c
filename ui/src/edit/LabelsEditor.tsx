// The labels of a record: change values, remove labels, add new ones, with the keys and values that other records have.

import { Button } from "@mantine/core";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { titleOf } from "../api/shapes";
import { count } from "../values/numbers";
import { apiKindOf } from "./changing";
import { Editor } from "./Editor";
import { labelMistake, labelsOf, labelsPatch } from "./fields";
import { Suggested } from "./Suggested";
import { type FieldEditorProps, useFocus } from "./useFocus";
import { useSaving } from "./useSaving";

interface Draft {
  readonly key: string;
  readonly value: string;
  readonly isNew: boolean;
}

const EMPTY: Draft = { key: "", value: "", isNew: true };

export function LabelsEditor({ record, onClose, shown }: FieldEditorProps) {
  const saving = useSaving(record, onClose);
  const before = labelsOf(saving.read);
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => [
    ...Object.entries(before).map(([key, value]) => ({ key, value, isNew: false })),
    EMPTY,
  ]);
  const control = useFocus<HTMLInputElement>();
  const another = useRef<HTMLButtonElement>(null);
  const add = () => {
    flushSync(() => setDrafts([...drafts, EMPTY]));
    control.current?.focus();
  };
  const remove = (index: number) => {
    setDrafts(drafts.filter((_, place) => place !== index));
    another.current?.focus();
  };
  const set = (index: number, part: Partial<Draft>) =>
    setDrafts(drafts.map((draft, place) => (place === index ? { ...draft, ...part } : draft)));
  const save = () => {
    const filled = drafts.filter(({ key, value, isNew }) => !isNew || key.trim() || value);
    const mistake = filled.map(({ key, value }) => labelMistake(record, key, value)).find(Boolean);
    const keys = filled.map(({ key }) => key.trim());
    const twice = keys.find((key, place) => keys.indexOf(key) !== place);
    if (mistake || twice) return mistake ?? `The label ${twice} is there twice.`;
    const patch = labelsPatch(before, Object.fromEntries(filled.map(({ key, value }) => [key.trim(), value])));
    const number = Object.keys(patch?.labels ?? {}).length;
    void saving.save(patch ? [{ patch }] : [], `${count(number, "label")} of ${titleOf(record)} changed`);
    return undefined;
  };
  return (
    <Editor saving={saving} onSave={save} onClose={onClose} shown={shown} hint="Enter saves, Esc leaves">
      {drafts.map((draft, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: keys of labels change while they are written
        <div key={index} className="editor-row">
          <LabelDraft
            kind={apiKindOf(record)}
            draft={draft}
            control={index === drafts.length - 1 ? control : undefined}
            onChange={(part) => set(index, part)}
          />
          {(!draft.isNew || drafts.length > index + 1) && (
            <Button variant="subtle" onClick={() => remove(index)}>
              Remove{draft.key && ` ${draft.key}`}
            </Button>
          )}
        </div>
      ))}
      <div>
        <Button ref={another} variant="subtle" onClick={add}>
          Another label
        </Button>
      </div>
    </Editor>
  );
}

interface LabelDraftProps {
  readonly kind: ReturnType<typeof apiKindOf>;
  readonly draft: Draft;
  readonly control: React.Ref<HTMLInputElement> | undefined;
  readonly onChange: (part: Partial<Draft>) => void;
}

function LabelDraft({ kind, draft, control, onChange }: LabelDraftProps) {
  const { key, value, isNew } = draft;
  return (
    <>
      {isNew ? (
        <Suggested
          kind={kind}
          label="New label"
          placeholder="Label, such as team"
          value={key}
          control={control}
          onValue={(next) => onChange({ key: next })}
        />
      ) : (
        <bdi className="editor-key">{key}</bdi>
      )}
      <Suggested
        kind={kind}
        of={key}
        label={isNew ? "Value of the new label" : `Value of ${key}`}
        placeholder="Value, such as fraud"
        value={value}
        onValue={(next) => onChange({ value: next })}
      />
    </>
  );
}
