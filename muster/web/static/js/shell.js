// What every page does beyond its HTML: theme, folds, selected rows, menus, dialogs, toasts, files.
const root = document.documentElement;
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/* theme */
function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  root.dataset.theme = isDark() ? "light" : "dark";
  try {
    localStorage.setItem("muster-theme", root.dataset.theme);
  } catch {
    // Then it lasts for this page.
  }
}

/* filters fold away where the page is narrow, and stay open without this script */
function fold(button) {
  button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
}

/* what went well is said and goes; what went wrong, and what can be undone, stays */
function fade(box) {
  setTimeout(() => (box.matches(":hover, :focus-within") ? fade(box) : box.remove()), 10_000);
}

/* selected rows: the bar below a list says how many, and is there only while some are */
const boxes = () => all('input[type=checkbox][name=pick][form="bulk"]');

function countPicked() {
  const bar = find("[data-bulk]");
  if (!bar) return;
  const number = boxes().filter((box) => box.checked).length;
  bar.hidden = !number;
  find("[data-pick-none]", bar).hidden = false;
  for (const place of all("[data-picked]", bar)) place.textContent = number;
}

function setUp(within) {
  for (const element of all("[data-theme-toggle], [data-dismiss], [data-pick-all]", within)) element.hidden = false;
  for (const button of all("[data-fold][hidden]", within)) {
    button.hidden = false;
    fold(button);
  }
  for (const dialog of all("dialog[data-open]", within)) dialog.showModal();
  countPicked();
  find("[data-errors]", within)?.focus();
  for (const good of all('.toast-m:is([data-tone="good"], [data-tone="info"]):not(:has(form))', within)) fade(good);
}

/* an error goes when its field is mended, and so does its line above the form */
function mend(target) {
  const field = target.closest(".is-refused");
  if (!field) return;
  field.classList.remove("is-refused");
  for (const error of all(".field-error", field)) error.remove();
  for (const input of all("[aria-invalid]", field)) input.removeAttribute("aria-invalid");
  const summary = find("[data-wrong-fields]", field.closest("form") ?? document);
  if (!summary) return;
  const ids = [field, ...all("[id]", field)].map((element) => `#${element.id}`);
  for (const line of all("li", summary)) if (ids.includes(find("a", line).getAttribute("href"))) line.remove();
  const left = all("li", summary).length;
  if (left) find("h2", summary).textContent = JSON.parse(summary.dataset.wrongFields)[left - 1];
  else if (summary.parentElement.childElementCount > 1) summary.remove();
  else summary.closest("[data-errors]").remove();
}
document.addEventListener("input", (event) => mend(event.target));

const actions = {
  "[data-theme-toggle]": switchTheme,
  "[data-dismiss]": (button) => button.closest(".toast-m").remove(),
  "[data-fold]": fold,
  "[data-clear]": () => {
    const box = find("#q");
    if (box) box.value = "";
  },
  "[data-pick-none]": () => {
    for (const box of [...boxes(), ...all("[data-pick-all]")]) box.checked = false;
    countPicked();
  },
  "[data-pick-all]": (box) => {
    for (const one of document.querySelectorAll(`input[type=checkbox][form="${box.dataset.pickAll}"]`)) {
      one.checked = box.checked;
      one.dispatchEvent(new Event("change", { bubbles: true }));
    }
  },
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(actions)) {
    const target = event.target.closest(selector);
    if (target) act(target);
  }
  const menu = event.target.closest("[popover].menu");
  if (menu && event.target.closest("a, button")) menu.hidePopover();
  // Browsers without invoker commands.
  const invoker = event.target.closest("[commandfor]");
  if (invoker && !("commandForElement" in HTMLButtonElement.prototype)) {
    const dialog = document.getElementById(invoker.getAttribute("commandfor"));
    if (invoker.getAttribute("command") === "close") dialog.close();
    else dialog.showModal();
  }
});

/* a button says how many are picked in its form: its words by plural form, the number as {n} */
function countPicks(form) {
  const button = form && find("[data-picks]", form);
  if (!button) return;
  const words = JSON.parse(button.dataset.picks);
  const n = all("input[type=checkbox][name=student]:checked", form).length;
  const form_of = n ? new Intl.PluralRules(document.documentElement.lang || "en").select(n) : "zero";
  button.textContent = (words[form_of] ?? words.other).replace("{n}", n);
}
document.addEventListener("change", (event) => countPicks(event.target.form));
document.addEventListener("htmx:afterSettle", () => all("[data-picks]").forEach((button) => countPicks(button.form)));

/* a dropped or chosen file shows its name */
document.addEventListener("change", (event) => {
  if (event.target.matches('[name=pick][form="bulk"]')) countPicked();
  const drop = event.target.closest("[data-drop]");
  if (drop) find("[data-drop-name]", drop).textContent = [...event.target.files].map((file) => file.name).join(", ");
});

/* htmx: a request that got no answer says so */
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) setUp(event.detail.elt);
});
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => toast(document.body.dataset.offline, "bad"));
}

document.addEventListener("htmx:responseError", ({ detail }) => {
  // A page of ours that broke is no answer to what was asked, so nothing of it is shown.
  if (detail.xhr.status >= 500) toast(document.body.dataset.broken, "bad");
});

/* other modules say: document.dispatchEvent(new CustomEvent("muster:toast", { detail: { text, tone, act } })), where
   `act` is { text, do }: a button that takes back what was done */
document.addEventListener("muster:toast", (event) => toast(event.detail.text, event.detail.tone, event.detail.act));

function toast(sentence, tone = "info", act = null) {
  const box = document.createElement("div");
  box.className = "toast-m";
  box.dataset.tone = tone;
  const text = document.createElement("p");
  text.textContent = sentence;
  box.append(text);
  if (act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = act.text;
    button.addEventListener("click", () => {
      box.remove();
      act.do();
    });
    box.append(button);
  }
  find("#toasts").replaceChildren(box);
}

setUp(document);
