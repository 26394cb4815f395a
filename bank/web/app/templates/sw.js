// Off line the app still opens and says so; a push wakes the telephone. Nothing of the bank's answers is kept.

const SHELL = "securpass-shell-{{ digest }}";
const FILES = {{ files }};
const WORDS = {{ words }};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith("securpass-shell-") && name !== SHELL);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || pathname.includes("/api/")) return;
  event.respondWith(fetch(event.request).catch(() => caches.match(event.request, { ignoreSearch: true }).then((kept) => kept ?? Response.error())));
});

function languageOf(clients) {
  const shown = clients.map((client) => /\/app\/([a-z]{2})\//.exec(client.url)?.[1]).find((code) => code in WORDS);
  return shown ?? (navigator.language.slice(0, 2) in WORDS ? navigator.language.slice(0, 2) : Object.keys(WORDS)[0]);
}

self.addEventListener("push", (event) => {
  event.waitUntil(
    (async () => {
      const clients = await self.clients.matchAll({ type: "window" });
      for (const client of clients) client.postMessage({});
      let operation = "";
      try {
        operation = event.data?.json().operation ?? "";
      } catch {
        // Whatever came, it wakes.
      }
      const language = languageOf(clients);
      await self.registration.showNotification("Sécur'Pass", {
        body: WORDS[language],
        tag: operation || "waiting",
        lang: language,
        data: { operation: /^[0-9a-f]{32}$/.test(operation) ? operation : "", language },
      });
    })(),
  );
});

self.addEventListener("notificationclick", (event) => {
  const { operation, language } = event.notification.data;
  event.notification.close();
  event.waitUntil(
    (async () => {
      const [client] = await self.clients.matchAll({ type: "window" });
      if (client) {
        client.postMessage({ operation });
        return client.focus();
      }
      const hash = operation ? `#operation=${operation}` : "";
      return self.clients.openWindow(`${self.registration.scope}${language}/${hash}`);
    })(),
  );
});
