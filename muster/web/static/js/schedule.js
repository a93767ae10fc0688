// The weekly schedule: a grid of half hours and typed rows. The rows are what is sent; the grid draws and edits them.
import { CELL, clock, fill, growTo } from "./half-hours.js";

const form = document.querySelector("#batch-form");
const list = document.querySelector("#slots");
const week = form.querySelector(".week");
const said = document.querySelector("#week-said");
const words = JSON.parse(form.dataset.words);
const fresh = document.querySelector("#slot-template").content.firstElementChild;

let taken = []; // what others book: {day, start, end, who, kind, name, code}
let staff = new Set(); // who is booked by slots that name nobody

/* ---------- clock and words ---------- */


// As the server reads them: 9, 930, 9:30, 09.30, 9h30.
function minutes(text) {
  const match = /^(\d{1,2})(?:[:.h](\d{2})?|(\d{2}))?$/.exec(text.trim().toLowerCase());
  if (!match) return null;
  const [hours, rest] = [Number(match[1]), Number(match[2] ?? match[3] ?? 0)];
  return hours < 24 && rest < 60 ? hours * 60 + rest : null;
}

const shortCode = (code) => code.split("-").filter((part) => !/^\d{4}$/.test(part)).join("-") || code;
const inWords = (slot) => ({ day: words.days[slot.day - 1], start: clock(slot.start), end: clock(slot.end) });

/* ---------- the rows ---------- */

const rows = () => [...list.querySelectorAll("[data-slot]")];
const control = (row, name) => row.querySelector(`[name$=".${name}"]`);

function slotOf(row) {
  return {
    row,
    day: words.names.indexOf(control(row, "day").value) + 1,
    start: minutes(control(row, "start_time").value),
    end: minutes(control(row, "end_time").value),
    room: control(row, "room").value,
    instructor: control(row, "instructor").value,
    subject: control(row, "subject").value,
  };
}

const complete = (slot) => slot.start !== null && slot.end !== null && slot.end > slot.start;
const slots = () => rows().map(slotOf).filter(complete);

function isBlank(row) {
  return ["start_time", "end_time", "room", "subject", "instructor"].every((name) => !control(row, name).value);
}

function write(row, slot) {
  control(row, "day").value = words.names[slot.day - 1];
  control(row, "start_time").value = slot.start === null ? "" : clock(slot.start);
  control(row, "end_time").value = slot.end === null ? "" : clock(slot.end);
}

function makeRow(like) {
  const row = fresh.cloneNode(true);
  list.append(row);
  fitRooms(row);
  for (const name of ["room", "subject", "instructor"]) if (like?.[name]) control(row, name).value = like[name];
  row.querySelector("details").open = Boolean(like?.subject || like?.instructor);
  return row;
}

function number() {
  rows().forEach((row, place) => {
    for (const one of row.querySelectorAll("[name^='schedule.']")) {
      const name = one.name.split(".").pop();
      const id = `id_schedule.${place}.${name}`;
      const label = row.querySelector(`label[for$=".${name}"]`);
      if (label) label.htmlFor = id;
      one.name = `schedule.${place}.${name}`;
      one.id = id;
      one.setAttribute("aria-describedby", `slot-${place}-why`);
    }
    row.querySelector("legend").textContent = fill(words.slot, { number: place + 1 });
    const remove = row.querySelector("[data-remove-slot]");
    remove.value = place;
    remove.setAttribute("aria-label", fill(words.remove, { number: place + 1 }));
    row.querySelector(".whys").id = `slot-${place}-why`;
  });
}

// Tell everybody else (the live check, the leaving guard) that the week is another.
const changed = () => list.dispatchEvent(new Event("input", { bubbles: true }));

/* ---------- painting: from one week to another ---------- */

const alike = (one, other) => ["room", "instructor", "subject"].every((name) => one[name] === other[name]);

// The parts of a day from `start` to `end` that no slot covers.
function gaps(week, day, start, end) {
  let parts = [[start, end]];
  for (const slot of week.filter((each) => each.day === day)) {
    parts = parts.flatMap(([from, to]) =>
      slot.end <= from || slot.start >= to
        ? [[from, to]]
        : [
            [from, slot.start],
            [slot.end, to],
          ].filter(([first, last]) => last > first),
    );
  }
  return parts;
}

