// Shows times as the clock on the wall does, and new mails as they come, without losing what one types.
"use strict";

function tellTimes() {
  const today = new Date().toDateString();
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    const day = at.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
    time.textContent = at.toDateString() === today ? clock : `${day}, ${clock}`;
    time.title = at.toISOString();
  }
}

async function lookForNew() {
  const list = document.getElementById("mails");
  if (!list || document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("mails");
    if (fresh && fresh.innerHTML !== lookForNew.seen) {
      const focused = document.activeElement?.getAttribute("href");
      lookForNew.seen = fresh.innerHTML;
      list.replaceChildren(...fresh.childNodes);
      tellTimes();
      if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    }
    document.body.classList.remove("away");
  } catch {
    document.body.classList.add("away");
  }
}

lookForNew.seen = document.getElementById("mails")?.innerHTML;
tellTimes();
if (lookForNew.seen !== undefined) {
  setInterval(lookForNew, 2000);
  document.addEventListener("visibilitychange", lookForNew);
}
