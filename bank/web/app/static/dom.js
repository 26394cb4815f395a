// The screen: one at a time, made of elements, never of markup. The words come in the page.

export const words = JSON.parse(document.getElementById("words").textContent);
export const language = document.documentElement.lang;

export function make(tag, given = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...inside.flat().filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

export function fill(sentence, values) {
  return sentence.replaceAll(/\{(\w+)\}/g, (_all, name) => values[name]);
}

export function button(label, act, kind = "") {
  return make("button", { type: "button", class: kind, onclick: act }, label);
}

// A field with its label, its hint, and its fault once there is one.
export function field(name, label, given = {}, hint = "") {
  const described = hint ? `${name}-hint` : null;
  return make(
    "p",
    { class: "field" },
    make("label", { for: name }, label),
    hint && make("span", { class: "hint", id: described }, hint),
    make("input", { id: name, name, "aria-describedby": described, autocomplete: "off", ...given }),
  );
}

// One screen: a heading, what is said, and what can be done, the latter at the bottom within reach of the thumb.
export function show({ title, kind = "", step = "", body = [], actions = [], back = null }) {
  const main = document.getElementById("screen");
  const heading = make("h1", { tabindex: "-1" }, title);
  main.className = kind;
  main.replaceChildren(
    ...[
      back && make("p", { class: "back" }, button(words.back, back, "plain")),
      step && make("p", { class: "step" }, step),
      heading,
      make("div", { class: "body" }, body),
      actions.length ? make("div", { class: "actions" }, actions) : null,
    ].filter(Boolean),
  );
  document.title = `${title} · Sécur'Pass`;
  heading.focus();
  return main;
}

export function say(text, kind = "note") {
  return make("p", { class: kind, role: kind === "alert" ? "alert" : "status" }, text);
}

export function linkLanguages() {
  return make("p", { class: "languages" }, words.otherLanguages.map(([code, name]) => make("a", { href: `../${code}/`, lang: code, hreflang: code }, name)));
}

// While the bank is asked nothing can be pressed twice.
export async function busy(act) {
  const main = document.getElementById("screen");
  if (main.getAttribute("aria-busy") === "true") return undefined;
  main.setAttribute("aria-busy", "true");
  const pressed = [...main.querySelectorAll("button, input, select")].filter((each) => !each.disabled);
  for (const each of pressed) each.disabled = true;
  try {
    return await act();
  } finally {
    main.removeAttribute("aria-busy");
    for (const each of pressed) each.disabled = false;
  }
}

export function showMoment(ms) {
  return new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit" }).format(ms);
}

export function showTime(ms) {
  return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(ms);
}

export function showMoney(cents) {
  return new Intl.NumberFormat(language, { style: "currency", currency: "EUR" }).format(cents / 100);
}
