// The batch form around its week: the live check, what is proposed, the ways out, saving and leaving.
const form = document.querySelector("#batch-form");
const check = document.querySelector("#check");
const words = JSON.parse(form.dataset.words);

let dirty = "refused" in form.dataset;
let asking = false; // the check does not know yet what stands in the form
let sending = false;

/* ---------- asking ---------- */

function ask() {
  asking = true;
  check.dispatchEvent(new Event("muster:asked"));
}

form.addEventListener("input", (event) => {
  dirty = true;
  ask();
});
// Selects and dates say `change` only in some browsers, and a typed time is put in order then.
form.addEventListener("change", (event) => {
  touch(event.target);
  ask();
});

/* ---------- what is proposed, for fields that nobody has touched ---------- */

const PROPOSED = ["batch_name", "batch_code", "end_date", "capacity", "assigned_instructor"];

function touch(control) {
  // A select that is set back was set back on purpose; an emptied box waits for a proposal again.
  if (control.name) control.dataset.touched = control.value || control.matches("select") ? "yes" : "no";
}

form.addEventListener("input", (event) => touch(event.target));
for (const name of PROPOSED) if (form.elements[name]?.value) touch(form.elements[name]);

function propose(proposals) {
  let filled = false;
  for (const [name, value] of Object.entries(proposals)) {
    const control = form.elements[name];
    if (!control || !value || control.dataset.touched === "yes" || control === document.activeElement) continue;
    if (control.value === value) continue;
    control.value = value;
    filled = filled || control.value === value;
  }
  if (filled) ask();
}

function facts() {
  const island = document.querySelector("#check-facts");
  if (!island) return;
  const detail = JSON.parse(island.textContent);
  form.dispatchEvent(new CustomEvent("muster:facts", { detail }));
  propose(detail.proposals);
}

// A failure of the server says nothing about the batch: what stood here stays, and the next change asks again.
check.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 500) event.detail.shouldSwap = false;
});
check.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== check) return;
  asking = false;
  facts();
});

/* ---------- ways out: one click, and it is typed ---------- */

const slotControl = (place, name) => form.elements[`schedule.${place}.${name}`];

function takeWayOut(change) {
  const [what, ...rest] = change.split(":");
  const set = (control, value) => {
    control.value = value;
    touch(control);
    return control;
  };
  let control = null;
  if (what === "lead") control = set(form.elements.assigned_instructor, rest[0]);
  else if (what === "assistant") control = set(form.elements.assistants, rest[0]);
  else if (what === "room" || what === "instructor") control = set(slotControl(rest[0], what), rest[1]);
  else if (what === "time") {
    const [place, day, ...clock] = rest;
    set(slotControl(place, "start_time"), clock.slice(0, 2).join(":"));
    set(slotControl(place, "end_time"), clock.slice(2).join(":"));
    control = set(slotControl(place, "day"), day);
  }
  control?.focus({ preventScroll: true });
  show(control?.closest("[data-slot]") ?? control);
  control?.dispatchEvent(new Event("input", { bubbles: true }));
}

function show(element) {
  element?.classList.remove("just-changed");
  requestAnimationFrame(() => element?.classList.add("just-changed"));
}

check.addEventListener("click", (event) => {
  const offer = event.target.closest("[name=apply]");
  if (!offer) return;
  event.preventDefault();
  takeWayOut(offer.value);
});

/* ---------- saving and leaving ---------- */

const save = document.querySelector("#save");

form.addEventListener("submit", (event) => {
  const clash = document.querySelector("#clash");
  if (sending || (clash && !asking)) {
    event.preventDefault();
    clash?.scrollIntoView({ block: "center" });
    clash?.focus({ preventScroll: true });
    return;
  }
  sending = true;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  form.requestSubmit(save);
});
addEventListener("beforeunload", (event) => {
  if (dirty && !sending) event.preventDefault();
});
// Back from the page that was saved to: the form works again.
addEventListener("pageshow", () => {
  sending = false;
});

// The links to a problem go to the field itself.
document.querySelector("#save-msg").addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const target = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!target) return;
  event.preventDefault();
  target.scrollIntoView({ block: "center" });
  (target.matches("input, select, textarea, [tabindex]") ? target : target.closest("fieldset")?.querySelector("select"))?.focus({
    preventScroll: true,
  });
});

facts();
