// Figures and times as people read them.

const NOTHING = "–";

/** A span in its two largest units. */
function span(seconds) {
  if (!Number.isFinite(seconds)) return NOTHING;
  if (seconds < 0.0995) return `${Math.max(0, Math.round(seconds * 1000))}\u00a0ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)}\u00a0s`;
  const whole = Math.round(seconds);
  const parts = [[Math.floor(whole / 86400), "d"], [Math.floor(whole / 3600) % 24, "h"], [Math.floor(whole / 60) % 60, "m"], [whole % 60, "s"]];
  const first = parts.findIndex(([number]) => number > 0);
  // A unit stays with its number at the end of a line.
  return parts.slice(first, first + 2).filter(([number]) => number > 0).map(([number, unit]) => `${number}\u00a0${unit}`).join("\u00a0");
}

/** Milliseconds that may be unknown. */
const millis = (value) => (value == null ? NOTHING : span(value / 1000));

/** A count, shortened from ten thousand on. */
function count(value) {
  if (value == null) return NOTHING;
  if (value < 10000) return String(Math.round(value));
  const [scaled, unit] = value < 1e6 ? [value / 1e3, "k"] : value < 1e9 ? [value / 1e6, "M"] : [value / 1e9, "G"];
  return `${scaled < 100 ? scaled.toFixed(1) : Math.round(scaled)}${unit}`;
}

/** A rate with as many digits as it deserves. */
const rate = (value) => (value == null ? NOTHING : value === 0 ? "0" : value < 0.095 ? value.toFixed(2) : value < 99.5 ? value.toFixed(1) : count(value));

/** A share of a whole. */
const percent = (part, whole) => (whole > 0 ? `${((100 * part) / whole).toFixed(part > 0 && part / whole < 0.1 ? 1 : 0)} %` : "0 %");

/** Money; what is not known is not nothing. */
function dollars(value) {
  if (value == null) return NOTHING;
  if (value === 0) return "$0";
  return value < 0.01 ? `$${value.toPrecision(2)}` : `$${value.toFixed(2)}`;
}

/** Bytes in the largest unit of which there is more than one. */
function bytes(value) {
  if (value < 1024) return `${value} B`;
  return value < 1048576 ? `${(value / 1024).toFixed(1)} kB` : `${(value / 1048576).toFixed(1)} MB`;
}

/** The time of day of a moment in milliseconds. */
const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** A day and its time. */
const moment = (at) => `${new Date(at).toLocaleDateString()} ${clock(at)}`;

/** When a thing was named: the first 48 bits of its id are milliseconds. */
const born = (id) => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The end of an id, which differs between ids of the same minute. */
const brief = (id) => id.slice(-8);

/** One thing or several. */
const plural = (number, one, more = `${one}s`) => `${count(number)} ${number === 1 ? one : more}`;

/** States of calls: a mark, a word, and what kind of news that is. */
const STATES = {
  running: ["●", "running", "live"],
  succeeded: ["✓", "succeeded", "ok"],
  failed: ["✕", "failed", "bad"],
  cancelled: ["⊘", "cancelled", "muted"],
  timed_out: ["◷", "timed out", "bad"],
  interrupted: ["!", "interrupted", "warn"],
};
