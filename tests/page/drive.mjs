// Drives the page of a daemon of its own as a person would, in a headless Chromium, and takes pictures of it.
//
//   tests/page.sh
//   NODE_PATH=… node tests/page/drive.mjs [directory for pictures]
//
// CHROMIUM names the browser (/usr/bin/chromium), EXAI the program (target/debug/exai). Nothing outside this machine is asked.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const { chromium } = createRequire(join(process.env.NODE_PATH ?? process.cwd(), "x"))("playwright-core");
const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const program = resolve(process.env.EXAI ?? join(repository, "target/debug/exai"));
const pictures = process.argv[2];
const home = mkdtempSync(join(tmpdir(), "exai-page-"));

const free = () => new Promise((found) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => found(String(port)));
  });
});
const [main, page] = [await free(), await free()];
const environment = { HOME: home, PATH: "/usr/bin:/bin", EXAI_WS_PORT: main, MONITORING_PORT: page, HEALTH_CHECK_PORT: "0", METRICS_PORT: "0", EXAI_DISCOVERY_URLS: "http://127.0.0.1:9/v1" };
const start = (...args) => spawn(program, args, { env: environment, cwd: home, stdio: "ignore" });
const exai = (...args) => execFileSync(program, args, { env: environment, cwd: home, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
const ended = (child) => child.exitCode ?? new Promise((over) => child.on("exit", over));
const say = (model, text) => exai("call", "chat", text, "--model", model, "--fresh");

/** Asks until it is so. */
async function until(what, ask) {
  for (const end = Date.now() + 60000; Date.now() < end; await new Promise((wait) => setTimeout(wait, 50))) {
    try {
      if (await ask()) return;
    } catch {
      // Not yet.
    }
  }
  assert.fail(`waited in vain: ${what}`);
}

const launch = async () => {
  const child = start("daemon");
  await until("a daemon", () => exai("daemon", "status"));
  return child;
};

const problems = [];
const origins = new RegExp(`^(http|ws)://127\\.0\\.0\\.1:(${main}|${page})/|^data:`);
async function visitor(browser, options = {}) {
  const tab = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })).newPage();
  // Sockets that can not be opened while no daemon runs are the browser's to complain of.
  tab.on("console", (line) => ["error", "warning"].includes(line.type()) && !/WebSocket connection .* failed/.test(line.text()) && problems.push(line.text()));
  tab.on("pageerror", (error) => problems.push(error.stack));
  tab.on("request", (request) => origins.test(request.url()) || problems.push(`asked ${request.url()}`));
  tab.on("websocket", (socket) => origins.test(socket.url()) || problems.push(`connected to ${socket.url()}`));
  return tab;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
let daemon = await launch();
const steps = [];
const step = async (name, does) => {
  await does();
  steps.push(name);
  console.log(`ok  ${name}`);
};

