// Puts the page together: comes in, hears, draws at most a few times a second, freezes, and comes back by itself.

const VERSION = document.documentElement.dataset.version;
const EACH_FRAME = 250;
const PANES = [["calls", "Calls"], ["providers", "Providers"], ["latency", "Latency"], ["sessions", "Sessions"], ["log", "Log"]];
const THEMES = ["auto", "light", "dark"];
const MOST_QUESTIONS = 20;

const house = new House();
let frozen = null;
let seconds = 60;
let firstVersion = null;
let due = null;
let drawnAt = 0;
let drawn = null;
let changed = true;

const link = new Link({ frame: hear, link: () => (linkChanged(), soon(true)) });
const ask = (op, body) => link.ask(op, body);
const act = new Actions(ask);
const detail = new Detail({ ask, act, closed: () => calls.select(calls.selected) });
const calls = new CallsPane({ open, moved: (id) => detail.isOpen && detail.open(id), changed: () => soon(true) });
const header = new Header(follow);
const providers = new ProvidersPane({ act });
const sessions = new SessionsPane({ act, own: () => link.session });
const latency = new LatencyPane();
const log = new LogPane({ open, selected: () => detail.id, changed: () => soon(true) });

/** A frame that answers nothing. */
function hear(frame) {
  if (frame.op === "snapshot") {
    const lost = house.takeSnapshot(frame);
    for (const id of lost.slice(0, MOST_QUESTIONS)) {
      ask("get_call", { call_id: id }).then(({ call }) => house.takeRecord(id, call)).catch(() => house.calls.delete(id));
    }
    for (const id of lost.slice(MOST_QUESTIONS)) house.calls.delete(id);
  } else if (frame.op === "event") {
    house.takeEvent(frame);
    if (frame.call_id === detail.id) detail.heard();
    // What the others change is told by the next snapshot.
    else if (!frozen) return;
  } else if (frame.op === "log") {
    house.takeLine(frame);
  }
  soon(false);
}

/** Draws soon: at once for who pressed a key, else when the last time is long enough ago. */
function soon(now) {
  changed ||= now;
  if (due && !now) return;
  clearTimeout(due);
  const wait = now ? 0 : Math.max(0, EACH_FRAME - (performance.now() - drawnAt));
  due = setTimeout(() => (document.hidden ? drawHidden() : requestAnimationFrame(draw)), wait);
}

/** Nobody looks, but the tab still shows the verdict. */
function drawHidden() {
  due = null;
  drawnAt = performance.now();
  header.paint(house.snapshot?.verdict, link.state);
}

function draw() {
  due = null;
  drawnAt = performance.now();
  const shown = frozen?.house ?? house;
  drawConnection();
  header.paint(shown.snapshot?.verdict, link.state);
  if (!shown.snapshot) return;
  if (shown.snapshot !== drawn || changed) {
    [drawn, changed] = [shown.snapshot, false];
    header.draw(shown, seconds);
    calls.draw(shown);
    providers.draw(shown, seconds);
    sessions.draw(shown);
    latency.draw(shown);
  }
  log.draw(shown);
  detail.draw(shown.calls.get(detail.id));
  if (!frozen) detail.refresh();
}

/** Whether what is shown is of now: live, frozen for so long, or of before the connection was lost. */
function drawConnection() {
  const { state, why } = link;
  const wait = Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000));
  const words = { live: "live", connecting: "connecting", waiting: `again in ${wait} s`, closed: "closed", out: "signed out" };
  say(find("#connection-word"), frozen ? `FROZEN ${duration(Date.now() - frozen.at)} (+${count(house.told - frozen.house.told)} new)` : words[state]);
  set(find("#connection"), "data-state", frozen ? "frozen" : state);
  set(find("#freeze"), "aria-pressed", Boolean(frozen));
  say(find("#freeze"), frozen ? "Go on" : "Freeze");
  set(find("#board"), "data-stale", state !== "live" && house.snapshot !== null);
  const updated = state === "live" && firstVersion !== VERSION;
  const banner = find("#banner");
  banner.hidden = state === "live" ? !updated : state === "out" || (state === "connecting" && link.tries === 0);
  const texts = { waiting: `Not connected: ${why}. What you see is of ${house.snapshot ? clock(Date.parse(house.snapshot.t)) : "before"}. Next try in ${wait} s.`, connecting: "Connecting …", closed: why };
  say(find("#banner-text"), updated ? `The daemon is now version ${firstVersion}; this page is of ${VERSION}.` : texts[state] ?? "");
  say(find("#banner-act"), updated ? "Reload" : "Connect now");
  find("#banner-act").hidden = state === "connecting";
}

const duration = (spanMs) => `${Math.floor(spanMs / 60000)}:${String(Math.floor(spanMs / 1000) % 60).padStart(2, "0")}`;

function linkChanged() {
  if (link.server) firstVersion = link.server.version;
  const isIn = link.credential !== null;
  find("#login").hidden = isIn;
  find("#board").hidden = !isIn;
  if (link.state === "live") detail.returned();
  if (isIn) return;
  say(find("#login-why"), link.why);
  find("#login-why").hidden = !link.why;
  find("#token").focus();
}

function open(id) {
  calls.selected = id;
  detail.open(id);
  soon(true);
}

