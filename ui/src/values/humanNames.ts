// Names of types and fields as people say them: "Data set" for kubeflow.org/alpha/data_set, "Created" for create_time.
// The exact name belongs on hover, into filters, copies and exports: what people type is never replaced.
// What stays out: names of records (names.ts).

/** Words that are written in capitals, or in a way of their own. */
const SPELLINGS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "URI URL AUC ROC RMSE MSE MAE MAPE PR F1 R2 GPU CPU TPU RAM JSON CSV SQL API HTTP IP UUID UID WER CER BLEU ROUGE " +
    "IoU mAP GiB MiB GB MB KB MLflow ML NLP LLM SDK KFP TFX SHA256 MD5 SHAP ONNX PyTorch TensorFlow XGBoost LightGBM"
  )
    .split(" ")
    .map((word) => [word.toLowerCase(), word]),
);

/** What a type is called: its last part in words. A type of a Kubernetes object is called by its kind. */
export function typeName(type: string): string {
  const kind = kubernetesKind(type);
  if (kind) return kind;
  const last = type.split("/").pop() || type;
  const platform = /^[a-z]+\.([A-Z][A-Za-z0-9]*)$/.exec(last);
  if (platform) return inWords(splitCapitals(platform[1] as string));
  return isPlain(last) ? inWords(last) : last;
}

/**
 * What several types are called. Two that would be called the same get their origin as well: "Model (system)"; kinds of
 * Kubernetes get their group as a search takes it (Job.batch), and their version if that is not enough.
 */
export function typeNames(types: readonly string[]): Map<string, string> {
  const names = new Map([...new Set(types)].map((type) => [type, typeName(type)]));
  const shared = repeated([...names.values()]);
  for (const [type, name] of names)
    if (shared.has(name)) names.set(type, withGroup(type) ?? `${name} (${originOf(type)})`);
  const grouped = repeated([...names.values()]);
  for (const [type, name] of names) if (grouped.has(name)) names.set(type, withVersion(type) ?? name);
  const still = repeated([...names.values()]);
  for (const [type, name] of names) if (still.has(name)) names.set(type, type);
  return names;
}

/** kubeflow.org/Pod/v1, kubeflow.org/Notebook.kubeflow.org/v1, kubernetes.io/apps/v1/Deployment: the kind alone. */
function kubernetesKind(type: string): string | undefined {
  const [, kind] =
    /\/([A-Z][A-Za-z0-9]*)(?:\.[a-z0-9.-]+)?\/v\d+(?:(?:alpha|beta)\d+)?$/.exec(type) ??
    /\/v\d+(?:(?:alpha|beta)\d+)?\/([A-Z][A-Za-z0-9]*)$/.exec(type) ??
    [];
  return kind;
}

const WATCHED = /^kubeflow\.org\/([A-Z][A-Za-z0-9]*(?:\.[a-z0-9.-]+)?)\/(v\d+(?:(?:alpha|beta)\d+)?)$/;

/** kubeflow.org/Job.batch/v1 → Job.batch; kubeflow.org/Pod/v1, which has no group, → Pod/v1. */
function withGroup(type: string): string | undefined {
  const kind = WATCHED.exec(type)?.[1];
  return kind?.includes(".") ? kind : withVersion(type);
}

function withVersion(type: string): string | undefined {
  const [, kind, version] = WATCHED.exec(type) ?? [];
  return kind && `${kind}/${version}`;
}

function originOf(type: string): string {
  const kind = /^[^/]+\/[A-Z][A-Za-z0-9]*\.?(.*)$/.exec(type);
  if (kubernetesKind(type) && kind?.[1]) return kind[1].replace(/^\//, "");
  if (type.includes("/")) return type.slice(0, type.lastIndexOf("/"));
  return type.includes(".") ? type.slice(0, type.lastIndexOf(".")) : type;
}

function repeated(names: readonly string[]): Set<string> {
  return new Set(names.filter((name, at) => names.indexOf(name) !== at));
}

const FIELDS: Readonly<Record<string, string>> = {
  create_time: "Created",
  create_time_since_epoch: "Created",
  created: "Created",
  last_update_time: "Updated",
  last_update_time_since_epoch: "Updated",
  last_known_state: "State",
  made_by: "Made by",
  custom_properties: "Custom properties",
  type_name: "Type",
  has: "Has",
};

/**
 * What a field is called: create_time → Created, prop.learning_rate → Learning rate. A name that would lose something by
 * it (capitals, signs, words of one letter) stays as it is, and so do parameters (prop.param.learning_rate →
 * learning_rate), which are names in people's code.
 */
export function fieldName(key: string): string {
  const [, parameter] = /^(?:prop\.)?param\.(.+)$/s.exec(key) ?? [];
  if (parameter) return parameter;
  const own = key.replace(/^(prop|metric|least|greatest|label|properties|custom_properties|labels|metrics)\./s, "");
  if (own === key && FIELDS[key]) return FIELDS[key];
  return isPlain(own) && !/^[a-z](_|$)/.test(own) ? inWords(own) : own;
}

/** What a metric is called: mean_error → Mean error. */
export function metricName(metric: string): string {
  return fieldName(`metric.${metric}`);
}

/** What each of several metrics is called; those that people would read alike (auc, AUC) have their exact names. */
export function metricNames(metrics: readonly string[]): ReadonlyMap<string, string> {
  const known = [...new Set(metrics)];
  const times = new Map<string, number>();
  for (const name of known.map(metricName)) times.set(name, (times.get(name) ?? 0) + 1);
  return new Map(known.map((metric) => [metric, times.get(metricName(metric)) === 1 ? metricName(metric) : metric]));
}

/** Lower-case words joined by single underscores: nothing is lost when they are written with spaces. */
function isPlain(name: string): boolean {
  return /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name);
}

function inWords(name: string): string {
  const text = name
    .split("_")
    .map((word) => SPELLINGS[word.toLowerCase()] ?? word)
    .join(" ");
  return /^(?:mAP|PyTorch)\b/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** ClassificationMetrics → classification_metrics; HTML stays one word. */
function splitCapitals(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .split("_")
    .map((word) => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()))
    .join("_");
}
