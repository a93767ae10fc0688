// What is entered on a page goes into the browser's queue first, then on its way. Keeps the queue of one register or
// one results sheet, sends it, hears of what stands, and says what is saved, waits or was refused.
import * as paper from "./paper.js";
import "./store.js";
import "./send.js";
import { button, config, element, icon, say } from "./words.js";

const { marks, known, meta, channel, lasts } = self.musterStore;
const { send, whoAmI, learnTime } = self.musterSend;

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
const LOOK_AGAIN = 20_000;
const SECOND = 1_000;
const CLOSE = 5_000; // clocks this near to each other are taken for equal

const { owner, session } = config;

/**
 * What the page gives: the `address` that tells what stands, `isLocked()`, and what it does on being told:
 * `take(data, sent, {whole, begun})` an answer, `reread(before, queue)` what waits now, `waits(queue)` to draw what waits,
 * `told(record, at)` what was answered since a kept page was drawn, `started(said)`, `dropped(entries)`.
 */
export class Outbox {
  queue = new Map(); // what of this page has not arrived, by `enrolment`
  #storing = new Map(); // what of it is not on disk yet
  #token = config.token;
  #state = "done"; // of the last flight
  #flying = null; // the flight under way
  #again = false;
  #wait = FIRST_WAIT;
  #timer = 0;
  #skew = 0;
  #lasting = true;
  #last = 0;
  #saidState = "saved";
  #drawing = 0;
  #notes = document.querySelector("#reg-notes");
  #shownNotes = new Map();
  #save = document.querySelector(".save");

  constructor(page, announce) {
    this.page = page;
    this.announce = announce;
    this.#listen();
  }

  /* ---------- time: the server's, as well as it is known here ---------- */

  now() {
    return Date.now() + this.#skew;
  }

  /** Later than everything that was entered, and than what is known: whoever changes something has seen it. */
  moment(known = 0) {
    this.#last = Math.max(this.now(), this.#last, known + 1);
    return this.#last;
  }

