// Refuses functions and files that are so long that they must have more than one duty; `npm run lint` runs it.
// What stays out: format, style and import cycles (Biome), types (tsc).

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const LONGEST_FUNCTION = 60;
export const LONGEST_FILE = 400;
const GENERATED = "src/api/schema.d.ts";

/** Say what is too long in a file, as sentences.
 *
 * @param {string} name where the file lies; its ending says which language it is in.
 * @param {string} text what it holds.
 * @returns {string[]}
 */
export function tooLong(name, text) {
  const lines = text.split("\n").length - 1;
  const breaches = lines > LONGEST_FILE ? [`${name} has ${lines} lines: cut it to ${LONGEST_FILE}`] : [];
  return /\.([mc]?js|tsx?)$/.test(name) ? [...breaches, ...longFunctions(name, text)] : breaches;
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {string[]}
 */
function longFunctions(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const lineAt = (/** @type {number} */ place) => source.getLineAndCharacterOfPosition(place).line + 1;
  /** @type {string[]} */
  const breaches = [];
  const visit = (/** @type {ts.Node} */ node) => {
    const first = lineAt(node.getStart(source));
    const lines = lineAt(node.end) - first + 1;
    if (isFunction(node) && lines > LONGEST_FUNCTION && !groupsTests(node)) {
      breaches.push(`${name}:${first} ${nameOf(node)} has ${lines} lines: cut it to ${LONGEST_FUNCTION}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return breaches;
}

/**
 * @param {ts.Node} node
 * @returns {node is ts.FunctionLikeDeclaration}
 */
function isFunction(node) {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

/** Whether a function only holds tests, which are functions of their own. @param {ts.Node} node */
function groupsTests({ parent }) {
  return ts.isCallExpression(parent) && /^describe\b/.test(parent.expression.getText());
}

/** @param {ts.FunctionLikeDeclaration} node */
function nameOf(node) {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  return named?.getText() ?? "(a function without a name)";
}

function main() {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { encoding: "utf8" });
  const names = listed.split("\n").filter((name) => /\.([mc]?js|tsx?|css)$/.test(name) && name !== GENERATED);
  const breaches = names.filter(existsSync).flatMap((name) => tooLong(name, readFileSync(name, "utf8")));
  console.log(breaches.join("\n") || `sizes checked: ${names.length} files`);
  process.exitCode = breaches.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
