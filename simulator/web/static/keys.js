// The keypad: by pointer, by Tab and Enter, and by the computer's own keys. Presses go out in their order.

const SHORTCUTS = { Enter: "OK", Backspace: "Clear", Delete: "Clear", c: "Code", d: "Challenge", s: "Sign", a: "Off" };
const SHOWN_MS = 140;
const TAKES_TEXT = "input, textarea, select, summary, a, iframe";

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
    document.addEventListener("keydown", (event) => this.#typed(event));
  }

  #typed(event) {
    const name = this.#meant(event);
    if (!name) return;
    event.preventDefault();
    // From here on Enter means OK, not the key that Tab had reached.
    if (document.activeElement !== this.#reader) this.#reader.focus({ preventScroll: true });
    this.#take(name);
  }

  #meant(event) {
    if (!this.#keyboard.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return null;
    const at = document.activeElement;
    const onButton = at instanceof HTMLButtonElement;
    if (at.matches(TAKES_TEXT) || (onButton && event.key === "Enter")) return null;
    if (/^[0-9]$/.test(event.key)) return event.key;
    return SHORTCUTS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
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
