// What is shown of a page that could not be opened, with a way to try again. The shell around it is the router's.

import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { Failed } from "../state/States";
import { MissingPart } from "./loadPart";

export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = useCallback(() => {
    // React and browsers keep the failure of a part: only another document asks for it again.
    if (error instanceof MissingPart) return location.reload();
    reset();
    void router.invalidate();
  }, [error, reset, router]);
  return <Failed error={error} retry={again} />;
}
