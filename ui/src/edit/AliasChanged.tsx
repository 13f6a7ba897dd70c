// An alias that was given, moved or taken, in words that name the other version.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { fetchNode } from "../api/details";
import type { AliasChange } from "./historyFields";

export function AliasChanged({ change: { alias, other, way } }: { change: AliasChange }) {
  return (
    <p>
      <strong>
        <bdi>{alias}</bdi>
      </strong>
      {way === "same" && ", which it had already"}
      {way === "from" && ", which "}
      {way === "to" && ", which moved to "}
      {other && <Version id={other} />}
      {way === "from" && " had until then"}
    </p>
  );
}

/** A version by its name, or by its id if it has none, cannot be read or is gone. */
function Version({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ["version-of", id],
    queryFn: () => fetchNode("artifacts", id),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Link to="/artifacts/$id" params={{ id }} title={`id ${id}`}>
      {data?.version ? (
        <>
          version <bdi>{data.version}</bdi>
        </>
      ) : (
        `artifact ${id}`
      )}
    </Link>
  );
}
