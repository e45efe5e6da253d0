// The language of the filter, which is the one of `exai monitor` (ui/filter.rs): words, `field:value`, figures, and `!` before
// any of them. All must hold. Both are held to tests/page/filter.json.

/** What a column of a call is. */
const FIELDS = {
  id: (call) => call.call_id,
  session: (call) => call.session_id,
  owner: (call) => call.owner,
  tool: (call) => call.tool,
  model: (call) => call.model,
  provider: (call) => call.provider,
};

const COLUMN_NAMES = `${Object.keys(FIELDS).join(" ")} state cause`;

/** Kinds of failures, of the causes that journal and metrics name; all others are `other`. */
const FAILURES = { rate_limited: "429", overloaded: "429", plan_limit: "429", server: "5xx", timeout_headers: "timeout", timeout_idle: "timeout" };

/** What kind of failure ended a call; empty when that is not known. */
const failureOf = (call) => (call.cause ? FAILURES[call.cause] ?? "other" : "");

/** States that somebody should look at. */
const BAD_STATES = ["failed", "timed_out", "interrupted"];

/** Short names of states. */
const STATE_NAMES = { run: "running", live: "running", ok: "succeeded", done: "succeeded", timeout: "timed_out" };

/** Figures with their units; the unit without a name is the usual one. */
const TIME = { read: (call) => call.elapsed_s, units: { "": 1, s: 1, ms: 0.001, m: 60, min: 60, h: 3600 } };
const FIGURES = {
  "": TIME,
  time: TIME,
  age: TIME,
  tokens: { read: (call) => call.tokens ?? 0, units: { "": 1, k: 1000 } },
  tries: { read: (call) => call.attempts, units: { "": 1 } },
};

/** What in a filter can not be understood. */
class FilterError extends Error {}

/** Reads a filter: a test of calls, or why there is none. */
function parseFilter(text) {
  try {
    const terms = filterWords(text).map(({ word, is_phrase }) => parseTerm(word, is_phrase));
    return { test: (call) => terms.every((term) => term(call)), error: "", isEmpty: terms.length === 0 };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { test: null, error: error.message, isEmpty: false };
  }
}

/** Words in small letters. What begins with a quote is a phrase: it may have spaces in it, and is no field. */
function filterWords(text) {
  const words = [{ word: "", is_phrase: false }];
  let quoted = false;
  for (const letter of text) {
    const last = words.at(-1);
    if (letter === '"') {
      quoted = !quoted;
      last.is_phrase ||= last.word === "" || last.word === "!";
    } else if (/\s/.test(letter) && !quoted) words.push({ word: "", is_phrase: false });
    else last.word += letter.toLowerCase();
  }
  return words.filter(({ word }) => word !== "");
}

function parseTerm(word, is_phrase) {
  if (!word.startsWith("!")) return parseTest(word, is_phrase);
  if (word === "!") throw new FilterError("! wants a word behind it");
  const test = parseTest(word.slice(1), is_phrase);
  return (call) => !test(call);
}

function parseTest(word, is_phrase) {
  if (is_phrase) return (call) => haystack(call).includes(word);
  const order = word.search(/[<>]/);
  if (order >= 0) return parseFigure(word.slice(0, order), word[order], word.slice(order + 1).replace(/^=+/, ""));
  const colon = word.indexOf(":");
  if (colon < 0) return (call) => haystack(call).includes(word);
  const [name, value] = [word.slice(0, colon), word.slice(colon + 1)];
  if (name === "state") return parseState(value);
  if (name === "cause" && value !== "") return (call) => [call.cause ?? "", failureOf(call)].some((cause) => cause.includes(value));
  const field = name === "call" ? "id" : name;
  if (name !== "cause" && !Object.hasOwn(FIELDS, field)) throw new FilterError(`no column is called ${name}: ${COLUMN_NAMES}`);
  if (value === "") throw new FilterError(`${name}: wants a word behind it`);
  return (call) => (FIELDS[field](call) ?? "").toLowerCase().includes(value);
}

function parseState(name) {
  if (["err", "error", "bad"].includes(name)) return (call) => BAD_STATES.includes(call.state);
  if (["queued", "waiting"].includes(name)) return (call) => call.state === "running" && call.phase === "queued";
  const known = Object.hasOwn(STATE_NAMES, name) ? STATE_NAMES[name] : Object.keys(STATES).find((state) => name !== "" && state.startsWith(name));
  if (!known) throw new FilterError("states: run queued done err failed cancelled timed_out interrupted");
  return (call) => call.state === known;
}

function parseFigure(name, order, value) {
  if (!Object.hasOwn(FIGURES, name)) throw new FilterError(`${name} is no figure: time tokens tries`);
  const { read, units } = FIGURES[name];
  const unit = value.match(/[a-z]*$/)[0];
  const digits = value.slice(0, value.length - unit.length);
  if (!Object.hasOwn(units, unit)) throw new FilterError(`${unit} is no unit here: 2s 500ms 3m 1h, tokens>10k`);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(digits)) throw new FilterError(`${order} wants a number behind it: >2s`);
  const limit = Number(digits) * units[unit];
  return order === ">" ? (call) => read(call) > limit : (call) => read(call) < limit;
}

/** What of a call a plain word is looked for in. */
function haystack(call) {
  const parts = [call.call_id, call.tool, call.model, call.provider, call.state, call.phase, call.session_id, call.owner];
  return parts.map((part) => part ?? "").join(" ").toLowerCase();
}