/** Leads from a diagnosis to what it is about: a call, calls of a session or a model, or a provider. */
function follow(rows) {
  if (rows.length === 1 && house.calls.has(rows[0])) return open(rows[0]);
  const names = new Set(rows);
  const { providers: asked, permits } = house.snapshot;
  const models = asked.filter((row) => names.has(row.model));
  if (rows.length === 1 && rows[0] in permits.providers) {
    calls.narrow(`provider:${rows[0]}`);
  } else if (models.length === 1 && !/[<>"]/.test(models[0].model)) {
    // A name with such letters in it would be read as a figure.
    calls.narrow(`model:"${models[0].model}"`);
  } else if (models.length > 0) {
    calls.narrow(`provider:${models[0].name}`);
  } else if (rows.every((row) => house.calls.has(row))) {
    calls.narrow("state:running");
    return open(rows[0]);
  }
  show("calls");
}

/** Shows a pane: on a small screen in place of the others. */
function show(name) {
  set(document.body, "data-pane", name);
  for (const tab of find("#tabs").children) set(tab, "aria-current", tab.dataset.pane === name ? "true" : null);
  find(`#pane-${name}`).focus({ preventScroll: true });
}

function freeze() {
  frozen = frozen || !house.snapshot ? null : { house: house.freeze(), at: Date.now() };
  soon(true);
}

function zoom(span) {
  seconds = span;
  set(find("#zoom-in"), "aria-pressed", span === 60);
  set(find("#zoom-out"), "aria-pressed", span !== 60);
  soon(true);
}

/** The colours of the system, or the other ones. Only this is remembered by the browser. */
function theme(next) {
  set(document.documentElement, "data-theme", next === "auto" ? null : next);
  say(find("#theme"), { auto: "◐ auto", light: "☀ light", dark: "☾ dark" }[next]);
  try {
    localStorage.setItem("exai.theme", next);
  } catch {
    // It is asked of the system next time.
  }
}

function remembered() {
  try {
    const kept = localStorage.getItem("exai.theme");
    return THEMES.includes(kept) ? kept : "auto";
  } catch {
    return "auto";
  }
}

function nextTheme() {
  theme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? "auto") + 1) % THEMES.length]);
}

/** One level back. */
function back() {
  if (document.activeElement === find("#filter") && find("#filter").value === "") return find("#filter").blur();
  if (document.activeElement === find("#filter")) return calls.narrow("");
  if (detail.isOpen) return detail.close();
  if (find("#filter").value) return calls.narrow("");
  if (frozen) freeze();
}

new Keys([
  [["/"], "filter the calls", () => (show("calls"), find("#filter").focus())],
  [["j", "ArrowDown"], "the next call", () => (find("#filter").blur(), calls.move(1))],
  [["k", "ArrowUp"], "the call before", () => calls.move(-1)],
  [["Enter"], "details of the selected call", choose],
  [["Escape"], "one level back: filter, details, frozen", back],
  [["<"], "sort by the column before", () => calls.sortBeside(-1)],
  [[">"], "sort by the next column", () => calls.sortBeside(1)],
  [["r"], "turn the order round", () => calls.reverse()],
  [[" ", "f"], "freeze the display, or go on", freeze],
  [["c"], "cancel the selected call", () => cancelSelected()],
  [["y"], "copy the id of the selected call", () => calls.current && copy(calls.selected)],
  [["w"], "what is wrong: to the diagnoses", () => find("#health button:not([hidden]), #diagnoses button:not([hidden])")?.focus()],
  [["+", "="], "lines of the last minute", () => zoom(60)],
  [["-"], "lines of the last quarter of an hour", () => zoom(900)],
  ...PANES.map(([name, title], at) => [[String(at + 1)], `to the pane ${title}`, () => show(name)]),
  [["t"], "colours: as the system, light, dark", nextTheme],
  [["?"], "this help", () => find("#keys").showModal()],
]);

/** From the filter to the rows, and from a row to its details. */
function choose() {
  if (document.activeElement !== find("#filter") && calls.current) return open(calls.selected);
  find("#filter").blur();
  if (!calls.current) calls.move(1);
}

function cancelSelected() {
  const call = calls.current && house.calls.get(calls.selected);
  if (!call) return toast("No call is selected.", "bad");
  if (call.state !== "running") return toast("This call has ended already.", "bad");
  act.cancel(call.call_id);
}

find("#tabs").append(...PANES.map(([name, title]) => el("button", { type: "button", "data-pane": name, onclick: () => show(name) }, title)));
find("#freeze").addEventListener("click", freeze);
find("#theme").addEventListener("click", nextTheme);
find("#help").addEventListener("click", () => find("#keys").showModal());
find("#leave").addEventListener("click", () => link.leave("You are signed out."));
find("#zoom-in").addEventListener("click", () => zoom(60));
find("#zoom-out").addEventListener("click", () => zoom(900));
find("#banner-act").addEventListener("click", () => (link.state === "live" ? location.reload() : link.connect()));
find("#login-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = find("#token").value.trim();
  find("#token").value = "";
  if (token) link.enter({ token });
});
document.addEventListener("visibilitychange", () => (link.subscribe(), soon(true)));
addEventListener("online", () => link.state === "waiting" && link.connect());
addEventListener("pagehide", () => link.part());
addEventListener("pageshow", ({ persisted }) => persisted && begin());
addEventListener("hashchange", () => begin());
// Countdowns go on when nothing comes.
setInterval(() => (link.state === "live" && !frozen ? null : soon(false)), 500);

/** Comes in by the code in the address, else by what this tab's last page left, else with the token. */
function begin() {
  const code = takeCode();
  const ticket = takeTicket();
  if (code) link.enter({ code });
  else if (ticket) link.enter({ ticket });
  else if (link.credential === null) link.become("out");
}

theme(remembered());
set(document.body, "data-pane", "calls");
set(find("#tabs").firstElementChild, "aria-current", "true");
begin();
