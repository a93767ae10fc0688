// The sheet by keyboard: digits type, Enter and arrows move, A E W put a state and move on.
export function focusCell(cell) {
  if (!cell) return;
  cell.input.focus({ preventScroll: true });
  cell.input.select();
  cell.td.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const LETTERS = { A: "AB", E: "EX", W: "WH" };

export function listen(sheet, { undo, help }) {
  const { form } = sheet;

  function beside(cell, down, across) {
    const row = sheet.rows[sheet.rows.indexOf(cell.row) + down];
    return row?.cells[cell.row.cells.indexOf(cell) + across];
  }

  function nextMissing(cell) {
    const open = sheet.missing().filter((one) => one !== cell);
    const here = cell ? sheet.cells.indexOf(cell) : -1;
    focusCell(open.find((one) => sheet.cells.indexOf(one) > here) ?? open[0]);
  }

  function enter(cell) {
    if (cell && !cell.locked && !cell.td.dataset.paste) sheet.commit(cell);
  }

  form.addEventListener("focusin", (event) => sheet.cellOf(event.target) && event.target.select());
  form.addEventListener("focusout", (event) => enter(sheet.cellOf(event.target)));

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open], [popover]:popover-open") || event.isComposing) return;
    const cell = sheet.cellOf(event.target);
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    const act = (work) => {
      event.preventDefault();
      work();
    };
    if ((event.ctrlKey || event.metaKey) && key === "Z" && !event.shiftKey) {
      // What is being typed is taken back by the browser; what was entered, by us.
      if (cell && cell.input.value !== cell.value) return;
      if (cell || !event.target.closest("input, textarea, select")) act(undo);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!cell) {
      if (event.target.closest("input, textarea, select, button, a")) return;
      if (key === "U") act(() => nextMissing(null));
      else if (key === "?") act(help);
      return;
    }
    const { input } = cell;
    const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    if (key === "Enter") {
      act(() => {
        // In the last row there is nowhere to go, and what was typed is entered all the same.
        enter(cell);
        focusCell(beside(cell, event.shiftKey ? -1 : 1, 0) ?? cell);
      });
    }
    else if (key === "ArrowDown") act(() => focusCell(beside(cell, 1, 0)));
    else if (key === "ArrowUp") act(() => focusCell(beside(cell, -1, 0)));
    else if (key === "ArrowRight" && (all || input.selectionStart === input.value.length)) act(() => focusCell(beside(cell, 0, 1)));
    else if (key === "ArrowLeft" && (all || input.selectionEnd === 0)) act(() => focusCell(beside(cell, 0, -1)));
    else if (key === "U") act(() => nextMissing(cell));
    else if (key === "?") act(help);
    else if (cell.locked || cell.td.dataset.paste) return;
    else if (key === "Escape") act(() => (cell.write(cell.value), input.select()));
    else if (key in LETTERS) {
      act(() => {
        sheet.act([[cell, LETTERS[key]]]);
        focusCell(beside(cell, 1, 0) ?? cell);
      });
    } else if ((key === "Delete" || key === "Backspace") && all) act(() => sheet.act([[cell, ""]]));
  });
}
