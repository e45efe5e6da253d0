// Elements. Whatever comes from the feed becomes text here, never markup.

const find = (selector, within = document) => within.querySelector(selector);

/** An element: `on…` are listeners, `class` and others attributes; children are elements or text. */
function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

/** Changes the text of an element only when it is another one. */
function say(node, text) {
  const wanted = String(text);
  if (node.said === wanted) return;
  node.said = wanted;
  node.textContent = wanted;
}

/** Changes an attribute only when it is another one; `null` takes it away. */
function set(node, name, value) {
  const wanted = value == null ? null : String(value);
  if (node.getAttribute(name) === wanted) return;
  if (wanted === null) node.removeAttribute(name);
  else node.setAttribute(name, wanted);
}

/** Keeps one child an item, by the item's key: rows that stay are not made again, and keep focus and place. */
class Rows {
  constructor(parent, key, make, draw) {
    Object.assign(this, { parent, key, make, draw, nodes: new Map() });
  }

  show(items) {
    const gone = new Map(this.nodes);
    let place = this.parent.firstElementChild;
    for (const item of items) {
      const key = this.key(item);
      let node = gone.get(key);
      if (node) gone.delete(key);
      else if (this.nodes.has(key)) continue;
      else this.nodes.set(key, (node = this.make(item)));
      this.draw(node, item);
      if (node === place) place = place.nextElementSibling;
      else this.parent.insertBefore(node, place);
    }
    for (const [key, node] of gone) {
      node.remove();
      this.nodes.delete(key);
    }
  }
}

/** A picture of how often something happened. */
function sparkline(label) {
  const node = document.importNode(find("#sparkline").content, true).firstElementChild;
  set(node, "aria-label", label);
  return node;
}

function drawSparkline(node, bars) {
  const most = Math.max(1, ...bars);
  set(node, "viewBox", `0 0 ${bars.length} 16`);
  const bar = (value, at) => (value > 0 ? `M${at + 0.1} 16V${(15 - (14 * value) / most).toFixed(1)}H${at + 0.9}V16Z` : `M${at + 0.1} 16V15.4H${at + 0.9}V16Z`);
  set(find("path", node), "d", bars.map(bar).join(""));
}

/** Permits: a block each, as long as they can be counted at a glance, else a bar. */
function gauge(label) {
  return el("span", { class: "gauge", role: "meter", "aria-label": label, "aria-valuemin": 0 });
}

function drawGauge(node, used, limit) {
  set(node, "aria-valuemax", limit);
  set(node, "aria-valuenow", Math.min(used, limit));
  set(node, "aria-valuetext", `${used} of ${limit} in use`);
  set(node, "data-full", used >= limit && limit > 0);
  const blocks = limit <= 12 ? limit : 1;
  while (node.childElementCount > blocks) node.lastElementChild.remove();
  while (node.childElementCount < blocks) node.append(el("i"));
  [...node.children].forEach((block, at) => {
    const share = limit <= 12 ? Number(at < used) : Math.min(1, used / limit);
    block.style.setProperty("--share", share);
  });
}
