// Which rows are seen and in what order. A row that is marked while a filter holds stays where it is, so that the
// list never jumps under the finger.
import { say } from "./words.js";

const plain = (text) =>
  text
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLocaleLowerCase();

const compare = new Intl.Collator(document.documentElement.lang || "en").compare;
const ORDERS = {
  number: (one, two) => one.no - two.no,
  name: (one, two) => compare(one.name, two.name) || one.no - two.no,
  rate: (one, two) => Number(one.li.dataset.rate || 101) - Number(two.li.dataset.rate || 101) || one.no - two.no,
  unmarked: (one, two) => Boolean(one.value.status) - Boolean(two.value.status) || one.no - two.no,
};

export function prepare(grid, announce) {
  const form = grid.form;
  const search = form.querySelector("[data-search]");
  const order = form.querySelector("[data-order]");
  const shown = form.querySelector("[data-shown]");
  const totals = [...form.querySelectorAll("[data-filter]")];
  let filter = null; // a status, "" for those without a mark

  function fits(row, words) {
    const known = plain(`${row.no} ${row.name} ${row.li.dataset.number ?? ""}`);
    return words.every((word) => known.includes(word));
  }

  // Read down, then across: half of those who are seen in each column.
  function arrange() {
    for (const list of form.querySelectorAll(".learners")) {
      const seen = list.querySelectorAll(".learner:not([hidden])").length;
      list.style.setProperty("--rows", Math.max(1, Math.ceil(seen / 2)));
      list.classList.add("counted");
    }
  }

  function apply() {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    let seen = 0;
    for (const row of grid.rows) {
      const is = fits(row, words) && (filter === null || (row.value.status ?? "") === filter);
      row.li.hidden = !is;
      seen += is;
    }
    for (const group of form.querySelectorAll(".reg-group")) {
      group.hidden = !group.querySelector(".learner:not([hidden])");
    }
    arrange();
    for (const button of totals) button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
    const narrowed = words.length > 0 || filter !== null;
    shown.hidden = !narrowed;
    const words_ = say("shown", { n: seen, total: grid.rows.length });
    shown.querySelector("[data-shown-text]").textContent = words_;
    if (narrowed) announce(words_);
  }

  function clear() {
    filter = null;
    search.value = "";
    apply();
  }

  function sort() {
    for (const list of form.querySelectorAll(".learners")) {
      const rows = [...list.querySelectorAll(".learner[data-id]")].map((li) => grid.byId.get(li.dataset.id));
      list.append(...rows.sort(ORDERS[order.value]).map((row) => row.li));
    }
  }

  arrange();
  search.addEventListener("input", apply);
  search.addEventListener("keydown", (event) => {
    // Enter would send the form that stands here for browsers without scripts.
    if (event.key === "Enter") event.preventDefault();
    if (event.key === "Escape") clear();
  });
  order.addEventListener("change", sort);
  for (const button of totals) {
    button.addEventListener("click", () => {
      filter = filter === button.dataset.filter ? null : button.dataset.filter;
      apply();
    });
  }
  form.querySelector("[data-show-all]").addEventListener("click", clear);
  return { find: () => search.focus(), clear };
}
