// The title of the document: what a tab and the history show.

import { useEffect } from "react";

export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} – Lineal` : "Lineal";
  }, [title]);
}
