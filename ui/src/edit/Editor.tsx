// The frame of every editor: Enter or Ctrl+Enter saves, Esc leaves; mistakes, clashes and questions stand in it.

import { Button } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { isComposing } from "../app/useOptionKeys";
import type { Clash } from "./changing";
import { hasNoFocus } from "./useFocus";
import type { Saving } from "./useSaving";
import "./edit.css";

export interface EditorProps {
  readonly saving: Saving;
  /** Save what was typed; a text that is returned says why it cannot be saved. */
  readonly onSave: () => string | undefined;
  readonly onClose: () => void;
  /** What is shown while it is being saved. */
  readonly shown: ReactNode;
  readonly action?: string;
  readonly hint?: string;
  /** A question before it is saved, which names what will happen. */
  readonly question?: string | undefined;
  readonly children: ReactNode;
}

export function Editor({ saving, onSave, onClose, shown, action = "Save", hint, question, children }: EditorProps) {
  const [mistake, setMistake] = useState<string>();
  const [asked, setAsked] = useState<string>();
  const { form, remember } = useFocusAfterRefusal(saving);
  if (saving.isSaving) return shown;
  const isAsking = question !== undefined && asked === question;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (question !== undefined && !isAsking) return setAsked(question);
    remember();
    setMistake(onSave());
  };
  const press = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  };
  const said = mistake ?? saving.mistake;
  return (
    <form ref={form} className="editor" onSubmit={submit} onKeyDown={press}>
      {children}
      {said && (
        <p className="editor-mistake" role="alert">
          {said}
        </p>
      )}
      {saving.clash && <ClashBox clash={saving.clash} saving={saving} />}
      {isAsking && (
        <p role="alert">
          <strong>{question}</strong>
        </p>
      )}
      {!saving.clash && (
        <div className="editor-row">
          <Button type="submit" variant="filled">
            {isAsking ? `Yes, ${action.toLowerCase()}` : action}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            Cancel
          </Button>
          {hint && <span className="editor-note">{hint}</span>}
        </div>
      )}
    </form>
  );
}

/**
 * The form is gone while it is being saved, and the focus with it: after a refusal it is where it was, after a clash on the
 * choice. A focus that has moved elsewhere stays there.
 */
function useFocusAfterRefusal({ isSaving, clash }: Saving) {
  const form = useRef<HTMLFormElement>(null);
  const place = useRef(0);
  const wasSaving = useRef(false);
  useEffect(() => {
    if (wasSaving.current && !isSaving && hasNoFocus()) {
      const choice = clash ? form.current?.querySelector<HTMLElement>(".clash button") : undefined;
      (choice ?? (form.current?.elements[place.current] as HTMLElement | undefined))?.focus();
    }
    wasSaving.current = isSaving;
  }, [isSaving, clash]);
  const remember = () => {
    const at = [...(form.current?.elements ?? [])].indexOf(document.activeElement as Element);
    place.current = Math.max(at, 0);
  };
  return { form, remember };
}

/** What somebody else wrote meanwhile, and the choice between the two. */
function ClashBox({ clash, saving }: { clash: Clash; saving: Saving }) {
  return (
    <div className="clash" role="alert">
      <strong>Somebody else has changed this while you were writing.</strong>
      {clash.fields.map(({ field, theirs }) => (
        <div key={field}>
          {field} is now:
          <pre>{theirs}</pre>
        </div>
      ))}
      <div className="editor-row">
        <Button variant="filled" onClick={saving.useMine}>
          Save mine over it
        </Button>
        <Button onClick={saving.keepTheirs}>Keep theirs</Button>
      </div>
    </div>
  );
}
