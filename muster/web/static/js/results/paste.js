// A column or a block from a spreadsheet: shown in its place first, and saved only when confirmed. Rows are those from
// the selected cell downwards, or the students that the first column names.
import { button, element, icon, say } from "../register/words.js";
import { parse } from "./cells.js";

const MOST_NAMED = 3;
const plain = (text) =>
  text
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toLocaleLowerCase();

export function prepare(sheet, outbox, announce) {
  const { form } = sheet;
  let block = null; // what is shown and not yet confirmed

  /* ---------- what was pasted ---------- */

  const tableOf = (text) =>
    text
      .replace(/(\r?\n)+$/, "")
      .split(/\r?\n/)
      .map((line) => line.split("\t").map((cell) => cell.trim()));

  const students = new Map();
  const twice = new Set();
  for (const row of sheet.rows) {
    for (const name of [row.number, row.name].filter(Boolean).map(plain)) {
      if (students.has(name) && students.get(name) !== row) twice.add(name);
      students.set(name, row);
    }
  }
  const studentOf = (text) => (twice.has(plain(text)) ? undefined : students.get(plain(text)));

  // Whether the first column says whose the scores are.
  function namesStudents(table) {
    const filled = table.filter(([first]) => first);
    const known = filled.filter(([first]) => studentOf(first)).length;
    return table.every((line) => line.length > 1) && known > 0 && known >= filled.length / 2;
  }

  // A first line without a score, above lines that have some, is their head.
  const isHead = (line, cells) => line.length > 0 && line.every((text, place) => text && cells[place] && parse(text, cells[place].column).problem);

  /* ---------- where it goes ---------- */

  function placed(table, from, matched) {
    const first = from.row.cells.indexOf(from);
    const found = { pairs: [], unknown: [], beyond: 0 };
    let lines = table;
    const values = (line) => (matched ? line.slice(1) : line);
    if (lines.length > 1 && isHead(values(lines[0]), from.row.cells.slice(first)) && !(matched && studentOf(lines[0][0]))) lines = lines.slice(1);
    lines.forEach((line, down) => {
      const row = matched ? studentOf(line[0]) : sheet.rows[sheet.rows.indexOf(from.row) + down];
      if (!row) {
        if (matched) found.unknown.push(line[0]);
        else found.beyond += line.filter(Boolean).length;
        return;
      }
      values(line).forEach((text, across) => {
        const cell = row.cells[first + across];
        if (cell) found.pairs.push([cell, text]);
        else if (text) found.beyond += 1;
      });
    });
    return found;
  }

  function judged([cell, text]) {
    const { text: value, problem } = parse(text, cell.column);
    // A gap in the column says nothing of the score that stands.
    if (text === "" || value === cell.value) return { cell, kind: "same", text: cell.value };
    if (cell.locked) return { cell, kind: "refused", text, why: say("published") };
    if (problem) return { cell, kind: "refused", text, why: problem };
    return { cell, kind: cell.value === "" ? "new" : "replaces", text: value };
  }

  /* ---------- showing it ---------- */

  function open(table, from, matched) {
    close();
    const found = placed(table, from, matched);
    const cells = found.pairs.map(judged);
    if (!cells.length && !found.unknown.length) return;
    block = { table, from, matched, cells };
    const inside = new Set(cells.map(({ cell }) => cell));
    for (const { cell, kind, text, why } of cells) {
      const { td, input } = cell;
      td.dataset.paste = kind;
      const row = sheet.rows.indexOf(cell.row);
      const column = cell.row.cells.indexOf(cell);
      td.toggleAttribute("data-top", !inside.has(sheet.rows[row - 1]?.cells[column]));
      td.toggleAttribute("data-bottom", !inside.has(sheet.rows[row + 1]?.cells[column]));
      td.toggleAttribute("data-start", !inside.has(cell.row.cells[column - 1]));
      td.toggleAttribute("data-end", !inside.has(cell.row.cells[column + 1]));
      input.value = text;
      input.readOnly = true;
      if (kind === "same") continue;
      delete td.dataset.state;
      td.removeAttribute("data-low");
      td.querySelector(".lowmark")?.remove();
      const old = kind === "replaces" ? element("s", { class: "old" }, cell.value) : element("span", { class: "old" }, kind === "new" ? say("new") : sign(cell, text));
      td.prepend(old);
      input.setAttribute("aria-description", kind === "new" ? say("new") : kind === "replaces" ? say("changes", { old: cell.value }) : why);
      if (kind === "refused") input.setAttribute("aria-invalid", "true");
    }
    outbox.note("paste", bar(found, cells));
    hidePublishing(true);
    cells[0]?.cell.input.focus();
    announce(document.querySelector(".pastebar p").textContent);
  }

  // Beside the mark there is room for a sign alone.
  const sign = (cell, text) => (Number(text.replace(",", ".")) > cell.column.most ? `> ${cell.column.most}` : "!");

  // One thing at a time: what is shown is saved or discarded before anything is published.
  function hidePublishing(is) {
    for (const link of document.querySelectorAll("[data-publish]")) link.hidden = is;
  }

  const some = (names) => (names.length > MOST_NAMED ? `${names.slice(0, MOST_NAMED).join(", ")}, …` : names.join(", "));

  function bar({ unknown, beyond }, cells) {
    const count = (kind) => cells.filter((one) => one.kind === kind).length;
    const refused = cells.filter(({ kind }) => kind === "refused");
    const n = count("new") + count("replaces");
    const said = [
      block.matched && say("pasted_matched"),
      say("pasted_of", { n: count("new"), changed: count("replaces"), same: count("same") }),
      refused.length && say("pasted_refused", { n: refused.length, why: some([...new Set(refused.map(({ text, why }) => `${text}, ${why}`))]) }),
      unknown.length && say("pasted_unknown", { n: unknown.length, who: some(unknown) }),
      beyond && say("pasted_beyond", { n: beyond }),
    ].filter(Boolean);
    const other = namesStudents(block.table) && button(say(block.matched ? "match_cell" : "match"), "student", () => open(block.table, block.from, !block.matched));
    const save = button(n ? say("paste_save", { n }) : say("paste_none"), "check", confirm, { primary: true, "data-paste-save": true });
    save.disabled = n === 0;
    return element(
      "section",
      { class: "note-box reg-note", "aria-labelledby": "paste-t" },
      icon("clip"),
      element(
        "div",
        { class: "pastebar" },
        element("div", {}, element("p", { id: "paste-t" }, element("b", {}, say("pasted", { n: cells.length }))), element("p", { class: "small" }, said.join(" "))),
        element("div", { class: "cluster push" }, other || null, button(say("paste_discard"), "", discard), save),
      ),
    );
  }

  function close() {
    if (!block) return;
    for (const { cell } of block.cells) {
      const { td, input } = cell;
      for (const name of ["data-paste", "data-top", "data-bottom", "data-start", "data-end"]) td.removeAttribute(name);
      td.querySelector(".old")?.remove();
      input.readOnly = cell.row.locked;
      cell.write(cell.value);
    }
    outbox.note("paste", null);
    hidePublishing(false);
    block = null;
  }

  function discard() {
    const { from } = block;
    close();
    from.input.focus();
  }

  function confirm() {
    const { from, cells } = block;
    close();
    sheet.act(cells.filter(({ kind }) => kind === "new" || kind === "replaces").map(({ cell, text }) => [cell, text]));
    from.input.focus();
  }

  form.addEventListener("paste", (event) => {
    const from = block ? block.from : sheet.cellOf(event.target);
    const text = event.clipboardData?.getData("text/plain") ?? "";
    // A single value is pasted as it is typed.
    if (!from || !/[\t\n]/.test(text.replace(/(\r?\n)+$/, ""))) return;
    event.preventDefault();
    const table = tableOf(text);
    open(table, from, namesStudents(table));
  });
  document.addEventListener("keydown", (event) => {
    if (!block || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") discard();
    else if (event.key === "Enter" && event.target.closest(".scoresheet")) confirm();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
}
