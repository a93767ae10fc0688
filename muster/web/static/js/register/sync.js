// Between the grid and the queue of the register: every mark goes out by it, and what the server answers comes back
// into the rows.
import { same } from "./grid.js";
import { Outbox } from "./outbox.js";
import * as paper from "./paper.js";
import { button, clock, config, say } from "./words.js";

const LOOK_AGAIN = 20_000;
const { session } = config;
const address = `/api/institution/class-sessions/${session}`;

const momentOf = (record) => Date.parse(record.marked_at ?? "") || 0;
const valueOf = (record) => ({
  status: record.status ?? null,
  minutes_late: record.minutes_late ?? null,
  notes: record.notes ?? "",
});

export function prepare(grid, announce) {
  let locked = config.locked; // the register, not only for this person
  const isLocked = () => locked;
  const page = { address, isLocked, take, reread, waits, told, started, dropped };
  const outbox = new Outbox(page, announce);
  grid.now = () => outbox.now();

  /* ---------- the way out ---------- */

  // Later than everything known of this learner: whoever changes a mark has seen it.
  function momentFor(row) {
    row.markedAt = outbox.moment(row.markedAt);
    return new Date(row.markedAt).toISOString();
  }

  function marked({ rows, fill }) {
    outbox.keep(
      rows.map((row) => ({
        enrolment: row.id,
        ...row.value,
        marked_at: momentFor(row),
        fill: fill && row.stands.status === null,
        name: row.name,
        back: Boolean(outbox.queue.get(row.id) && same(row.value, row.stands)),
      })),
    );
  }

  /* ---------- the way back ---------- */

  // What stands of one learner. An answer that was under way while a newer mark was made is no news.
  function standing(row, record, mine) {
    const value = valueOf(record);
    const at = momentOf(record);
    const entry = outbox.queue.get(row.id);
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
    if (whole) outbox.note("newcomers", newcomers > 0 && newcomersNote(newcomers));
    grid.count();
  }

  const newcomersNote = (n) =>
    outbox.noteBox("info", "info", [say("newcomers", { n })], [button(say("reload"), "", () => location.reload())]);

  function setLocked(is, facts) {
    if (is === locked) return;
    locked = is;
    // Buttons become words and back: the server draws that. Nothing is lost by it: what waits is in the queue.
    if (!outbox.queue.size && mayReload()) location.reload();
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
    outbox.note("locked", outbox.noteBox("info", "lock", [who ? say("locked_by", { name: who }) : say("locked_now")], []));
    announce(say("locked_now"));
    outbox.draw();
  }

  // The rows by the queue.
  function reread(before, queue) {
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
  }

  const gone = (row) => {
    if (!same(row.value, row.stands)) row.markedAt = 0;
  };

  function waits(queue) {
    for (const row of grid.rows) {
      const mark = queue.get(row.id);
      row.waits(Boolean(mark && !mark.refused));
    }
  }

  function dropped(entries) {
    for (const mark of entries) grid.byId.get(mark.enrolment)?.tell("");
  }

  function told(record) {
    const row = grid.byId.get(record.enrolment_id);
    if (!row || momentOf(record) < row.markedAt) return;
    grid.settle(row, valueOf(record));
    row.recordId = record.record_id ?? null;
    row.markedAt = momentOf(record);
  }

  function started(facts) {
    if (facts.is_locked && !locked) closeHere(facts);
  }

  grid.addEventListener("marked", (event) => marked(event.detail));

  /** Send a file for a learner: with the mark, or where there is none yet, with an absence. Resolves with a refusal. */
  async function upload(row, file) {
    if (!(await outbox.settled())) return say("file_offline");
    const body = new FormData();
    body.append("file", file);
    let place = `/api/institution/attendance/records/${row.recordId}/evidence`;
    if (!row.recordId) {
      place = "/api/institution/absences";
      const facts = { session_id: session, enrolment_id: row.id, reason: say("file_reason") };
      for (const [name, value] of Object.entries(facts)) body.append(name, value);
    }
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": await outbox.token() };
      const response = await fetch(place, { method: "POST", headers, body });
      const answer = await response.json();
      if (!response.ok) return answer.message;
      await outbox.look();
      announce(say("file_kept", { name: file.name }));
      return "";
    } catch {
      return say("file_offline");
    }
  }

  outbox.start();
  return { upload, isLocked: () => locked || !config.open };
}
