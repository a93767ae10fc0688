// The rows of the register: what each says, what was undone, what they add up to. The page's own controls hold the
// truth, so that what is seen is what is sent. Knows nothing of servers.
import { config, element, icon, say } from "./words.js";

const LETTERS = { PRESENT: "P", ABSENT: "A", LATE: "L", EXCUSED: "E" };
export const STATUSES = { P: "PRESENT", A: "ABSENT", L: "LATE", E: "EXCUSED" };
const JUST_COME = 60; // minutes; whoever is marked late after that came at some time before
export const UNMARKED = { status: null, minutes_late: null, notes: "" };

export const same = (one, two) =>
  one.status === two.status && one.minutes_late === two.minutes_late && one.notes === two.notes;

class Row {
  constructor(li) {
    this.li = li;
    this.id = li.dataset.id;
    this.no = Number(li.dataset.no);
    this.name = li.dataset.name;
    this.radios = [...li.querySelectorAll(".mk input")];
    this.minutes = li.querySelector(".mins");
    this.note = li.querySelector("[data-note-field]");
    this.recordId = li.dataset.record || null;
    this.markedAt = Date.parse(li.dataset.at) || 0;
    this.value = this.read();
    this.stands = this.value; // what the server has
  }

  read() {
    if (!this.radios.length) return { ...UNMARKED, status: this.li.dataset.status || null };
    const status = this.radios.find((radio) => radio.checked)?.value || null;
    const typed = Number.parseInt(this.minutes?.value, 10);
    return {
      status,
      minutes_late: status === "LATE" && typed >= 0 ? typed : null,
      notes: this.note?.value ?? "",
    };
  }

  write(value) {
    this.value = value;
    for (const radio of this.radios) radio.checked = radio.value === (value.status ?? "");
    if (this.minutes) this.minutes.value = value.minutes_late ?? "";
    if (this.note) this.note.value = value.notes;
    this.draw();
  }

  draw() {
    const { status, minutes_late, notes } = this.value;
    const told = this.li.querySelector("[data-minutes]");
    if (told) told.textContent = status === "LATE" && minutes_late !== null ? say("minutes", { n: minutes_late }) : "";
    if (!this.radios.length) return;
    const note = this.li.querySelector("[data-note]");
    note.hidden = !notes;
    note.querySelector(".txt").textContent = notes;
    const excuse = this.li.querySelector("[data-excuse]");
    if (excuse) excuse.hidden = status === "EXCUSED";
  }

  // The clock on a mark that has not arrived.
  waits(is) {
    const at = is ? (this.radios.find((radio) => radio.checked)?.closest(".mk") ?? this.li.querySelector(".marks")) : null;
    if (at === this.clockAt) return;
    this.clockAt = at;
    this.clock ??= icon("clock", say("unsent"));
    this.clock.classList.add("unsent");
    if (at) at.append(this.clock);
    else this.clock.remove();
  }

  /** The files that show why, as names and addresses. */
  files(kept) {
    const now = JSON.stringify(kept);
    if (now === (this.filesNow ?? "[]") && (this.filesNow || !this.li.querySelector("[data-file]"))) return;
    this.filesNow = now;
    for (const old of this.li.querySelectorAll("[data-file]")) old.remove();
    const bits = kept.map(([name, href]) =>
      element("span", { class: "bit", "data-file": true }, icon("clip"), element("a", { class: "link", href }, name)),
    );
    this.li.querySelector(".extra").prepend(...bits);
  }

  // A line below the name: what became of a mark, with its way out.
  tell(words, { tone = "", acts = [] } = {}) {
    const box = this.li.querySelector("[data-told]");
    if (!words && box.hidden) return;
    box.hidden = !words;
    box.dataset.tone = tone;
    box.replaceChildren(...(words ? [icon(tone === "bad" ? "alert" : "info"), element("span", {}, words), ...acts] : []));
  }
}

