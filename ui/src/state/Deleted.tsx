// What is said in the place of a record that was deleted, to those who may know it.

import { IconTrash } from "@tabler/icons-react";
import { Link, useLocation } from "@tanstack/react-router";
import { useCaller } from "../api/caller";
import type { Deletion } from "../api/problem";
import { Ago } from "../values/Ago";

const SUBJECTS: Readonly<Record<string, string>> = {
  artifacts: "artifact",
  executions: "execution",
  workspaces: "context",
  runs: "context",
};

export function Deleted({ deletion: { time, by } }: { deletion: Deletion }) {
  const caller = useCaller();
  const [, kind = "", id = ""] = /\/(\w+)\/r?(\d+)$/.exec(useLocation().pathname) ?? [];
  const subject = SUBJECTS[kind];
  return (
    <div className="failed failed-missing" role="alert">
      <IconTrash size={20} aria-hidden />
      <div>
        <strong>This record was deleted</strong>
        <p>
          On <Ago time={time} exact />
          {by && (
            <>
              , by <bdi>{by}</bdi>
            </>
          )}
          .
        </p>
        {caller?.may_read_audit && subject && (
          <p>
            <Link to="/audit" search={{ subject, id }}>
              What the audit log says of it
            </Link>
          </p>
        )}
      </div>
    </div>
  );
}
