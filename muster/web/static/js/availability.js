// The week of an instructor: a grid of half hours over typed rows. The rows are what is sent; the grid draws and edits them.
import { CELL, clock, fill, growTo } from "./half-hours.js";

const LAST = 24 * 60 - 1;
const form = document.querySelector("#avail");
const grid = form.querySelector(".avail");
const list = form.querySelector(".windows");
const fresh = document.querySelector("#avail-fresh").content.firstElementChild;
const said = document.querySelector("#avail-said");
const words = JSON.parse(document.querySelector("#avail-words").textContent);

const minutes = (text) => (/^\d\d:\d\d/.test(text) ? Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5)) : null);

/* ---------- the rows ---------- */

const rows = () => [...list.querySelectorAll("[data-window]")];
const control = (row, name) => row.querySelector(`[name$=".${name}"]`);

// Windows as {day, start, end}; one that ends at 23:59 lasts until midnight.
function typed() {
  return rows()
    .map((row) => ({
      day: Number(control(row, "day").value),
      start: minutes(control(row, "start_time").value),
      end: minutes(control(row, "end_time").value),
    }))
    .filter((one) => one.start !== null && one.end !== null && one.end > one.start)
    .map((one) => ({ ...one, end: one.end === LAST ? LAST + 1 : one.end }));
}

function number() {
  rows().forEach((row, place) => {
    row.querySelector("legend").textContent = fill(words.row, { number: place + 1 });
    for (const name of ["day", "start_time", "end_time"]) {
      const box = control(row, name);
      const id = `id_windows.${place}.${name}`;
      const label = row.querySelector(`label[for="${CSS.escape(box.id)}"]`);
      if (label) label.htmlFor = id;
      box.name = `windows.${place}.${name}`;
      box.id = id;
    }
  });
}

function store(windows) {
  const sorted = [...windows].sort((one, other) => one.day - other.day || one.start - other.start);
  while (rows().length < sorted.length + 1) list.append(fresh.cloneNode(true));
  rows().forEach((row, place) => {
    const one = sorted[place];
    if (one) control(row, "day").value = one.day;
    control(row, "start_time").value = one ? clock(one.start) : "";
    control(row, "end_time").value = one ? clock(Math.min(one.end, LAST)) : "";
  });
  number();
  draw();
}

/* ---------- painting: from one week to another ---------- */

function painted(before, day, start, end) {
  const [others, same] = [[], []];
  for (const one of before) (one.day === day && one.start <= end && start <= one.end ? same : others).push(one);
  return [
    ...others,
    { day, start: Math.min(start, ...same.map((one) => one.start)), end: Math.max(end, ...same.map((one) => one.end)) },
  ];
}

function erased(before, day, start, end) {
  return before.flatMap((one) =>
    one.day !== day || one.end <= start || end <= one.start
      ? [one]
      : [
          { ...one, end: start },
          { ...one, start: end },
        ].filter((part) => part.start < part.end),
  );
}

// Everything between two cells, over days and hours.
function stroke(before, from, to, paints) {
  let after = before;
  const [start, end] = [Math.min(from.k, to.k) * CELL, (Math.max(from.k, to.k) + 1) * CELL];
  for (let day = Math.min(from.d, to.d); day <= Math.max(from.d, to.d); day++)
    after = (paints ? painted : erased)(after, day, start, end);
  return after;
}

function say(from, to, paints) {
  const [first, last] = [Math.min(from.d, to.d), Math.max(from.d, to.d)];
  said.textContent = fill(paints ? words.painted : words.erased, {
    day: first === last ? words.days[first - 1] : `${words.days[first - 1]}–${words.days[last - 1]}`,
    start: clock(Math.min(from.k, to.k) * CELL),
    end: clock((Math.max(from.k, to.k) + 1) * CELL),
  });
}

/* ---------- the grid ---------- */

const place = (cell) => ({ d: Number(cell.dataset.d), k: Number(cell.dataset.k) });
const cellAt = (d, k) => grid.querySelector(`td[data-d="${d}"][data-k="${k}"]`);
const isChosen = (cell) => cell.getAttribute("aria-selected") === "true";

function draw(windows = typed()) {
  if (windows.length) growTo(grid, Math.min(...windows.map((one) => one.start)), Math.max(...windows.map((one) => one.end)));
  for (const cell of grid.querySelectorAll("td[data-k]")) {
    const { d, k } = place(cell);
    const [start, end] = [k * CELL, (k + 1) * CELL];
    const mine = windows.filter((one) => one.day === d && one.start < end && start < one.end);
    const whole = mine.some((one) => one.start <= start && end <= one.end);
    cell.setAttribute("aria-selected", String(mine.length > 0));
    cell.toggleAttribute("data-part", mine.length > 0 && !whole);
    const state = mine.map((one) => `${clock(one.start)}–${clock(Math.min(one.end, LAST))}`).join(", ");
    cell.setAttribute(
      "aria-label",
      `${words.short[d - 1]} ${clock(start)}, ${mine.length ? `${words.can} ${state}` : words.cannot}`,
    );
  }
  const total = windows.reduce((sum, one) => sum + one.end - one.start, 0);
  document.querySelector("#avail-sum").textContent = windows.length
    ? fill(words.hours, { hours: Math.round(total / 6) / 10 })
    : words.always;
  if (!grid.querySelector('td[tabindex="0"]')) cellAt(1, 18).tabIndex = 0;
}

