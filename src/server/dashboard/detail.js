// One call: where its time went, its steps, its attempts. What was said stays closed until somebody opens it.

/** The part of the time before a step that it ends. */
const PARTS = { accepted: "evidence", queued: "queued", sent: "waiting", first_token: "answering", retrying: "retrying" };

class Detail {
  constructor({ ask, act, closed }) {
    Object.assign(this, { ask, act, closed, id: null, record: null, error: "", asking: false, stale: false });
    find("#detail-close").addEventListener("click", () => this.close());
  }

  get isOpen() {
    return this.id !== null;
  }

  open(id) {
    if (this.id === id) return;
    Object.assign(this, { id, record: null, error: "", drawn: null });
    if (find("#detail").hidden) {
      this.from = document.activeElement;
      find("#detail").hidden = false;
      find("#detail").focus();
    }
    find("#detail-body").replaceChildren();
    find("#detail-body").scrollTop = 0;
    this.stale = true;
    this.refresh();
  }

  close() {
    if (!this.isOpen) return;
    this.id = null;
    find("#detail").hidden = true;
    if (this.from?.isConnected) this.from.focus({ preventScroll: true });
    this.closed();
  }

  /** Something happened to the call. */
  heard() {
    this.stale = true;
  }

  /** There is a connection again: what went wrong with the last one is over, and much may have happened. */
  returned() {
    if (!this.isOpen) return;
    Object.assign(this, { error: "", stale: true });
    this.draw();
    this.refresh();
  }

  /** Asks for the call again when something happened to it, once at a time. */
  async refresh() {
    if (!this.isOpen || !this.stale || this.asking) return;
    const id = this.id;
    Object.assign(this, { asking: true, stale: false });
    try {
      const { call } = await this.ask("get_call", { call_id: id });
      if (id === this.id) Object.assign(this, { record: call, error: "" });
    } catch (error) {
      if (id === this.id) this.error = error.message;
    }
    this.asking = false;
    this.draw();
  }

