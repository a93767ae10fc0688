// On every page of those who mark registers: how many marks wait in this browser, the service worker, the registers of
// today kept for later, and a sign-out that loses nothing unsaid.
import "./register/store.js";
import "./register/send.js";

const { marks, meta, forget, channel } = self.musterStore;
const { send, whoAmI } = self.musterSend;

const tray = document.querySelector("[data-tray]");
const { owner, worker } = tray.dataset;
const words = JSON.parse(tray.dataset.words);
const KEEP_AGAIN = 10 * 60_000;
const TRY_AGAIN = 60_000;
const HERE = ["/", "/institution/attendance"]; // where registers are begun from

/* ---------- whose browser this is now ---------- */

async function settleIn() {
  const before = await meta.get("owner");
  if (before && before !== owner) await forget(before);
  if (before !== owner) await meta.set("owner", owner);
}

/* ---------- the queue in the top bar ---------- */

async function draw() {
  const all = await marks.of(owner);
  const refused = all.filter((mark) => mark.refused).length;
  tray.hidden = all.length === 0;
  tray.dataset.tone = refused ? "bad" : "";
  tray.querySelector(".count").textContent = all.length;
  const words_ = refused ? words.refused : words.waiting;
  tray.setAttribute("aria-label", words_.replace("{n}", refused || all.length));
  return all.length - refused;
}

let timer = 0;
let trying = false;

// The register and the results sheet send their own; elsewhere this does.
async function empty() {
  if (trying || !(await draw())) return;
  trying = true;
  clearTimeout(timer);
  if (!document.querySelector("#register, #results")) await send(owner);
  trying = false;
  if (await draw()) timer = setTimeout(empty, TRY_AGAIN);
}

/* ---------- registers of today, for when there is no connection ---------- */

async function keepToday(registration) {
  const path = location.pathname;
  if (!HERE.some((start) => path === start || (start !== "/" && path.startsWith(start)))) return;
  const last = (await meta.get(`kept ${owner}`)) ?? 0;
  if (Date.now() - last < KEEP_AGAIN) return;
  const me = await whoAmI();
  if (me.owner !== owner) return;
  await meta.set(`kept ${owner}`, Date.now());
  registration.active?.postMessage({ kind: "keep", addresses: [tray.getAttribute("href"), ...me.registers] });
}

async function employ() {
  if (!("serviceWorker" in navigator)) return;
  // The first page came before there was a worker that could keep it.
  const first = !navigator.serviceWorker.controller && document.querySelector("#register, #results");
  try {
    await navigator.serviceWorker.register(worker, { updateViaCache: "none" });
    const registration = await navigator.serviceWorker.ready;
    if (first) registration.active?.postMessage({ kind: "keep", addresses: [location.pathname] });
    await keepToday(registration);
  } catch {
    // Without a worker marks wait all the same; only the page cannot be opened again without a connection.
  }
}

/* ---------- signing out ---------- */

const dialog = document.querySelector("#dlg-sign-out");
let leaving = null;

async function leave(options) {
  await forget(owner, options);
  await meta.set("owner", "");
  await meta.set(`kept ${owner}`, 0);
  leaving.submit();
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  event.preventDefault();
  leaving = event.target;
  marks.of(owner).then(
    (all) => {
      if (!all.length) return leave();
      dialog.querySelector("[data-number]").textContent = all.length;
      document.querySelector("#me-menu")?.hidePopover();
      return dialog.showModal();
    },
    () => leaving.submit(),
  );
});
dialog.querySelector("[data-lose]").addEventListener("click", () => leave({ marksToo: true }));
dialog.querySelector("[data-send]").addEventListener("click", async () => {
  await send(owner);
  const left = (await marks.of(owner)).length;
  if (!left) return leave();
  dialog.querySelector("[data-number]").textContent = left;
  dialog.querySelector("[data-still]").hidden = false;
  return undefined;
});

let drawing = 0;

function drawSoon() {
  clearTimeout(drawing);
  drawing = setTimeout(draw, 200);
}

self.addEventListener("muster:queue", drawSoon);
channel?.addEventListener("message", drawSoon);
addEventListener("online", empty);
addEventListener("pageshow", (event) => event.persisted && empty());
settleIn().then(empty);
if (document.readyState === "complete") employ();
else addEventListener("load", employ);
