// The packing table without a reload: each scan is counted while the next one is read, and is heard.
"use strict";

const table = document.querySelector("[data-pack]");
const scanForm = document.querySelector("[data-scan]");
const scanInput = scanForm?.querySelector("input[name=code]");

// Sounds: two short ones for what fits, a low one for what stops.
const sound = (() => {
  let context = null;
  const notes = {
    right: [[880, 0, 0.08, 0.08]],
    complete: [[660, 0, 0.09, 0.1], [990, 0.1, 0.16, 0.1]],
    wrong: [[180, 0, 0.22, 0.3], [140, 0.24, 0.3, 0.3]],
  };
  return (name) => {
    if (!notes[name] || !globalThis.AudioContext) return;
    try {
      context ??= new AudioContext();
      for (const [pitch, after, seconds, volume] of notes[name]) {
        const tone = context.createOscillator();
        const gain = context.createGain();
        const at = context.currentTime + after;
        tone.type = name === "wrong" ? "square" : "sine";
        tone.frequency.value = pitch;
        gain.gain.setValueAtTime(volume, at);
        gain.gain.exponentialRampToValueAtTime(0.001, at + seconds);
        tone.connect(gain).connect(context.destination);
        tone.start(at);
        tone.stop(at + seconds);
      }
    } catch {
      // A table without a loudspeaker: the sentence is there.
    }
  };
})();

function say(text) {
  const said = document.getElementById("said");
  said.className = "said bad";
  said.textContent = text;
  sound("wrong");
}

// Pieces of the page take the place of those with the same id.
function draw(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const fresh of [...template.content.children]) {
    const old = fresh.id && document.getElementById(fresh.id);
    if (!old) continue;
    const weight = old.querySelector("#weight")?.value;
    old.replaceWith(fresh);
    if (weight && fresh.querySelector("#weight")) fresh.querySelector("#weight").value = weight;
  }
  const said = document.getElementById("said");
  sound(said?.dataset.sound);
  const box = document.getElementById("box");
  if (box?.dataset.complete) box.querySelector("#weight")?.focus();
  else scanInput?.focus();
}

// One after the other, in the order they were scanned. A scan that got no answer is sent again under its own id.
let line = Promise.resolve();
function send(address, fields) {
  line = line.then(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(address, {
          method: "POST",
          headers: { "HX-Request": "true" },
          body: new URLSearchParams(fields),
        });
        const elsewhere = answer.headers.get("HX-Redirect");
        if (elsewhere) return location.assign(elsewhere);
        if (answer.ok) return draw(await answer.text());
        if (answer.status < 500) return location.reload();
      } catch {
        // No answer: it may have been counted or not. Its id tells.
      }
      if (attempt === 3) return say(table.dataset.away);
      await new Promise((resolve) => setTimeout(resolve, 400 * attempt));
    }
  });
}

scanForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = scanInput.value;
  scanInput.value = "";
  if (!code.trim()) return;
  send(scanForm.action, { code, parcel: scanForm.elements.parcel.value, scan_id: `scan-${crypto.randomUUID()}` });
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-counts]");
  if (!form || !scanForm) return;
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form, event.submitter));
  send(form.action, { ...fields, scan_id: `hand-${crypto.randomUUID()}` });
}, true);

// One article too many, scanned while the cursor waits for the weight, is a scan and no weight. What somebody means as
// a weight, though not in whole grams, is for the page to answer.
const MEANT_AS_WEIGHT = /[\s,]|^\d{1,7}(\.\d*)?(g|gr|gram|grams|kg|kilo)?$/i;
document.addEventListener("submit", (event) => {
  const weight = event.target.closest("#box form")?.elements.weight_grams;
  const typed = weight?.value.trim();
  if (!typed || !scanForm || MEANT_AS_WEIGHT.test(typed)) return;
  event.preventDefault();
  event.stopPropagation();
  weight.value = "";
  send(scanForm.action, { code: typed, parcel: scanForm.elements.parcel.value, scan_id: `scan-${crypto.randomUUID()}` });
}, true);

// A scanner types wherever the cursor is: what is typed nowhere goes to the scan field.
document.addEventListener("keydown", (event) => {
  if (!scanInput || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  if (event.key === " " && event.target.closest("a, button, summary")) return;
  if (!event.target.closest("input, select, textarea")) scanInput.focus();
}, true);
document.addEventListener("click", (event) => {
  if (scanInput && !event.target.closest("a, button, input, select, textarea, label, summary") && !String(getSelection())) {
    scanInput.focus();
  }
});

// While the page is open the order stays claimed; who takes it over is named at once, and so is a change of the order.
let isLeaving = false;
addEventListener("submit", (event) => {
  if (!event.defaultPrevented) isLeaving = true;
});
addEventListener("pageshow", () => {
  isLeaving = false;
});

async function stay() {
  const held = document.getElementById("held");
  if (!held || isLeaving) return;
  if (held.matches(".notice")) return location.reload();
  const answer = await fetch(table.dataset.claim, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.status === 204 || isLeaving) return;
  held.outerHTML = await answer.text();
  sound("wrong");
}
if (table && document.getElementById("held")) {
  setInterval(() => document.querySelector("#held.notice") || stay(), 4 * 60 * 1000);
  document.addEventListener("pakhuis:order", ({ detail }) => {
    if (`${detail.store}/${detail.order_id}` === table.dataset.pack) stay();
  });
  document.addEventListener("pakhuis:back", () => document.querySelector("#held.notice") || stay());
}