  /** Draws the call; `row` is what the snapshot says of it. */
  draw(row = this.row) {
    if (!this.isOpen) return;
    this.row = row;
    const call = row?.call_id === this.id ? row : null;
    const tool = this.record?.result.tool ?? call?.tool ?? "call";
    say(find("#detail-title"), `${tool} ${brief(this.id)}`);
    const body = find("#detail-body");
    const state = this.state(call);
    // Events can be lost on the way.
    if (state !== "running" && this.record?.result.state === "running") this.stale = true;
    const drawn = JSON.stringify([this.record, this.error, state, call?.phase, Math.round((call?.elapsed_s ?? 0) * 2)]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const open = find("details", body)?.open;
    const focused = document.activeElement?.id;
    const top = body.scrollTop;
    body.replaceChildren(...this.content(call, state));
    if (open && find("details", body)) find("details", body).open = true;
    if (focused?.startsWith("detail-")) document.getElementById(focused)?.focus();
    body.scrollTop = top;
  }

  /** The later word of the two: the journal's or the snapshot's. */
  state(call) {
    const kept = this.record?.result.state;
    return kept && kept !== "running" ? kept : call?.state ?? kept ?? "running";
  }

  content(call, state) {
    const [mark, word, kind] = STATES[state] ?? ["?", state, "muted"];
    const phase = state === "running" && call?.phase ? ` · ${call.phase}` : "";
    const head = el("div", { class: "detail-head", "data-kind": kind },
      el("p", { class: "state" }, el("span", { class: "mark", "aria-hidden": "true" }, mark), ` ${word}${phase}`),
      state === "running" && el("button", { type: "button", id: "detail-cancel", class: "danger", title: "Cancel it (c)", onclick: () => this.act.cancel(this.id) }, "Cancel the call"));
    const id = el("p", { class: "id" }, el("code", {}, this.id),
      el("button", { type: "button", id: "detail-copy", title: "Copy the id (y)", onclick: () => copy(this.id) }, "Copy"));
    if (this.error) return [head, id, el("p", { class: "empty" }, this.error)];
    if (!this.record) return [head, id, el("p", { class: "empty" }, "Asking the journal …")];
    const { result } = this.record;
    return [head, id, failure(result.error), facts(this.record, call), timeline(this.record, call, state), attempts(this.record), warnings(result), answer(result)].filter(Boolean);
  }
}

function failure(error) {
  if (!error) return null;
  const hints = (error.hints ?? []).map((hint) => el("li", {}, hint));
  return el("div", { class: "failure" }, el("p", {}, el("strong", {}, error.code), ` ${error.message}`), hints.length > 0 && el("ul", {}, ...hints));
}

function facts({ result, created_at: created, deadline_at: deadline, finished_at: finished }, call) {
  const { model, usage, cost, timing } = result;
  const tokens = [["in", usage.input], ["out", usage.output], ["reasoning", usage.reasoning], ["cached", usage.cached]].filter(([, number]) => number != null);
  const running = call && !finished;
  const list = [
    ["Model", [model.used ?? call?.model ?? model.requested ?? NOTHING, model.requested && model.requested !== model.used ? `asked for ${model.requested}` : "", model.reason].filter(Boolean).join(" · ")],
    ["Client", call?.client || NOTHING],
    ["Began", moment(Date.parse(created))],
    [running ? "Must end" : "Ended", moment(Date.parse(running ? deadline : finished ?? deadline))],
    ["Took", `${span(running ? call.elapsed_s : timing.total_ms / 1000)}, of it ${span(running ? call.queued_s : timing.queued_ms / 1000)} in the queue`],
    ["Tokens", tokens.length ? tokens.map(([name, number]) => `${count(number)} ${name}`).join(" · ") + (usage.source === "estimated" ? " (estimated)" : "") : NOTHING],
    ["Cost", result.reused ? "nothing: answered from the store" : result.joined ? "nothing: answered by an equal request" : cost.usd == null ? "not known" : dollars(cost.usd)],
    ["Conversation", result.thread_id ?? NOTHING],
    ["Exit", running ? NOTHING : `${result.exit.code} ${result.exit.kind}`],
  ];
  return el("dl", { class: "facts" }, ...list.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function timeline({ events, created_at: created }, call, state) {
  if (events.length === 0) return null;
  const begin = Date.parse(created);
  const at = (event) => Math.max(0, (Date.parse(event.at) - begin) / 1000);
  const last = at(events.at(-1));
  const end = state === "running" ? Math.max(last, call?.elapsed_s ?? 0) : last;
  const bar = el("div", { class: "parts", "aria-hidden": "true" });
  events.forEach((event, index) => {
    const until = index + 1 < events.length ? at(events[index + 1]) : end;
    const part = PARTS[event.kind];
    if (!part || until <= at(event)) return;
    const piece = el("i", { "data-part": part, title: `${part} ${span(until - at(event))}` });
    piece.style.flexGrow = until - at(event);
    bar.append(piece);
  });
  const names = [...new Set([...bar.children].map((piece) => piece.dataset.part))];
  const legend = el("p", { class: "legend" }, ...names.map((part) => el("span", {}, el("i", { "data-part": part }), part)));
  const steps = events.map((event) => el("li", { "data-step": event.kind }, el("time", {}, `+${span(at(event))}`), el("span", {}, step(event))));
  return el("section", {}, el("h3", {}, "Timeline"), bar, legend, el("ol", { class: "steps" }, ...steps));
}

/** A step in words. */
function step(event) {
  const { kind, model, provider } = event;
  switch (kind) {
    case "accepted": return `accepted, ${span(event.timeout_s)} allowed`;
    case "queued": return `queued, ${event.position}. in line, waits for ${{ session: "its session's limit", provider: "the provider's limit", global: "the limit of all", rate: "a pause that the provider asked for" }[event.waiting_for] ?? event.waiting_for}`;
    case "sent":
      if (event.joined) return `joined an equal request to ${model}`;
      if (event.reused) return `answered from an earlier answer of ${model}`;
      return `sent to ${model} (${provider}), attempt ${event.attempt}${event.size ? `, ${bytes(event.size.bytes)}, about ${count(event.size.tokens)} tokens` : ""}`;
    case "first_token": return "first token";
    case "retrying": return `${event.cause}, again in ${span(event.after_s)}`;
    case "note": return event.message;
    case "finished": return STATES[event.state]?.[1] ?? event.state;
    default: return kind;
  }
}

function attempts({ attempts: list, created_at: created }) {
  if (list.length === 0) return null;
  const rows = list.map((attempt, index) => {
    const took = attempt.finished_at ? span((Date.parse(attempt.finished_at) - Date.parse(attempt.started_at)) / 1000) : NOTHING;
    const outcome = attempt.outcome ?? "under way";
    const kind = attempt.outcome == null ? "live" : attempt.outcome === "ok" ? "ok" : "bad";
    const { input, output } = attempt.usage;
    return [
      el("tr", { "data-kind": kind }, el("td", {}, index + 1), el("td", { class: "c-model" }, `${attempt.model} (${attempt.provider})`), el("td", { class: "outcome" }, outcome),
        el("td", { class: "number" }, took), el("td", { class: "number" }, count(input == null && output == null ? null : (input ?? 0) + (output ?? 0))), el("td", { class: "number" }, dollars(attempt.cost_usd))),
      attempt.message && el("tr", { class: "said" }, el("td"), el("td", { colspan: 5 }, attempt.message)),
    ];
  });
  const head = el("tr", {}, ...["#", "Model", "Outcome", "Took", "Tokens", "Cost"].map((title, at) => el("th", { scope: "col", class: at > 2 ? "number" : null }, title)));
  return el("section", {}, el("h3", {}, "Attempts"), el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows.flat().filter(Boolean))));
}

function warnings({ warnings: list }) {
  if (list.length === 0) return null;
  return el("section", {}, el("h3", {}, "Warnings"), el("ul", {}, ...list.map((text) => el("li", {}, text))));
}

function answer({ text }) {
  if (!text) return null;
  return el("details", {}, el("summary", { id: "detail-answer" }, `Answer, ${plural([...text].length, "character")}`), el("pre", {}, text));
}
