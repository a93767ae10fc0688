// Between the sheet and its queue: every score goes out by it, and what the server answers comes back: what stands in
// each cell, and what the rows and the whole sheet come to.
import { Outbox } from "../register/outbox.js";
import { button, config, say } from "../register/words.js";
import { textOf } from "./cells.js";

const SOON = 300;
const DONE = ["passed", "failed", "exempt"];

export function prepare(sheet, announce) {
  const nothing = () => {};
  const page = { address: config.api, isLocked: () => false, take, reread, waits, told, started: nothing, dropped };
  const outbox = new Outbox(page, announce);

  function entered({ cells }) {
    outbox.keep(
      cells.map((cell) => {
        cell.enteredAt = outbox.moment();
        return {
          kind: "score",
          enrolment: cell.key,
          student: cell.row.id,
          component: cell.code,
          part: cell.part,
          value: cell.sent,
          shown: cell.value,
          marked_at: new Date(cell.enteredAt).toISOString(),
          api: config.api,
          name: cell.row.name,
          back: outbox.queue.has(cell.key) && cell.value === cell.stands,
        };
      }),
    );
  }

  /* ---------- what the server says ---------- */

  // An answer that was under way while something newer was entered is no news.
  function standing(cell, text, mine, begun) {
    if (begun && Math.max(cell.enteredAt, cell.arrivedAt) > begun) return;
    cell.stands = text;
    const entry = outbox.queue.get(cell.key);
    if (entry && !entry.refused) return;
    if (mine) cell.arrivedAt = outbox.now();
    const typing = document.activeElement === cell.input && cell.input.value !== cell.value;
    if (entry?.refused || cell.problem || cell.value === text || typing) return;
    cell.write(text);
    if (!mine || mine.shown === text) return;
    const words = say("overtaken_score", { name: cell.row.name, part: cell.part, value: text || say("cleared") });
    document.dispatchEvent(new CustomEvent("muster:toast", { detail: { text: words, tone: "warn" } }));
  }

  function told(record, sent = new Map(), begun = 0) {
    const row = sheet.byId.get(record.enrollment_id);
    if (!row) return false;
    for (const cell of row.cells) {
      standing(cell, textOf(record.components[cell.code] ?? null), sent.get(cell.key), begun);
    }
    row.settle(record);
    return true;
  }

  function take(data, sent = [], { whole = false, begun = 0 } = {}) {
    const mine = new Map(sent.map((entry) => [entry.enrolment, entry]));
    const strangers = data.rows.filter((record) => !told(record, mine, begun)).length;
    if (whole && !config.narrowed) outbox.note("newcomers", strangers > 0 && newcomersNote(strangers));
    drawWhole(data);
    waits(outbox.queue);
    sheet.dispatchEvent(new CustomEvent("settled"));
    if (sent.length || whole) figuresSoon();
  }

  const newcomersNote = (n) =>
    outbox.noteBox("info", "info", [say("newcomers", { n })], [button(say("reload"), "", () => location.reload())]);

  function drawWhole({ rows, statistics }) {
    const figure = (value) => (value === null ? "–" : Number(value).toFixed(1));
    const put = (selector, text) => {
      for (const node of document.querySelectorAll(selector)) if (node.textContent !== text) node.textContent = text;
    };
    put("[data-done]", String(statistics.marked ?? DONE.reduce((sum, verdict) => sum + statistics[verdict], 0)));
    for (const [code, value] of Object.entries(statistics.means)) put(`[data-mean="${CSS.escape(code)}"]`, figure(value));
    if (!document.querySelector("[data-publish]")) return;
    put("[data-mean-total]", figure(statistics.mean));
    const due = rows.filter((row) => !row.locked && DONE.includes(row.verdict)).length;
    put("[data-publish-text]", say("publish", { n: due, total: statistics.students }));
    document.querySelector("[data-publish].only-wide")?.classList.toggle("btn-primary", due > 0);
  }

  /* ---------- the figures, as the server draws them ---------- */

  const figures = document.querySelector("#results-figures");
  let timer = 0;

  function figuresSoon() {
    if (!figures) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      try {
        const response = await fetch(config.figures, { cache: "no-store" });
        if (!response.ok || response.redirected) return;
        const drawn = new DOMParser().parseFromString(await response.text(), "text/html");
        const fold = drawn.querySelector("details");
        if (fold) fold.open = figures.querySelector("details")?.open ?? true;
        figures.replaceChildren(...drawn.body.childNodes);
      } catch {
        // They are drawn with the next answer.
      }
    }, SOON);
  }

  /* ---------- the queue ---------- */

  function reread(before, queue) {
    for (const entry of queue.values()) {
      const cell = sheet.byKey.get(entry.enrolment);
      if (!cell) continue;
      const isNew = !before.has(entry.enrolment) || before.get(entry.enrolment).marked_at < entry.marked_at;
      if ((isNew || entry.refused) && cell.value !== entry.shown) cell.write(entry.shown);
      if (entry.refused) cell.refuse(say("refused_score", { value: entry.shown || say("cleared"), reason: entry.refused.message }));
    }
  }

  function waits(queue) {
    for (const row of sheet.rows) {
      let waiting = false;
      for (const cell of row.cells) {
        const entry = queue.get(cell.key);
        const is = Boolean(entry && !entry.refused);
        cell.waits(is);
        waiting ||= is;
      }
      if (waiting !== row.waiting) {
        row.waiting = waiting;
        row.draw();
      }
    }
  }

  function dropped(entries) {
    for (const entry of entries) {
      const cell = sheet.byKey.get(entry.enrolment);
      cell?.write(cell.stands);
    }
  }

  sheet.addEventListener("entered", (event) => entered(event.detail));
  outbox.start();
  return outbox;
}
