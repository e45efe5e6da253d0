// Is it healthy? The verdict, its cause, the figures, what is wrong, and whether what is shown is of now.

const VERDICTS = { OK: ["✓", "ok"], SLOW: ["◔", "warn"], DEGRADED: ["▲", "warn"], DOWN: ["✕", "bad"] };

class Header {
  constructor(follow) {
    this.line = sparkline("Calls accepted, second by second");
    find("#figure-calls-line").append(this.line);
    const make = () => {
      const show = el("button", { type: "button", class: "small", onclick: () => follow(show.rows) });
      return el("li", {}, el("span", { class: "mark", "aria-hidden": "true" }, "▲"), el("span", { class: "what" }), show);
    };
    const draw = (node, { text, rows }) => {
      const [, what, show] = node.children;
      say(what, text);
      lead(show, rows);
    };
    find("#cause-act").addEventListener("click", () => follow(find("#cause-act").rows));
    this.diagnoses = new Rows(find("#diagnoses"), ({ rule, rows, text }) => `${rule} ${rows[0] ?? text}`, make, draw);
  }

  draw(house, seconds) {
    const { snapshot } = house;
    if (!snapshot) return;
    const { verdict, permits, rates, latency, cache, daemon, diagnoses, dropped } = snapshot;
    const [mark, kind] = VERDICTS[verdict.word] ?? ["?", "warn"];
    set(find("#health"), "data-kind", kind);
    say(find("#verdict-mark"), mark);
    say(find("#verdict-word"), verdict.word);
    say(find("#cause"), verdict.cause);
    say(find("#daemon"), `${daemon.version} · up ${span(daemon.uptime_s)}${daemon.state === "running" ? "" : ` · ${daemon.state}`}`);
    set(find("#daemon"), "title", `process ${daemon.pid}`);
    say(find("#figure-calls"), rate(rates.calls_per_s));
    say(find("#figure-errors"), percent(rates.errors_per_s, rates.calls_per_s));
    say(find("#figure-tokens"), rate(rates.tokens_per_s));
    say(find("#figure-flight"), `${permits.global.in_use}/${permits.global.limit}`);
    say(find("#figure-queue"), permits.global.waiting);
    for (const of of [50, 95]) {
      const within = percentile(latency, of);
      say(find(`#figure-p${of}`), within === Infinity ? `> ${millis(latency.buckets_ms.at(-1))}` : millis(within));
    }
    say(find("#figure-spared"), count(cache.hits + cache.joins));
    set(find("#figure-spared"), "title", `${cache.hits} answered from the store, ${cache.joins} by an equal request in flight, ${cache.misses} sent; ${bytes(cache.bytes)} are kept`);
    find("#dropped").hidden = !dropped;
    say(find("#figure-dropped"), count(dropped));
    set(find("#figure-errors"), "data-kind", rates.errors_per_s > 0 ? "bad" : null);
    set(find("#figure-queue"), "data-kind", permits.global.waiting > 0 ? "warn" : null);
    drawSparkline(this.line, house.accepted.bars(house.now, seconds, 60));
    // The worst one is the cause, which stands beside the verdict already.
    lead(find("#cause-act"), diagnoses.find(({ text }) => text === verdict.cause)?.rows ?? []);
    const others = diagnoses.filter(({ text }) => text !== verdict.cause);
    find("#diagnoses").hidden = others.length === 0;
    this.diagnoses.show(others);
  }

  /** The verdict where a tab shows it; grey when it is of before. */
  paint(verdict, state) {
    const word = state === "live" ? verdict?.word : verdict && "not connected";
    if (this.painted === word) return;
    this.painted = word;
    document.title = !word || word === "OK" ? "exai" : `${word} · exai`;
    const [, kind] = VERDICTS[word] ?? [];
    const canvas = el("canvas", { width: 32, height: 32 });
    const context = canvas.getContext("2d");
    context.fillStyle = { ok: "#22a06b", warn: "#d9921b", bad: "#d33f49" }[kind] ?? "#8b93a3";
    context.beginPath();
    context.arc(16, 16, 13, 0, 7);
    context.fill();
    find("link[rel=icon]").href = canvas.toDataURL();
  }
}

/** A button that leads to what a diagnosis is about, if it names anything. */
function lead(button, rows) {
  button.rows = rows;
  button.hidden = rows.length === 0;
  say(button, rows.length === 1 ? "Show it" : `Show ${rows.length}`);
}
