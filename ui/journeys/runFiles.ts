// A run and a logged model of MLflow with files of every kind, some of which try to be run; uploaded as clients do.

import { crc32, deflateSync } from "node:zlib";
import { call } from "./mlflow";
import type { World } from "./world";

/** What a file does that is run: the page is then marked. */
const RUN = "document.documentElement.dataset.run = 1";
const ROWS = Array.from({ length: 20_000 }, (_, step) => `${step},${(1 / (step + 1)).toFixed(6)},"a, ${step}",0.5`);
const TABLE = {
  columns: ["question", "answer", "score"],
  data: Array.from({ length: 30 }, (_, at) => [`What is ${at} + <b>1</b>?`, String(at + 1), at / 30]),
};
const ML_MODEL =
  "artifact_path: model\nflavors:\n  python_function:\n    loader_module: mlflow.sklearn\nmodel_size_bytes: 1043\n";

/** The name of a file that would be run by whoever takes it for markup. */
export const HOSTILE_NAME = `<img src=x onerror="${RUN}">.txt`;

export const FILES: Readonly<Record<string, string | Buffer>> = {
  "notes.txt": "Trained on the spring data.\nThe loss fell until step 300.\n",
  "config.json": JSON.stringify({
    layers: [{ size: 9, rate: 0.1 }],
    seed: 3,
    note: "<i>not markup</i>",
    ids: [1, 2, 3],
  }),
  "empty.txt": "",
  "metrics.csv": ["step,loss,note,rate", ...ROWS].join("\n"),
  "report.html": `<h1>Report</h1><img src=x onerror="${RUN}"><script>${RUN}</script>`,
  "program.js": `${RUN};`,
  "train.log": "2026-11-29 09:00:00 INFO a step was taken\n".repeat(30_000),
  [HOSTILE_NAME]: "a name is only a name",
  "tables/evaluation.json": JSON.stringify(TABLE),
  "plots/confusion.png": gradient(320, 200),
  "plots/roc.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200" onload="${RUN}"><script>${RUN}</script>
<rect width="300" height="200" fill="#e5f0fc"/><path d="M0 200 C60 60 120 30 300 0" stroke="#0b57b5" stroke-width="3" fill="none"/></svg>`,
  "model/MLmodel": ML_MODEL,
  "model/python_env.yaml": "python: 3.11.9\ndependencies:\n- -r requirements.txt\n",
  "model/data/deep/weights.bin": Buffer.from(Array.from({ length: 4096 }, (_, at) => at % 256)),
  ...Object.fromEntries(
    Array.from({ length: 230 }, (_, at) => [`many/part-${String(at).padStart(4, "0")}.txt`, "part"]),
  ),
};

export interface RunWithFiles {
  /** The ids of the execution and of the logged model's artifact. */
  readonly run: string;
  readonly model: string;
  /** Where the files of the run are downloaded. */
  readonly downloads: string;
}

export async function addRunWithFiles(world: World): Promise<RunWithFiles> {
  const { info } = (await call(world, "runs/create", { experiment_id: "0", run_name: "spring" })).run;
  const { model } = await call(world, "logged-models", {
    experiment_id: "0",
    name: "loaf",
    source_run_id: info.run_id,
  });
  const downloads = `${world.address}/api/2.0/mlflow-artifacts/artifacts/${pathOf(info.artifact_uri)}`;
  for (const [name, content] of Object.entries(FILES)) await upload(`${downloads}/${escaped(name)}`, content);
  const models = `${world.address}/api/2.0/mlflow-artifacts/artifacts/${pathOf(model.info.artifact_uri)}`;
  for (const name of ["MLmodel", "python_env.yaml", "data/deep/weights.bin"])
    await upload(`${models}/${name}`, FILES[`model/${name}`] as string | Buffer);
  const [run, artifact] = await Promise.all([
    idOf(world, "executions", "type=mlflow.Run"),
    idOf(world, "artifacts", ""),
  ]);
  return { run, model: artifact, downloads };
}

function pathOf(uri: string): string {
  return uri.replace("mlflow-artifacts:/", "");
}

/** A path as clients write it into an address. */
export function escaped(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

async function upload(address: string, content: string | Buffer): Promise<void> {
  const answer = await fetch(address, { method: "PUT", body: content as BodyInit });
  if (!answer.ok) throw new Error(`${address}: ${await answer.text()}`);
}

async function idOf(world: World, kind: string, q: string): Promise<string> {
  const answer = await fetch(`${world.address}/api/v1/${kind}?${new URLSearchParams({ q, limit: "1" })}`);
  const { items } = (await answer.json()) as { items: { id: string }[] };
  return (items[0] as { id: string }).id;
}

/** A picture as PNG. */
function gradient(width: number, height: number): Buffer {
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: width }, (_, x) => [(x * 255) / width, (y * 255) / height, 160]).flat()]),
  );
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 2, 0, 0, 0], 8);
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    start,
    part("IHDR", size),
    part("IDAT", deflateSync(Buffer.concat(rows))),
    part("IEND", Buffer.alloc(0)),
  ]);
}

function part(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
