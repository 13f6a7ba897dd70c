// What every editor of a field is given, and the focus on its first control.

import { type ReactNode, useEffect, useRef } from "react";
import type { Node } from "../api/shapes";

export interface FieldEditorProps {
  readonly record: Node;
  readonly onClose: () => void;
  /** The field as it is shown while nobody edits it. */
  readonly shown: ReactNode;
}

/** Whether what had the focus is gone. */
export function hasNoFocus(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** What has the focus once a change has been saved or refused, unless the focus has moved elsewhere meanwhile. */
export function useFocusAfter<Control extends HTMLElement>(isSaving: boolean) {
  const control = useRef<Control>(null);
  const wasSaving = useRef(false);
  useEffect(() => {
    if (wasSaving.current && !isSaving && hasNoFocus()) control.current?.focus();
    wasSaving.current = isSaving;
  }, [isSaving]);
  return control;
}

/** The first control of an editor has the focus when it opens. */
export function useFocus<Control extends HTMLElement>() {
  const control = useRef<Control>(null);
  useEffect(() => {
    const shown = control.current;
    shown?.focus();
    if (shown instanceof HTMLTextAreaElement) shown.setSelectionRange(shown.value.length, shown.value.length);
  }, []);
  return control;
}