export class Grid extends EventTarget {
  constructor(form) {
    super();
    this.form = form;
    // What browsers without scripts need to take a mark back.
    for (const mark of form.querySelectorAll(".mk.no-script")) mark.remove();
    this.rows = [...form.querySelectorAll(".learner[data-id]")].map((li) => new Row(li));
    this.byId = new Map(this.rows.map((row) => [row.id, row]));
    this.undone = [];
    for (const row of this.rows) row.draw();
    form.addEventListener("change", (event) => this.#changed(event));
    this.count();
  }

  rowOf(node) {
    return this.byId.get(node?.closest?.(".learner")?.dataset.id);
  }

  /** The rows as they now stand on the page, without those that are filtered away. */
  shown() {
    return [...this.form.querySelectorAll(".learner[data-id]:not([hidden])")].map((li) => this.byId.get(li.dataset.id));
  }

  unmarked() {
    return this.rows.filter((row) => row.value.status === null);
  }

  // Somebody pressed a mark, or typed minutes or a note in the row.
  #changed(event) {
    const row = this.rowOf(event.target);
    if (!row || !event.target.matches(".mk input, .mins, [data-note-field]")) return;
    const value = row.read();
    if (value.status === "LATE" && row.value.status !== "LATE") value.minutes_late = this.minutesNow();
    this.mark(row, value);
  }

  /** How long the session has run by now, in minutes; null where nobody can have come in just now. */
  minutesNow() {
    const { starts, ends } = this.form.dataset;
    const now = this.now();
    if (!starts || now <= Date.parse(starts) || now > Date.parse(ends)) return null;
    const minutes = Math.max(1, Math.floor((now - Date.parse(starts)) / 60_000));
    return minutes <= JUST_COME ? minutes : null;
  }

  /** Whether whoever comes in now is late, by the minutes that the institution allows. */
  isLate() {
    return config.late_from !== "" && this.minutesNow() !== null && this.now() > Date.parse(config.late_from);
  }

  now = () => Date.now();

  /** A new value of one learner. */
  mark(row, value) {
    this.act([[row, value]]);
  }

  setStatus(row, status) {
    if (row.value.status === status) return;
    const late = status === "LATE" ? this.minutesNow() : null;
    this.mark(row, { status, minutes_late: late, notes: status === null ? "" : row.value.notes });
  }

  /** Everyone who has no mark yet is present, or excused where the absence was reported; one step to undo. */
  markRest() {
    const expected = (row) => (row.li.querySelector("[data-excuse]") ? "EXCUSED" : "PRESENT");
    this.act(
      this.unmarked().map((row) => [row, { ...UNMARKED, status: expected(row) }]),
      { fill: true },
    );
  }

  act(pairs, { fill = false, remember = true } = {}) {
    const steps = pairs.filter(([row, value]) => !same(row.value, value)).map(([row, value]) => [row, row.value, value]);
    if (!steps.length) {
      for (const [row] of pairs) row.write(row.value);
      return;
    }
    for (const [row, , value] of steps) {
      row.tell("");
      row.write(value);
    }
    if (remember) this.undone.push(steps);
    this.count();
    const rows = steps.map(([row]) => row);
    this.dispatchEvent(new CustomEvent("marked", { detail: { rows, fill } }));
  }

  /** Take back the last action, as far as nobody has changed it since. */
  undo() {
    const steps = this.undone.pop();
    if (!steps) return null;
    const mine = steps.filter(([row, , after]) => same(row.value, after));
    if (!mine.length) return this.undo();
    this.act(
      mine.map(([row, before]) => [row, before]),
      { remember: false },
    );
    return mine.map(([row]) => row);
  }

  /** What the server says stands, where nothing of ours is on its way. */
  settle(row, value) {
    const changed = !same(row.value, value);
    row.stands = value;
    if (changed) row.write(value);
    return changed;
  }

  count() {
    const sums = { P: 0, A: 0, L: 0, E: 0, "": 0 };
    for (const row of this.rows) sums[LETTERS[row.value.status] ?? ""] += 1;
    for (const [mark, sum] of Object.entries(sums)) {
      const place = this.form.querySelector(`[data-total="${mark}"]`);
      if (place && place.textContent !== String(sum)) place.textContent = sum;
    }
    for (const group of document.querySelectorAll("[data-group-left]")) {
      const left = [...group.closest(".reg-group").querySelectorAll(".learner[data-id]")].filter(
        (li) => this.byId.get(li.dataset.id).value.status === null,
      ).length;
      group.textContent = left ? say("left", { n: left }) : say("all_marked");
    }
    this.left = sums[""];
    this.dispatchEvent(new CustomEvent("counted", { detail: sums }));
  }
}
