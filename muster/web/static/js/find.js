// The palette: Ctrl K, Cmd K or / opens it, arrows choose, Enter opens, Escape closes. Without it the button is a link
// to the page of the search.
const palette = document.querySelector("#palette");
const box = document.querySelector("#q-all");
const list = document.querySelector("#found");
const status = document.querySelector("#found-status");

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector('[aria-selected="true"]');
const isTyping = (target) =>
  target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]") !== null;

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) box.setAttribute("aria-activedescendant", option.id);
  else box.removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = options();
  if (all.length) choose(all.at((all.indexOf(chosen()) + by) % all.length));
}

function open() {
  if (palette.open) return;
  palette.showModal();
  box.select();
  box.dispatchEvent(new CustomEvent("palette"));
}

const keys = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: () => chosen().click() };

if (palette) {
  document.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    const isK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    // Over another dialog it would hide what is being decided.
    if (!(isK || isSlash) || document.querySelector("dialog[open]:not(#palette)")) return;
    event.preventDefault();
    open();
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.key in keys) || (event.key === "Enter" && !chosen())) return;
    event.preventDefault();
    keys[event.key]();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== list) return;
    choose(options()[0]);
    status.textContent = list.querySelector("[data-count]")?.dataset.count ?? "";
  });
}
