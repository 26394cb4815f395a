// The Sécur'Pass code: four dots and a keypad of real buttons, in their usual places. Digits are in no field of the page.

import { button, make, say, show, words } from "./dom.js";

export const DIGITS = 4;
const ROWS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

// Resolves with the code, or with null when `back` was pressed. `others`: more buttons, each [label, value to resolve with].
export function askCode({ title, note = "", alert = "", step = "", others = [], cancel = words.back }) {
  return new Promise((resolve) => {
    let typed = "";
    const dots = make("p", { class: "dots", role: "status" });
    const ok = button(words.ok, () => end(typed), "main");

    function draw() {
      ok.disabled = typed.length !== DIGITS;
      dots.replaceChildren(
        make("span", { class: "unseen" }, words.typed.replace("{count}", typed.length).replace("{of}", DIGITS)),
        ...Array.from({ length: DIGITS }, (_none, at) => make("span", { class: at < typed.length ? "dot full" : "dot", "aria-hidden": "true" })),
      );
    }

    function press(digit) {
      if (typed.length < DIGITS) typed += digit;
      draw();
    }

    function erase() {
      typed = typed.slice(0, -1);
      draw();
    }

    function end(value) {
      document.removeEventListener("keydown", onKey);
      typed = "";
      resolve(value);
    }

    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^[0-9]$/.test(event.key)) press(event.key);
      else if (event.key === "Backspace") erase();
      else if (event.key === "Enter" && typed.length === DIGITS && event.target.tagName !== "BUTTON") end(typed);
      else return;
      event.preventDefault();
    }

    document.addEventListener("keydown", onKey);
    const digits = ROWS.map((digit) => button(digit, () => press(digit), "digit"));
    const bottom = [
      make("button", { type: "button", class: "digit", "aria-label": words.erase, onclick: erase }, "⌫"),
      button("0", () => press("0"), "digit"),
      ok,
    ];
    show({
      title,
      step,
      kind: "code",
      back: null,
      body: [note && say(note), alert && say(alert, "alert"), dots, make("div", { class: "keypad" }, digits, bottom)],
      actions: [...others.map(([label, value]) => button(label, () => end(value), "quiet")), button(cancel, () => end(null), "quiet")],
    });
    draw();
  });
}