function painted(before, day, start, end) {
  let after = before;
  for (const [from, to] of gaps(before, day, start, end)) {
    const left = after.find((slot) => slot.day === day && slot.end === from);
    const right = after.find((slot) => slot.day === day && slot.start === to);
    if (left && right && alike(left, right)) {
      after = after.filter((slot) => slot !== right).map((slot) => (slot === left ? { ...left, end: right.end } : slot));
    } else if (left) {
      after = after.map((slot) => (slot === left ? { ...left, end: to } : slot));
    } else if (right) {
      after = after.map((slot) => (slot === right ? { ...right, start: from } : slot));
    } else {
      after = [...after, { row: null, day, start: from, end: to, room: "", instructor: "", subject: "" }];
    }
  }
  return after;
}

function erased(before, day, start, end) {
  return before.flatMap((slot) => {
    if (slot.day !== day || slot.end <= start || slot.start >= end) return [slot];
    const parts = [];
    if (slot.start < start) parts.push({ ...slot, end: start });
    if (slot.end > end) parts.push({ ...slot, start: end, row: parts.length ? null : slot.row });
    return parts;
  });
}

function stroke(before, from, to, paints) {
  let after = before;
  const [first, last] = [Math.min(from.k, to.k) * CELL, (Math.max(from.k, to.k) + 1) * CELL];
  for (let day = Math.min(from.d, to.d); day <= Math.max(from.d, to.d); day++)
    after = (paints ? painted : erased)(after, day, first, Math.min(last, 24 * 60 - 1));
  return after;
}

// Make the rows say what was painted.
function store(after) {
  const before = slots();
  const kept = new Set(after.map((slot) => slot.row).filter(Boolean));
  for (const slot of before) if (!kept.has(slot.row)) slot.row.remove();
  const blank = rows().filter(isBlank);
  const room = before.at(-1)?.room;
  for (const slot of after) {
    slot.row ??= blank.shift() ?? makeRow({ ...slot, room: slot.room || room });
    write(slot.row, slot);
  }
  for (const slot of [...after].sort((one, other) => one.day - other.day || one.start - other.start)) list.append(slot.row);
  for (const row of rows().filter((each) => !after.some((slot) => slot.row === each))) list.append(row);
  number();
  const same = (one, other) => one.day === other.day && one.start === other.start && one.end === other.end;
  const gone = before.filter((slot) => !after.some((each) => same(slot, each)));
  const come = after.filter((slot) => !before.some((each) => same(slot, each)));
  said.textContent = [
    ...gone.map((slot) => fill(words.removed, inWords(slot))),
    ...come.map((slot) => fill(words.added, inWords(slot))),
  ].join(". ");
  changed();
}

/* ---------- the grid ---------- */

const place = (cell) => ({ d: Number(cell.dataset.d), k: Number(cell.dataset.k) });
const cellAt = (d, k) => week.querySelector(`td[data-d="${d}"][data-k="${k}"]`);
const isChosen = (cell) => cell.getAttribute("aria-selected") === "true";

const books = (slot, block) =>
  block.kind === "room"
    ? block.who === slot.room
    : block.kind === "shared" || (slot.instructor ? block.who === slot.instructor : staff.has(block.who));

function draw(shown = slots()) {
  if (shown.length) growTo(week, Math.min(...shown.map((slot) => slot.start)), Math.max(...shown.map((slot) => slot.end)));
  const grounds = new Set();
  for (const cell of week.querySelectorAll("td[data-k]")) {
    const { d, k } = place(cell);
    const covers = (each) => each.day === d && each.start < (k + 1) * CELL && k * CELL < each.end;
    const mine = shown.find(covers);
    const here = taken.filter(covers);
    const clashing = mine ? here.filter((block) => block.kind !== "off" && block.start < mine.end && mine.start < block.end && books(mine, block)) : [];
    const ground = here.find((block) => block.kind !== "room" && block.kind !== "off") ? "busy" : (here[0]?.kind ?? "");
    const state = clashing.length ? "clash" : mine ? "" : ground;
    if (state) cell.dataset.s = state;
    else delete cell.dataset.s;
    grounds.add(state);
    cell.setAttribute("aria-selected", String(Boolean(mine)));
    const spoken = [`${words.short[d - 1]} ${clock(k * CELL)}`];
    if (mine) spoken.push(`${clock(mine.start)}–${clock(mine.end)}, ${words.chosen}`);
    if (clashing.length) spoken.push(words.clash);
    for (const block of mine ? clashing : here) {
      const sentence = { room: words.taken, off: words.off }[block.kind] ?? words.teaches;
      spoken.push(fill(sentence, { name: block.name, code: block.code || words.another }));
    }
    cell.setAttribute("aria-label", spoken.join(", "));
    cell.replaceChildren(...label(mine, here[0], k, clashing.length > 0));
  }
  for (const entry of form.querySelectorAll('[data-ground="off"], [data-ground="room"], [data-ground="clash"]'))
    entry.hidden = !grounds.has(entry.dataset.ground);
  if (!week.querySelector('td[tabindex="0"]')) (week.querySelector('td[aria-selected="true"]') ?? cellAt(1, 18)).tabIndex = 0;
}

