// Marks in words, to copy and to take away: what was typed must never be lost, whatever the server says.
import { clock, element, icon, say, button } from "./words.js";

export function markInWords({ kind, part, shown, status, minutes_late, notes }) {
  if (kind === "score") return `${part}: ${shown || say("cleared")}`;
  const parts = [say(status ?? "nothing")];
  if (minutes_late !== null && status === "LATE") parts.push(say("minutes", { n: minutes_late }));
  if (notes) parts.push(`“${notes}”`);
  return parts.join(", ");
}

// Text that begins like a formula stays text in a spreadsheet.
const cell = (value) => `"${String(value ?? "").replace(/^(?=[=+\-@\t\r])/, "'").replaceAll('"', '""')}"`;

function fileOf(marks) {
  const head = [say("name"), say("mark"), say("minutes_late"), say("note"), say("time")];
  const rows = marks.map((mark) => [
    mark.name,
    mark.kind === "score" ? markInWords(mark) : say(mark.status ?? "nothing"),
    mark.minutes_late,
    mark.notes,
    mark.marked_at,
  ]);
  const text = [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
  return URL.createObjectURL(new Blob([`\uFEFF${text}`], { type: "text/csv" }));
}

function textOf(title, marks) {
  const lines = marks.map((mark) => `${mark.name}\t${markInWords(mark)}\t${clock(mark.marked_at)}`);
  const reasons = new Set(marks.map((mark) => mark.refused?.message).filter(Boolean));
  return [title, ...reasons, "", ...lines].join("\n");
}

function take(href, name) {
  const link = element("a", { href, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** The buttons that take marks out of the browser. */
export function ways(title, name, marks) {
  return [
    navigator.clipboard &&
      button(say("copy"), "copy", async () => {
        await navigator.clipboard.writeText(textOf(title, marks));
        document.dispatchEvent(new CustomEvent("muster:toast", { detail: { text: say("copied"), tone: "good" } }));
      }),
    button(say("download"), "download", () => take(fileOf(marks), `${name}.csv`)),
  ];
}

/** The marks, one line each. */
export function list(marks) {
  return element(
    "ul",
    { class: "reg-kept" },
    ...marks.map((mark) =>
      element("li", {}, icon(mark.refused ? "alert" : "clock"), element("b", {}, mark.name), ` ${markInWords(mark)}, ${clock(mark.marked_at)}`),
    ),
  );
}
