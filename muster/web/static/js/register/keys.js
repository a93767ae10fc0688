// The register by keyboard: letters mark and move on, arrows move, a number goes to that learner.
import { STATUSES } from "./grid.js";

const TYPING = 900; // the pause that ends a number, in milliseconds

export function focusRow(row) {
  if (!row) return;
  const target = row.radios.find((radio) => radio.checked) ?? row.radios[0];
  target.focus({ preventScroll: true });
  row.li.scrollIntoView({ block: "nearest" });
}

export function listen(grid, { details, markRest, undo, find, help }) {
  let typed = "";
  let timer = 0;
  let marked = null; // the row a letter was just pressed on, for its minutes

  const at = (rows) => rows.indexOf(grid.rowOf(document.activeElement));

  function step(by) {
    const rows = grid.shown();
    const here = at(rows);
    focusRow(here < 0 ? (rows.find((row) => row.value.status === null) ?? rows[0]) : rows[here + by]);
  }

  function nextUnmarked() {
    const rows = grid.shown();
    const here = at(rows);
    const open = (row) => row.value.status === null;
    focusRow(rows.find((row, index) => index > here && open(row)) ?? rows.find(open));
  }

  function number(digit) {
    clearTimeout(timer);
    typed += digit;
    const rows = grid.shown();
    focusRow(rows.find((row) => row.no === Number(typed)));
    timer = setTimeout(() => (typed = ""), TYPING);
  }

  function minutes(row) {
    const late = row.value.status === "LATE" ? row : marked?.value.status === "LATE" ? marked : null;
    if (late?.minutes.checkVisibility()) {
      late.minutes.focus();
      late.minutes.select();
    } else details(late ?? row, "minutes");
  }

  const onRow = {
    DELETE: (row) => grid.setStatus(row, null),
    BACKSPACE: (row) => grid.setStatus(row, null),
    M: minutes,
    N: (row) => details(row, "note"),
    V: (row) => details(row, "evidence"),
  };
  const anywhere = {
    ARROWDOWN: () => step(1),
    J: () => step(1),
    ARROWUP: () => step(-1),
    K: () => step(-1),
    U: nextUnmarked,
    F: find,
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open], [popover]:popover-open") || event.isComposing) return;
    const key = event.key.toUpperCase();
    const inMinutes = event.target.matches(".mins");
    if (inMinutes && ["ENTER", "ARROWDOWN", "ARROWUP"].includes(key)) {
      event.preventDefault();
      const row = grid.rowOf(event.target);
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
      const rows = grid.shown();
      focusRow(rows[rows.indexOf(row) + (key === "ARROWUP" ? -1 : 1)] ?? row);
      return;
    }
    if (event.target.closest("input:not([type=radio]), textarea, select")) return;
    if ((event.ctrlKey || event.metaKey) && key === "Z" && !event.shiftKey) {
      event.preventDefault();
      const rows = undo();
      if (rows?.length === 1) focusRow(rows[0]);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = grid.rowOf(document.activeElement);
    const act = (work) => {
      event.preventDefault();
      work();
    };
    if (key === "P" && event.shiftKey) act(markRest);
    else if (key in STATUSES && row) {
      act(() => {
        grid.setStatus(row, STATUSES[key]);
        marked = row;
        const rows = grid.shown();
        focusRow(rows[rows.indexOf(row) + 1] ?? row);
      });
    } else if (key in onRow && row) act(() => onRow[key](row));
    else if (key in anywhere) act(anywhere[key]);
    else if (/^\d$/.test(key)) act(() => number(key));
  });
}
