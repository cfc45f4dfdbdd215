// The order page follows its order: told of news by the server, or else looking now and then. Without this file
// the page is as it was when it was opened, and a link shows it anew.
"use strict";

const POLL_EVERY = 15000;
const page = document.getElementById("page");
const follows = document.getElementById("follows");
const news = document.getElementById("news");
let source = null;
let timer = null;
let isOver = false;

// Put the page as it is now in the place of the page as it was: what was open stays open, and who was at a link
// or a button stays there.
async function refresh() {
  let answer;
  try {
    answer = await fetch(page.dataset.address, { cache: "no-store", redirect: "error" });
  } catch {
    return; // No connection: the next time shows it.
  }
  if (!answer.ok) {
    if (answer.status < 500) stop(); // This browser may look no longer; what is there stays readable.
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("page");
  if (!fresh || fresh.dataset.version === page.dataset.version) return;
  const at = page.contains(document.activeElement) ? document.activeElement : null;
  const place = at?.id || at?.closest("[id]")?.id;
  for (const open of page.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
  }
  page.replaceChildren(...fresh.childNodes);
  page.dataset.version = fresh.dataset.version;
  if (at && at !== page) {
    const same = place && place !== "page" ? document.getElementById(place) : null;
    (same?.querySelector("summary") ?? same ?? page).focus({ preventScroll: true });
  }
  news.textContent = follows.dataset.changed.replace("…", page.querySelector("h1").textContent);
  if (fresh.dataset.follows === undefined) stop(); // Nothing happens to this order any more.
}

function listen() {
  if (isOver || source || timer || document.hidden) return;
  if (!page.dataset.live) {
    poll();
    return;
  }
  source = new EventSource(page.dataset.live);
  source.addEventListener("news", (event) => {
    say("byItself");
    if (event.data !== page.dataset.version) refresh();
  });
  source.addEventListener("error", () => {
    if (source && source.readyState === EventSource.CLOSED) {
      close();
      poll();
    }
  });
}

function poll() {
  say("nowAndThen");
  timer = setInterval(refresh, POLL_EVERY);
  refresh();
}

function close() {
  source?.close();
  source = null;
  clearInterval(timer);
  timer = null;
}

function stop() {
  isOver = true;
  follows.hidden = true;
  page.classList.remove("following");
  close();
}

function say(how) {
  follows.textContent = follows.dataset[how];
  follows.hidden = false;
  page.classList.add("following"); // Nobody need look for themselves.
}

if (page.dataset.follows !== undefined) {
  // A page in the background holds no connection, and catches up when it is looked at.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : listen()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", listen);
  listen();
}
