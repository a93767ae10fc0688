// The results sheet: binds its cells, keys, pasting, the phone's stepper and its way to the server.
import { announcer } from "../register/outbox.js";
import { config, say } from "../register/words.js";
import { Sheet } from "./cells.js";
import { focusCell, listen } from "./keys.js";
import * as paste from "./paste.js";
import * as phone from "./phone.js";
import * as sync from "./sync.js";

const form = document.querySelector("#results");
const undoing = form.querySelector("[data-undo]");
const desk = matchMedia("(pointer: fine) and (width >= 48rem)");
const announce = announcer();
const sheet = new Sheet(form);
const outbox = sync.prepare(sheet, announce);

function drawUndo() {
  if (undoing) undoing.disabled = sheet.undone.length === 0;
}

function undo() {
  const cells = sheet.undo();
  drawUndo();
  if (!cells) return;
  announce(say("undone_scores", { n: cells.length }));
  if (cells.length === 1) focusCell(cells[0]);
}

sheet.addEventListener("entered", drawUndo);
sheet.addEventListener("wrong", ({ detail: cell }) => {
  announce(say("wrong", { name: cell.row.name, part: cell.part, problem: cell.problem }));
});
undoing?.addEventListener("click", undo);
// The plain form is for browsers without scripts.
form.addEventListener("submit", (event) => event.preventDefault());
// What is still being typed goes with the page.
addEventListener("pagehide", () => {
  const cell = sheet.cellOf(document.activeElement);
  if (cell && !cell.locked) sheet.commit(cell);
});

phone.prepare(sheet);
if (config.open) {
  paste.prepare(sheet, outbox, announce);
  listen(sheet, { undo, help: () => document.querySelector("#dlg-keys")?.showModal() });
  if (desk.matches && !document.querySelector("dialog[open]")) focusCell(sheet.missing()[0]);
}
