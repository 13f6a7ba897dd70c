// The files of a record: a tree of folders, and beside it the file that is looked at, which the address names.

import { useNavigate, useSearch } from "@tanstack/react-router";
import "./files.css";
import { type Holder, useFolder } from "../api/files";
import { Loaded } from "../state/States";
import { CopyButton } from "../values/CopyButton";
import { FilePane } from "./FilePane";
import { FileTree } from "./FileTree";

export default function Files({ holder }: { holder: Holder }) {
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
        if (!first || first.total === 0) return <p className="muted">No files yet.</p>;
        // A record may be one file, whose path is empty.
        const chosen = file || (first.items[0]?.path === "" ? "" : undefined);
        return (
          <div className="files" data-chosen={chosen !== undefined}>
            <div className="files-side">
              <FileTree holder={holder} chosen={chosen} onChoose={open} />
              {first.digest && <WholeDigest digest={first.digest} />}
            </div>
            {chosen !== undefined && (
              <FilePane key={chosen} holder={holder} path={chosen} onClose={() => open(undefined)} />
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

const COMMAND = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum";

function WholeDigest({ digest }: { digest: string }) {
  return (
    <p className="files-digest muted" title={`In the folder of these files: ${COMMAND}`}>
      SHA-256 of all files together <code>{digest.slice(0, 16)}…</code>{" "}
      <CopyButton value={digest} label="Copy the SHA-256 of all files" />
    </p>
  );
}
