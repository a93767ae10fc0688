// On a phone one student at a time, with a stepper at the thumb; a touch on a state puts it in the field it was in.
import { say } from "../register/words.js";
import { focusCell } from "./keys.js";

const narrow = matchMedia("(width < 48rem)");

export function prepare(sheet) {
  const { form, rows } = sheet;
  const stepper = document.querySelector("[data-stepper]");
  const choice = stepper?.querySelector("select");
  let at = 0;
  let last = null; // the cell that was last in use

  function show(place) {
    at = (place + rows.length) % rows.length;
    rows.forEach((row, index) => row.tr.toggleAttribute("data-at", index === at));
    choice.value = String(at);
  }

  if (stepper && rows.length) {
    choice.append(...rows.map((row, index) => new Option(say("at", { no: row.no, total: rows.length, name: row.name }), index)));
    stepper.hidden = false;
    show(Math.max(0, rows.findIndex((row) => row.tr.dataset.r === "missing")));
    for (const button of stepper.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => {
        show(at + Number(button.dataset.step));
        scrollTo({ top: 0 });
      });
    }
    choice.addEventListener("change", () => show(Number(choice.value)));
    const fold = document.querySelector("#results-figures details");
    if (fold) fold.open = !narrow.matches;
  }

  form.addEventListener("focusin", (event) => {
    last = sheet.cellOf(event.target) ?? last;
    if (last && stepper) show(rows.indexOf(last.row));
  });
  for (const button of form.querySelectorAll("[data-put]")) {
    button.addEventListener("click", () => {
      const row = rows[at];
      const open = row.cells.filter((cell) => !cell.locked);
      const cell = last?.row === row && !last.locked ? last : (open.find((one) => one.value === "") ?? open[0]);
      if (!cell) return;
      sheet.act([[cell, button.dataset.put]]);
      focusCell(cell);
    });
  }
}
