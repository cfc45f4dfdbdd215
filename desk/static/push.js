// Turning notices on and off for the device that this page is open on.
"use strict";

const section = document.querySelector("[data-push]");
const form = section.querySelector("form");
const problem = section.querySelector("[data-push-problem]");

function state(name) {
  for (const each of section.querySelectorAll("[data-push-state]")) each.hidden = each.dataset.pushState !== name;
  for (const each of section.querySelectorAll("[data-push-button]")) each.hidden = each.dataset.pushButton !== name;
  form.hidden = name !== "on" && name !== "off";
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function fingerprint(endpoint) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(hash)].map((each) => each.toString(16).padStart(2, "0")).join("");
}

async function subscribed() {
  const registration = await navigator.serviceWorker.getRegistration("/desk/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

// A subscription is bound to the key it was made with: one of an older key is of no use.
function isOurs(subscription) {
  const bound = subscription.options.applicationServerKey;
  return !bound || text(bound) === section.dataset.push;
}

async function begin() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return;
  if (Notification.permission === "denied") {
    state("denied");
    return;
  }
  const subscription = await subscribed();
  const known = subscription && (await fingerprint(subscription.endpoint));
  const row = [...document.querySelectorAll("[data-device]")].find((each) => each.dataset.device === known);
  if (row) {
    row.querySelector("[data-this]").hidden = false;
    row.querySelector("[data-push-off]").addEventListener("submit", turnOff);
    const chosen = JSON.parse(row.dataset.choice);
    for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = chosen[box.name].includes(box.value);
  }
  state(row ? "on" : "off");
}

async function turnOn(event) {
  event.preventDefault();
  problem.hidden = true;
  if ((await Notification.requestPermission()) !== "granted") {
    state(Notification.permission === "denied" ? "denied" : "off");
    return;
  }
  try {
    await navigator.serviceWorker.register("/desk/push/worker.js", { scope: "/desk/" });
    const registration = await navigator.serviceWorker.ready;
    const old = await registration.pushManager.getSubscription();
    if (old && !isOurs(old)) await old.unsubscribe();
    const subscription = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(section.dataset.push),
    });
    form.elements.endpoint.value = subscription.endpoint;
    form.elements.p256dh.value = text(subscription.getKey("p256dh"));
    form.elements.auth.value = text(subscription.getKey("auth"));
  } catch {
    problem.hidden = false;
    return;
  }
  form.submit();
}

async function turnOff(event) {
  event.preventDefault();
  const row = event.target;
  try {
    await (await subscribed())?.unsubscribe();
  } catch {
    // The server forgets it all the same.
  }
  row.submit();
}

form.addEventListener("submit", turnOn);
begin();