try {
  const tab = await visitor(browser);
  const text = (selector) => tab.locator(selector).innerText();
  const rows = () => tab.locator("#calls-body tr").count();
  const address = exai("monitor", "--web");
  const token = readFileSync(join(home, ".local/state/exai/token"), "utf8").trim();
  const code = address.split("code=")[1];

  await step("the code lets in, and is gone from the address", async () => {
    await tab.goto(address);
    await until("live", async () => (await text("#connection-word")) === "live");
    assert.equal(tab.url(), `http://127.0.0.1:${main}/`);
    await until("a verdict", async () => (await text("#verdict-word")) === "DEGRADED");
  });

  await step("the code lets in once only", async () => {
    const late = await visitor(browser);
    await late.goto(address);
    await until("a refusal", async () => /used already/.test(await late.locator("#login-why").innerText()));
    await late.context().close();
  });

  let slow;
  await step("calls come, and their figures move", async () => {
    say("mock:echo", "hello");
    slow = start("call", "chat", "take your time", "--model", "mock:slow?ttft=60s");
    await until("two rows", async () => (await rows()) === 2);
    const took = () => text("#calls-body tr:first-child .c-took");
    const before = await took();
    await until("time", async () => (await took()) !== before);
    assert.match(await text("#calls-body tr:first-child .c-state"), /waiting/);
    await until("a model", async () => /mock:slow/.test(await text("#models")));
  });

  await step("what a caller names is text and not markup", async () => {
    const name = "mock:say?text=<img src=x onerror=alert(1)>";
    say(name, "hello");
    await until("three rows", async () => (await rows()) === 3);
    assert.equal(await tab.locator("#panes img").count(), 0);
    assert.ok((await tab.locator("#calls-body").innerText()).includes("<img"));
  });

  await step("a filter narrows, and says what it can not read", async () => {
    await tab.keyboard.press("/");
    await tab.keyboard.type("state:running");
    await until("one row", async () => (await rows()) === 1);
    assert.equal(await text("#calls-count"), "1/3");
    // At once, as pasted: half of it would be a word.
    await tab.keyboard.insertText(" nope:1");
    await until("an error", async () => /no column is called nope/.test(await text("#filter-error")));
    assert.equal(await rows(), 1, "what can not be understood leaves the rows");
  });

  await step("a call is cancelled when that is confirmed", async () => {
    await tab.keyboard.press("Enter");
    await tab.keyboard.press("Enter");
    await until("details", async () => /sent to mock:slow/.test(await text("#detail-body")));
    await tab.keyboard.press("c");
    await tab.keyboard.press("Escape");
    assert.match(await text("#calls-body tr:first-child"), /waiting/, "who does not confirm changes nothing");
    await tab.keyboard.press("c");
    await tab.click("#ask-yes");
    assert.equal(await ended(slow), 130);
    await until("its end", async () => /cancelled/.test(await text("#detail-body")));
    await tab.keyboard.press("Escape");
    await tab.keyboard.press("Escape");
    await until("all rows", async () => (await rows()) === 3);
  });

  await step("a frozen display stands still, and goes on with all that came", async () => {
    await tab.keyboard.press(" ");
    say("mock:echo", "meanwhile");
    await until("news", async () => /FROZEN .*\(\+[1-9]/.test(await text("#connection-word")));
    assert.equal(await rows(), 3);
    await tab.keyboard.press(" ");
    await until("four rows", async () => (await rows()) === 4);
  });

  await step("a limit is changed", async () => {
    await tab.click("#permits [data-name=glm] button");
    await tab.fill("#ask-number", "7");
    await tab.keyboard.press("Enter");
    await until("the limit", async () => /0\/7/.test(await text("#permits [data-name=glm]")));
  });

  await step("a session is closed, but not the page's own", async () => {
    const other = await visitor(browser);
    await other.goto(exai("monitor", "--web"));
    await until("two pages", async () => (await tab.locator("#sessions-body tr").count()) === 2);
    assert.equal(await tab.locator("#sessions-body button:disabled").count(), 1);
    await tab.click("#sessions-body button:enabled");
    await tab.click("#ask-yes");
    await until("the other's end", async () => /closed this session/.test(await other.locator("#banner-text").innerText()));
    await other.context().close();
  });

  await step("after a reload it goes on, and nothing is left in the tab's storage", async () => {
    await tab.reload();
    await until("live", async () => (await text("#connection-word")) === "live");
    const kept = await tab.evaluate(() => [JSON.stringify(sessionStorage), JSON.stringify({ ...localStorage }), document.cookie, location.href].join("\n"));
    for (const secret of [token, code]) assert.ok(!kept.includes(secret) && !(kept.includes("ticket")), kept);
    assert.ok(!(await tab.content()).includes(token));
  });

  await step("when the daemon goes the last state stays, and when it is back so is the page", async () => {
    await until("rows", async () => (await rows()) === 4);
    exai("daemon", "stop");
    await ended(daemon);
    await until("a countdown", async () => /Next try in \d+ s/.test(await text("#banner-text")));
    assert.equal(await tab.getAttribute("#board", "data-stale"), "true");
    assert.equal(await rows(), 4);
    if (pictures) await tab.screenshot({ path: join(pictures, "lost.png") });
    daemon = await launch();
    await until("live", async () => (await text("#connection-word")) === "live");
    assert.equal(await tab.getAttribute("#board", "data-stale"), "false");
    assert.equal(await rows(), 4, "what was seen before is remembered");
  });

  await step("a wrong token is refused, the right one lets in", async () => {
    const other = await visitor(browser);
    await other.goto(`http://127.0.0.1:${page}/`);
    await other.fill("#token", "not the token of it");
    await other.keyboard.press("Enter");
    await until("a refusal", async () => /does not know this token/.test(await other.locator("#login-why").innerText()));
    await other.fill("#token", token);
    await other.keyboard.press("Enter");
    await until("live", async () => (await other.locator("#connection-word").innerText()) === "live");
    assert.equal(await other.inputValue("#token"), "");
    await other.click("#leave");
    await until("the form", async () => other.locator("#login-form").isVisible());
    await other.reload();
    await until("the form", async () => other.locator("#login-form").isVisible());
    await other.context().close();
  });

  await step("everything that can be used has a name", async () => {
    const nameless = await tab.evaluate(() => [...document.querySelectorAll("button, input, select, [role=img], [role=meter], table th")].filter((node) => {
      const label = node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent || node.getAttribute("placeholder") || "";
      return !label.trim() && !node.hidden && node.id !== "banner-act" && node.id !== "cause-act" && !node.closest("dialog");
    }).map((node) => node.outerHTML));
    assert.deepEqual(nameless, []);
  });

  await step("it fits a phone, a small screen and a large one", async () => {
    for (const [tool, model] of [["chat", "mock:echo"], ["chat", "mock:echo"], ["chat", "mock:500"]]) {
      // One of them fails.
      try { exai("call", tool, "a question as others", "--model", model, "--fresh"); } catch { continue; }
    }
    for (const model of ["mock:slow?ttft=90s", "mock:slow?ttft=80s"]) exai("call", "chat", "one that takes its time", "--model", model, "--fresh", "--detach");
    for (const colorScheme of ["light", "dark"]) for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
      const small = await visitor(browser, { viewport: { width, height }, colorScheme });
      await small.goto(exai("monitor", "--web"));
      await until("a verdict", async () => (await small.locator("#verdict-word").innerText()) === "DEGRADED");
      for (const name of width < 800 ? ["calls", "providers", "latency", "sessions", "log"] : ["calls"]) {
        if (width < 800) await small.click(`#tabs [data-pane=${name}]`);
        assert.ok((await small.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} is wider than ${width}`);
        if (pictures) await small.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`) });
      }
      await small.context().close();
    }
  });

  await step("no error was told, and nothing outside was asked", () => assert.deepEqual(problems, []));
  console.log(`${steps.length} passed, 0 failed`);
} finally {
  await browser.close();
  daemon.kill();
  await ended(daemon);
  rmSync(home, { recursive: true, force: true });
}
