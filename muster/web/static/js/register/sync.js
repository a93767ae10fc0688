// Between the grid and the server: every mark goes into the browser's queue first, then on its way; what the server
// answers comes back into the rows. Says, for each row and for all, what is saved, waits or was refused.
import { same } from "./grid.js";
import * as paper from "./paper.js";
import "./store.js";
import "./send.js";
import { button, clock, config, element, icon, say } from "./words.js";

const { marks, known, meta, channel, lasts } = self.musterStore;
const { send, whoAmI, learnTime } = self.musterSend;

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
const LOOK_AGAIN = 20_000;
const SECOND = 1_000;
const CLOSE = 5_000; // clocks this near to each other are taken for equal

const { owner, session } = config;
const address = `/api/institution/class-sessions/${session}`;

const momentOf = (record) => Date.parse(record.marked_at ?? "") || 0;
const valueOf = (record) => ({
  status: record.status ?? null,
  minutes_late: record.minutes_late ?? null,
  notes: record.notes ?? "",
});

export function prepare(grid, announce) {
  let queue = new Map(); // what of this register has not arrived
  const storing = new Map(); // what of it is not on disk yet
  let token = config.token;
  let state = "done"; // of the last flight
  let flying = null; // the flight under way
  let again = false;
  let wait = FIRST_WAIT;
  let timer = 0;
  let skew = 0;
  let lasting = true;
  let locked = config.locked; // the register, not only for this person
  let last = 0;

  /* ---------- time: the server's, as well as it is known here ---------- */

  grid.now = () => Date.now() + skew;

  async function setClock() {
    const here = Date.parse(config.now) - Date.now();
    // A page from the queue of kept pages tells an old time; then the clock is asked about.
    if (Math.abs(here) < CLOSE) skew = Math.min(0, here);
    else skew = (await meta.get("skew")) ?? 0;
  }

  // Later than everything known of this learner: whoever changes a mark has seen it.
  function momentFor(row) {
    last = Math.max(grid.now(), last, row.markedAt + 1);
    row.markedAt = last;
    return new Date(last).toISOString();
  }

  /* ---------- the way out ---------- */

  async function marked({ rows, fill }) {
    const kept = rows.map((row) => {
      const before = queue.get(row.id);
      const mark = {
        owner,
        session,
        enrolment: row.id,
        ...row.value,
        marked_at: momentFor(row),
        fill: fill && row.stands.status === null,
        tried: false,
        refused: null,
        name: row.name,
        title: config.title,
        url: location.pathname,
        back: Boolean(before && same(row.value, row.stands)),
      };
      queue.set(row.id, mark);
      storing.set(row.id, mark);
      return mark;
    });
    // "Saved" is never said of what is not.
    if (save.dataset.s === "saved") drawNow();
    else draw();
    await marks.keep(kept);
    for (const mark of kept) if (storing.get(mark.enrolment) === mark) storing.delete(mark.enrolment);
    fly();
  }

  /** Send what waits; resolves when it has arrived, or cannot for now. */
  function fly() {
    again = true;
    flying ??= run();
    return flying;
  }

  async function run() {
    clearTimeout(timer);
    while (again) {
      again = false;
      draw();
      const result = await send(owner, token);
      state = result.state;
      if (state === "signed-out" || state === "somebody-else") token = "";
      if (state === "offline" || state === "later") {
        clearTimeout(timer);
        timer = setTimeout(fly, Math.max(result.wait ?? 0, wait * (0.75 + Math.random() / 2)));
        wait = Math.min(2 * wait, LONGEST_WAIT);
        askToWake();
        // What is marked meanwhile goes with the next try.
        again = false;
      } else wait = FIRST_WAIT;
      await reread();
    }
    flying = null;
  }

  // The browser wakes the worker when there is a connection, even when this page is closed by then.
  async function askToWake() {
    try {
      const registration = await navigator.serviceWorker?.getRegistration();
      await registration?.sync?.register("muster-marks");
    } catch {
      // Then it is sent when the page is opened again.
    }
  }

  /* ---------- the way back ---------- */

  // What stands of one learner. An answer that was under way while a newer mark was made is no news.
  function standing(row, record, mine) {
    const value = valueOf(record);
    const at = momentOf(record);
    const entry = queue.get(row.id);
    if (at < row.markedAt && !mine) return;
    row.recordId = record.record_id ?? null;
    row.files((record.evidence ?? []).map((file) => [file.file_name, config.evidence.replace("{id}", file._id)]));
    if (entry && !entry.refused) {
      row.markedAt = Math.max(row.markedAt, at);
      row.stands = value;
      return;
    }
    row.markedAt = at;
    if (!grid.settle(row, value)) return;
    row.li.classList.remove("just-changed");
    requestAnimationFrame(() => row.li.classList.add("just-changed"));
    if (!mine || same(valueOf(mine), value)) return;
    const words = say(mine.fill ? "stood" : "overtaken", {
      name: record.marked_by?.full_name ?? say("somebody"),
      mark: say(value.status ?? "nothing"),
      time: at ? clock(at) : "",
    });
    row.tell(words);
    announce(`${row.name}. ${words}`);
  }

  function take(data, sent = [], { whole = false } = {}) {
    const mine = new Map(sent.map((mark) => [mark.enrolment, mark]));
    let newcomers = 0;
    for (const record of data.register ?? []) {
      const row = grid.byId.get(record.enrolment_id);
      if (row) standing(row, record, mine.get(record.enrolment_id));
      else newcomers += 1;
    }
    if (data.session) setLocked(Boolean(data.session.is_locked), data.session);
    if (whole) note("newcomers", newcomers > 0 && newcomersNote(newcomers));
    grid.count();
  }

  function setLocked(is, facts) {
    if (is === locked) return;
    locked = is;
    // Buttons become words and back: the server draws that. Nothing is lost by it: what waits is in the queue.
    if (!queue.size && mayReload()) location.reload();
    else if (is) closeHere(facts);
  }

  // Once, should the page that comes be an old one that was kept.
  function mayReload() {
    const key = `muster-reloaded-${session}`;
    const before = Number(sessionStorage.getItem(key));
    sessionStorage.setItem(key, String(Date.now()));
    return Date.now() - before > LOOK_AGAIN;
  }

  function closeHere(facts) {
    locked = true;
    for (const row of grid.rows) for (const control of row.li.querySelectorAll("input")) control.disabled = true;
    for (const node of document.querySelectorAll("[data-when=open]")) node.hidden = true;
    const who = facts.locked_by?.full_name;
    note("locked", noteBox("info", "lock", [who ? say("locked_by", { name: who }) : say("locked_now")], []));
    announce(say("locked_now"));
    draw();
  }

  // The queue as it is on disk, and the rows by it.
  async function reread() {
    const entries = await marks.of(owner, session);
    const before = queue;
    queue = new Map([...entries.map((mark) => [mark.enrolment, mark]), ...storing]);
    for (const mark of queue.values()) {
      const row = grid.byId.get(mark.enrolment);
      if (!row) continue;
      if (mark.refused) {
        row.markedAt = 0;
        if (!same(row.value, row.stands)) row.write(row.stands);
        row.tell(say("refused_row", { mark: paper.markInWords(mark), reason: mark.refused.message }), { tone: "bad" });
      } else if (!before.has(mark.enrolment) || before.get(mark.enrolment).marked_at < mark.marked_at) {
        const { status, minutes_late, notes } = mark;
        if (!same(row.value, { status, minutes_late, notes })) row.write({ status, minutes_late, notes });
        row.markedAt = Math.max(row.markedAt, Date.parse(mark.marked_at));
      }
    }
    // Gone from the queue, here or on another page: what stands is told by the next answer.
    for (const id of before.keys()) if (!queue.has(id) && grid.byId.has(id)) gone(grid.byId.get(id));
    grid.count();
    draw();
  }

  const gone = (row) => {
    if (!same(row.value, row.stands)) row.markedAt = 0;
  };

  /** Look whether others marked meanwhile. */
  async function look() {
    try {
      const response = await fetch(address, {
        headers: { Accept: "application/json" },
        cache: "no-store",
        signal: AbortSignal.timeout(LOOK_AGAIN),
      });
      const at = await learnTime(response);
      if (!response.ok) return;
      skew = at ? at - Date.now() : skew;
      const { data } = await response.json();
      await known.learn(owner, session, at || Date.now(), data);
      take(data, [], { whole: true });
      if (state === "offline") fly();
    } catch {
      if (state === "done" && !queue.size) {
        state = "offline";
        draw();
      }
    }
  }

  /* ---------- saying it ---------- */

  const notes = document.querySelector("#reg-notes");
  const shownNotes = new Map();

  function note(name, box) {
    const old = shownNotes.get(name);
    if (!box) {
      old?.remove();
      shownNotes.delete(name);
    } else if (!old || old.textContent !== box.textContent) {
      if (old) old.replaceWith(box);
      else notes.append(box);
      shownNotes.set(name, box);
    }
  }

  function noteBox(tone, shape, sentences, acts) {
    const words = sentences.filter(Boolean).map((text, index) => element(index ? "span" : "b", {}, index ? ` ${text}` : text));
    return element(
      "div",
      { class: "note-box reg-note", "data-tone": tone },
      icon(shape),
      element("div", { class: "cluster" }, element("p", {}, ...words), element("div", { class: "cluster push" }, ...acts.filter(Boolean))),
    );
  }

  const newcomersNote = (n) =>
    noteBox("info", "info", [say("newcomers", { n })], [button(say("reload"), "", () => location.reload())]);

  function refusedNote(entries) {
    const reasons = new Set(entries.map((mark) => mark.refused.message));
    const box = noteBox("bad", "alert", [say("refused", { n: entries.length }), ...reasons, say("refused_kept")], [
      ...paper.ways(config.title, config.file_name, entries).filter(Boolean),
      locked ? null : button(say("send_again"), "undo", () => marks.amend(entries, { refused: null }).then(reread).then(fly)),
      button(say("discard", { n: entries.length }), "trash", async () => {
        await marks.drop(entries);
        for (const mark of entries) grid.byId.get(mark.enrolment)?.tell("");
        await reread();
      }),
    ]);
    box.lastElementChild.append(paper.list(entries));
    return box;
  }

  let saidState = "saved";
  let drawing = 0;
  const save = document.querySelector(".save");

  // Several changes are drawn once; in a page that nobody sees, too.
  function draw() {
    if (drawing) return;
    drawing = setTimeout(() => {
      drawing = 0;
      drawNow();
    }, 30);
  }

  function drawNow() {
    const entries = [...queue.values()];
    const waiting = entries.filter((mark) => !mark.refused);
    const turned = entries.filter((mark) => mark.refused);
    for (const row of grid.rows) {
      const mark = queue.get(row.id);
      row.waits(Boolean(mark && !mark.refused));
    }
    const n = waiting.length;
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

    note("offline", off && noteBox("warn", "cloud-off", [say("offline_keep"), n ? say("offline_wait", { n }) : say("offline_none")], []));
    note("later", state === "later" && n > 0 && noteBox("warn", "clock", [say("later"), say("offline_wait", { n })], [button(say("try_now"), "undo", fly)]));
    const signIn = element("a", { class: "btn", href: `${config.login}?next=${encodeURIComponent(location.pathname)}` }, say("sign_in"));
    note("sign-in", state === "signed-out" && n > 0 && noteBox("warn", "key", [say("signed_out"), say("signed_out_wait", { n })], [signIn]));
    note("else", state === "somebody-else" && noteBox("warn", "person", [say("somebody_else", { name: config.person }), n ? say("signed_out_wait", { n }) : ""], []));
    note("refused", turned.length > 0 && refusedNote(turned));
    if (name !== saidState && (name !== "waiting") && !(name === "saved" && saidState === "waiting")) announce(words);
    if (name !== "waiting") saidState = name;
    grid.form.dispatchEvent(new CustomEvent("muster:queue-drawn", { detail: { waiting: n, refused: turned.length, off, locked } }));
  }

  /* ---------- start ---------- */

  async function start() {
    lasting = await lasts();
    await setClock();
    // The page was kept before the server's last answer: what it said since holds. Answers tell whole seconds.
    const drawn = Date.parse(config.now) - SECOND;
    const said = await known.of(owner, session);
    for (const { at, record } of Object.values(said?.rows ?? {})) {
      const row = grid.byId.get(record.enrolment_id);
      if (!row || at < drawn || momentOf(record) < row.markedAt) continue;
      grid.settle(row, valueOf(record));
      row.recordId = record.record_id ?? null;
      row.markedAt = momentOf(record);
    }
    await reread();
    if (said?.at >= drawn && said.facts.is_locked && !locked) closeHere(said.facts);
    if (queue.size) fly();
    else if (Math.abs(Date.parse(config.now) - Date.now()) > CLOSE) look();
  }

  function heard(message) {
    if (message.owner !== owner) return;
    if (message.session && message.session !== session) return;
    // The queue has let go of what arrived before it is told.
    if (message.kind === "answer") {
      skew = message.at - Date.now();
      reread().then(() => take(message.data, message.sent));
    } else if (message.kind === "refused") {
      reread().then(look);
    } else if (message.kind === "queue" && !flying) reread();
  }

  grid.addEventListener("marked", (event) => marked(event.detail));
  self.addEventListener("muster:answer", (event) => heard(event.detail));
  self.addEventListener("muster:refused", (event) => heard(event.detail));
  channel?.addEventListener("message", (event) => heard(event.data));
  addEventListener("online", () => {
    wait = FIRST_WAIT;
    fly();
    look();
  });
  addEventListener("offline", () => {
    state = "offline";
    draw();
  });
  addEventListener("pageshow", (event) => event.persisted && (look(), fly()));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    look();
    if (queue.size) fly();
  });
  // Where the browser keeps nothing, what waits is lost with the page.
  addEventListener("beforeunload", (event) => {
    if (!lasting && queue.size) event.preventDefault();
  });
  setInterval(() => document.visibilityState === "visible" && navigator.onLine && look(), LOOK_AGAIN);

  /** Everything on its way has arrived; false where something still waits. */
  async function settled() {
    await fly();
    return ![...queue.values()].some((mark) => !mark.refused);
  }

  /** Send a file for a learner: with the mark, or where there is none yet, with an absence. Resolves with a refusal. */
  async function upload(row, file) {
    if (!(await settled())) return say("file_offline");
    const body = new FormData();
    body.append("file", file);
    let place = `/api/institution/attendance/records/${row.recordId}/evidence`;
    if (!row.recordId) {
      place = "/api/institution/absences";
      const facts = { session_id: session, enrolment_id: row.id, reason: say("file_reason") };
      for (const [name, value] of Object.entries(facts)) body.append(name, value);
    }
    try {
      const { token: current } = token ? { token } : await whoAmI();
      const headers = { Accept: "application/json", "X-CSRFToken": current };
      const response = await fetch(place, { method: "POST", headers, body });
      const answer = await response.json();
      if (!response.ok) return answer.message;
      await look();
      announce(say("file_kept", { name: file.name }));
      return "";
    } catch {
      return say("file_offline");
    }
  }

  start();
  return { settled, upload, isLocked: () => locked || !config.open };
}
