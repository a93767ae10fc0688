// The service worker: registers open without a connection, and marks leave when the page is closed.
// It answers GET requests of this origin only, and only for pages and their static files; it stores a page only when
// the server says for whom (the header Muster-Keep), and shows it to nobody else. `self.muster` comes from the server.
{
  const { build, frame, register, hashed, fallback, login } = self.muster;
  const { marks, meta, forget, channel } = self.musterStore;
  const { send, whoAmI } = self.musterSend;
  const SHELL = `muster-shell-${build}`;
  const PAGES = `muster-pages-${build}-`;
  const files = new Set([...frame, ...register].map((address) => new URL(address, self.location).pathname));
  const FRESH = 24 * 3600_000; // a page that is older goes, unless marks of it wait
  const PATIENCE = 4_000; // a connection that hangs is as good as none, where a page is kept

  /* ---------- a new build: its files first, then its pages; nothing of the old one stays ---------- */

  self.addEventListener("install", (event) => {
    event.waitUntil(stock(frame).then(() => self.skipWaiting()));
  });

  // A name with a hash in it never means other bytes, so what a page has loaded is not fetched again.
  async function stock(addresses) {
    const cache = await caches.open(SHELL);
    const there = await Promise.all(addresses.map((address) => cache.match(address)));
    const missing = addresses.filter((_, place) => !there[place]);
    await cache.addAll(missing.map((address) => new Request(address, { cache: hashed ? "default" : "reload" })));
  }

  self.addEventListener("activate", (event) => {
    event.waitUntil(
      (async () => {
        await self.registration.navigationPreload?.enable();
        const owner = await meta.get("owner");
        const old = (await caches.keys()).filter(
          (name) => name.startsWith("muster-") && name !== SHELL && !name.startsWith(PAGES),
        );
        const addresses = [];
        for (const name of old) {
          if (owner && name.startsWith("muster-pages-") && name.endsWith(`-${owner}`)) {
            for (const request of await (await caches.open(name)).keys()) addresses.push(request.url);
          }
        }
        await Promise.all(addresses.map(fetchAndKeep));
        await Promise.all(old.map((name) => caches.delete(name)));
        await self.clients.claim();
      })(),
    );
  });

  /* ---------- pages ---------- */

  async function keep(response) {
    const owner = response.headers.get("Muster-Keep");
    if (!owner || !response.ok || response.redirected) return;
    if (owner !== (await meta.get("owner"))) await change(owner);
    const cache = await caches.open(PAGES + owner);
    const path = new URL(response.url).pathname;
    if (path !== fallback) await stock(register);
    await cache.put(path, response);
    channel?.postMessage({ kind: "kept", owner });
    // Where one lands without a connection belongs to every register that is kept.
    if (path !== fallback && !(await cache.match(fallback))) await fetchAndKeep(new URL(fallback, self.location).href);
  }

  // Somebody else uses the browser now: pages of the one before are nobody's business. Their marks wait for them.
  async function change(owner) {
    const before = await meta.get("owner");
    if (before && before !== owner) await forget(before);
    await meta.set("owner", owner);
  }

  async function fetchAndKeep(address) {
    try {
      const response = await fetch(address, { credentials: "same-origin", redirect: "error" });
      await keep(response);
    } catch {
      // It is kept when it is next opened.
    }
  }

  async function kept(address) {
    const owner = await meta.get("owner");
    if (!owner) return undefined;
    const cache = await caches.open(PAGES + owner);
    return cache.match(new URL(address).pathname);
  }

  async function tidy() {
    const owner = await meta.get("owner");
    if (!owner) return;
    const cache = await caches.open(PAGES + owner);
    const waiting = new Set((await marks.of(owner)).map((mark) => mark.session));
    for (const request of await cache.keys()) {
      const path = new URL(request.url).pathname;
      if (path === fallback || [...waiting].some((session) => path.includes(session))) continue;
      const date = Date.parse((await cache.match(request)).headers.get("Date") ?? "");
      if (!(Date.now() - date < FRESH)) await cache.delete(request);
    }
  }

  async function fromServer(event) {
    const response = (await event.preloadResponse) ?? (await fetch(event.request));
    if (response.headers.has("Muster-Keep")) event.waitUntil(keep(response.clone()));
    // The server asks who is there: nobody is signed in any more.
    if (response.ok && new URL(response.url).pathname === login) event.waitUntil(signedOut());
    return response;
  }

  async function signedOut() {
    const owner = await meta.get("owner");
    if (owner) await forget(owner);
    await meta.set("owner", "");
  }

  async function page(event) {
    const copy = await kept(event.request.url);
    const answer = fromServer(event);
    try {
      if (!copy) return await answer;
      event.waitUntil(answer.catch(() => null));
      const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, copy));
      const first = await Promise.race([answer, late]);
      // A proxy without a server behind it.
      return [502, 503, 504].includes(first.status) ? copy : first;
    } catch {
      return copy ?? (await kept(new URL(fallback, self.location))) ?? Response.error();
    }
  }

  async function file(request) {
    if (hashed) return (await caches.match(request)) ?? fetch(request);
    // Without a hash in its name a file may have changed.
    try {
      return await fetch(request);
    } catch {
      return (await caches.match(request)) ?? Response.error();
    }
  }

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) return;
    if (request.mode === "navigate") event.respondWith(page(event));
    else if (files.has(url.pathname)) event.respondWith(file(request));
  });

  /* ---------- what pages ask for, and what the browser wakes us for ---------- */

  self.addEventListener("message", (event) => {
    if (event.data?.kind !== "keep") return;
    event.waitUntil(
      (async () => {
        await tidy();
        for (const address of event.data.addresses) await fetchAndKeep(new URL(address, self.location).href);
      })(),
    );
  });

  async function sendWhatWaits() {
    const { owner, token } = await whoAmI();
    if (!owner) return;
    const { state } = await send(owner, token);
    // The browser tries again, with growing delay, when this fails.
    if (state === "offline" || state === "later") throw new Error(state);
  }

  self.addEventListener("sync", (event) => {
    if (event.tag === "muster-marks") event.waitUntil(sendWhatWaits());
  });
}
