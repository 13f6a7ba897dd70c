// Changes to the search of Sphinx (searchtools.js), which reads this after it: what ranks, numbers, and excerpts.

const OF_CONTRIBUTORS = /^(decisions|contributors)\/|^(architecture|storage|performance)$/;
const MOST_EXCERPTS = 20;

// Pages for users come before those for contributors. The numbers are those of Sphinx.
var Scorer = {
  score: ([page, , , , score]) => (OF_CONTRIBUTORS.test(page) ? score - 100 : score),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};

// Numbers, such as the status 409, are words; Sphinx leaves them out.
const parseQuery = Search._parseQuery;
Search._parseQuery = (query) => {
  const parsed = parseQuery(query);
  for (const number of query.match(/(?<![\w.])\d+(?![\w.])/g) ?? []) {
    parsed[1].add(number);
    parsed[3].add(number);
  }
  return parsed;
};

// An excerpt is read from the page that it is of, which a page that was opened as a file cannot do. The first hits have one.
let excerpts = 0;
Object.defineProperty(DOCUMENTATION_OPTIONS, "SHOW_SEARCH_SUMMARY", {
  get: () => location.protocol !== "file:" && excerpts++ < MOST_EXCERPTS,
});
