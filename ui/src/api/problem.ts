// Errors of requests: problem details (RFC 9457) of the server, or no answer at all.

import { toUnits } from "../filter/places";
import { isOfProxy } from "./connection";

export type ProblemKind = "offline" | "forbidden" | "missing" | "refused" | "broken";

interface ProblemDetails {
  readonly title?: string;
  readonly detail?: unknown;
  readonly id?: string;
  readonly position?: number;
  readonly length?: number;
  readonly problem?: string;
  readonly hint?: string;
  readonly page?: string;
  readonly deleted?: number;
  readonly deleted_by?: string;
}

/** When a record was deleted, in milliseconds since the epoch, and who did. */
export interface Deletion {
  readonly time: number;
  readonly by: string;
}

export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    readonly title: string,
    readonly detail: string,
    readonly requestId?: string,
    readonly position?: number,
    readonly length?: number,
    readonly hint?: string,
    /** What was wrong, without its place and the hint. */
    readonly problem?: string,
    /** The page of the documentation about it, relative to the root of the web UI. */
    readonly page?: string,
    /** Of a record that is not there any more, for those who may know it. */
    readonly deletion?: Deletion,
  ) {
    super(detail || title);
  }

  /** Where a text is wrong, in UTF-16 units: all of it where the server does not say where. */
  placeIn(text: string): { start: number; end: number } {
    if (this.position === undefined) return { start: 0, end: text.length };
    const end = this.position + (this.length ?? 1);
    return { start: toUnits(text, this.position), end: toUnits(text, end) };
  }

  /** What a response that is no success says. */
  static fromResponse(response: Response, body: unknown): Problem {
    if (isOfProxy(response)) return new Problem("offline", TITLES.offline, `A proxy answered ${response.status}.`);
    const details: ProblemDetails = typeof body === "object" && body !== null ? body : {};
    const kind = kindOf(response.status);
    const requestId = details.id ?? response.headers.get("x-request-id") ?? undefined;
    const detail = typeof details.detail === "string" ? details.detail : `The server answered ${response.status}.`;
    return new Problem(
      kind,
      details.title ?? TITLES[kind],
      detail,
      requestId,
      details.position,
      details.length,
      details.hint,
      details.problem,
      // A proxy may show the server under a prefix that the server does not know.
      details.page?.replace(/^.*?\/docs\//, "./docs/"),
      details.deleted === undefined ? undefined : { time: details.deleted, by: details.deleted_by ?? "" },
    );
  }

  /** Any error as a problem: a request that got no answer is "offline". */
  static from(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
      return new Problem("offline", TITLES.offline, "Check the connection, and that the server runs.");
    }
    return new Problem("broken", TITLES.broken, error instanceof Error ? error.message : String(error));
  }
}

const TITLES: Readonly<Record<ProblemKind, string>> = {
  offline: "The server does not answer",
  forbidden: "You may not see this",
  missing: "There is no such record",
  refused: "The server does not understand this request",
  broken: "Something went wrong",
};

function kindOf(status: number): ProblemKind {
  if (status === 401 || status === 403) return "forbidden";
  if (status === 404) return "missing";
  return status < 500 ? "refused" : "broken";
}
