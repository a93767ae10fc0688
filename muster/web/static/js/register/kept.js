// The page of what this browser keeps: registers that open without a connection, and marks that have not arrived.
import * as paper from "./paper.js";
import "./store.js";
import "./send.js";
import { button, config, element, icon, say } from "./words.js";

const { marks, channel } = self.musterStore;
const { send } = self.musterSend;
const { owner } = config;
const waiting = document.querySelector("#kept-marks");
const pages = document.querySelector("#kept-pages");
const nothing = document.querySelector("[data-nothing]");
const others = document.querySelector("[data-others]");

async function keptPages() {
  if (!("caches" in self)) return [];
  const found = new Map();
  for (const name of await caches.keys()) {
    if (!name.startsWith("muster-pages-") || !name.endsWith(`-${owner}`)) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const { pathname } = new URL(request.url);
      if (!/\/(sessions|results|marks)\//.test(pathname)) continue;
      const html = new DOMParser().parseFromString(await (await cache.match(request)).text(), "text/html");
      const text = (selector) => html.querySelector(selector)?.textContent.trim() ?? "";
      const starts = html.querySelector("#register")?.dataset.starts ?? "";
      found.set(pathname, { pathname, title: text("h1"), when: text(".reg-head .kicker"), starts });
    }
  }
  return [...found.values()].sort((one, two) => (one.starts < two.starts ? -1 : 1));
}

function group(entries) {
  const [{ title, url, session }] = entries;
  const turned = entries.filter((mark) => mark.refused);
  const reasons = [...new Set(turned.map((mark) => mark.refused.message))].join(" ");
  return element(
    "section",
    { class: "card" },
    element("header", {}, element("h2", {}, element("a", { class: "t", href: url }, title))),
    element(
      "div",
      { class: "body stack-s" },
      turned.length ? element("p", { class: "bad strong" }, `${say("refused", { n: turned.length })} ${reasons}`) : null,
      paper.list(entries),
      element(
        "div",
        { class: "cluster" },
        ...paper.ways(title, session, entries).filter(Boolean),
        turned.length
          ? button(say("send_again"), "undo", () => marks.amend(turned, { refused: null }).then(() => send(owner)).then(draw))
          : button(say("try_now"), "undo", () => send(owner).then(draw)),
        turned.length ? button(say("discard", { n: turned.length }), "trash", () => marks.drop(turned).then(draw)) : null,
      ),
    ),
  );
}

async function draw() {
  const all = await marks.of(owner);
  const sessions = [...new Set(all.map((mark) => mark.session))];
  waiting.replaceChildren(...sessions.map((session) => group(all.filter((mark) => mark.session === session))));
  const list = await keptPages();
  pages.replaceChildren(
    ...list.map((one) =>
      element(
        "li",
        {},
        element("div", {}, element("a", { class: "t", href: one.pathname }, one.title), element("p", { class: "s" }, one.when)),
        icon("reg"),
      ),
    ),
  );
  pages.closest("section").hidden = list.length === 0;
  nothing.hidden = list.length > 0 || all.length > 0;
  others.hidden = (await marks.ofOthers(owner)) === 0;
  document.querySelector("[data-is-offline]").hidden = navigator.onLine;
}

channel?.addEventListener("message", draw);
self.addEventListener("muster:queue", draw);
addEventListener("online", draw);
addEventListener("offline", draw);
draw();
