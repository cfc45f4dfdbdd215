// Choosing many orders: whole stretches at once, kept while one searches, pages or looks into an order. Another view
// is other work, and begins with nothing chosen.
"use strict";

(() => {
  const form = document.getElementById("bulk");
  if (!form) return;
  const KEPT = "pakhuis.chosen";
  const MOST = 1000;
  const all = form.elements.all;
  const said = form.querySelector("[data-chosen]");
  const none = form.querySelector("[data-none]");
  const view = document.querySelector("form.search input[name=view]")?.value ?? "";
  let chosen = new Set(kept());
  let last = null; // The box that was ticked before, where a stretch begins.
  let isShift = false;
  let isPrinting = false;

  function kept() {
    try {
      const was = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
      return was.view === view && Array.isArray(was.names) ? was.names.filter((name) => typeof name === "string") : [];
    } catch {
      return []; // A browser that keeps nothing: then the choice lasts as long as the page.
    }
  }
  function keep() {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ view, names: [...chosen] }));
    } catch {
      // The same.
    }
  }
  const boxes = () => [...document.querySelectorAll('[data-orders] input[name="order"]')];
  const count = (words, number) => words.replace(/\d+/, String(number));

  function show() {
    const here = boxes();
    for (const box of here) {
      box.checked = all.checked || chosen.has(box.value);
      box.disabled = all.checked;
    }
    const onPage = here.filter((box) => chosen.has(box.value)).length;
    const whole = document.querySelector("[data-page-box]");
    if (whole) {
      whole.hidden = false;
      const box = whole.querySelector("input");
      box.checked = here.length > 0 && (all.checked || onPage === here.length);
      box.indeterminate = !box.checked && onPage > 0;
      box.disabled = all.checked;
    }
    if (all.checked) said.textContent = document.querySelector("[data-how-many]")?.textContent ?? "";
    else if (chosen.size) {
      const words = form.dataset;
      const elsewhere = chosen.size - onPage;
      const parts = [count(chosen.size === 1 ? words.one : words.other, chosen.size)];
      if (elsewhere) parts.push(count(elsewhere === 1 ? words.elsewhereOne : words.elsewhereOther, elsewhere));
      said.textContent = parts.join(" · ");
    }
    // The bar is there once there is something to do it with.
    none.hidden = false;
    form.hidden = !all.checked && chosen.size === 0;
  }
  function choose(names, isChosen) {
    for (const name of names) {
      if (!isChosen) chosen.delete(name);
      else if (chosen.size < MOST) chosen.add(name);
    }
    keep();
    show();
  }

  document.addEventListener("keydown", (event) => (isShift = event.shiftKey), true);
  document.addEventListener("keyup", (event) => {
    // A space ticks when it is let go; the shift key may be up a moment before.
    if (event.key !== " ") isShift = event.shiftKey;
  }, true);
  document.addEventListener("pointerdown", (event) => (isShift = event.shiftKey), true);

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box === all) show();
    else if (box.closest?.("[data-page-box]")) choose(boxes().map((each) => each.value), box.checked);
    else if (box.name === "order" && box.form === form) {
      const here = boxes();
      const from = here.findIndex((each) => each.value === last);
      const to = here.indexOf(box);
      const stretch = isShift && from >= 0 ? here.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
      last = box.value;
      choose(stretch.map((each) => each.value), box.checked);
    }
  });

  // "x" ticks the row where one is.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.activeElement?.closest("[data-orders] tr")?.querySelector('input[name="order"]');
    if (box) box.click();
  });

  none.addEventListener("click", () => {
    all.checked = false;
    chosen.clear();
    keep();
    show();
    // The bar goes, and the cursor with it: back to the list.
    (boxes()[0] ?? document.getElementById("page")).focus();
  });

  form.addEventListener("submit", ({ submitter }) => {
    for (const old of form.querySelectorAll("[data-elsewhere]")) old.remove();
    const here = new Set(boxes().map((box) => box.value));
    for (const name of chosen) {
      if (all.checked || here.has(name)) continue;
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "order";
      field.value = name;
      field.dataset.elsewhere = "yes";
      form.append(field);
    }
    const kind = submitter?.name === "do" ? submitter.value : form.elements.kind.value;
    const isPaper = [...form.querySelector("optgroup").children].some((paper) => paper.value === kind);
    if (isPaper) {
      // The paper opens beside the list: the same orders are often wanted once more.
      form.target = "_blank";
      isPrinting = true;
      setTimeout(() => {
        delete form.dataset.sent;
        isPrinting = false;
      }, 500);
    } else {
      // A paper was asked for just now: that holds up no step.
      if (isPrinting) delete form.dataset.sent;
      form.removeAttribute("target");
      try {
        sessionStorage.removeItem(KEPT);
      } catch {
        // Nothing is kept then.
      }
    }
  });

  // Back from a job: what was chosen there is done with.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    chosen = new Set(kept());
    all.checked = false;
    show();
  });
  // A search or another view brings other rows, and what happens to an order a fresh one.
  new MutationObserver((changes) => {
    if (changes.some((change) => !form.contains(change.target))) show();
  }).observe(document.getElementById("page"), { childList: true, subtree: true });
  show();
})();
