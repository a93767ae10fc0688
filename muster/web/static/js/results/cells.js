// The sheet: what each cell says, what was undone, and what the server worked out of a row. Totals and grades are the
// server's alone. Knows nothing of how scores get there.
import { config, icon, say } from "../register/words.js";

const STATES = new Map(Object.entries(config.states)); // word to letters
const WORDS = new Map([...STATES].map(([word, letters]) => [letters, word]));
const DONE = ["passed", "failed", "exempt"];

/** A cell of the server's as it is typed. */
export const textOf = (value) => (value === null ? "" : (STATES.get(value) ?? String(Number(value))));

/** What was typed, as it is kept, or why it is no score of this component. */
export function parse(typed, { most }) {
  const text = typed.trim().toUpperCase();
  if (text === "" || WORDS.has(text)) return { text };
  if (!/^\d+([.,]\d*)?$|^[.,]\d+$/.test(text)) return { problem: say("not_a_score") };
  const number = text.replace(",", ".");
  if (Number(number) > most) return { problem: say("over", { most }) };
  if (/\.\d{3,}$/.test(number.replace(/0+$/, ""))) return { problem: say("decimals") };
  return { text: String(Number(number)) };
}

class Cell {
  constructor(td, row) {
    this.td = td;
    this.row = row;
    this.input = td.querySelector("input");
    this.code = td.dataset.k;
    this.part = td.dataset.c;
    this.key = `${row.id}.${this.code}`;
    this.column = config.columns[this.code];
    this.value = parse(this.input.defaultValue, this.column).text ?? "";
    this.stands = this.value; // what the server has
    this.problem = "";
    this.enteredAt = 0;
    this.arrivedAt = 0;
  }

  get locked() {
    return this.row.locked || this.input.readOnly;
  }

  /** What goes to the server. */
  get sent() {
    if (this.value === "") return null;
    return WORDS.get(this.value) ?? Number(this.value);
  }

  /** Put a text that is a score or a state. */
  write(text) {
    this.value = text;
    this.problem = "";
    if (this.input.value !== text) this.input.value = text;
    this.draw();
  }

  /** Keep what was typed, and say why it is not sent. */
  refuse(problem) {
    this.problem = problem;
    this.draw();
  }

  draw() {
    const { td, input, value } = this;
    const state = WORDS.has(value) ? value : value === "" ? "blank" : "";
    if (state) td.dataset.state = state;
    else delete td.dataset.state;
    const low = !state && Number(value) < this.column.least && !this.problem;
    td.toggleAttribute("data-low", low);
    let mark = td.querySelector(".lowmark");
    if (!low) mark?.remove();
    else if (!mark) {
      mark = icon("low");
      mark.classList.add("lowmark");
      td.append(mark);
    }
    if (this.problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    const about = this.problem || (low ? say("below_minimum_of", { least: this.column.least }) : "");
    if (about) input.setAttribute("aria-description", about);
    else input.removeAttribute("aria-description");
    input.title = this.problem;
    this.row.draw();
  }

  // The clock on what has not arrived.
  waits(is) {
    if (is === Boolean(this.clock?.isConnected)) return;
    if (!is) return void this.clock.remove();
    this.clock ??= icon("clock", say("unsent"));
    this.clock.classList.add("unsent");
    this.td.append(this.clock);
  }
}

class Row {
  constructor(tr) {
    this.tr = tr;
    this.id = tr.dataset.id;
    this.no = Number(tr.dataset.no);
    this.name = tr.dataset.name;
    this.number = tr.dataset.number;
    this.locked = tr.hasAttribute("data-locked");
    this.waiting = false;
    const text = (selector) => tr.querySelector(selector)?.textContent ?? "";
    this.outcome = { r: tr.dataset.r, total: text(".tot"), grade: text(".grade"), why: text(".why") };
    this.cells = [...tr.querySelectorAll("td[data-k]")].map((td) => new Cell(td, this));
  }

