// The calendar drawn over the plain list of the page: views, filters in the address, and sessions dragged to another hour.
const { Calendar } = window.FullCalendar;
const host = document.querySelector("#calendar");
const options = JSON.parse(document.querySelector("#calendar-options").textContent);
const words = options.words;
const filters = document.querySelector("[data-filters]");
const titles = document.querySelector("[data-title]");
const counted = document.querySelector("[data-count]");
const tooMany = document.querySelector("[data-too-many]");
const dialog = document.querySelector("#dlg-event");
const VIEWS = { month: "dayGridMonth", week: "timeGridWeek", day: "timeGridDay", list: "listWeek" };
const NAMES = Object.fromEntries(Object.entries(VIEWS).map(([name, view]) => [view, name]));
const HUES = 8;
// Dates are said as the rest of the page says them: the day before the month.
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang || undefined;
const narrow = matchMedia("(width < 46rem)").matches;

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
const address = (pattern, id) => pattern.replace(options.nil, id);
const control = (name) => filters.elements[name];
const say = (text, tone = "info", act = null) =>
  document.dispatchEvent(new CustomEvent("muster:toast", { detail: { text, tone, act } }));

/* ---------- what is asked for stands in the address ---------- */

const asked = () => ({
  cohort_id: control("cohort_id").value,
  instructor_id: control("instructor_id")?.value ?? "",
  ...Object.fromEntries([...filters.querySelectorAll("[data-narrows]")].map((select) => [select.name, select.value])),
  dept: control("dept")?.value ?? "",
  semester: control("semester")?.value ?? "",
  colour: control("colour").value,
});

