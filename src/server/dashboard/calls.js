// The calls: live ones on top, a filter, a column that they are sorted by, and one that is selected, by its id.

const SHOWN_CALLS = 200;

/** What a call is doing, or how it ended and, if it failed, of which kind that was. */
function stateWords(call) {
  if (call.state === "running") return call.phase ?? "running";
  const words = STATES[call.state]?.[1] ?? call.state;
  return call.state === "failed" && failureOf(call) ? `${words} ${failureOf(call)}` : words;
}

/** The columns: name, title, what it is sorted by, what it shows. */
const COLUMNS = [
  ["state", "State", (call) => call.state, stateWords],
  ["tool", "Tool", (call) => call.tool, (call) => call.tool],
  ["model", "Model", (call) => call.model ?? "", (call) => call.model ?? NOTHING],
  ["client", "Client", (call) => call.client, (call) => call.client || NOTHING],
  ["time", "Began", (call) => -born(call.call_id), (call) => clock(born(call.call_id)), "number"],
  ["took", "Took", (call) => -call.elapsed_s, (call) => span(call.elapsed_s), "number"],
  ["queued", "Queued", (call) => -call.queued_s, (call) => (call.queued_s >= 0.05 ? span(call.queued_s) : NOTHING), "number"],
  ["tries", "Tries", (call) => -call.attempts, (call) => (call.attempts === 0 ? NOTHING : call.attempts), "number"],
  ["tokens", "Tokens", (call) => -(call.tokens ?? -1), (call) => count(call.tokens), "number"],
  ["id", "Id", (call) => call.call_id, (call) => brief(call.call_id)],
];

class CallsPane {
  constructor({ open, moved, changed }) {
    Object.assign(this, { open, moved, changed, filter: parseFilter(""), column: "time", reversed: false, selected: null, shown: [] });
    this.heads = COLUMNS.map(([name, title, , , kind]) => {
      const button = el("button", { type: "button", onclick: () => this.sort(name) }, title);
      const head = el("th", { scope: "col", class: `c-${name} ${kind ?? ""}` }, button);
      find("#calls-head").append(head);
      return head;
    });
    this.rows = new Rows(find("#calls-body"), (call) => call.call_id, (call) => this.row(call), (row, call) => this.drawRow(row, call));
    find("#filter").addEventListener("input", (event) => this.narrow(event.target.value));
  }

  /** Sorts by a column; the same one again turns the order round. */
  sort(name) {
    this.reversed = this.column === name && !this.reversed;
    this.column = name;
    this.changed();
  }

  /** Sorts by the next column, or the one before. */
  sortBeside(step) {
    const at = COLUMNS.findIndex(([name]) => name === this.column);
    this.sort(COLUMNS[(at + step + COLUMNS.length) % COLUMNS.length][0]);
  }

  reverse() {
    this.reversed = !this.reversed;
    this.changed();
  }

  narrow(text) {
    find("#filter").value = text;
    const filter = parseFilter(text);
    // While what is typed can not be understood the rows stay.
    if (!filter.error) this.filter = filter;
    say(find("#filter-error"), filter.error);
    this.changed();
  }

  select(id) {
    this.selected = id;
    this.changed();
    find(`#calls-body [aria-selected=true]`)?.scrollIntoView({ block: "nearest" });
  }

  /** The selected call, if it can be seen. */
  get current() {
    return this.shown.find((call) => call.call_id === this.selected) ?? null;
  }

  /** Selects the row so many below. */
  move(step) {
    if (this.shown.length === 0) return;
    const at = this.shown.findIndex((call) => call.call_id === this.selected);
    const next = at < 0 ? 0 : Math.min(this.shown.length - 1, Math.max(0, at + step));
    this.select(this.shown[next].call_id);
    this.moved(this.selected);
  }

  draw(house) {
    const all = [...house.calls.values()];
    const found = all.filter(this.filter.test);
    const [, , key] = COLUMNS.find(([name]) => name === this.column);
    const order = this.reversed ? -1 : 1;
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const live = (call) => Number(call.state !== "running");
    found.sort((a, b) => live(a) - live(b) || order * compare(key(a), key(b)) || compare(b.call_id, a.call_id));
    this.shown = found.slice(0, SHOWN_CALLS);
    this.rows.show(this.shown);
    this.heads.forEach((head, at) => set(head, "aria-sort", COLUMNS[at][0] === this.column ? this.direction(COLUMNS[at]) : null));
    say(find("#calls-count"), this.filter.isEmpty ? count(all.length) : `${found.length}/${all.length}`);
    const hidden = found.length - this.shown.length;
    const none = all.length === 0 ? "No call was made yet. Try: exai call chat hello --model mock:echo" : "No call matches the filter. Esc clears it.";
    find("#calls-empty").hidden = found.length > 0 && hidden === 0;
    say(find("#calls-empty"), found.length === 0 ? none : `${hidden} more: narrow the filter to see them.`);
  }

  /** Figures begin with the largest, names with the first letter. */
  direction([, , , , kind]) {
    return (kind === "number") !== this.reversed ? "descending" : "ascending";
  }

  row(call) {
    const cells = COLUMNS.map(([name, , , , kind]) => el("td", { class: `c-${name} ${kind ?? ""}` }));
    cells[0].append(el("span", { class: "mark", "aria-hidden": "true" }), el("button", { type: "button", class: "plain" }));
    const open = () => this.open(call.call_id);
    return el("tr", { onclick: open }, ...cells);
  }

  drawRow(row, call) {
    const [mark, , kind] = STATES[call.state] ?? ["?", "", "muted"];
    set(row, "data-kind", kind);
    set(row, "aria-selected", call.call_id === this.selected);
    const [glyph, button] = row.firstElementChild.children;
    say(glyph, mark);
    say(button, COLUMNS[0][3](call));
    set(button, "aria-label", `${button.said}: details of ${call.tool} call ${brief(call.call_id)}`);
    for (let at = 1; at < COLUMNS.length; at += 1) say(row.children[at], COLUMNS[at][3](call));
    set(row.children[2], "title", call.model);
    set(row.children[8], "data-unit", call.tokens == null ? null : "tokens");
    set(row.children[9], "title", call.call_id);
  }
}
