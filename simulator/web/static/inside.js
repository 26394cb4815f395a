// Inside the reader: its state, the time until it goes dark, and what card and reader say to each other.

import { post } from "./line.js";

const COMMANDS = {
  A4: "SELECT",
  A8: "GET PROCESSING OPTIONS",
  B2: "READ RECORD",
  CA: "GET DATA",
  20: "VERIFY",
  AE: "GENERATE AC",
  C0: "GET RESPONSE",
};

const WHOLE_S = 35;

export class Inside {
  #words;
  #darkAt = null;
  #last = 0;
  #ring = document.getElementById("ring");
  #plug = document.getElementById("plug");
  #trace = document.getElementById("trace");

  constructor(words) {
    this.#words = words;
    setInterval(() => this.#tick(), 250);
    this.#plug.addEventListener("click", () => post(this.#plug.dataset.verb));
  }

  show(state) {
    document.getElementById("phase").textContent = this.#words.phases[state.phase];
    document.getElementById("holds").textContent = state.card ?? this.#words.said.empty;
    this.#plug.dataset.verb = state.plugged ? "unplug" : "plug";
    this.#plug.textContent = state.plugged ? this.#plug.dataset.unplug : this.#plug.dataset.plug;
    this.#darkAt = state.dark_in === null ? null : performance.now() + state.dark_in;
    this.#tick();
  }

  add({ number, command, response }) {
    if (number <= this.#last) return;
    this.#last = number;
    document.getElementById("trace-empty").hidden = true;
    const line = document.createElement("li");
    line.append(
      this.#part("b", COMMANDS[command.slice(2, 4)] ?? command.slice(2, 4)),
      this.#part("code", `> ${command}`),
      this.#part("code", `< ${response}`),
    );
    this.#trace.append(line);
    this.#trace.scrollTop = this.#trace.scrollHeight;
  }

  // The reader tells everything anew when the line is there again.
  clear() {
    this.#last = 0;
    this.#trace.replaceChildren();
    document.getElementById("trace-empty").hidden = false;
  }

  #part(kind, text) {
    return Object.assign(document.createElement(kind), { textContent: text });
  }

  #tick() {
    const left = this.#darkAt === null ? 0 : Math.max(0, this.#darkAt - performance.now()) / 1000;
    this.#ring.setAttribute("stroke-dasharray", `${Math.min(left, WHOLE_S)} ${WHOLE_S}`);
    const shown = left ? `${Math.ceil(left)} ${this.#words.said.seconds}` : "–";
    document.getElementById("dark-in").textContent = shown;
  }
}
