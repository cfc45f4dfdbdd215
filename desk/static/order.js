// The page of one order: it follows what happens without touching a form that somebody types in, and shows a
// mail before it goes. Everything works without this file too.
"use strict";

const touched = new WeakSet();
document.addEventListener("input", (event) => {
  const part = event.target.closest("[data-part]");
  if (part) touched.add(part);
});

// Each drawing has command ids of its own: they are no change that anybody would see.
const bare = (html) => html.replace(/name="(command_id|note_id)" value="[^"]*"/g, "").replace(/ open(=""|(?=[ >]))/g, "");

function isInUse(part) {
  const focused = document.activeElement;
  return touched.has(part) || (part.contains(focused) && focused.matches("input, select, textarea"));
}

function replaced(part, fresh) {
  const open = [...part.querySelectorAll("details[open][id]")].map((each) => each.id);
  for (const id of open) {
    const same = fresh.querySelector(`#${CSS.escape(id)}`);
    if (same) same.open = true;
  }
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const place = focused ? [...part.querySelectorAll("a, button, summary")].indexOf(focused) : -1;
  part.replaceWith(fresh);
  if (place >= 0) fresh.querySelectorAll("a, button, summary")[place]?.focus();
}

// Puts in place what changed, part by part. Where somebody is typing it says so instead.
function follow(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  let left = false;
  for (const fresh of template.content.querySelectorAll("[data-part]")) {
    const part = document.getElementById(fresh.id);
    if (!part || bare(part.outerHTML) === bare(fresh.outerHTML)) continue;
    if (isInUse(part)) left = true;
    else replaced(part, fresh);
  }
  const stale = document.querySelector("[data-stale]");
  if (stale && left) stale.hidden = false;
}

const refresh = (() => {
  let planned = null;
  let isUnderWay = false;
  async function run() {
    planned = null;
    if (isUnderWay) return soon();
    isUnderWay = true;
    try {
      const order = document.querySelector("[data-order-page]");
      const list = document.querySelector("[data-attention]");
      const address = order ? order.dataset.parts + location.search : list?.dataset.attention;
      if (!address) return;
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (answer.ok) follow(await answer.text());
    } catch {
      // The connection is away: the desk says so, and what is missed is asked for when it is back.
    } finally {
      isUnderWay = false;
    }
  }
  function soon() {
    planned ??= setTimeout(run, 150);
  }
  return soon;
})();

document.addEventListener("pakhuis:order", ({ detail }) => {
  const order = document.querySelector("[data-order-page]");
  if (order ? order.dataset.orderPage === `${detail.store}/${detail.order_id}` : !detail.is_new) refresh();
});
document.addEventListener("pakhuis:back", refresh);

// A mail before it goes: in a dialog on the page, as the form is filled in now.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-preview]");
  const dialog = document.getElementById("letter");
  if (!button || !dialog) return;
  event.preventDefault();
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(button.form)) {
    if (name !== "command_id" && name !== "next" && value !== "") fields.set(name, value);
  }
  fields.set("notify", "yes");
  const answer = await fetch(`${button.getAttribute("formaction")}?${fields}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok) {
    location.assign(`${button.getAttribute("formaction")}?${fields}`);
    return;
  }
  dialog.querySelector("[data-letter]").innerHTML = await answer.text();
  dialog.showModal();
});
