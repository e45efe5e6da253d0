// Lines of the log, the newest first, down to a level.

const LEVELS = ["error", "warn", "info", "debug", "trace"];
const SHOWN_LINES = 300;
const NAMED = new Set(["op", "t", "level", "target", "message", "call_id", "session_id", "owner", "number"]);

class LogPane {
  constructor({ open, selected, changed }) {
    this.selected = selected;
    find("#level").addEventListener("change", changed);
    find("#log-call").addEventListener("change", changed);
    const make = (line) => {
      const fields = Object.entries(line).filter(([name]) => !NAMED.has(name));
      const more = fields.map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(" ");
      const call = line.call_id && el("button", { type: "button", class: "plain", onclick: () => open(line.call_id), "aria-label": `Details of call ${brief(line.call_id)}` }, brief(line.call_id));
      return el("li", { "data-level": line.level }, el("time", { title: line.t }, clock(Date.parse(line.t))), el("span", { class: "level" }, line.level),
        el("span", { class: "message" }, line.message, more && el("span", { class: "fields" }, ` ${more}`), call && " ", call));
    };
    this.rows = new Rows(find("#log"), (line) => line.number, make, () => {});
  }

  draw(house) {
    const least = LEVELS.indexOf(find("#level").value);
    const call = this.selected();
    find("#log-only").hidden = !call;
    const only = call && find("#log-call").checked ? call : null;
    const found = house.lines.filter((line) => LEVELS.indexOf(line.level) <= least && (!only || line.call_id === only));
    this.rows.show(found.slice(-SHOWN_LINES).reverse());
    say(find("#log-count"), found.length === house.lines.length ? count(found.length) : `${found.length}/${house.lines.length}`);
    find("#log-empty").hidden = found.length > 0;
  }
}
