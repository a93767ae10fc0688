// Suggestions below the search of the top bar: arrows choose, Enter opens, Escape closes. Without it the form still sends.
const box = document.querySelector("[data-find]");
const list = document.querySelector("#found");
const status = document.querySelector("#found-status");

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector('[aria-selected="true"]');

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) box.setAttribute("aria-activedescendant", option.id);
  else box.removeAttribute("aria-activedescendant");
}

function show(open) {
  list.hidden = !open;
  box.setAttribute("aria-expanded", String(open));
  if (!open) choose(null);
}

function step(by) {
  const all = options();
  if (!all.length) return;
  const at = all.indexOf(chosen());
  choose(all.at(at < 0 ? (by > 0 ? 0 : -1) : (at + by) % all.length));
}

const keys = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Escape: () => show(false),
  Enter: () => chosen().click(),
};

if (box && list) {
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-controls", list.id],
    ["aria-expanded", "false"],
    ["aria-autocomplete", "list"],
  ]) {
    box.setAttribute(name, value);
  }

  box.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.key in keys)) return;
    if (list.hidden && event.key === "ArrowDown" && list.childElementCount) show(true);
    if (list.hidden || (event.key === "Enter" && !chosen())) return;
    event.preventDefault();
    keys[event.key]();
  });
  box.addEventListener("focus", () => {
    if (box.value.trim() && list.childElementCount) show(true);
  });
  // The list is of what was typed: an empty field has none.
  box.addEventListener("input", () => {
    if (!box.value.trim()) show(false);
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  box.addEventListener("blur", () => show(false));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== list) return;
    show(document.activeElement === box && list.childElementCount > 0);
    status.textContent = list.querySelector("[data-count]")?.dataset.count ?? "";
  });
}
