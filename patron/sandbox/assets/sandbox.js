"use strict";

const POLL_MS = 2000;
const ANSWER_MS = 5000;
const words = document.body.dataset;
const find = (id) => document.getElementById(id);
const shown = {};
let heldUntil = 0;

async function call(path, body) {
  const options = { headers: { Accept: "application/json" } };
  if (body) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) {
    throw new Refused(Object.values(answer).flat().join(" "));
  }
  return answer;
}

class Refused extends Error {}

/* What answers an action stays for a while; what the polling has to say waits for it. */
function say(text, isAnswer) {
  if (isAnswer) {
    heldUntil = performance.now() + ANSWER_MS;
  } else if (performance.now() < heldUntil) {
    return;
  }
  if (find("status").textContent !== text) {
    find("status").textContent = text;
  }
}

/* Text is never parsed as HTML: captured messages hold whatever somebody sent. */
function withLinks(element, text) {
  element.replaceChildren();
  for (const part of text.split(/(https?:\/\/[^\s<>"]+)/)) {
    if (/^https?:\/\//.test(part)) {
      const link = document.createElement("a");
      link.href = part;
      link.rel = "noreferrer noopener";
      link.textContent = part;
      element.append(link);
    } else {
      element.append(part);
    }
  }
}

function show(element, selector, isShown) {
  element.querySelector(selector).hidden = !isShown;
}

function messageItem(message) {
  const item = find("message").content.cloneNode(true);
  item.querySelector(".to").textContent = message.to;
  const time = item.querySelector("time");
  time.dateTime = message.created_date;
  time.textContent = new Date(message.created_date).toLocaleString(document.documentElement.lang);
  item.querySelector(".subject").textContent = message.subject || "";
  show(item, ".subject", message.subject);
  withLinks(item.querySelector(".text"), message.text);
  for (const file of message.attachments || []) {
    const entry = document.createElement("li");
    entry.textContent = `${file.name} (${file.content_type}, ${file.size} B)`;
    item.querySelector(".attachments").append(entry);
  }
  show(item, ".attachments", message.attachments && message.attachments.length);
  item.querySelector("pre").textContent = message.html || "";
  show(item, ".source", message.html);
  const code = message.is_otp ? message.text.match(/\b\d{4,10}\b/) : null;
  const copy = item.querySelector(".copy");
  copy.textContent = words.copy;
  copy.hidden = !code;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code[0]);
    say(words.copied, true);
  });
  return item;
}

function showMessages(kind, page) {
  const state = JSON.stringify(page);
  if (shown[kind] === state) {
    return;
  }
  shown[kind] = state;
  find(kind).replaceChildren(...page.results.map(messageItem));
  find(`${kind}-count`).textContent = page.count;
  find(`${kind}-none`).hidden = page.count > 0;
}

function showClock(clock) {
  find("now").dateTime = clock.now;
  find("now").textContent = new Date(clock.now).toLocaleString(document.documentElement.lang);
  find("offset").textContent = clock.offset ? `(${clock.offset > 0 ? "+" : ""}${clock.offset} s)` : "";
}

function showFaults(faults) {
  for (const fault of faults.results) {
    const fields = document.querySelector(`[data-gateway="${fault.gateway}"]`);
    if (fields && !fields.contains(document.activeElement)) {
      fields.querySelector("[name=outage]").checked = fault.outage;
      fields.querySelector("[name=latency_ms]").value = fault.latency_ms;
      fields.querySelector("[name=error_rate]").value = fault.error_rate;
    }
  }
}

function accountItem(account) {
  const item = find("account").content.cloneNode(true);
  item.querySelector(".number").textContent = account.account_number;
  item.querySelector(".email").textContent = account.email;
  item.querySelector(".calls").textContent = account.calls;
  item.querySelector(".points-calls").textContent = account.points_calls;
  show(item, ".closed", account.closed_date);
  const points = item.querySelector("[name=points]");
  points.value = account.points;
  points.disabled = Boolean(account.closed_date);
  points.addEventListener("change", () =>
    act("loyalty/points/", { account_number: account.account_number, points: points.value }),
  );
  return item;
}

function showLoyalty(accounts, switches) {
  const fields = find("switches");
  if (!fields.contains(document.activeElement)) {
    fields.querySelector("[name=answers]").value = switches.answers;
    fields.querySelector("[name=duplicates]").checked = switches.duplicates;
  }
  const state = JSON.stringify(accounts);
  if (shown.accounts === state || find("accounts").contains(document.activeElement)) {
    return;
  }
  shown.accounts = state;
  find("accounts").replaceChildren(...accounts.results.map(accountItem));
  find("accounts-count").textContent = accounts.count;
  find("accounts-none").hidden = accounts.count > 0;
}

async function refresh() {
  const to = find("to").value.trim();
  const query = (filter) => `?limit=20${filter ? `&to=${encodeURIComponent(filter)}` : ""}`;
  const isMail = to.includes("@");
  const [sms, mail, clock, faults, accounts, switches] = await Promise.all([
    call(`sms/${query(isMail ? "" : to)}`),
    call(`mail/${query(isMail ? to : "")}`),
    call("clock/"),
    call("faults/"),
    call("loyalty/?limit=5"),
    call("loyalty/switches/"),
  ]);
  showMessages("sms", sms);
  showMessages("mail", mail);
  showClock(clock);
  showFaults(faults);
  showLoyalty(accounts, switches);
}

async function poll() {
  if (!document.hidden) {
    try {
      await refresh();
      say(words.live);
    } catch (error) {
      say(words.lost);
    }
  }
  setTimeout(poll, POLL_MS);
}

async function act(path, body) {
  try {
    await call(path, body);
    await refresh();
    say(words.done, true);
  } catch (error) {
    say(error instanceof Refused ? `${words.refused} ${error.message}` : words.lost, true);
  }
}

for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => act("clock/", { advance: Number(button.dataset.advance) }));
}
find("clock-reset").addEventListener("click", () => act("clock/", { reset: true }));
find("reset").addEventListener("click", () => {
  if (window.confirm(words.confirm)) {
    act("reset/", {});
  }
});
for (const fields of document.querySelectorAll("[data-gateway]")) {
  fields.addEventListener("change", () =>
    act("faults/", {
      gateway: fields.dataset.gateway,
      outage: fields.querySelector("[name=outage]").checked,
      latency_ms: fields.querySelector("[name=latency_ms]").value,
      error_rate: fields.querySelector("[name=error_rate]").value,
    }),
  );
}
find("switches").addEventListener("change", () =>
  act("loyalty/switches/", {
    answers: find("switches").querySelector("[name=answers]").value,
    duplicates: find("switches").querySelector("[name=duplicates]").checked,
  }),
);
find("filter").addEventListener("submit", (event) => event.preventDefault());
find("to").addEventListener("input", () => refresh().catch(() => say(words.lost)));
poll();
