// What the grids of half hours have in common: the schedule of a batch and the week of an instructor.
export const CELL = 30;

const two = (number) => String(number).padStart(2, "0");
export const clock = (minutes) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

// Rows for early or late hours are made when somebody types them. `first` and `last` are minutes of the day.
export function growTo(grid, first, last) {
  const body = grid.tBodies[0];
  const places = [...grid.querySelectorAll("td[data-k]")].map((cell) => Number(cell.dataset.k));
  let [from, to] = [Math.min(...places), Math.max(...places)];
  const hour = (k) =>
    [k, k + 1].map((at) => {
      const row = body.rows[at % 2].cloneNode(true);
      row.querySelector("th span")?.replaceChildren(clock(at * CELL));
      for (const cell of row.querySelectorAll("td")) {
        cell.dataset.k = at;
        cell.tabIndex = -1;
      }
      return row;
    });
  while (from * CELL > first) body.prepend(...hour((from -= 2)));
  while ((to + 1) * CELL < last) {
    body.append(...hour(to + 1));
    to += 2;
  }
}
