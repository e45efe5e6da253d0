// The connection to the daemon: hello, what is heard, what is asked, and coming back.
//
// The token is known until the daemon has answered hello and no longer. What lets this page in again is a ticket, which is
// good for some hours; it is kept in memory, and in the tab's own storage only from leaving the page to loading it again.

const TICKET = "exai.ticket";
const PATIENCE = 10000;
const SILENCE = 20000;
const ANSWER = 15000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15000;

class Link {
  constructor(told) {
    this.told = told;
    this.state = "out";
    this.credential = null;
    this.session = null;
    this.socket = null;
    this.waiting = new Map();
    this.asked = 0;
    this.tries = 0;
    this.retryAt = 0;
    this.heardAt = 0;
    this.server = null;
    this.interval = 500;
    setInterval(() => this.watch(), 1000);
  }

  /** Comes in with a token or a code. */
  enter(credential) {
    this.credential = credential;
    this.tries = 0;
    this.connect();
  }

  /** Leaves for good. */
  leave(why = "") {
    this.credential = null;
    this.drop("bye");
    this.become("out", why);
  }

  /** What lets the next page of this tab in; the daemon forgets this one's session. */
  part() {
    if (this.credential?.ticket) keep(this.credential.ticket);
    this.drop("bye");
  }

  connect() {
    clearTimeout(this.timer);
    this.drop();
    this.become("connecting");
    const url = new URL("ws", location.href.replace(/[?#].*$/, ""));
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    this.heardAt = Date.now();
    this.timer = setTimeout(() => this.lose(socket, "the daemon does not answer"), PATIENCE);
    socket.onopen = () => socket.send(JSON.stringify(this.hello()));
    socket.onmessage = ({ data }) => socket === this.socket && this.hear(JSON.parse(data), socket);
    socket.onclose = ({ code, reason }) => this.closed(socket, code, reason);
  }

  hello() {
    const { token, code, ticket } = this.credential;
    const client = { name: "exai page", version: VERSION };
    const hello = { op: "hello", protocol: 1, client, ticket: true, session_id: this.session ?? undefined };
    return token ? { ...hello, token } : { ...hello, code: ticket ?? code };
  }

  hear(frame, socket) {
    this.heardAt = Date.now();
    if (frame.op === "hello_ack") return frame.ok ? this.welcome(frame) : this.refused(frame, socket);
    const waits = this.waiting.get(frame.request_id);
    if (!waits) return this.told.frame(frame);
    this.waiting.delete(frame.request_id);
    clearTimeout(waits.timer);
    if (frame.ok) waits.resolve(frame);
    else waits.reject(new Error(frame.error?.message ?? frame.error ?? "the daemon refused"));
  }

  welcome({ session_id: session, server, ticket }) {
    clearTimeout(this.timer);
    if (ticket) {
      this.credential = { ticket: ticket.code };
      // Long before it is too old, this page comes in once more, and has the next one.
      this.timer = setTimeout(() => this.connect(), (ticket.good_for_s * 1000) / 2);
    }
    Object.assign(this, { session, server, tries: 0 });
    this.become("live");
    this.subscribe();
  }

  /** Hears of everything; rarely while nobody looks. */
  subscribe() {
    if (this.state !== "live") return;
    this.interval = document.hidden ? 5000 : 500;
    this.ask("subscribe", { topics: ["snapshot", "events", "log"], interval_ms: this.interval }).catch(() => {});
  }

  refused({ error, retry_after: after }, socket) {
    this.forget(socket);
    if (error === "unauthorized") {
      const { token, ticket } = this.credential;
      const code = "The code in the address was used already, or is more than a minute old.";
      const why = token ? "The daemon does not know this token." : ticket ? "You were away for long, or the token was changed." : code;
      this.session = null;
      return this.leave(why);
    }
    if (error === "unsupported_protocol") return this.leave("The daemon speaks another protocol: reload the page.");
    this.pause(error === "draining" ? "the daemon is ending" : `the daemon refuses: ${error}`, after);
  }

  closed(socket, code, reason) {
    if (socket !== this.socket) return;
    if (code === 4009) {
      this.forget(socket);
      return this.become("closed", "An operator closed this session.");
    }
    // A browser does not say why it was refused.
    const isNear = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname);
    const absent = `the daemon can not be reached${isNear ? "" : ", or does not know this page (daemon.allowed_origins)"}`;
    this.lose(socket, code === 1012 ? "the daemon is ending" : reason || absent);
  }

  lose(socket, why) {
    if (!socket || socket !== this.socket) return;
    this.forget(socket);
    this.pause(why);
  }

  /** Tries again, each time after a longer while, and not all pages in the same moment. */
  pause(why, after = 0) {
    clearTimeout(this.timer);
    const longer = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.tries) * (0.75 + Math.random() / 2);
    const wait = Math.max(longer, after * 1000);
    this.tries += 1;
    this.retryAt = Date.now() + wait;
    this.timer = setTimeout(() => this.connect(), wait);
    this.become("waiting", why);
  }

  forget(socket) {
    socket.onclose = socket.onmessage = socket.onopen = null;
    socket.close();
    this.socket = null;
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new Error("the connection was lost"));
    }
    this.waiting.clear();
  }

  drop(reason) {
    clearTimeout(this.timer);
    const socket = this.socket;
    if (!socket) return;
    if (reason && socket.readyState === WebSocket.OPEN) socket.close(1000, reason);
    this.forget(socket);
  }

  /** A connection over which nothing comes is none, whatever the system thinks of it. */
  watch() {
    const socket = this.socket;
    if (this.state === "live" && Date.now() - this.heardAt > SILENCE) this.lose(socket, "the daemon is silent");
  }

  /** Asks and waits for the answer. */
  ask(op, body = {}) {
    if (this.state !== "live") return Promise.reject(new Error("there is no connection"));
    this.asked += 1;
    const id = `p${this.asked}`;
    return new Promise((resolve, reject) => {
      const give = () => this.waiting.delete(id) && reject(new Error(`the daemon did not answer ${op}`));
      this.waiting.set(id, { resolve, reject, timer: setTimeout(give, ANSWER) });
      this.socket.send(JSON.stringify({ op, request_id: id, ...body }));
    });
  }

  become(state, why = "") {
    Object.assign(this, { state, why });
    this.told.link();
  }
}

/** Leaves a ticket for the next page of this tab. */
function keep(ticket) {
  try {
    sessionStorage.setItem(TICKET, ticket);
  } catch {
    // A browser without storage asks again.
  }
}

/** What the last page of this tab left. It is gone from then on. */
function takeTicket() {
  try {
    const ticket = sessionStorage.getItem(TICKET);
    sessionStorage.removeItem(TICKET);
    return ticket;
  } catch {
    return null;
  }
}

/** The code in the address. It is gone from there at once. */
function takeCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  return code;
}
