// Brings marks, and scores of results sheets, to the server: one flight at a time in the whole browser, and nothing leaves the queue before the
// server said so. A mark carries the moment it was made, by which the server knows a repeat.
// As store.js it serves pages and the service worker, and hands itself on as `self.musterSend`.
{
  const { marks, known, meta, channel } = self.musterStore;
  const PATIENCE = 15_000;
  const MOST = 100; // rows of one flight
  const WHO = "/institution/attendance/offline/me/";

  let before = Promise.resolve();

  // Only one page or worker sends at a time.
  function alone(work) {
    if (navigator.locks) return navigator.locks.request("muster-send", work);
    before = before.then(work, work);
    return before;
  }

  /** How far the server's clock is ahead of this one, never more than it is. */
  async function learnTime(response) {
    const said = Date.parse(response.headers.get("Date") ?? "");
    if (said) await meta.set("skew", said - Date.now());
    return said;
  }

  /** Who is signed in here, as the server sees it; throws where it cannot be asked. */
  async function whoAmI() {
    const response = await fetch(WHO, {
      headers: { Accept: "application/json" },
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) throw new Error(`${response.status}`);
    await learnTime(response);
    return response.json();
  }

  // Marks of a register and scores of a results sheet go to their own places, and come back in their own shapes.
  const WAYS = {
    mark: {
      method: "PATCH",
      address: ({ session }) => `/api/institution/class-sessions/${session}/records`,
      body: (rows) => ({
        records: rows.map((mark) => ({
          enrolment_id: mark.enrolment,
          status: mark.status,
          minutes_late: mark.status === "LATE" ? mark.minutes_late : null,
          notes: mark.status === null ? "" : mark.notes,
          marked_at: mark.marked_at,
          // "Mark all present" never goes over what a colleague marked in the meantime.
          ...(mark.fill ? { only_unmarked: true } : {}),
        })),
      }),
    },
    score: {
      method: "PUT",
      address: ({ api }) => api,
      body: (rows) => ({
        rows: rows.map((score) => ({
          enrollment_id: score.student,
          components: { [score.component]: score.value },
          marked_at: score.marked_at,
        })),
      }),
    },
  };
  const wayOf = (entry) => WAYS[entry.kind ?? "mark"];

  function tell(message) {
    channel?.postMessage(message);
    self.dispatchEvent(new CustomEvent(`muster:${message.kind}`, { detail: message }));
  }

  async function arrived(owner, session, rows, response) {
    const { data } = await response.json();
    const at = (await learnTime(response)) || Date.now();
    await known.learn(owner, session, at, data);
    await marks.drop(rows);
    tell({ kind: "answer", owner, session, data, sent: rows, at });
  }

  // What a refusal means for the rows that were sent. Those it names are set aside; else all of them are.
  async function refused(rows, failure) {
    const named = new Set(
      (failure.errors ?? [])
        .map((error) => /^(?:body\.)?(?:records|rows)\.(\d+)/.exec(error.field ?? ""))
        .filter(Boolean)
        .map((found) => Number(found[1])),
    );
    const aside = named.size ? rows.filter((_, index) => named.has(index)) : rows;
    await marks.amend(aside, { refused: { code: failure.code ?? "", message: failure.message ?? "" } });
    tell({ kind: "refused", owner: rows[0].owner, session: rows[0].session, code: failure.code ?? "" });
  }

  // The CSRF token belongs to the sign-in it was given with: while it is taken, it is still the same person.
  async function flight(owner, token) {
    let asked = false;
    const later = new Set();
    let wait = 0;
    for (;;) {
      const waiting = (await marks.of(owner)).filter((mark) => !mark.refused && !later.has(mark.session));
      if (!waiting.length) return { state: later.size ? "later" : "done", wait };
      if (!token) {
        const me = await whoAmI();
        asked = true;
        if (!me.owner) return { state: "signed-out" };
        if (me.owner !== owner) return { state: "somebody-else" };
        token = me.token;
      }
      const session = waiting[0].session;
      // From here on they count as told: what is undone now is told as well.
      const rows = await marks.amend(waiting.filter((mark) => mark.session === session).slice(0, MOST), { tried: true });
      if (!rows.length) continue;
      const way = wayOf(rows[0]);
      const response = await fetch(way.address(rows[0]), {
        method: way.method,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body: JSON.stringify(way.body(rows)),
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (response.ok) {
        await arrived(owner, session, rows, response);
      } else if (response.status === 401 || response.status === 403) {
        const failure = await response.json().catch(() => ({}));
        if (asked && response.status === 401) return { state: "signed-out" };
        if (asked) await refused(rows, failure);
        else token = "";
      } else if (response.status === 429 || response.status >= 500) {
        later.add(session);
        wait = Math.max(wait, 1000 * Number(response.headers.get("Retry-After") ?? 0));
      } else {
        await refused(rows, await response.json().catch(() => ({})));
      }
    }
  }

  /** Send what waits for this person. Resolves with what became of it; never throws. */
  async function send(owner, token = "") {
    try {
      return await alone(() => flight(owner, token));
    } catch {
      return { state: "offline" };
    }
  }

  self.musterSend = { send, whoAmI, learnTime };
}
