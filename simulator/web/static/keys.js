// The keypad: by pointer, by Tab and Enter, and by the computer's own keys. Presses go out in their order.

const SHORTCUTS = { Enter: "OK", Backspace: "Clear", Delete: "Clear", c: "Code", d: "Challenge", s: "Sign", a: "Off" };
const SHOWN_MS = 140;
const TAKES_TEXT = "input, textarea, select, summary, a, iframe";
const DIGIT_ROW = /^Digit([0-9])$/;

export class Keys {
  #press;
  #waiting = [];
  #sending = false;
  #reader = document.getElementById("reader");
  #keyboard = document.getElementById("keyboard");

  constructor(press) {
    this.#press = press;
    for (const button of this.#reader.querySelectorAll("[data-key]")) {
      button.addEventListener("click", () => this.#take(button.dataset.key));
    }
    document.addEventListener("keydown", (event) => this.#typed(event, document));
    this.#hear(document.querySelector("iframe"));
  }

  // A click into Coop@net takes the keyboard there. Keys that nothing there takes are handed over to the reader.
  #hear(frame) {
    const heard = new WeakSet();
    const hear = () => {
      const page = frame.contentDocument;
      if (!page || heard.has(page)) return;
      heard.add(page);
      page.addEventListener("keydown", (event) => this.#typed(event, page));
    };
    frame.addEventListener("load", hear);
    hear();
  }

  #typed(event, where) {
    const name = this.#meant(event, where.activeElement);
    if (!name) return;
    event.preventDefault();
    // From here on Enter means OK, not the key that Tab had reached.
    if (document.activeElement !== this.#reader) this.#reader.focus({ preventScroll: true });
    this.#take(name);
  }

  // The digit row of a French keyboard gives & é " without Shift: there the key's place counts.
  #meant(event, at) {
    if (!this.#keyboard.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return null;
    if (this.#takes(at, event.key)) return null;
    if (/^[0-9]$/.test(event.key)) return event.key;
    const [, digit] = (!event.shiftKey && DIGIT_ROW.exec(event.code)) || [];
    return digit ?? SHORTCUTS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
  }

  // Buttons take Enter only: whoever clicked a key goes on typing.
  #takes(at, key) {
    if (!at) return false;
    return at.matches("button") ? key === "Enter" : at.matches(TAKES_TEXT);
  }

  #take(name) {
    const button = this.#reader.querySelector(`[data-key="${name}"]`);
    if (!button) return;
    button.classList.add("down");
    setTimeout(() => button.classList.remove("down"), SHOWN_MS);
    this.#waiting.push(name);
    this.#send();
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#waiting.length) await this.#press(this.#waiting.splice(0, 16));
    this.#sending = false;
  }
}
