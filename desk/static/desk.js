// The desk without a reload: rows and counts that follow what happens, forms that are sent once.
// Every page works without this file too.
"use strict";

// A form is sent once: a second click while it is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 10000);
});
// Back from the next page, a form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A form that came back: the keyboard goes to what is wrong with it, and whatever hides it opens.
{
  const seen = (selector) => [...document.querySelectorAll(`main ${selector}`)].find((each) => !each.closest("[hidden]") && (each.matches("input, select, textarea") || each.textContent.trim()));
  const wrong = seen('[aria-invalid="true"]') ?? (document.querySelector("main [autofocus]") ? null : seen('[role="alert"]'));
  if (wrong) {
    for (let around = wrong.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    if (!wrong.matches("input, select, textarea")) wrong.tabIndex = -1;
    wrong.focus();
  }
}

// On a phone the menu and the views are longer than the screen: one sees where one is.
for (const here of document.querySelectorAll(".nav [aria-current], .views [aria-current]")) {
  const row = here.parentElement;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// Keys: "/" goes to the search, wherever one is. Function keys do what their button says, also from within a field.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
  if (isTyping && !/^F\d+$/.test(event.key)) return;
  const wanted = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input, select, textarea")) wanted.focus();
  else wanted.click();
});

// Buttons that open and close a dialog: data-opens="id" and data-closes.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    }
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
});

// An offer to undo ends by itself.
for (const button of document.querySelectorAll("[data-undo]")) {
  setTimeout(() => button.remove(), 10000);
}

// Live: what happens to an order is told once, and each page does with it what it likes.
const live = (() => {
  const address = document.body.dataset.live;
  let source = null;
  let wasAway = false;

  function open() {
    if (!address || source || document.hidden) return;
    source = new EventSource(address);
    source.addEventListener("order", (event) => tell("pakhuis:order", JSON.parse(event.data)));
    source.addEventListener("claim", (event) => tell("pakhuis:claim", JSON.parse(event.data)));
    source.addEventListener("open", () => {
      offline(false);
      if (wasAway) tell("pakhuis:back", {});
      wasAway = false;
    });
    source.addEventListener("error", () => {
      wasAway = true;
      offline(true);
      // Signed out, or the server said no: the browser gives up by itself, and so do we.
      if (source && source.readyState === EventSource.CLOSED) close();
    });
  }
  function close() {
    source?.close();
    source = null;
  }
  function tell(name, detail) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
  }
  function offline(isAway) {
    const notice = document.querySelector("[data-offline]");
    if (notice) notice.hidden = !isAway;
  }
  // A page in the background holds no connection: a browser has only a few, and a morning has many tabs.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      close();
      wasAway = true;
    } else open();
  });
  addEventListener("pagehide", close);
  open();
  return { open, close };
})();

async function piece(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  return answer.ok ? answer.text() : null;
}

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

// The list: a row changes where it stands, and never jumps away under the hand.
document.addEventListener("pakhuis:order", async ({ detail }) => {
  const rows = document.querySelector("[data-orders]");
  if (!rows && !document.querySelector("[data-news]")) return;
  const name = `${detail.store}/${detail.order_id}`;
  const row = [...(rows?.children ?? [])].find((each) => each.dataset.order === name);
  if (row) {
    const html = await piece(row.dataset.row);
    const fresh = html && parsed(html);
    if (!fresh || fresh.outerHTML === row.outerHTML || !row.isConnected) return;
    // Focus stays on what it was on, which has a new twin in the fresh row.
    const focusable = "a, input, button";
    const focused = [...row.querySelectorAll(focusable)].indexOf(document.activeElement);
    for (const box of row.querySelectorAll("input:checked")) {
      const same = [...fresh.querySelectorAll("input")].find((each) => each.value === box.value);
      if (same) same.checked = true;
    }
    fresh.classList.add("fresh");
    row.replaceWith(fresh);
    if (focused >= 0) fresh.querySelectorAll(focusable)[focused]?.focus();
  } else if (detail.is_new) {
    const news = document.querySelector("[data-news]");
    if (!news) return;
    const count = Number(news.dataset.news || 0) + 1;
    news.dataset.news = String(count);
    const words = news.querySelector("[data-news-one]");
    words.textContent = count === 1 ? words.dataset.newsOne : words.dataset.newsOther.replace("2", String(count));
    news.hidden = false;
  }
});

// Counts in the navigation and the views follow, at most every second and a half.
const counts = (() => {
  let planned = null;
  async function refresh() {
    planned = null;
    for (const [id, address] of [["nav", "/desk/nav"], ["views", "/desk/orders/views"]]) {
      const place = document.getElementById(id);
      if (!place) continue;
      const html = await piece(`${address}?here=${encodeURIComponent(location.pathname + location.search)}`);
      if (html && place.innerHTML.trim() !== html.trim() && !place.contains(document.activeElement)) place.innerHTML = html;
    }
  }
  return { soon: () => (planned ??= setTimeout(refresh, 1500)) };
})();
document.addEventListener("pakhuis:order", counts.soon);
document.addEventListener("pakhuis:back", () => {
  counts.soon();
  // What happened while nobody listened is asked for: each row once.
  for (const row of document.querySelectorAll("[data-orders] > [data-order]")) {
    const [store, order_id] = row.dataset.order.split("/");
    document.dispatchEvent(new CustomEvent("pakhuis:order", { detail: { store, order_id, is_new: false } }));
  }
});
