// Shows what the server tells this device, and opens it. It keeps no page, and stands between nobody and the server.
"use strict";

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url));
});

async function show(data) {
  let said = {};
  try {
    said = data.json();
  } catch {
    // A browser that shows nothing for a message loses its permission: then the desk's name has to do.
  }
  const tag = said.kind ?? "";
  const shown = tag ? await self.registration.getNotifications({ tag }) : [];
  // The same message once more, after something went wrong in between, makes no sound again.
  const isKnown = shown.some((each) => each.data?.id === said.id);
  await self.registration.showNotification(said.title ?? "Pakhuis", {
    body: said.body ?? "",
    lang: said.language ?? "",
    tag,
    renotify: Boolean(tag) && !isKnown,
    data: { id: said.id, url: said.url },
  });
}

async function open(wanted) {
  let url = new URL(wanted ?? "/desk", self.location.origin);
  if (url.origin !== self.location.origin || !`${url.pathname}/`.startsWith("/desk/")) url = new URL("/desk", self.location.origin);
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // A page that stands there already is shown; no page that somebody works in is taken away.
  const there = windows.find((each) => new URL(each.url).pathname === url.pathname);
  return there ? there.focus() : self.clients.openWindow(url.href);
}
