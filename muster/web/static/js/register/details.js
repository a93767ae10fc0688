// The sheet of one learner: minutes late, note, evidence. What is typed is marked when it is saved.
import { config, element, say } from "./words.js";

const QUICK = [5, 10, 20, 30];

export function prepare(grid, { locked, back, sendFile }) {
  const dialog = document.querySelector("#dlg-learner");
  const form = dialog.querySelector("form");
  const title = dialog.querySelector("h2");
  const about = dialog.querySelector("[data-about]");
  const marks = [...form.querySelectorAll("[name=status]")];
  const minutes = form.querySelector("[name=minutes]");
  const chips = form.querySelector("[data-chips]");
  const note = form.querySelector("[name=note]");
  const files = form.querySelector("[data-files]");
  const upload = form.querySelector("[name=file]");
  const wrong = form.querySelector("[data-wrong]");
  let row = null;

  const status = () => marks.find((mark) => mark.checked)?.value ?? null;

  function drawChips() {
    const now = grid.minutesNow();
    const offered = [...new Set([...QUICK, ...(now ? [now] : [])])].sort((one, two) => one - two);
    chips.replaceChildren(
      ...offered.map((number) =>
        element(
          "button",
          {
            class: "chip",
            type: "button",
            "aria-pressed": String(Number(minutes.value) === number),
            click: () => {
              minutes.value = number;
              late();
            },
          },
          String(number),
          number === now ? element("span", { class: "n" }, ` ${say("since", { time: config.starts })}`) : null,
        ),
      ),
    );
  }

  // Minutes mean late.
  function late() {
    if (minutes.value !== "") marks.find((mark) => mark.value === "LATE").checked = true;
    drawChips();
  }

  function open(which, at = "") {
    row = which;
    title.textContent = row.name;
    about.textContent = row.li.dataset.about ?? "";
    for (const mark of marks) mark.checked = mark.value === row.value.status;
    minutes.value = row.value.minutes_late ?? "";
    if (row.value.status === null && grid.isLate()) {
      // Whoever comes in now is late: proposed, and saved only with the sheet.
      marks.find((mark) => mark.value === "LATE").checked = true;
      minutes.value = grid.minutesNow() ?? "";
    }
    note.value = row.value.notes;
    wrong.hidden = true;
    form.querySelector("[data-evidence-link]")?.setAttribute("href", row.li.dataset.evidence);
    files.replaceChildren(...[...row.li.querySelectorAll("[data-file]")].map((file) => file.cloneNode(true)));
    if (upload) {
      upload.value = "";
      form.querySelector("[data-drop-name]").textContent = "";
    }
    for (const field of form.querySelectorAll("fieldset, textarea, [name=file]")) field.disabled = locked();
    form.querySelector("[type=submit]").hidden = locked();
    drawChips();
    dialog.showModal();
    if (at === "minutes") minutes.focus();
    else if (at === "note") note.focus();
    else if (at === "evidence" && upload) upload.focus();
  }

  function refuse(sentence) {
    wrong.textContent = sentence;
    wrong.hidden = false;
  }

  minutes.addEventListener("input", late);
  for (const mark of marks) {
    mark.addEventListener("change", () => {
      if (status() !== "LATE") minutes.value = "";
      else if (minutes.value === "") minutes.value = grid.minutesNow() ?? "";
      drawChips();
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (note.value.trim() && status() === null) return refuse(say("note_needs_mark"));
    const number = Number.parseInt(minutes.value, 10);
    grid.mark(row, {
      status: status(),
      minutes_late: status() === "LATE" && number >= 0 ? number : null,
      notes: note.value.trim(),
    });
    if (upload?.files.length && !(await send([...upload.files]))) return undefined;
    dialog.close();
    return undefined;
  });

  // Files go at once and after the marks: they are too large and too private to be kept here.
  async function send(chosen) {
    for (const file of chosen) {
      const sentence = await sendFile(row, file);
      if (sentence) {
        refuse(sentence);
        return false;
      }
    }
    return true;
  }

  // A note is a line or two: Enter saves it, with Shift it goes on.
  note.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  // Escape, or a tap beside the sheet, loses no note that was typed; the button does.
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog || locked() || !row || note.value.trim() === row.value.notes) return;
    event.preventDefault();
    form.requestSubmit();
  });

  dialog.addEventListener("close", () => row && back(row));
  grid.form.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-details]");
    if (opener) open(grid.rowOf(opener));
    const excuse = event.target.closest("[data-excuse]");
    if (excuse) grid.setStatus(grid.rowOf(excuse), "EXCUSED");
  });
  return { open };
}
