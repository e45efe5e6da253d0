// The language of the filter: plain words, `field:value`, `>2s`, and `!` before any of them. All must hold.

/** What a field of a call is. */
const FIELDS = {
  id: (call) => call.call_id,
  tool: (call) => call.tool,
  model: (call) => call.model,
  provider: (call) => call.provider,
  state: (call) => `${call.state} ${STATES[call.state]?.[1] ?? ""}`,
  phase: (call) => call.phase,
  session: (call) => call.session_id,
  client: (call) => call.client,
  owner: (call) => call.owner,
};

/** Short names of states and fields. */
const ALIASES = { err: "failed", error: "failed", done: "succeeded", ok: "succeeded", live: "running", timeout: "timed_out" };

const UNITS = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Reads a filter: a test of calls, and what could not be understood, which is left out. */
function parseFilter(text) {
  const tests = [];
  const errors = [];
  // What stands in quotes may have spaces in it.
  for (const [, not, body] of text.matchAll(/(!?)((?:[^\s"]|"[^"]*"?)+)/g)) {
    const bare = body.replaceAll('"', "");
    // Somebody is still writing it.
    if (bare === "" || bare === "!") continue;
    const term = body.startsWith('"') ? word(bare) : parseTerm(bare, errors);
    if (term) tests.push(not ? (call) => !term(call) : term);
  }
  return { test: (call) => tests.every((test) => test(call)), error: errors[0] ?? "", isEmpty: tests.length === 0 };
}

function parseTerm(text, errors) {
  const longer = text.match(/^([<>])=?(\d+(?:\.\d+)?)(ms|s|m|h)?$/);
  if (longer) {
    const [, sign, number, unit] = longer;
    const seconds = Number(number) * UNITS[unit ?? "s"];
    return sign === ">" ? (call) => call.elapsed_s > seconds : (call) => call.elapsed_s < seconds;
  }
  if (/^[<>]/.test(text)) {
    if (text.length > 1) errors.push(`${text}: write a time as >2s, <500ms or >1m`);
    return null;
  }
  const [, field, value] = text.match(/^([a-z]+):(.*)$/i) ?? [];
  if (field === undefined) return word(text);
  const read = FIELDS[field.toLowerCase()];
  if (!read) {
    // Names of mocks and times have colons too.
    if (/^(mock|\d+)$/i.test(field)) return word(text);
    errors.push(`no field is called ${field}: ${Object.keys(FIELDS).join(", ")}`);
    return null;
  }
  const wanted = value.toLowerCase();
  const meant = read === FIELDS.state ? ALIASES[wanted] ?? wanted : wanted;
  return (call) => (read(call) ?? "").toLowerCase().includes(meant);
}

/** A word that stands in any field. */
function word(text) {
  const wanted = text.toLowerCase();
  return (call) => Object.values(FIELDS).some((read) => (read(call) ?? "").toLowerCase().includes(wanted));
}
