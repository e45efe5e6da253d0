// What is known of the house: the last snapshot, the calls and lines of the log that were seen, and what happens how often.
// All of it is bounded. Nothing here touches the document.

const MOST_CALLS = 2000;
const MOST_LINES = 1000;
const MOST_MODELS = 64;

class House {
  constructor() {
    this.snapshot = null;
    this.calls = new Map();
    this.lines = [];
    this.accepted = new Series();
    this.models = new Map();
    this.clients = new Map();
    // Calls that are in the lines, each with the number of the last event that is counted for it.
    this.counted = new Map();
    this.told = 0;
    this.numbered = 0;
  }

  /** A snapshot came. Returns calls that ran and are not told of any more: what became of them must be asked. */
  takeSnapshot(snapshot) {
    this.snapshot = snapshot;
    this.accepted.advance(this.now);
    for (const session of snapshot.sessions) this.clients.set(session.session_id, session.client);
    const shown = new Set();
    for (const call of snapshot.calls) {
      shown.add(call.call_id);
      if (!this.counted.has(call.call_id) && !this.calls.has(call.call_id)) this.count(call, snapshot.seq);
      this.calls.set(call.call_id, { ...call, client: this.clients.get(call.session_id) ?? "" });
    }
    const lost = [];
    for (const call of this.calls.values()) if (call.state === "running" && !shown.has(call.call_id)) lost.push(call.call_id);
    this.forget();
    return lost;
  }

  /** Counts a call that began while nobody listened where it belongs in time. Events up to `seq` may still be on their way. */
  count(call, seq) {
    this.remember(call.call_id, seq);
    const second = Math.floor(born(call.call_id) / 1000);
    this.accepted.add(second);
    if (call.attempts > 0 && call.model) this.series(`${call.provider}/${call.model}`).add(Math.floor(second + call.queued_s));
  }

  /** The oldest are forgotten first: nothing is told of them any more. */
  remember(id, seq) {
    if (this.counted.size >= MOST_CALLS) this.counted.delete(this.counted.keys().next().value);
    this.counted.set(id, seq);
  }

  /** What is known of how often a model is asked. */
  series(name) {
    if (!this.models.has(name)) {
      if (this.models.size >= MOST_MODELS) this.models.delete(this.models.keys().next().value);
      this.models.set(name, new Series());
    }
    return this.models.get(name);
  }

  /** Only so many calls are remembered, the newest; and only the clients of sessions that calls are of. */
  forget() {
    if (this.calls.size > MOST_CALLS) {
      const ended = [...this.calls.values()].filter((call) => call.state !== "running");
      ended.sort((a, b) => (a.call_id < b.call_id ? -1 : 1));
      for (const call of ended.slice(0, this.calls.size - MOST_CALLS)) this.calls.delete(call.call_id);
    }
    if (this.clients.size > MOST_CALLS) this.clients = new Map(this.snapshot.sessions.map((session) => [session.session_id, session.client]));
  }

  /** What the journal says of a call that is not told of any more. */
  takeRecord(id, record) {
    const call = this.calls.get(id);
    if (!call) return;
    const { result, attempts } = record;
    if (result.state === "running") return this.calls.delete(id);
    const { input, output } = result.usage;
    const tokens = input == null || output == null ? null : input + output;
    const end = record.finished_at ? (Date.parse(record.finished_at) - Date.parse(record.created_at)) / 1000 : call.elapsed_s;
    this.calls.set(id, { ...call, state: result.state, phase: null, model: result.model.used ?? call.model, attempts: attempts.length, elapsed_s: end, tokens });
  }

  /** Something happened. */
  takeEvent(event) {
    this.told += 1;
    const second = Math.floor(event.t);
    // A snapshot that was faster has told of it, and so has an event that comes twice.
    if (event.seq <= (this.counted.get(event.call_id) ?? -1)) return;
    if (event.kind === "accepted" && !this.counted.has(event.call_id)) {
      this.remember(event.call_id, event.seq);
      this.accepted.add(second);
    }
    if (event.kind === "sent" && !event.joined && !event.reused) this.series(`${event.provider}/${event.model}`).add(second);
  }

  /** A line was written to the log. */
  takeLine(line) {
    this.numbered += 1;
    this.lines.push({ ...line, number: this.numbered });
    if (this.lines.length > MOST_LINES) this.lines.splice(0, this.lines.length - MOST_LINES);
  }

  /** The second that it is at the daemon. */
  get now() {
    return this.snapshot ? Math.floor(Date.parse(this.snapshot.t) / 1000) : 0;
  }

  /** All as it is now; what comes later changes nothing of it. */
  freeze() {
    const copy = new House();
    Object.assign(copy, { snapshot: this.snapshot, calls: new Map(this.calls), lines: [...this.lines], told: this.told });
    copy.accepted = this.accepted.clone();
    copy.models = new Map([...this.models].map(([name, series]) => [name, series.clone()]));
    return copy;
  }
}

/** The time within which so many of a hundred calls ended, in milliseconds; Infinity when it is in the last bucket. */
function percentile(latency, of) {
  const total = latency.counts.reduce((sum, number) => sum + number, 0);
  if (total === 0) return null;
  let seen = 0;
  const bucket = latency.counts.findIndex((number) => (seen += number) >= (total * of) / 100);
  return latency.buckets_ms[bucket] ?? Infinity;
}
