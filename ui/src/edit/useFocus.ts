// What every editor of a field is given, and the focus on its first control.

import { type ReactNode, useEffect, useRef } from "react";
import type { Node } from "../api/shapes";

export interface FieldEditorProps {
  readonly record: Node;
  readonly onClose: () => void;
  /** The field as it is shown while nobody edits it. */
  readonly shown: ReactNode;
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
