// The one table of keys: what they do, and what the help says of them.

class Keys {
  /** Each entry: the keys, what they are for, what they do. */
  constructor(table) {
    this.table = table;
    this.byKey = new Map(table.flatMap(([keys, , does]) => keys.map((key) => [key, does])));
    document.addEventListener("keydown", (event) => this.press(event));
    const name = (key) => ({ ArrowDown: "↓", ArrowUp: "↑", " ": "space", Escape: "Esc" })[key] ?? key;
    const line = ([keys, what]) => [el("dt", {}, ...keys.flatMap((key) => [el("kbd", {}, name(key)), " "])), el("dd", {}, what)];
    find("#keys-list").append(...table.flatMap(line));
    say(find("#keys-fields"), `a column: ${COLUMN_NAMES}`);
    find("#keys-close").addEventListener("click", () => find("#keys").close());
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]") || find("#board").hidden) return;
    const { target, key } = event;
    const writes = target.matches("input:not([type=checkbox]), select, textarea");
    if (writes && !(target.id === "filter" && ["Escape", "Enter", "ArrowDown"].includes(key))) return;
    // What has the focus keeps the keys that it is used by.
    if (target.matches("button, summary, input, a") && !writes && [" ", "Enter"].includes(key)) return;
    const does = this.byKey.get(key);
    if (!does) return;
    event.preventDefault();
    does(event);
  }
}