  /** What the server worked out. */
  settle(record) {
    // A sheet of marks has no verdicts and grades, only what is missing.
    const missing = Object.values(record.components).includes(null) ? "missing" : "";
    const { verdict = missing, total, grade = "", reasons = [], grace = 0, published = [] } = record;
    const said = verdict === "passed" || verdict === "failed" ? say(`verdict_${verdict}`) : "";
    let why = verdict === "" || (DONE.includes(verdict) && verdict !== "exempt") ? "" : say(`verdict_${verdict}`);
    if (reasons.length) why = say(`reason_${reasons[0]}`);
    else if (Number(grace)) why = say("grace", { n: Number(grace) });
    this.outcome = { r: verdict, total: total === null ? "–" : String(Number(total)), grade: grade || said, why };
    this.locked = Boolean(record.locked);
    this.tr.toggleAttribute("data-locked", this.locked);
    for (const cell of this.cells) {
      cell.input.readOnly = this.locked || !config.open || Boolean(cell.column.closed) || published.includes(cell.code);
    }
    this.draw();
  }

  draw() {
    if (!this.cells) return;
    const wrong = this.cells.find((cell) => cell.problem);
    let now = this.outcome;
    if (wrong) now = { r: "wrong", total: "–", grade: "", why: wrong.problem };
    // What the old scores came to is not what these do.
    else if (this.waiting) now = { r: "", total: "…", grade: "", why: "" };
    this.tr.dataset.r = now.r;
    this.tr.toggleAttribute("data-waits", this.waiting);
    const total = this.tr.querySelector(".tot");
    if (total.textContent !== now.total) total.textContent = now.total;
    const place = this.tr.querySelector(".gr");
    if (!place) return;
    const parts = [["grade", now.grade], ["why", now.why]].filter(([, text]) => text);
    const made = parts.map(([name, text]) => {
      const span = document.createElement("span");
      span.className = name;
      span.textContent = text;
      return span;
    });
    if (place.textContent !== parts.map(([, text]) => text).join("")) place.replaceChildren(...made);
  }
}

export class Sheet extends EventTarget {
  constructor(form) {
    super();
    this.form = form;
    this.rows = [...form.querySelectorAll(".scoresheet tbody tr")].map((tr) => new Row(tr));
    this.byId = new Map(this.rows.map((row) => [row.id, row]));
    this.cells = this.rows.flatMap((row) => row.cells);
    this.byKey = new Map(this.cells.map((cell) => [cell.key, cell]));
    this.undone = [];
    for (const cell of this.cells) if (cell.input.value !== cell.value) this.commit(cell);
  }

  cellOf(node) {
    const td = node?.closest?.("td[data-k]");
    return td && this.byId.get(td.parentNode.dataset.id)?.cells.find((cell) => cell.td === td);
  }

  /** Take what stands in the field, or say why it is not taken. */
  commit(cell) {
    const { text, problem } = parse(cell.input.value, cell.column);
    if (problem) {
      if (problem === cell.problem) return;
      cell.refuse(problem);
      this.dispatchEvent(new CustomEvent("wrong", { detail: cell }));
    } else if (text !== cell.value) this.act([[cell, text]]);
    else if (cell.problem || cell.input.value !== text) cell.write(text);
  }

  /** New values of cells: one step to undo. */
  act(pairs, { remember = true } = {}) {
    const steps = pairs.filter(([cell, text]) => !cell.locked && cell.value !== text).map(([cell, text]) => [cell, cell.value, text]);
    for (const [cell, text] of pairs) cell.write(cell.locked ? cell.value : text);
    if (!steps.length) return;
    if (remember) this.undone.push(steps);
    this.dispatchEvent(new CustomEvent("entered", { detail: { cells: steps.map(([cell]) => cell) } }));
  }

  /** Take back the last step, as far as nobody has changed it since. */
  undo() {
    const steps = this.undone.pop();
    if (!steps) return null;
    const mine = steps.filter(([cell, , after]) => cell.value === after && !cell.locked);
    if (!mine.length) return this.undo();
    this.act(
      mine.map(([cell, before]) => [cell, before]),
      { remember: false },
    );
    return mine.map(([cell]) => cell);
  }

  missing() {
    return this.cells.filter((cell) => cell.value === "" && !cell.problem && !cell.locked);
  }
}
