// What an operator may do from here. Each is asked about first, and is a row in the daemon's audit log.

class Actions {
  constructor(ask) {
    this.ask = ask;
    find("#ask-no").addEventListener("click", () => find("#ask").close());
    find("#ask-form").addEventListener("submit", (event) => {
      event.preventDefault();
      find("#ask").close();
      this.yes();
    });
  }

  cancel(id) {
    const text = "Its request to the provider is dropped. What it has used so far is still paid.";
    this.confirm({ title: `Cancel call ${brief(id)}?`, text, yes: "Cancel the call", no: "Let it run", does: () => ({ action: "cancel", call_id: id }) });
  }

  close(id, client, inflight) {
    const text = `${inflight > 0 ? `Its ${plural(inflight, "running call is", "running calls are")} cancelled. ` : ""}A client with the token can connect again.`;
    this.confirm({ title: `Close the session of ${client || brief(id)}?`, text, yes: "Close the session", no: "Keep it", does: () => ({ action: "close_session", session_id: id }) });
  }

  reset(model) {
    const text = `${model} is asked again at once, although it failed several times in a row.`;
    this.confirm({ title: "Reset the breaker?", text, yes: "Reset it", no: "Wait", does: () => ({ action: "reset_breaker", model }) });
  }

  limit(name, now) {
    const text = "It holds until the daemon ends or reads its configuration again. A lower limit takes nothing from calls that run.";
    const what = name === "global" ? "Requests to all providers at once" : `Requests to ${name} at once`;
    this.confirm({ title: `Change the limit ${name}?`, text, yes: "Change it", no: "Leave it", field: [what, now], does: (limit) => ({ action: "set_limit", name, limit }) });
  }

  confirm({ title, text, yes, no, field, does }) {
    say(find("#ask-title"), title);
    say(find("#ask-text"), text);
    say(find("#ask-yes"), yes);
    say(find("#ask-no"), no);
    const number = find("#ask-number");
    find("#ask-field").hidden = !field;
    // A field that is not shown must not keep the form from being sent.
    number.disabled = !field;
    number.required = Boolean(field);
    set(find("#ask-yes"), "class", field ? "primary" : "danger");
    if (field) {
      say(find("#ask-label"), field[0]);
      number.value = field[1];
    }
    this.yes = () => this.carryOut(does(Number(number.value)));
    find("#ask").showModal();
    if (field) number.select();
    else find("#ask-no").focus();
  }

  async carryOut(wish) {
    try {
      const { notes } = await this.ask("admin", wish);
      toast(notes?.join(" ") || "Done.");
    } catch (error) {
      toast(error.message, "bad");
    }
  }
}

/** Tells something for a moment. */
function toast(text, kind = "ok") {
  const node = find("#toast");
  say(node, text);
  set(node, "data-kind", kind);
  node.hidden = false;
  // A dialog that is open lies over everything else.
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (node.hidden = true), 6000);
}

/** Copies a text. Pages that came unencrypted from another machine have no clipboard. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${text}`);
  } catch {
    toast(`The browser gives no clipboard: ${text}`, "bad");
  }
}