function keepAddress() {
  const view = NAMES[calendar.view.type];
  const day = iso(calendar.getDate());
  host.dataset.view = calendar.view.type;
  const { colour, ...narrowed } = asked();
  const query = new URLSearchParams({ view, date: day, ...narrowed, colour: colour === "batch" ? "" : colour });
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  history.replaceState(history.state, "", `?${query}`);
  control("view").value = view;
  control("date").value = day;
  titles.textContent = period();
  document.querySelectorAll(".cal-views a").forEach((link, index) => {
    if (Object.keys(VIEWS)[index] === view) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
}

// The period in words, as the page says it where no script runs.
function period() {
  const { activeStart, activeEnd, currentStart, type } = calendar.view;
  const said = (date, format) => date.toLocaleDateString(language, { ...format, timeZone: "UTC" });
  if (type === VIEWS.month) return said(currentStart, { month: "long", year: "numeric" });
  if (type === VIEWS.day) return said(currentStart, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const last = new Date(activeEnd.valueOf() - 86400000);
  const short = { day: "numeric", month: "short" };
  return `${said(activeStart, short)} – ${said(last, { ...short, year: "numeric" })}`;
}

const iso = (date) => date.toISOString().slice(0, 10);
const clock = (date) => date.toISOString().slice(11, 16);

/* ---------- sessions as events ---------- */

// The same batch has the same colour on every page: its code decides.
function hue(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % HUES;
}

// Where a session leads: one of no batch is of a student and their mentor.
function placeOf(session) {
  if (!session.cohort_id) return [options.mentoring, session.session_id];
  return [options.open, options.openIs === "session" ? session.session_id : session.cohort_id];
}

function drawn(session) {
  const byType = control("colour").value === "type";
  const colour = byType ? Object.keys(options.types).indexOf(session.session_type) : hue(session.cohort_id);
  const state = session.status === "cancelled" ? " is-cancelled" : session.is_locked ? " is-locked" : "";
  return {
    id: session.session_id,
    title: session.title,
    start: session.all_day ? session.date : session.local_start,
    end: session.all_day ? undefined : session.local_end,
    allDay: session.all_day,
    editable: session.may_change,
    durationEditable: session.may_change && !session.all_day,
    class: `ev c${colour}${state}`,
    url: address(...placeOf(session)),
    extendedProps: session,
  };
}

async function read(info) {
  const last = new Date(info.end.valueOf() - 86400000);
  const { colour: _colour, ...narrowed } = asked();
  const query = new URLSearchParams({
    from: iso(info.start), to: iso(last), page: 1, page_size: options.most, ...narrowed,
  });
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  const response = await fetch(`${options.events}?${query}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(words.failed);
  const { data, total } = await response.json();
  tooMany.hidden = total <= options.most;
  return data.map(drawn);
}

// What each colour stands for, as far as it is in sight.
function legend(events) {
  const byType = control("colour").value === "type";
  const named = new Map();
  for (const { extendedProps: session } of events) {
    const key = byType ? session.session_type : session.cohort_id;
    const colour = byType ? Object.keys(options.types).indexOf(key) : hue(key);
    named.set(byType ? options.types[key] : session.cohort_code || words.pairs, colour);
  }
  const list = document.querySelector("[data-legend]");
  list.hidden = named.size < 2 || named.size > 24;
  list.replaceChildren(
    ...[...named].sort().map(([words, colour]) => {
      const item = document.createElement("li");
      item.className = `cal-key c${colour}`;
      item.textContent = words;
      return item;
    }),
  );
}

function state(session) {
  if (session.status === "cancelled") return [words.cancelled, session.cancel_reason].filter(Boolean).join(": ");
  // How far the register is taken is nothing to those who learn.
  if (options.openIs !== "session") return "";
  const marked = session.marked ? fill(words.marked, session) : "";
  return [session.is_locked ? words.locked : "", marked].filter(Boolean).join(", ");
}

function content({ event, timeText, view }) {
  const session = event.extendedProps;
  const box = document.createElement("span");
  box.className = "ev-in";
  const type = options.types[session.session_type];
  // Less than an hour has room for two lines in the week and the day.
  const brief = view.type !== VIEWS.list && !event.allDay && event.end - event.start < 3_600_000;
  const short = view.type === VIEWS.month || brief;
  // What the colour says stands there in words too.
  const said = control("colour").value === "type" ? type : session.cohort_code;
  const lines = short
    ? [
        ["ev-title", `${timeText} ${event.title}`.trim()],
        ["ev-code", [said, session.status === "cancelled" ? words.cancelled : ""].filter(Boolean).join(" · ")],
      ]
    : [
        ["ev-time", timeText],
        ["ev-title", event.title],
        ["ev-code", [session.cohort_code, type].join(" · ")],
        ["ev-state", state(session)],
      ];
  for (const [name, text] of lines) {
    if (!text) continue;
    const line = document.createElement("span");
    line.className = name;
    line.textContent = text;
    box.append(line);
  }
  return { domNodes: [box] };
}

/* ---------- one session, in a dialog ---------- */

function open({ event, jsEvent }) {
  if (jsEvent.ctrlKey || jsEvent.metaKey || jsEvent.shiftKey) return;
  jsEvent.preventDefault();
  const session = event.extendedProps;
  const part = (name) => dialog.querySelector(`[data-event="${name}"]`);
  dialog.querySelector("h2").textContent = event.title;
  part("when").textContent = whenOf(event);
  part("text").textContent = [
    session.cohort_name,
    session.cohort_code,
    session.cohort_id && options.types[session.session_type],
    session.location,
    session.instructor,
  ]
    .filter((text, index, all) => text && text !== event.title && all.indexOf(text) === index)
    .join(" · ");
  part("state").textContent = state(session);
  const links = [];
  if (session.may_change) {
    links.push([words.changed, address(options.change, event.id), true]);
    links.push([words.cancelIt, address(options.cancel, event.id), true]);
  }
  if (!session.cohort_id) links.push([words.mentoring, event.url, false]);
  else if (session.status !== "cancelled" && options.openIs === "session") links.push([words.register, event.url, false]);
  else links.push([words.batch, address(options.schedule, session.cohort_id), false]);
  part("actions").replaceChildren(
    ...links.map(([text, url, sheet], index) => {
      const link = document.createElement("a");
      link.className = index === links.length - 1 ? "btn btn-primary" : "btn";
      link.href = url;
      link.textContent = text;
      if (sheet) {
        link.setAttribute("hx-get", url);
        link.setAttribute("hx-target", "#sheet");
        link.setAttribute("hx-swap", "innerHTML");
        link.addEventListener("click", () => dialog.close());
      }
      return link;
    }),
  );
  window.htmx?.process(part("actions"));
  dialog.showModal();
}

function whenOf(event) {
  const format = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
  const day = event.start.toLocaleDateString(language, format);
  if (event.allDay) return `${day}, ${words.allDay}`;
  return `${day}, ${clock(event.start)} – ${clock(event.end ?? event.start)}`;
}

/* ---------- moving ---------- */

const token = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";

async function write(id, body) {
  const response = await fetch(address(options.session, id), {
    method: "PUT",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message ?? words.failed);
  return answer;
}

const hours = (event) => ({
  date: iso(event.start),
  ...(event.allDay ? {} : { start_time: clock(event.start), end_time: clock(event.end) }),
});

async function moved(info) {
  const { event, oldEvent } = info;
  // A session with times keeps them, one without has none: between the two there is the form.
  if (event.allDay !== oldEvent.allDay || iso(event.start) !== iso(event.end ?? event.start)) {
    info.revert();
    return;
  }
  const before = hours(oldEvent);
  let data, warnings;
  try {
    ({ data, warnings = [] } = await write(event.id, { ...hours(event), version: event.extendedProps.version }));
  } catch (error) {
    info.revert();
    say(error instanceof TypeError ? words.offline : error.message, "bad");
    return;
  }
  event.setExtendedProp("version", data.version);
  const told = data.told ? ` ${fill(words.told, { number: data.told })}` : "";
  const warned = warnings.map((one) => ` ${one.message}`).join("");
  say(`${fill(words.moved, { title: event.title, when: whenOf(event) })}${told}${warned}`, warned ? "warn" : "good", {
    text: words.undo,
    do: async () => {
      try {
        await write(event.id, { ...before, version: data.version });
        say(fill(words.undone, { title: event.title }), "good");
      } catch (error) {
        say(error instanceof TypeError ? words.offline : error.message, "bad");
      }
      calendar.refetchEvents();
    },
  });
}

/* ---------- the calendar ---------- */

// The library names cells and headings by dates that are not what stands in them, and its links as list items.
function tidy() {
  for (const cell of host.querySelectorAll("[role=columnheader][aria-label], [role=gridcell][aria-label]")) {
    cell.removeAttribute("aria-label");
    cell.querySelectorAll("[aria-hidden]").forEach((part) => part.removeAttribute("aria-hidden"));
  }
  for (const head of host.querySelectorAll("[role=rowheader], [role=columnheader]")) {
    if (!head.textContent.trim()) head.setAttribute("role", "gridcell");
  }
  for (const link of host.querySelectorAll("a[role=listitem]")) {
    link.removeAttribute("role");
    link.parentElement.removeAttribute("role");
    link.parentElement.removeAttribute("aria-label");
  }
}
new MutationObserver(tidy).observe(host, { childList: true, subtree: true });

// A week that is wider than the screen opens at today, else at the day that was asked for.
function showDay() {
  const scroller = host.parentElement;
  const heads = [...host.querySelectorAll("[role=columnheader][data-date]")];
  const wanted =
    heads.find((head) => head.getAttribute("aria-current") === "date") ??
    heads.find((head) => head.dataset.date === iso(calendar.getDate()));
  if (calendar.view.type !== VIEWS.week || !wanted) return;
  scroller.scrollLeft = wanted.offsetLeft - heads[0].offsetLeft;
}

// A list of the week opens at today, once.
let opened = false;
function showToday() {
  const now = options.now.slice(0, 10);
  const day = [...host.querySelectorAll("[data-date]")].find((one) => one.dataset.date >= now);
  if (opened || !day) return;
  opened = true;
  if (day.dataset.date !== iso(calendar.view.activeStart)) day.scrollIntoView({ block: "start" });
}

const given = new URLSearchParams(location.search).has("view");
const calendar = new Calendar(host, {
  // A phone has no room for seven columns, unless somebody asks for them.
  initialView: VIEWS[narrow && !given ? "list" : options.view],
  initialDate: options.date,
  now: options.now,
  // Clock times are those of each class, wherever the reader is.
  timeZone: "UTC",
  locale: language,
  firstDay: 1,
  headerToolbar: false,
  height: "auto",
  nowIndicator: true,
  dayMaxEvents: 4,
  slotMinTime: "06:00:00",
  slotMaxTime: "22:00:00",
  scrollTime: "08:00:00",
  snapDuration: "00:15:00",
  eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
  slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
  listDayFormat: { weekday: "long", day: "numeric", month: "long" },
  // Each day is named once: the library's second heading says the same again, and `false` does not take it away.
  listDayHeaderContent: ({ level, text }) => (level ? "" : text),
  slotEventOverlap: false,
  // More than two side by side are no longer to be read: the others stand behind "3 more".
  eventMaxStack: 2,
  eventMinHeight: 34,
  allDayText: words.allDay,
  noEventsText: words.none,
  moreLinkClass: "ev-more",
  moreLinkText: (number) => fill(words.more, { number }),
  eventDisplay: "block",
  events: (info, good, bad) => read(info).then(good, bad),
  eventSourceFailure: () => say(words.failed, "bad"),
  eventContent: content,
  eventClick: open,
  eventDrop: moved,
  eventResize: moved,
  datesSet: () => {
    keepAddress();
    requestAnimationFrame(showDay);
  },
  eventsSet: (events) => {
    counted.textContent = fill(words.sessions, { number: events.length });
    legend(events);
    if (calendar.view.type === VIEWS.list) requestAnimationFrame(showToday);
  },
});

host.hidden = false;
document.querySelector("[data-plain]").hidden = true;
filters.querySelector("[data-apply]").hidden = true;
calendar.render();
tidy();

for (const link of document.querySelectorAll("[data-step]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    calendar[link.dataset.step]();
  });
}
document.querySelectorAll(".cal-views a").forEach((link, index) => {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    calendar.changeView(Object.values(VIEWS)[index]);
  });
});
filters.addEventListener("change", (event) => {
  // These decide which batches there are to choose from, which the server knows.
  if (event.target.hasAttribute("data-reload")) return filters.submit();
  keepAddress();
  calendar.refetchEvents();
});
filters.addEventListener("submit", (event) => event.preventDefault());