// Symbols stand in one file, whose address another icon of the page knows.
const alert = form.querySelector("[data-add-slot] svg").cloneNode(true);
for (const use of alert.querySelectorAll("use")) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#i-alert"));

function label(mine, block, k, clashing) {
  const starts = (each) => each && Math.floor(each.start / CELL) === k;
  if (!starts(mine) && (mine || !starts(block) || !block.code)) return [];
  const lab = document.createElement("span");
  lab.className = mine ? "lab" : "lab theirs";
  lab.ariaHidden = "true";
  if (!mine) lab.textContent = shortCode(block.code);
  else {
    if (clashing) lab.append(alert.cloneNode(true));
    lab.append(clock(mine.start));
    if (mine.end - mine.start > CELL) {
      const end = document.createElement("small");
      end.textContent = `–${clock(mine.end)}`;
      lab.append(end);
    }
  }
  return [lab];
}

function goTo(cell) {
  week.querySelector('td[tabindex="0"]')?.setAttribute("tabindex", "-1");
  cell.tabIndex = 0;
  cell.focus({ preventScroll: false });
}

/* pointer: the first cell decides whether a drag paints or erases */
let drag = null;

week.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest("td[data-k]");
  if (!cell || event.button !== 0 || event.pointerType === "touch") return;
  event.preventDefault();
  goTo(cell);
  drag = { before: slots(), from: place(cell), paints: !isChosen(cell) };
  drag.after = stroke(drag.before, drag.from, drag.from, drag.paints);
  draw(drag.after);
});
addEventListener("pointermove", (event) => {
  const cell = drag && document.elementFromPoint(event.clientX, event.clientY)?.closest(".week td[data-k]");
  if (!cell) return;
  drag.after = stroke(drag.before, drag.from, place(cell), drag.paints);
  draw(drag.after);
});
addEventListener("pointerup", () => {
  if (drag) store(drag.after);
  drag = null;
});
addEventListener("pointercancel", () => {
  drag = null;
  draw();
});
// A finger scrolls the page; a tap chooses one cell.
week.addEventListener("click", (event) => {
  const cell = event.target.closest("td[data-k]");
  if (!cell || event.pointerType !== "touch") return;
  goTo(cell);
  store(stroke(slots(), place(cell), place(cell), !isChosen(cell)));
});

/* keys: arrows move, Space toggles, Shift and arrow extend what the first cell began */
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
let anchor = null;

function toggle(cell) {
  const paints = !isChosen(cell);
  anchor = { before: slots(), at: place(cell), paints };
  store(stroke(anchor.before, anchor.at, anchor.at, paints));
}

function step(cell, [days, halves], extends_) {
  const at = place(cell);
  const next = cellAt(at.d + days, at.k + halves);
  if (!next) return;
  if (!extends_) anchor = null;
  else {
    anchor ??= { before: slots(), at, paints: true };
    store(stroke(anchor.before.map((slot) => ({ ...slot, row: slot.row?.isConnected ? slot.row : null })), anchor.at, place(next), anchor.paints));
  }
  goTo(next);
}

