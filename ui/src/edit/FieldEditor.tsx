// The editor of one field of a record.

import { type ReactNode, useState } from "react";
import { titleOf } from "../api/shapes";
import { AliasesEditor } from "./AliasesEditor";
import { Editor } from "./Editor";
import { descriptionOf, type Field, STAGES, STATES, sayState, stageOf } from "./fields";
import { useHolders } from "./holders";
import { LabelsEditor } from "./LabelsEditor";
import { stageEdits } from "./plan";
import { type FieldEditorProps, useFocus } from "./useFocus";
import { useSaving } from "./useSaving";

const EDITORS: Readonly<Record<Field, (props: FieldEditorProps) => ReactNode>> = {
  description: DescriptionEditor,
  labels: LabelsEditor,
  aliases: AliasesEditor,
  stage: StageEditor,
  state: StateEditor,
};

export default function FieldEditor({ field, ...props }: FieldEditorProps & { field: Field }) {
  const Chosen = EDITORS[field];
  return <Chosen {...props} />;
}

function DescriptionEditor({ record, onClose, shown }: FieldEditorProps) {
  const saving = useSaving(record, onClose);
  const before = descriptionOf(saving.read);
  const [text, setText] = useState(before);
  const control = useFocus<HTMLTextAreaElement>();
  const save = () => {
    const edits = text === before ? [] : [{ patch: { description: text || null } }];
    void saving.save(edits, `Description of ${titleOf(record)} ${text ? "changed" : "removed"}`);
    return undefined;
  };
  return (
    <Editor saving={saving} onSave={save} onClose={onClose} shown={shown} hint="Ctrl+Enter saves, Esc leaves">
      <textarea ref={control} aria-label="Description" value={text} onChange={(event) => setText(event.target.value)} />
    </Editor>
  );
}

const HARSH: readonly string[] = ["DELETED", "MARKED_FOR_DELETION", "ABANDONED"];

function StateEditor({ record, onClose, shown }: FieldEditorProps) {
  const saving = useSaving(record, onClose);
  const before = saving.read.state ?? "";
  const [state, setState] = useState(before);
  const control = useFocus<HTMLSelectElement>();
  const save = () => {
    const edits = state === before ? [] : [{ patch: { state: state || null } }];
    void saving.save(edits, `State of ${titleOf(record)}: ${sayState(state)}`);
    return undefined;
  };
  const question =
    HARSH.includes(state) && state !== before
      ? `Set the state of ${titleOf(record)} to ${sayState(state)}?`
      : undefined;
  return (
    <Editor saving={saving} onSave={save} onClose={onClose} shown={shown} question={question}>
      <select ref={control} aria-label="State" value={state} onChange={(event) => setState(event.target.value)}>
        {["", ...STATES[record.kind]].map((each) => (
          <option key={each} value={each}>
            {sayState(each)}
          </option>
        ))}
      </select>
    </Editor>
  );
}

function StageEditor({ record, onClose, shown }: FieldEditorProps) {
  const saving = useSaving(record, onClose);
  const [stage, setStage] = useState(stageOf(saving.read));
  const control = useFocus<HTMLSelectElement>();
  const held = useHolders(record).get(stage);
  const save = () => {
    const said = stage ? `${titleOf(record)} is now in ${stage}` : `${titleOf(record)} is now in no stage`;
    void saving.save(stageEdits(saving.read, stage), said);
    return undefined;
  };
  return (
    <Editor saving={saving} onSave={save} onClose={onClose} shown={shown}>
      <select ref={control} aria-label="Stage" value={stage} onChange={(event) => setStage(event.target.value)}>
        <option value="">None</option>
        {STAGES.map((each) => (
          <option key={each} value={each}>
            {sayState(each)}
          </option>
        ))}
      </select>
      {held && (
        <p className="editor-note">
          {held} is in {stage} now. It leaves it when you save.
        </p>
      )}
      <p className="editor-note">A stage is an alias: one version of a name has it.</p>
    </Editor>
  );
}
