// What the server gave the page to work with: words in the person's language, icons, addresses.
export const config = JSON.parse(document.querySelector("#register-config, #results-config")?.textContent ?? "{}");

const plurals = new Intl.PluralRules(document.documentElement.lang || "en");

/** A sentence of the server's, with its {gaps} filled; {n} chooses the plural where there are several. */
export function say(key, gaps = {}) {
  let words = config.words[key];
  if (typeof words === "object") words = words[plurals.select(gaps.n)] ?? words.other;
  return words.replaceAll(/\{(\w+)\}/g, (_, gap) => gaps[gap] ?? "");
}

/** An icon, silent unless it gets a label. */
export function icon(name, label = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${config.icons}#i-${name}`);
  svg.setAttribute("class", "i");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** An element with its children; strings become text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

export function button(label, shape, act, attributes = {}) {
  const kind = attributes.primary ? "btn btn-primary" : "btn";
  return element("button", { class: kind, type: "button", click: act }, shape && icon(shape), label);
}

/** A time of day as the institution's clock shows it. */
export function clock(moment) {
  return new Intl.DateTimeFormat(document.documentElement.lang || "en", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: config.zone,
  }).format(new Date(moment));
}