function goTo(cell) {
  grid.querySelector('td[tabindex="0"]')?.setAttribute("tabindex", "-1");
  cell.tabIndex = 0;
  cell.focus();
}

/* the first cell decides whether a stroke paints or erases */
let drag = null;

function begin(cell) {
  goTo(cell);
  drag = { before: typed(), from: place(cell), to: place(cell), paints: !isChosen(cell) };
  extend(cell);
}

function extend(cell) {
  drag.to = place(cell);
  drag.after = stroke(drag.before, drag.from, drag.to, drag.paints);
  draw(drag.after);
}

function end() {
  if (!drag) return;
  const { after, from, to, paints } = drag;
  drag = null;
  store(after);
  say(from, to, paints);
}

const under = (point) => document.elementFromPoint(point.clientX, point.clientY)?.closest(".avail td[data-k]");

grid.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest("td[data-k]");
  if (!cell || event.button !== 0 || event.pointerType === "touch") return;
  event.preventDefault();
  begin(cell);
});
addEventListener("pointermove", (event) => {
  const cell = drag && event.pointerType !== "touch" && under(event);
  if (cell) extend(cell);
});
addEventListener("pointerup", (event) => {
  if (event.pointerType !== "touch") end();
});

/* A finger scrolls the page; a tap turns one cell, and a finger that rests first paints. */
const REST = 300;
let resting = null;
let touched = null;

grid.addEventListener(
  "touchstart",
  (event) => {
    const cell = event.target.closest("td[data-k]");
    clearTimeout(resting);
    if (!cell || event.touches.length > 1) return;
    touched = event.touches[0];
    resting = setTimeout(() => begin(cell), REST);
  },
  { passive: true },
);
grid.addEventListener(
  "touchmove",
  (event) => {
    const finger = event.touches[0];
    if (drag) {
      event.preventDefault();
      const cell = under(finger);
      if (cell) extend(cell);
    } else if (Math.hypot(finger.clientX - touched.clientX, finger.clientY - touched.clientY) > 8) clearTimeout(resting);
  },
  { passive: false },
);
for (const kind of ["touchend", "touchcancel"])
  grid.addEventListener(kind, (event) => {
    clearTimeout(resting);
    // Without this the end of a stroke is taken for a tap too.
    if (drag && event.cancelable) event.preventDefault();
    end();
  });
grid.addEventListener("contextmenu", (event) => {
  if (drag) event.preventDefault();
});
grid.addEventListener("click", (event) => {
  const cell = event.target.closest("td[data-k]");
  if (!cell || event.pointerType !== "touch") return;
  begin(cell);
  end();
});

/* keys: arrows move, Space turns, Shift and arrow carry on what the first cell began */
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0], PageUp: [0, -4], PageDown: [0, 4] };
let anchor = null;

function turn(cell) {
  anchor = { before: typed(), at: place(cell), paints: !isChosen(cell) };
  store(stroke(anchor.before, anchor.at, anchor.at, anchor.paints));
  say(anchor.at, anchor.at, anchor.paints);
}

function step(cell, [days, halves], carries) {
  const at = place(cell);
  const next = cellAt(at.d + days, at.k + halves);
  if (!next) return;
  if (!carries) anchor = null;
  else {
    anchor ??= { before: typed(), at, paints: true };
    store(stroke(anchor.before, anchor.at, place(next), anchor.paints));
    say(anchor.at, place(next), anchor.paints);
  }
  goTo(next);
}

grid.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td[data-k]");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const { k } = place(cell);
  if (event.key in STEPS) step(cell, STEPS[event.key], event.shiftKey);
  else if (event.key === " " || event.key === "Enter") turn(cell);
  else if (event.key === "Home") goTo(cellAt(1, k));
  else if (event.key === "End") goTo(cellAt(7, k));
  else return;
  event.preventDefault();
});

/* ---------- typing ---------- */

list.addEventListener("input", () => draw());
document.querySelector("#avail-add").addEventListener("click", (event) => {
  event.preventDefault();
  const row = fresh.cloneNode(true);
  list.append(row);
  number();
  control(row, "day").focus();
});

document.querySelector("#avail-how").hidden = false;
if (!form.querySelector(".is-invalid, [aria-invalid='true']")) document.querySelector("#avail-rows").open = false;
number();
draw();
