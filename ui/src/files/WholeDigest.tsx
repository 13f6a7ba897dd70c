// The digest of all files of a record: whether it is the recorded one, and if there is none, why.

import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import type { RecordFiles } from "../api/files";
import { CopyButton } from "../values/CopyButton";
import { breakable } from "../values/names";

interface WholeDigestProps {
  readonly files: RecordFiles;
  /** Whether the recorded digest can only be one of files: data may have been recorded from memory. */
  readonly isOfFiles: boolean;
  readonly onChoose: (path: string) => void;
}

/** What a reader must know before the list of files: that they are not what was recorded. Nothing if all is well. */
export function DigestWarning({ files, isOfFiles, onChoose }: WholeDigestProps) {
  if (files.is_digest_changed) return <DigestChanged files={files} />;
  if (files.is_as_recorded === false) return <NotAsRecorded files={files} isOfFiles={isOfFiles} />;
  if (files.no_digest === "changed") return <Changed files={files} onChoose={onChoose} />;
  return null;
}

function NotAsRecorded({ files, isOfFiles }: Pick<WholeDigestProps, "files" | "isOfFiles">) {
  return (
    <div className="files-warning" role="alert">
      <IconAlertTriangle size={16} aria-hidden />
      <div>
        <strong>
          {isOfFiles ? "These are not the files that were recorded." : "The recorded SHA-256 is another one."}
        </strong>{" "}
        {isOfFiles
          ? "Others were uploaded in their place. History says who replaced them."
          : "Another file was uploaded, or the data was recorded from memory, which has a digest of its values."}
        <Digest words="Recorded" digest={files.recorded_digest ?? ""} />
        <Digest words="Now" digest={files.digest ?? ""} />
      </div>
    </div>
  );
}

function DigestChanged({ files }: Pick<WholeDigestProps, "files">) {
  return (
    <div className="files-warning" role="alert">
      <IconAlertTriangle size={16} aria-hidden />
      <div>
        <strong>The digest in the record was changed after it was recorded.</strong> So it does not say whether these
        are the files that were recorded. History has the first digest, and says who changed it.
        {files.recorded_digest && <Digest words="In the record now" digest={files.recorded_digest} />}
        {files.digest && <Digest words="Files now" digest={files.digest} />}
      </div>
    </div>
  );
}

function Changed({ files, onChoose }: Pick<WholeDigestProps, "files" | "onChoose">) {
  const path = files.no_digest_of;
  const name = path ? (
    <button type="button" className="link-button" onClick={() => onChoose(path)}>
      <bdi>{breakable(path)}</bdi>
    </button>
  ) : (
    "It"
  );
  return (
    <div className="files-warning" role="alert">
      <IconAlertTriangle size={16} aria-hidden />
      <div>
        <strong>A file is not the one that was uploaded.</strong> {name} has another size, or was written later, so
        there is no SHA-256 of all files.
        {files.recorded_digest && <Digest words="Recorded" digest={files.recorded_digest} />}
      </div>
    </div>
  );
}

function Digest({ words, digest }: { words: string; digest: string }) {
  return (
    <p className="file-digest">
      {words} <code>{digest}</code> <CopyButton value={digest} label={`Copy the SHA-256: ${words.toLowerCase()}`} />
    </p>
  );
}

const COMMAND = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum";

const REASONS: Readonly<Partial<Record<NonNullable<RecordFiles["no_digest"]>, string>>> = {
  not_uploaded: "a file was not uploaded through this server",
  too_many: "there are more than 1,000 files or 100 folders",
};

/** The digest of all files under their list, or why there is none, with the recorded one. */
export function WholeDigest({ files }: { files: RecordFiles }) {
  const { digest, recorded_digest: recorded, no_digest: why, no_digest_of: path } = files;
  if (!digest && why && REASONS[why])
    return (
      <p className="files-digest muted">
        <span>
          No SHA-256 of all files: {REASONS[why]}
          {path && (
            <>
              {" "}
              (<bdi>{breakable(path)}</bdi>)
            </>
          )}
          .
        </span>
        {recorded && <Short words="The record says" digest={recorded} />}
      </p>
    );
  if (!digest) return null;
  return (
    <p className="files-digest muted" title={`In the folder of these files: ${COMMAND}`}>
      <Short words="SHA-256 of all files together" digest={digest} />
      {files.is_as_recorded && !files.is_digest_changed && (
        <span className="files-recorded">
          <IconCheck size={14} aria-hidden /> as recorded
        </span>
      )}
    </p>
  );
}

function Short({ words, digest }: { words: string; digest: string }) {
  return (
    <span>
      {words} <code title={digest}>{digest.slice(0, 16)}…</code>{" "}
      <CopyButton value={digest} label="Copy the SHA-256 of all files" />
    </span>
  );
}
