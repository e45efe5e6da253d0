// Who is connected, or was lately.

class SessionsPane {
  constructor({ act, own }) {
    this.own = own;
    const make = ({ session_id: id, client }) => {
      const close = el("button", { type: "button", class: "small", "aria-label": `Close the session of ${client || "a client"}`, onclick: (event) => act.close(id, event.currentTarget.client, event.currentTarget.inflight) }, "Close");
      const who = el("td", {}, el("span", { class: "mark", "aria-hidden": "true" }), el("strong"), el("span", { class: "aside" }));
      return el("tr", { title: id }, who, ...Array.from({ length: 6 }, () => el("td", { class: "number" })), el("td", { class: "number" }, close));
    };
    this.rows = new Rows(find("#sessions-body"), (session) => session.session_id, make, (row, session) => this.drawRow(row, session));
  }

  draw(house) {
    const { sessions, sessions_total: total, t } = house.snapshot;
    this.now = Date.parse(t);
    this.rows.show(sessions);
    say(find("#sessions-count"), sessions.length < total ? `${sessions.length} of ${count(total)}` : total);
  }

  drawRow(row, session) {
    const [who, ...cells] = row.children;
    const [mark, name, aside] = who.children;
    const isOwn = session.session_id === this.own();
    set(row, "data-kind", session.connected ? "ok" : "muted");
    say(mark, session.connected ? "●" : "○");
    say(name, session.client || "without a name");
    say(aside, `${isOwn ? "this page" : session.address}${session.owner === "default" ? "" : ` · ${session.owner}`}${session.connected ? "" : " · away"}`);
    const seen = session.connected ? "now" : `${span((this.now - Date.parse(session.last_seen)) / 1000)} ago`;
    const figures = [session.inflight, count(session.calls), count(session.errors), count(session.tokens), dollars(session.cost_usd), seen];
    figures.forEach((figure, at) => say(cells[at], figure));
    set(cells[2], "data-kind", session.errors > 0 ? "bad" : null);
    const close = cells[6].firstElementChild;
    Object.assign(close, { client: session.client, inflight: session.inflight, disabled: isOwn });
    set(close, "title", isOwn ? "This is the session of this page: sign out instead" : "Close the session and cancel its calls");
  }
}