week.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td[data-k]");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const { d, k } = place(cell);
  if (event.key in STEPS) step(cell, STEPS[event.key], event.shiftKey);
  else if (event.key === " " || event.key === "Enter") toggle(cell);
  else if (event.key === "Home") goTo(cellAt(1, k));
  else if (event.key === "End") goTo(cellAt(7, k));
  else if (event.key === "Escape" && drag) {
    drag = null;
    draw();
  } else if (event.key === "Delete" || event.key === "Backspace") {
    store(slots().filter((slot) => !(slot.day === d && slot.start < (k + 1) * CELL && k * CELL < slot.end)));
  } else return;
  event.preventDefault();
});

/* ---------- typing ---------- */

// A start that moves takes its end along.
list.addEventListener("change", (event) => {
  const box = event.target;
  const row = box.closest("[data-slot]");
  if (!row || !/\.(start|end)_time$/.test(box.name)) return;
  const at = minutes(box.value);
  if (at !== null) box.value = clock(at);
  const end = control(row, "end_time");
  const was = Number(row.dataset.lasts || 0);
  if (box.name.endsWith("start_time") && at !== null && was && at + was < 24 * 60) end.value = clock(at + was);
  remember(row);
  changed();
});

function remember(row) {
  const slot = slotOf(row);
  if (complete(slot)) row.dataset.lasts = slot.end - slot.start;
}

form.addEventListener("click", (event) => {
  const remove = event.target.closest("[data-remove-slot]");
  if (remove) {
    event.preventDefault();
    const row = remove.closest("[data-slot]");
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    number();
    (next?.querySelector("[data-remove-slot]") ?? form.querySelector("[data-add-slot]")).focus();
    changed();
  } else if (event.target.closest("[data-add-slot]")) {
    event.preventDefault();
    // The same time on the day after the last is the likeliest next one.
    const last = slots().at(-1);
    const row = makeRow(last);
    write(row, last ? { ...last, day: (last.day % 7) + 1 } : { day: 1, start: null, end: null });
    number();
    remember(row);
    control(row, "day").focus();
    changed();
  }
});

/* ---------- rooms of the branch, subjects of the course ---------- */

const everyRoom = [...control(fresh, "room").options].map((option) => option.cloneNode(true));
const branch = form.elements.branch_id;

function fitRooms(row) {
  const select = control(row, "room");
  const chosen = select.value;
  const fits = everyRoom.filter(
    (option) => !option.value || !branch?.value || option.dataset.branch === branch.value || option.value === chosen,
  );
  select.replaceChildren(...fits.map((option) => option.cloneNode(true)));
  if (!branch?.value) for (const option of select.options) groupOf(select, option);
  select.value = chosen;
}

// Without a branch the rooms stand under the names of theirs.
function groupOf(select, option) {
  if (!option.dataset.branch) return;
  const name = [...branch.options].find((each) => each.value === option.dataset.branch)?.textContent;
  if (!name) return;
  const group = [...select.children].find((each) => each.label === name) ?? document.createElement("optgroup");
  group.label = name;
  group.append(option);
  select.append(group);
}

branch?.addEventListener("change", () => {
  for (const row of rows()) {
    const room = control(row, "room");
    if (branch.value && room.selectedOptions[0]?.dataset.branch !== branch.value) room.value = "";
    fitRooms(row);
  }
  changed();
});

let subjects = null;

function fitSubjects(offered) {
  if (JSON.stringify(offered) === subjects) return;
  subjects = JSON.stringify(offered);
  for (const row of [...rows(), fresh]) {
    const select = control(row, "subject");
    const chosen = select.value;
    select.replaceChildren(select.options[0], ...offered.map(([value, text]) => new Option(text, value)));
    select.value = offered.some(([value]) => value === chosen) ? chosen : "";
    row.classList.toggle("no-subjects", !offered.length);
  }
}

/* ---------- what the check knows ---------- */

form.addEventListener("muster:facts", (event) => {
  taken = event.detail.busy;
  staff = new Set(event.detail.staff);
  fitSubjects(event.detail.subjects);
  const who = form.querySelector("[data-who]");
  if (event.detail.lead) who.textContent = fill(words.teach, { name: event.detail.lead });
  if (!drag) draw();
});
form.addEventListener("input", () => draw());

if (matchMedia("(width < 48rem)").matches) form.querySelector(".week-fold").open = false;
for (const row of rows()) {
  fitRooms(row);
  remember(row);
}
draw();
