// What the browser keeps of registers and results sheets: marks and scores on their way, what the server said last, who uses this browser.
// Pages import it as a module and the service worker by importScripts, so it hands itself on as `self.musterStore`.
{
  const NAME = "muster-registers";
  const CHANNEL = "BroadcastChannel" in self ? new BroadcastChannel(NAME) : null;

  /* ---------- the database; where a browser keeps none, memory, for as long as the page is open ---------- */

  const KEYS = { marks: ["owner", "session", "enrolment"], known: ["owner", "session"], meta: "key" };
  let opening = null;

  function open() {
    opening ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        for (const [store, keyPath] of Object.entries(KEYS)) asked.result.createObjectStore(store, { keyPath });
      };
      asked.onsuccess = () => {
        // Another page upgrades, or the person clears the site's data: the next call opens anew.
        asked.result.onversionchange = asked.result.onclose = () => {
          asked.result.close();
          opening = null;
        };
        resolve(asked.result);
      };
      asked.onerror = asked.onblocked = () => reject(asked.error);
    }).catch((error) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  // One transaction over one store; resolves when it is on disk, with what `work` left in its result.
  async function within(store, mode, work) {
    let database;
    try {
      database = await open();
    } catch {
      return work(memory[store]);
    }
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const result = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(result instanceof IDBRequest ? result.result : result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  class Memory {
    constructor(keyPath) {
      this.path = [keyPath].flat();
      this.rows = new Map();
    }
    key = (row) => this.path.map((name) => row[name]).join(" ");
    put = (row) => void this.rows.set(this.key(row), structuredClone(row));
    get = (key) => answered(structuredClone(this.rows.get([key].flat().join(" "))));
    delete = (key) => void this.rows.delete([key].flat().join(" "));
    getAll = (range) => {
      const start = range ? range.lower.join(" ") : "";
      const found = [...this.rows].filter(([key]) => key.startsWith(start)).map(([, row]) => row);
      return answered(structuredClone(found));
    };
  }
  const memory = Object.fromEntries(Object.entries(KEYS).map(([store, path]) => [store, new Memory(path)]));

  // Looks like a request that has its answer: says so as soon as somebody listens.
  function answered(result) {
    return {
      result,
      set onsuccess(tell) {
        tell({ target: { result } });
      },
    };
  }

  const unwrapped = (found) => (found && typeof found === "object" && "onsuccess" in found ? found.result : found);
  // Everything whose key begins so: an array comes after every word.
  const below = (...start) => IDBKeyRange.bound(start, [...start, []]);

  async function read(store, work) {
    return unwrapped(await within(store, "readonly", work));
  }

  /* ---------- marks on their way ---------- */

  const keyOf = ({ owner, session, enrolment }) => [owner, session, enrolment];

  function changed(owner, session = "") {
    CHANNEL?.postMessage({ kind: "queue", owner, session });
    self.dispatchEvent(new CustomEvent("muster:queue", { detail: { owner, session } }));
  }

  const marks = {
    /** The marks of a person, the oldest first; of one register where a session is given. */
    async of(owner, session) {
      const range = session ? below(owner, session) : below(owner);
      const found = (await read("marks", (store) => store.getAll(range))) ?? [];
      return found.sort((one, two) => (one.marked_at < two.marked_at ? -1 : 1));
    },
    /** How many marks of other people wait in this browser. */
    async ofOthers(owner) {
      const found = (await read("marks", (store) => store.getAll())) ?? [];
      return found.filter((mark) => mark.owner !== owner).length;
    },
    /**
     * Keep marks; a later one of the same learner takes the place of the earlier. One that only takes the earlier
     * `back`, before it ever left, takes it out instead: then there is nothing to say.
     */
    async keep(rows) {
      if (!rows.length) return;
      await within("marks", "readwrite", (store) => {
        for (const { back, ...row } of rows) {
          store.get(keyOf(row)).onsuccess = ({ target: { result: earlier } }) => {
            if (back && earlier && !earlier.tried) store.delete(keyOf(row));
            else store.put(row);
          };
        }
      });
      changed(rows[0].owner, rows[0].session);
    },
    /** Change marks that are still the ones meant, and answer those: one made over meanwhile is left alone. */
    async amend(rows, change) {
      if (!rows.length) return [];
      const meant = [];
      await within("marks", "readwrite", (store) => {
        for (const row of rows) {
          store.get(keyOf(row)).onsuccess = ({ target: { result: now } }) => {
            if (now?.marked_at !== row.marked_at) return;
            meant.push(row);
            if (change === null) store.delete(keyOf(row));
            else store.put({ ...now, ...change });
          };
        }
      });
      changed(rows[0].owner, rows[0].session);
      return meant;
    },
    /** They have arrived, or are given up. */
    drop: (rows) => marks.amend(rows, null),
  };

  /* ---------- what the server said last of a register, newer than a page that was kept ---------- */

  const known = {
    of: (owner, session) => read("known", (store) => store.get([owner, session])),
    /** An answer of the server, `at` its time: of the whole register, some of its learners, or a results sheet. */
    async learn(owner, session, at, { session: facts, register, rows: sheet }) {
      const { rows = {} } = (await known.of(owner, session)) ?? {};
      // Rows of a sheet say no time of their own.
      const marked_at = new Date(at).toISOString();
      register ??= sheet.map((row) => ({ ...row, enrolment_id: row.enrollment_id, marked_at }));
      for (const record of register) {
        const before = rows[record.enrolment_id]?.record.marked_at ?? "";
        // Answers may come out of order; of two the one with the newer mark is the later.
        if (before <= (record.marked_at ?? "")) rows[record.enrolment_id] = { at, record };
      }
      await within("known", "readwrite", (store) => void store.put({ owner, session, at, facts, rows }));
    },
  };

  const meta = {
    get: async (key) => (await read("meta", (store) => store.get(key)))?.value,
    set: (key, value) => within("meta", "readwrite", (store) => void store.put({ key, value })),
  };

  /** Forget what was kept for a person. Their marks on their way only where `marksToo` says so. */
  async function forget(owner, { marksToo = false } = {}) {
    const remove = async (store, rows) => {
      const keys = KEYS[store];
      await within(store, "readwrite", (box) => {
        for (const row of rows) box.delete([keys].flat().map((name) => row[name]));
      });
    };
    await remove("known", (await read("known", (store) => store.getAll(below(owner)))) ?? []);
    if (marksToo) {
      await remove("marks", await marks.of(owner));
      changed(owner);
    }
    if ("caches" in self) {
      const names = await caches.keys();
      const theirs = names.filter((name) => name.startsWith("muster-pages-") && name.endsWith(`-${owner}`));
      await Promise.all(theirs.map((name) => caches.delete(name)));
    }
  }

  /** Whether what is kept here outlives the page. */
  const lasts = () => open().then(() => true, () => false);

  self.musterStore = { marks, known, meta, forget, lasts, channel: CHANNEL };
}
