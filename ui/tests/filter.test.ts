import { describe, expect, it } from "vitest";
import { parseFilter, readTime } from "../src/filter/parse";
import { suggest } from "../src/filter/suggest";
import { choiceOf, choose, chooseRange, dropEach, onlyType, writeFilter } from "../src/filter/write";

const GOOD = [
  "type:model metric.auc>0.9 -label.team=x",
  'name:"loaf forecast" state=live,pending',
  "created>7d updated:2026-01-01..2026-02-01",
  "(type=model OR type=data_set) -(label.a=1 OR label.b=2)",
  'forecast "a \\"quoted\\" word" has:label.team',
  'label.a="x, (y)" prop.hyperparameters.layers=3',
  "metric.loss<=1e-3 metric.auc=nan",
  "metric.loss>=inf metric.auc=Infinity",
  'label."cost centre"=7 -prop."a \\"b\\""=x label.größe=1',
  "created:2026-01-01T10:00:00.000Z..2026-02-01 updated>1760000000000",
];

describe("a filter", () => {
  it.each(GOOD)("is the same after reading and writing: %s", (text) => {
    const parsed = parseFilter(text);
    expect(parsed.mistake).toBeUndefined();
    const written = writeFilter(parsed.mistake ? [] : parsed.terms);
    const again = parseFilter(written);
    expect(writeFilter(again.mistake ? [] : again.terms)).toBe(written);
    expect(written).toBe(text);
  });

  it("takes a uri for a word, not for a key", () => {
    const parsed = parseFilter("gs://bakery/models");
    expect(parsed.mistake ?? parsed.terms[0]).toMatchObject({ kind: "word", text: "gs://bakery/models" });
  });

  const WRONG: [string, number, number, RegExp][] = [
    ["type:model metric.auc>high", 22, 26, /no number/],
    ["colour:red", 0, 6, /no key/],
    ["types:model", 0, 5, /no key/],
    ["type:model (a OR b", 11, 12, /never closed/],
    ['name:"open', 5, 10, /quote is never closed/],
    ["created>soon", 8, 12, /no time/],
    ["id:x7", 3, 5, /no id/],
    ["type:model )", 11, 12, /closes nothing/],
  ];
  it.each(WRONG)("says where it is wrong: %s", (text, start, end, message) => {
    const { mistake } = parseFilter(text);
    expect(mistake).toMatchObject({ start, end });
    expect(mistake?.message).toMatch(message);
    expect(mistake?.fix).not.toBe("");
  });

  it("suggests the key that was meant", () => {
    expect(parseFilter("types:model").mistake?.fix).toContain("Did you mean type?");
  });

  it("stays as it is where it has a mistake and a facet is clicked", () => {
    expect(choose("colour:red", "type", "m", "only")).toBe("colour:red");
  });
});

describe("a facet's value", () => {
  it("is the only one, one of several, excluded, and gone again", () => {
    const only = choose("forecast", "type", "model", "only");
    expect(only).toBe("forecast type=model");
    const any = choose(only, "type", "data set", "any");
    expect(any).toBe('forecast type=model,"data set"');
    expect(choiceOf(any, "type", "model")).toBe("any");
    const not = choose(only, "type", "model", "not");
    expect(not).toBe("forecast -type=model");
    expect(choose(not, "type", "model", "none")).toBe("forecast");
  });

  it("can be dropped term by term", () => {
    expect(dropEach("a type=b")).toEqual([
      { term: "a", rest: "type=b" },
      { term: "type=b", rest: "a" },
    ]);
  });
});

describe("suggestions", () => {
  const vocabulary = {
    keys: ["label.team", "metric.auc"],
    values: { "label.team": [{ value: "fore casting", count: 3 }] },
  };

  it("offer keys, own ones included, then values in quotes where they need them", () => {
    expect(suggest("tea", 3, vocabulary).map(({ insert }) => insert)).toEqual(["label.team="]);
    const [value] = suggest("type:x label.team=fo", 20, vocabulary);
    expect(value).toMatchObject({ insert: '"fore casting"', start: 18, says: "3" });
  });

  it("go on after a minus", () => {
    expect(suggest("-typ", 4, vocabulary)[0]).toMatchObject({ insert: "type:", start: 1 });
  });
});

describe("times", () => {
  it("are ages or dates", () => {
    expect(readTime("7d", 8 * 864e5)).toBe(864e5);
    expect(readTime("2026-01-31", 0)).toBe(new Date(2026, 0, 31).getTime());
    expect(readTime("yesterday-ish", 0)).toBeNull();
  });
});

describe("a range of time", () => {
  it("takes the place of the one before, and goes", () => {
    const first = chooseRange("forecast", "created", ["7d", ""]);
    expect(first).toBe("forecast created:7d..");
    const second = chooseRange(first, "created", ["2026-01-01", "2026-01-31"]);
    expect(second).toBe("forecast created:2026-01-01..2026-01-31");
    expect(chooseRange(second, "created", null)).toBe("forecast");
  });
});

describe("the type of a list", () => {
  it("is the one that the filter asks for alone", () => {
    expect(onlyType("type=model label.a=1")).toBe("model");
    expect(onlyType("type=model,data_set")).toBeUndefined();
    expect(onlyType("-type=model")).toBeUndefined();
  });
});