  async #setClock() {
    const here = Date.parse(config.now) - Date.now();
    // A page from the queue of kept pages tells an old time; then the clock is asked about.
    if (Math.abs(here) < CLOSE) this.#skew = Math.min(0, here);
    else this.#skew = (await meta.get("skew")) ?? 0;
  }

  /* ---------- the way out ---------- */

  /** Keep what was entered, and send it. */
  async keep(entries) {
    const kept = entries.map((entry) => ({
      owner,
      session,
      tried: false,
      refused: null,
      title: config.title,
      url: location.pathname,
      ...entry,
    }));
    for (const entry of kept) {
      this.queue.set(entry.enrolment, entry);
      this.#storing.set(entry.enrolment, entry);
    }
    // "Saved" is never said of what is not.
    if (this.#save.dataset.s === "saved") this.#drawNow();
    else this.draw();
    await marks.keep(kept);
    for (const entry of kept) {
      if (this.#storing.get(entry.enrolment) === entry) this.#storing.delete(entry.enrolment);
    }
    this.fly();
  }

  /** Send what waits; resolves when it has arrived, or cannot for now. */
  fly = () => {
    this.#again = true;
    this.#flying ??= this.#run();
    return this.#flying;
  };

  async #run() {
    clearTimeout(this.#timer);
    while (this.#again) {
      this.#again = false;
      this.draw();
      const result = await send(owner, this.#token);
      this.#state = result.state;
      if (result.state === "signed-out" || result.state === "somebody-else") this.#token = "";
      if (result.state === "offline" || result.state === "later") {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(this.fly, Math.max(result.wait ?? 0, this.#wait * (0.75 + Math.random() / 2)));
        this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
        this.#askToWake();
        // What is entered meanwhile goes with the next try.
        this.#again = false;
      } else this.#wait = FIRST_WAIT;
      await this.reread();
    }
    this.#flying = null;
  }

  // The browser wakes the worker when there is a connection, even when this page is closed by then.
  async #askToWake() {
    try {
      const registration = await navigator.serviceWorker?.getRegistration();
      await registration?.sync?.register("muster-marks");
    } catch {
      // Then it is sent when the page is opened again.
    }
  }

  /** Everything on its way has arrived; false where something still waits. */
  async settled() {
    await this.fly();
    return ![...this.queue.values()].some((entry) => !entry.refused);
  }

  /** The token of the sign-in, to send something else with. */
  async token() {
    return this.#token || (await whoAmI()).token;
  }

  /* ---------- the way back ---------- */

  // The queue as it is on disk, and the page by it.
  reread = async () => {
    const entries = await marks.of(owner, session);
    const before = this.queue;
    this.queue = new Map([...entries.map((entry) => [entry.enrolment, entry]), ...this.#storing]);
    this.page.reread(before, this.queue);
    this.draw();
  };

  /** Look whether others entered something meanwhile. */
  look = async () => {
    const begun = this.now();
    try {
      const response = await fetch(this.page.address, {
        headers: { Accept: "application/json" },
        cache: "no-store",
        signal: AbortSignal.timeout(LOOK_AGAIN),
      });
      const at = await learnTime(response);
      if (!response.ok) return;
      this.#skew = at ? at - Date.now() : this.#skew;
      const { data } = await response.json();
      await known.learn(owner, session, at || Date.now(), data);
      this.page.take(data, [], { whole: true, begun });
      if (this.#state === "offline") this.fly();
    } catch {
      if (this.#state === "done" && !this.queue.size) {
        this.#state = "offline";
        this.draw();
      }
    }
  };

  /* ---------- saying it ---------- */

  note(name, box) {
    const old = this.#shownNotes.get(name);
    if (!box) {
      old?.remove();
      this.#shownNotes.delete(name);
    } else if (!old || old.textContent !== box.textContent) {
      if (old) old.replaceWith(box);
      else this.#notes.append(box);
      this.#shownNotes.set(name, box);
    }
  }

  noteBox(tone, shape, sentences, acts) {
    const words = sentences.filter(Boolean).map((text, index) => element(index ? "span" : "b", {}, index ? ` ${text}` : text));
    return element(
      "div",
      { class: "note-box reg-note", "data-tone": tone },
      icon(shape),
      element("div", { class: "cluster" }, element("p", {}, ...words), element("div", { class: "cluster push" }, ...acts.filter(Boolean))),
    );
  }

  #refusedNote(entries) {
    const reasons = new Set(entries.map((entry) => entry.refused.message));
    const again = () => marks.amend(entries, { refused: null }).then(this.reread).then(this.fly);
    const box = this.noteBox("bad", "alert", [say("refused", { n: entries.length }), ...reasons, say("refused_kept")], [
      ...paper.ways(config.title, config.file_name, entries).filter(Boolean),
      this.page.isLocked() ? null : button(say("send_again"), "undo", again),
      button(say("discard", { n: entries.length }), "trash", async () => {
        await marks.drop(entries);
        this.page.dropped(entries);
        await this.reread();
      }),
    ]);
    box.lastElementChild.append(paper.list(entries));
    return box;
  }

  // Several changes are drawn once; in a page that nobody sees, too.
  draw() {
    if (this.#drawing) return;
    this.#drawing = setTimeout(() => {
      this.#drawing = 0;
      this.#drawNow();
    }, 30);
  }

  #drawNow() {
    const state = this.#state;
    const save = this.#save;
    const locked = this.page.isLocked();
    const entries = [...this.queue.values()];
    const turned = entries.filter((entry) => entry.refused);
    const n = entries.length - turned.length;
    this.page.waits(this.queue);
    const off = state === "offline" || !navigator.onLine;
    let now = ["saved", "cloud-ok", say("saved")];
    if (locked) now = ["locked", "lock", say("locked")];
    if (turned.length) now = ["refused", "alert", say("n_refused", { n: turned.length })];
    else if (state === "signed-out" || state === "somebody-else") {
      if (n) now = ["offline", "key", say("kept", { n })];
    } else if (off) now = ["offline", "cloud-off", n ? say("kept", { n }) : say("offline")];
    else if (state === "later" && n) now = ["offline", "clock", say("kept", { n })];
    else if (n) now = ["waiting", "cloud-up", say("saving", { n })];
    const [name, shape, words] = now;
    if (save.dataset.s !== name || save.dataset.shape !== shape) {
      save.dataset.s = name;
      save.dataset.shape = shape;
      save.querySelector("[data-save-icon]").replaceChildren(icon(shape));
    }
    save.querySelector("[data-save-text]").textContent = words;

    const box = (...parts) => this.noteBox(...parts);
    this.note("offline", off && box("warn", "cloud-off", [say("offline_keep"), n ? say("offline_wait", { n }) : say("offline_none")], []));
    this.note("later", state === "later" && n > 0 && box("warn", "clock", [say("later"), say("offline_wait", { n })], [button(say("try_now"), "undo", this.fly)]));
    const signIn = element("a", { class: "btn", href: `${config.login}?next=${encodeURIComponent(location.pathname)}` }, say("sign_in"));
    this.note("sign-in", state === "signed-out" && n > 0 && box("warn", "key", [say("signed_out"), say("signed_out_wait", { n })], [signIn]));
    this.note("else", state === "somebody-else" && box("warn", "person", [say("somebody_else", { name: config.person }), n ? say("signed_out_wait", { n }) : ""], []));
    this.note("refused", turned.length > 0 && this.#refusedNote(turned));
    if (name !== this.#saidState && name !== "waiting" && !(name === "saved" && this.#saidState === "waiting")) this.announce(words);
    if (name !== "waiting") this.#saidState = name;
    for (const link of document.querySelectorAll("[data-needs-all-sent]")) link.toggleAttribute("aria-disabled", off || n > 0);
  }

  /* ---------- start ---------- */

  async start() {
    this.#lasting = await lasts();
    await this.#setClock();
    // The page was kept before the server's last answer: what it said since holds. Answers tell whole seconds.
    const drawn = Date.parse(config.now) - SECOND;
    const said = await known.of(owner, session);
    for (const { at, record } of Object.values(said?.rows ?? {})) if (at >= drawn) this.page.told(record);
    await this.reread();
    if (said?.at >= drawn) this.page.started(said.facts);
    if (this.queue.size) this.fly();
    else if (Math.abs(Date.parse(config.now) - Date.now()) > CLOSE) this.look();
  }

  #heard(message) {
    if (message.owner !== owner) return;
    if (message.session && message.session !== session) return;
    // The queue has let go of what arrived before it is told.
    if (message.kind === "answer") {
      this.#skew = message.at - Date.now();
      this.reread().then(() => this.page.take(message.data, message.sent));
    } else if (message.kind === "refused") {
      this.reread().then(this.look);
    } else if (message.kind === "queue" && !this.#flying) this.reread();
  }

  #listen() {
    self.addEventListener("muster:answer", (event) => this.#heard(event.detail));
    self.addEventListener("muster:refused", (event) => this.#heard(event.detail));
    channel?.addEventListener("message", (event) => this.#heard(event.data));
    addEventListener("online", () => {
      this.#wait = FIRST_WAIT;
      this.fly();
      this.look();
    });
    addEventListener("offline", () => {
      this.#state = "offline";
      this.draw();
    });
    addEventListener("pageshow", (event) => event.persisted && (this.look(), this.fly()));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.look();
      if (this.queue.size) this.fly();
    });
    // Where the browser keeps nothing, what waits is lost with the page.
    addEventListener("beforeunload", (event) => {
      if (!this.#lasting && this.queue.size) event.preventDefault();
    });
    setInterval(() => document.visibilityState === "visible" && navigator.onLine && this.look(), LOOK_AGAIN);
    // Locking and publishing take what has arrived, so the rest goes first.
    document.addEventListener(
      "click",
      (event) => {
        if (!event.target.closest("[data-needs-all-sent][aria-disabled]")) return;
        event.preventDefault();
        event.stopPropagation();
        document.dispatchEvent(new CustomEvent("muster:toast", { detail: { text: say("lock_waits"), tone: "warn" } }));
        this.settled();
      },
      { capture: true },
    );
  }
}

/** What a screen reader is told, one sentence at a time. */
export function announcer() {
  const said = document.querySelector("#reg-said");
  let saying = 0;
  return (sentence) => {
    clearTimeout(saying);
    saying = setTimeout(() => (said.textContent = sentence), 250);
  };
}
