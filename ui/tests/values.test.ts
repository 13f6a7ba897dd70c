import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "../src/app/search";
import { breakable, cutDistinct, cutMiddle, isLinkable, shortType } from "../src/values/names";
import { compareValues, formatDelta, formatInteger, formatNumber, toNumber } from "../src/values/numbers";
import {
  formatAgo,
  formatDate,
  formatDuration,
  formatExact,
  formatLocal,
  formatSeconds,
  formatUtc,
  zoneOf,
} from "../src/values/times";

describe("numbers", () => {
  it("keep all digits of 64-bit integers", () => {
    expect(formatInteger("9223372036854775807")).toBe("9,223,372,036,854,775,807");
  });

  it("have four digits, and words for what is none", () => {
    expect(formatNumber(0.123456)).toBe("0.1235");
    expect(formatNumber(Number.NaN)).toBe("NaN");
    expect(formatNumber(Number.NEGATIVE_INFINITY)).toBe("−∞");
    expect(formatNumber(0.00001234)).toBe("1.234e-5");
    expect(formatDelta(-2)).toBe("−2");
    expect(formatDelta(Number.NaN)).toBe("NaN");
  });

  it("are read from the API's texts", () => {
    expect(toNumber("NaN")).toBeNaN();
    expect(toNumber("-Infinity")).toBe(Number.NEGATIVE_INFINITY);
    expect(toNumber("seven")).toBeNull();
  });

  it("come in order, NaN last, before texts", () => {
    expect(["b", Number.NaN, 10, "9"].sort(compareValues)).toEqual(["9", 10, Number.NaN, "b"]);
    const odd = ["NaN", "Infinity", 1, "-Infinity", "NaN", "Infinity"];
    expect(odd.sort(compareValues)).toEqual(["-Infinity", 1, "Infinity", "Infinity", "NaN", "NaN"]);
  });
});

describe("names", () => {
  it("are cut in the middle by whole code points", () => {
    expect(cutMiddle("preprocess-images-2024", 11)).toBe("prepr…-2024");
    expect(cutMiddle("😀😀😀😀😀😀", 3)).toBe("😀…😀");
  });

  it("that differ look different when they are cut", () => {
    const names = [`${"a".repeat(40)}1${"z".repeat(40)}`, `${"a".repeat(40)}2${"z".repeat(40)}`];
    expect(new Set(cutDistinct(names, 20).values()).size).toBe(2);
  });

  it("may break at signs, and markup stays text", () => {
    expect(breakable("gs://a/b")).toContain("/\u200b");
    expect(breakable("<b>x</b>")).toContain("<b>");
  });

  it("of types are short", () => {
    expect(shortType("kubeflow.org/alpha/model")).toBe("model");
    expect(shortType("system.Model")).toBe("Model");
  });
});

describe("addresses", () => {
  it.each(["javascript:alert(1)", "data:text/html,x", "gs://a/b", "not a uri", "JaVaScRiPt:alert(1)"])(
    "is no link: %s",
    (uri) => {
      expect(isLinkable(uri)).toBe(false);
    },
  );

  it("of the web are links", () => {
    expect(isLinkable("https://example.org/x")).toBe(true);
  });
});

describe("times", () => {
  it("are relative near, exact in UTC on hover", () => {
    expect(formatAgo(0, 2 * 36e5)).toBe("2 h ago");
    expect(formatUtc(0)).toBe("1970-01-01 00:00:00.000 UTC");
    expect(formatDuration(125_000)).toBe("2 min 5 s");
  });
});

describe("dates", () => {
  const time = new Date(2026, 10, 8, 14, 5, 9).getTime();

  it("are written as people write them, in local time", () => {
    expect(formatDate(time)).toBe("8 Nov 2026");
    expect(formatLocal(time)).toBe("8 Nov 2026, 14:05");
    expect(formatSeconds(time)).toBe("8 Nov 2026, 14:05:09");
    expect(formatExact(time)).toBe(`8 Nov 2026, 14:05:09 ${zoneOf(-new Date(time).getTimezoneOffset())}`);
    expect([0, 60, 330, -210].map(zoneOf)).toEqual(["UTC", "UTC+1", "UTC+5:30", "UTC-3:30"]);
  });

  it("say how many days ago, and the date from thirty days on", () => {
    expect(formatAgo(time, time + 864e5)).toBe("1 day ago");
    expect(formatAgo(time, time + 3 * 864e5)).toBe("3 days ago");
    expect(formatAgo(time, time - 3 * 864e5)).toBe("in 3 days");
    expect(formatAgo(time, time + 40 * 864e5)).toBe("8 Nov 2026");
  });

  it("that are none are shown as they are", () => {
    expect([formatDate, formatLocal, formatExact, formatUtc].map((format) => format(1e20))).toEqual(
      Array(4).fill("100000000000000000000"),
    );
  });
});

describe("the search of an address", () => {
  it("comes back as it was", () => {
    const search = { filter: 'name:"a&b=c #1" 50%', ids: "a1,a2" };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });
});
