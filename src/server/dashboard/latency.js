// How long calls took, and what each model's tokens cost.

class LatencyPane {
  constructor() {
    const bar = () => el("li", {}, el("span", { class: "value" }), el("i"), el("span", { class: "edge" }));
    this.bars = new Rows(find("#histogram"), ({ at }) => at, bar, drawBar);
    const row = () => el("tr", {}, el("th", { scope: "row" }), ...Array.from({ length: 3 }, () => el("td", { class: "number" })));
    this.rows = new Rows(find("#costs-body"), ({ name, model }) => `${name}/${model}`, row, drawCost);
  }

  draw(house) {
    const { latency, providers } = house.snapshot;
    const total = latency.counts.reduce((sum, number) => sum + number, 0);
    const most = Math.max(1, ...latency.counts);
    const edges = [...latency.buckets_ms, null];
    const bars = latency.counts.map((number, at) => ({ at, number, share: number / most, edge: edges[at], last: latency.buckets_ms.at(-1) }));
    this.bars.show(bars.slice(...this.span(latency.counts)));
    const parts = [50, 95, 99].map((of) => [of, percentile(latency, of)]).filter(([, within]) => within != null);
    const within = parts.map(([of, value]) => `p${of} ${value === Infinity ? `> ${millis(latency.buckets_ms.at(-1))}` : `≤ ${millis(value)}`}`);
    say(find("#latency-sum"), total > 0 ? `${plural(total, "call")} · ${within.join(" · ")}` : "no call ended in the last 15 min");
    const sum = (field) => providers.reduce((all, row) => (row[field] == null ? all : (all ?? 0) + row[field]), null);
    const rows = [...providers].filter((row) => row.tokens > 0 || row.cost_usd).sort((a, b) => b.tokens - a.tokens);
    const all = { name: "", model: "all", tokens: sum("tokens"), tokens_per_s: null, cost_usd: sum("cost_usd") };
    find("#costs").hidden = rows.length === 0;
    this.rows.show(rows.length > 1 ? [...rows, all] : rows);
  }

  /** The buckets that are worth their place: those with calls, and some beside them. It never shrinks, so that bars stay put. */
  span(counts) {
    const first = counts.findIndex((number) => number > 0);
    const last = counts.findLastIndex((number) => number > 0);
    const [from, to] = first < 0 ? [5, 11] : [Math.min(first, counts.length - 7), Math.max(last + 1, 7)];
    this.from = Math.max(0, Math.min(this.from ?? from, from));
    this.to = Math.min(counts.length, Math.max(this.to ?? to, to));
    return [this.from, this.to];
  }
}

function drawBar(node, { number, share, edge, last }) {
  const [value, bar, label] = node.children;
  say(value, number > 0 ? count(number) : "");
  bar.style.setProperty("--share", share);
  say(label, edge == null ? "more" : edgeName(edge));
  set(node, "title", `${plural(number, "call")} took ${edge == null ? "more than" : "up to"} ${millis(edge ?? last)}`);
}

/** The end of a bucket in as few letters as there can be. */
function edgeName(edge) {
  if (edge < 100) return `${edge}ms`;
  return edge < 60000 ? `${edge / 1000}s` : `${edge / 60000}m`;
}

function drawCost(node, row) {
  const [name, tokens, speed, cost] = node.children;
  say(name, row.model);
  set(node, "class", row.name === "" ? "sum" : null);
  say(tokens, count(row.tokens));
  say(speed, row.name === "" ? "" : rate(row.tokens_per_s));
  say(cost, dollars(row.cost_usd));
}
