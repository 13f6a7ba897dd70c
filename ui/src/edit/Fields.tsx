// What people change of a record, in its header: description, labels, aliases, stage, state. Each is shown as it is; who may
// change it gets a button, and the editor (FieldEditor.tsx) is loaded when it is pressed.

import { Button } from "@mantine/core";
import { IconPencil, IconTag } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, useEffect, useRef } from "react";
import { type Caller, useCaller, whyNoAliases, whyNot } from "../api/caller";
import type { Node } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { useOpening } from "../app/useOpening";
import { Aliases, Labels } from "../values/Labels";
import { StateBadge } from "../values/RecordIcon";
import { descriptionOf, type Field, labelsOf, stageOf } from "./fields";
import "./fields.css";

const loadEditor = () => import("./FieldEditor");
const FieldEditor = lazy(() => loadPart(loadEditor));
const ArchiveButton = lazy(() => loadPart(() => import("./ArchiveButton")));

const NAMES: Readonly<Record<Field, string>> = {
  description: "Description",
  labels: "Labels",
  aliases: "Aliases",
  stage: "Stage",
  state: "State",
};

const FIELDS: Readonly<Record<Node["kind"], readonly Field[]>> = {
  artifact: ["description", "labels", "aliases", "stage", "state"],
  execution: ["description", "labels", "state"],
  context: ["description", "labels"],
};

export function Fields({ record }: { record: Node }) {
  const caller = useCaller();
  const why = caller && whyNot(caller, record);
  const mayChange = caller !== undefined && why === undefined;
  const shown = FIELDS[record.kind].filter((field) => mayChange || isFilled(record, field));
  const aliases = useOpening();
  const mayPromote = mayChange && record.kind === "artifact" && whyNoAliases(caller, record) === undefined;
  return (
    <>
      <div className="fields">
        <dl className="fields-list">
          {shown.map((field) => (
            <FieldRow
              key={field}
              record={record}
              field={field}
              why={mayChange ? noChange(caller, record, field) : ""}
              {...(field === "aliases" && { opening: aliases })}
            />
          ))}
        </dl>
        {mayChange && (
          <div className="fields-acts">
            {mayPromote && <PromoteButton opening={aliases} />}
            <Suspense>
              <ArchiveButton record={record} />
            </Suspense>
          </div>
        )}
      </div>
      {why && <p className="muted fields-note">You can read this record and not change it: {why}</p>}
    </>
  );
}

/** What opens the editor of the aliases by the name of the call that gives one: `lineal promote`. */
function PromoteButton({ opening }: { opening: Opening }) {
  return (
    <Button
      variant="subtle"
      leftSection={<IconTag size={14} />}
      title="Give this version an alias, such as production"
      aria-expanded={opening.isOpen}
      onPointerEnter={() => void loadEditor()}
      onFocus={() => void loadEditor()}
      onClick={opening.open}
    >
      Promote
    </Button>
  );
}

function noChange(caller: Caller, record: Node, field: Field): string | undefined {
  return field === "aliases" || field === "stage" ? whyNoAliases(caller, record) : undefined;
}

function isFilled(record: Node, field: Field): boolean {
  if (field === "description") return descriptionOf(record) !== "";
  if (field === "labels") return Object.keys(labelsOf(record)).length > 0;
  if (field === "state") return record.state !== null;
  // A stage is one of the aliases: by itself it says nothing to who cannot change it.
  return field === "aliases" && record.aliases.length > 0;
}

interface FieldRowProps {
  readonly record: Node;
  readonly field: Field;
  /** Why it cannot be changed: "" where that is said once for all fields, undefined where it can. */
  readonly why: string | undefined;
  /** Whether its editor is open, where a button elsewhere opens it too. */
  readonly opening?: Opening;
}

type Opening = ReturnType<typeof useOpening>;

function FieldRow({ record, field, why, opening }: FieldRowProps) {
  const own = useOpening();
  const { isOpen, isOpening, open, close } = opening ?? own;
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    // After leaving the editor by keyboard, a person goes on at its pencil; a focus that has moved elsewhere stays there.
    if (wasOpen.current && !isOpen && document.activeElement === document.body) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  const name = NAMES[field];
  return (
    <div className={`field field-${field} ${isOpen ? "field-open" : ""}`}>
      <dt>{name}</dt>
      <dd>
        <Suspense>
          {isOpen ? (
            <FieldEditor
              record={record}
              field={field}
              onClose={close}
              shown={<Shown record={record} field={field} />}
            />
          ) : (
            <>
              <Shown record={record} field={field} />
              {why === undefined && (
                <button
                  ref={button}
                  type="button"
                  className="field-edit"
                  aria-label={`Edit ${name.toLowerCase()}`}
                  aria-busy={isOpening}
                  title={`Edit ${name.toLowerCase()}`}
                  onPointerEnter={() => void loadEditor()}
                  onFocus={() => void loadEditor()}
                  onClick={open}
                >
                  <IconPencil size={14} aria-hidden />
                </button>
              )}
              {why && <span className="muted fields-note">{why}</span>}
            </>
          )}
        </Suspense>
      </dd>
    </div>
  );
}

const NONE = <span className="muted">–</span>;

function Shown({ record, field }: { record: Node; field: Field }): ReactNode {
  if (field === "description")
    return descriptionOf(record) ? <p className="description">{descriptionOf(record)}</p> : NONE;
  if (field === "labels") return <Labels labels={labelsOf(record)} />;
  if (field === "state") return <StateBadge state={record.state} />;
  if (field === "stage") return <Stage name={stageOf(record)} />;
  return <Aliases aliases={record.aliases} />;
}

function Stage({ name }: { name: string }) {
  if (!name) return NONE;
  return (
    <span>
      {name} <span className="muted">by its alias</span>
    </span>
  );
}
