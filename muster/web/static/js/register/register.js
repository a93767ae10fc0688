// The register page: binds the grid, its keys, what is seen of it, and its way to the server.
import * as details from "./details.js";
import { Grid } from "./grid.js";
import { focusRow, listen } from "./keys.js";
import { announcer } from "./outbox.js";
import * as sync from "./sync.js";
import { config, say } from "./words.js";
import * as view from "./view.js";

const main = document.querySelector("main.reg");
const form = document.querySelector("#register");
const desk = matchMedia("(pointer: fine) and (width >= 48rem)");

const announce = announcer();
const grid = new Grid(form);
const { isLocked, upload } = sync.prepare(grid, announce);
const seen = view.prepare(grid, announce);
const sheet = details.prepare(grid, {
  locked: isLocked,
  back: (row) => desk.matches && focusRow(row),
  sendFile: upload,
});

/* ---------- the one solid button: mark the rest, then lock ---------- */

const all = form.querySelector("[data-all]");
const lock = form.querySelector("[data-lock]");
const undo = form.querySelector("[data-undo]");

function move() {
  const left = grid.left;
  if (all) {
    all.querySelector("[data-all-text]").textContent = left ? say("mark_left", { n: left }) : say("all_marked");
    all.classList.toggle("btn-primary", left > 0 || !lock);
    all.disabled = left === 0;
  }
  lock?.classList.toggle("btn-primary", left === 0);
  main.classList.toggle("done", left === 0);
  if (undo) undo.disabled = grid.undone.length === 0;
}

function takeBack() {
  const rows = grid.undo();
  move();
  if (rows) announce(rows.length === 1 ? say("undone_one", { name: rows[0].name, mark: say(rows[0].value.status ?? "nothing") }) : say("undone", { n: rows.length }));
  return rows;
}

function markRest() {
  const n = grid.left;
  if (!n || isLocked()) return;
  grid.markRest();
  announce(say("rest_marked", { n }));
}

grid.addEventListener("counted", move);
grid.addEventListener("marked", (event) => {
  const { rows } = event.detail;
  if (rows.length === 1) {
    announce(say("marked", { name: rows[0].name, mark: say(rows[0].value.status ?? "nothing"), n: grid.left }));
  }
  move();
});
all?.addEventListener("click", (event) => {
  event.preventDefault();
  markRest();
});
undo?.addEventListener("click", takeBack);
move();

/* ---------- what stands around it ---------- */

const hand = "muster-register-hand";
const tools = form.querySelector("[data-tools]");
const key = document.querySelector("#dlg-keys");

try {
  main.classList.toggle("lefty", localStorage.getItem(hand) === "left");
} catch {
  // Then the right hand.
}
document.querySelector("[data-lefty]")?.addEventListener("click", () => {
  const left = main.classList.toggle("lefty");
  try {
    localStorage.setItem(hand, left ? "left" : "right");
  } catch {
    // It lasts for this page.
  }
});
for (const toggle of document.querySelectorAll("[data-tools-toggle]")) {
  toggle.addEventListener("click", () => {
    tools.classList.toggle("open");
    if (tools.classList.contains("open")) seen.find();
    else seen.clear();
  });
}

function find() {
  tools.classList.add("open");
  seen.find();
}

if (config.open) {
  listen(grid, { details: sheet.open, markRest, undo: takeBack, find, help: () => key?.showModal() });
  if (desk.matches && !document.querySelector("dialog[open]")) {
    const first = grid.shown().find((row) => row.value.status === null);
    if (first) focusRow(first);
  }
}
