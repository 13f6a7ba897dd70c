// The choice of what a bulk edit does, and the values that it needs.

import type { ApiKind } from "./changing";
import { STAGES, STATES, sayState } from "./fields";
import type { Act } from "./plan";
import { Suggested } from "./Suggested";

export const NEW_ACTS: { readonly [Name in Act["act"]]: Extract<Act, { act: Name }> } = {
  label: { act: "label", key: "", value: "" },
  unlabel: { act: "unlabel", key: "" },
  stage: { act: "stage", stage: "production" },
  state: { act: "state", state: "" },
  archive: { act: "archive" },
  restore: { act: "restore" },
};

const NAMES: Readonly<Record<Act["act"], string>> = {
  label: "Add or change a label",
  unlabel: "Remove a label",
  stage: "Set the stage",
  state: "Set the state",
  archive: "Archive",
  restore: "Restore",
};

const ACTS: Readonly<Record<ApiKind, readonly Act["act"][]>> = {
  artifacts: ["label", "unlabel", "stage", "state", "archive", "restore"],
  executions: ["label", "unlabel", "state", "archive", "restore"],
  contexts: ["label", "unlabel", "archive", "restore"],
};

interface ActFieldsProps {
  readonly kind: ApiKind;
  readonly act: Act;
  readonly onAct: (act: Act) => void;
}

export function ActFields({ kind, act, onAct }: ActFieldsProps) {
  return (
    <div className="editor-row">
      <select
        data-autofocus
        aria-label="What to change"
        value={act.act}
        onChange={(event) => onAct(NEW_ACTS[event.target.value as Act["act"]])}
      >
        {ACTS[kind].map((each) => (
          <option key={each} value={each}>
            {NAMES[each]}
          </option>
        ))}
      </select>
      {(act.act === "label" || act.act === "unlabel") && (
        <Suggested
          kind={kind}
          label="Label"
          placeholder="Label, such as team"
          value={act.key}
          onValue={(key) => onAct({ ...act, key: key.trim() })}
        />
      )}
      {act.act === "label" && (
        <Suggested
          kind={kind}
          of={act.key}
          label="Value"
          placeholder="Value, such as fraud"
          value={act.value}
          onValue={(value) => onAct({ ...act, value })}
        />
      )}
      {act.act === "state" && (
        <Choice
          label="State"
          value={act.state}
          values={["", ...STATES[kind === "executions" ? "execution" : "artifact"]]}
          onValue={(state) => onAct({ act: "state", state })}
        />
      )}
      {act.act === "stage" && (
        <Choice
          label="Stage"
          value={act.stage}
          values={["", ...STAGES]}
          onValue={(stage) => onAct({ act: "stage", stage })}
        />
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly onValue: (value: string) => void;
}

function Choice({ label, value, values, onValue }: ChoiceProps) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onValue(event.target.value)}>
      {values.map((each) => (
        <option key={each} value={each}>
          {label === "Stage" && each === "" ? "None" : sayState(each)}
        </option>
      ))}
    </select>
  );
}
