// The pick list without a reload: each tick is kept at once, so that leaving the page loses nothing.
"use strict";

const list = document.querySelector("[data-picks]");
const AGAIN_AFTER = 2000;
const REMEMBERED = "pakhuis.ticks";
const RECALLED_FOR = 60000; // After that they have come in, or somebody else may have changed them since.

// What was ticked while one lot is on its way goes with the next one, as it stands then.
const waiting = new Set();
let underWay = new Set();
let isLeavingByForm = false;

function fieldsOf(shares) {
  const fields = new URLSearchParams({ orders: list.elements.orders.value });
  for (const share of shares) {
    for (const input of share.querySelectorAll("input")) {
      if (input.type !== "checkbox" || input.checked) fields.append(input.name, input.value);
    }
  }
  return fields;
}

const send = (shares, more) =>
  fetch(list.action, { method: "POST", headers: { "HX-Request": "true" }, body: fieldsOf(shares), ...more });

async function keep(shares) {
  const answer = await send(shares);
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) return location.assign(elsewhere);
  if (!answer.ok) throw new Error(String(answer.status));
  const template = document.createElement("template");
  template.innerHTML = (await answer.text()).trim();
  const old = document.getElementById("pick-progress");
  const isOpen = old.querySelector("details")?.open;
  old.replaceWith(template.content.firstElementChild);
  if (isOpen) document.querySelector("#pick-progress details")?.setAttribute("open", "");
  problem("");
}

async function keepAll() {
  if (underWay.size) return;
  while (waiting.size) {
    underWay = new Set(waiting);
    waiting.clear();
    try {
      await keep(underWay);
    } catch {
      for (const share of underWay) waiting.add(share);
      problem(list.dataset.away);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
    }
  }
  underWay = new Set();
}

function show(row) {
  const isFull = [...row.querySelectorAll("input")].every((input) =>
    input.type === "checkbox" ? input.checked : input.type !== "number" || input.value === input.max);
  row.classList.toggle("full", isFull);
}

function problem(text) {
  const place = list.querySelector("[data-problem]");
  place.textContent = text;
  place.hidden = !text;
}

list?.querySelector("input[type=checkbox]:not(:checked), input[type=number]")?.focus({ preventScroll: true });
list?.addEventListener("change", (event) => {
  const share = event.target.closest("[data-share]");
  if (!share) return;
  show(share.closest("tr"));
  waiting.add(share);
  keepAll();
});
list?.addEventListener("submit", () => {
  isLeavingByForm = true; // The form brings every tick itself.
});
addEventListener("pagehide", () => {
  const unkept = new Set([...underWay, ...waiting]);
  if (!list || !unkept.size || isLeavingByForm) return;
  remember(unkept);
  send(unkept, { keepalive: true });
});

// A page that is opened again may be drawn before the last ticks have come in: it knows them itself.
function remember(shares) {
  const boxes = [...shares].flatMap((share) => [...share.querySelectorAll('input[name="unit"]')]);
  const numbers = [...shares].flatMap((share) => [...share.querySelectorAll("input[type=number]")]);
  const known = [...boxes.map((box) => [box.value, box.checked]), ...numbers.map((each) => [each.name, each.value])];
  try {
    sessionStorage.setItem(REMEMBERED, JSON.stringify({ at: Date.now(), known }));
  } catch {
    // A browser that keeps nothing: the last ticks are on their way all the same.
  }
}

function recall() {
  let known = [];
  try {
    const kept = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "{}");
    sessionStorage.removeItem(REMEMBERED);
    if (Date.now() - kept.at < RECALLED_FOR) known = kept.known;
  } catch {
    return;
  }
  for (const [name, value] of known) {
    const box = list.querySelector(`input[name="unit"][value="${CSS.escape(name)}"]`);
    const input = box ?? list.querySelector(`input[type=number][name="${CSS.escape(name)}"]`);
    if (!input) continue;
    if (box) box.checked = value;
    else input.value = value;
    const share = input.closest("[data-share]");
    show(share.closest("tr"));
    waiting.add(share);
  }
  keepAll();
}

if (list) recall();
