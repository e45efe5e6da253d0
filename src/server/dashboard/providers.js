// Who is guilty? Permits of each provider, and each model with its breaker, its times and how often it is asked.

const BREAKERS = { closed: ["✓", "closed", "ok"], open: ["✕", "open: left alone for a moment", "bad"], half_open: ["◔", "half open: tried with one request", "warn"] };

/** Failed requests by their kinds, as the terminal has them. */
const KINDS = { rate_limited: "429", server: "5xx", timeout: "timeout", other: "other" };
const failureKinds = (failures) => Object.entries(KINDS).filter(([kind]) => failures?.[kind] > 0).map(([kind, word]) => `${word}:${count(failures[kind])}`).join(" ");

class ProvidersPane {
  constructor({ act }) {
    const permit = ({ name }) => el("li", { "data-name": name }, el("span", { class: "name" }, name === "global" ? "all" : name), gauge(`Permits of ${name}`), el("span", { class: "share" }), el("span", { class: "queue" }),
      el("button", { type: "button", class: "small", "aria-label": `Change the limit ${name}`, onclick: (event) => act.limit(name, event.currentTarget.limit) }, "Limit"));
    this.permits = new Rows(find("#permits"), ({ name }) => name, permit, drawPermit);
    const model = (row) => {
      const line = sparkline(`Requests to ${row.model}, second by second`);
      const reset = el("button", { type: "button", class: "small", onclick: () => act.reset(row.model) }, "Reset the breaker");
      return el("li", {}, el("p", { class: "who" }, el("span", { class: "mark" }), el("strong"), el("span", { class: "aside" }), reset), line, el("dl"));
    };
    this.models = new Rows(find("#models"), (row) => `${row.name}/${row.model}`, model, (node, row) => this.drawModel(node, row));
  }

  draw(house, seconds) {
    const { permits, providers } = house.snapshot;
    Object.assign(this, { house, seconds });
    const named = Object.entries(permits.providers).map(([name, value]) => ({ name, ...value }));
    this.permits.show([{ name: "global", ...permits.global }, ...named]);
    this.models.show(providers);
    find("#models-empty").hidden = providers.length > 0;
  }

  drawModel(node, row) {
    const [who, line, list] = node.children;
    const [mark, name, aside, reset] = who.children;
    const [glyph, word, kind] = BREAKERS[row.breaker] ?? ["?", row.breaker, "muted"];
    const troubled = kind === "ok" && row.health && !["ok", "healthy", "idle", "unknown"].includes(row.health) ? "warn" : kind;
    set(node, "data-kind", troubled);
    say(mark, troubled === kind ? glyph : "▲");
    set(mark, "title", `breaker ${word}`);
    say(name, row.model);
    say(aside, [row.name, row.health, kind === "ok" ? "" : `breaker ${word}`, failureKinds(row.failures)].filter(Boolean).join(" · "));
    reset.hidden = kind === "ok";
    const series = this.house.models.get(`${row.name}/${row.model}`);
    drawSparkline(line, series ? series.bars(this.house.now, this.seconds, 60) : new Array(60).fill(0));
    const facts = [
      ["p50", millis(row.p50_ms)], ["p95", millis(row.p95_ms)], ["first token", millis(row.ttft_ms)],
      ["requests", count(row.requests)], ["failed", row.errors > 0 ? `${count(row.errors)} (${percent(row.errors, row.requests)})` : "0"], ["under way", count(row.inflight)],
    ];
    while (list.childElementCount < facts.length) list.append(el("div", {}, el("dt"), el("dd")));
    facts.forEach(([title, value], at) => {
      say(list.children[at].children[0], title);
      say(list.children[at].children[1], value);
    });
    set(list.children[4].children[1], "data-kind", row.errors > 0 ? "bad" : null);
  }
}

function drawPermit(node, { in_use: used, limit, waiting }) {
  const [, bar, share, queue, change] = node.children;
  drawGauge(bar, used, limit);
  say(share, `${used}/${limit}`);
  say(queue, waiting > 0 ? `${count(waiting)} wait` : "");
  set(node, "data-kind", waiting > 0 ? "warn" : null);
  change.limit = limit;
}
