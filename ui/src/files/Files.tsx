// The files of a record: a tree of folders, and beside it the file that is looked at, which the address names.

import { useNavigate, useSearch } from "@tanstack/react-router";
import "./files.css";
import { type Holder, useFolder } from "../api/files";
import { Loaded } from "../state/States";
import { FilePane } from "./FilePane";
import { FileTree } from "./FileTree";
import { DigestWarning, WholeDigest } from "./WholeDigest";

interface FilesProps {
  readonly holder: Holder;
  /** Whether a digest of the record can only be one of files. */
  readonly isOfFiles: boolean;
}

export default function Files({ holder, isOfFiles }: FilesProps) {
  const { file } = useSearch({ strict: false }) as { file?: string };
  const navigate = useNavigate();
  const open = (path: string | undefined) =>
    void navigate({
      to: ".",
      search: ((old: object) => ({ ...old, file: path })) as never,
      resetScroll: false,
    });
  const root = useFolder(holder, "");
  return (
    <Loaded query={root} rows={4}>
      {({ pages: [first] }) => {
        if (!first || first.total === 0) return <NoFiles recorded={first?.recorded_digest ?? null} />;
        // A record may be one file, whose path is empty.
        const chosen = file || (first.items[0]?.path === "" ? "" : undefined);
        return (
          <>
            <DigestWarning files={first} isOfFiles={isOfFiles} onChoose={open} />
            <div className="files" data-chosen={chosen !== undefined}>
              <div className="files-side">
                <FileTree holder={holder} chosen={chosen} onChoose={open} />
                <WholeDigest files={first} />
              </div>
              {chosen !== undefined && (
                <FilePane key={chosen} holder={holder} path={chosen} onClose={() => open(undefined)} />
              )}
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

function NoFiles({ recorded }: { recorded: string | null }) {
  if (!recorded) return <p className="muted">No files yet.</p>;
  return (
    <p className="muted">
      There are no files here, although the record has the SHA-256 <code className="file-digest">{recorded}</code>.
      History says who deleted them.
    </p>
  );
}
