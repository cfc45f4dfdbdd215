// The pick list without a reload: each tick is kept at once, so that leaving the page loses nothing.
"use strict";

const list = document.querySelector("[data-picks]");

async function keep(share) {
  const fields = new URLSearchParams({ orders: list.elements.orders.value });
  for (const input of share.querySelectorAll("input")) {
    if (input.type !== "checkbox" || input.checked) fields.append(input.name, input.value);
  }
  const answer = await fetch(list.action, { method: "POST", headers: { "HX-Request": "true" }, body: fields });
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) return location.assign(elsewhere);
  if (!answer.ok) throw new Error(String(answer.status));
  const html = await answer.text();
  const row = share.closest("tr");
  const isFull = [...row.querySelectorAll("input")].every((input) =>
    input.type === "checkbox" ? input.checked : input.type !== "number" || input.value === input.max);
  row.classList.toggle("full", isFull);
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const old = document.getElementById("pick-progress");
  const isOpen = old.querySelector("details")?.open;
  old.replaceWith(template.content.firstElementChild);
  if (isOpen) document.querySelector("#pick-progress details")?.setAttribute("open", "");
  problem("");
}

function problem(text) {
  const place = list.querySelector("[data-problem]");
  place.textContent = text;
  place.hidden = !text;
}

list?.querySelector("input[type=checkbox]:not(:checked), input[type=number]")?.focus({ preventScroll: true });

// One after the other: the last tick is the one that stays.
let line = Promise.resolve();
list?.addEventListener("change", (event) => {
  const share = event.target.closest("[data-share]");
  if (share) line = line.then(() => keep(share)).catch(() => problem(list.dataset.away));
});
