// What the page knows by itself, without its server: how long a code may still be seen, and how long nothing was heard.

const EVERY_MS = 250;
const CODE_MS = 35_000;
const SILENT_TICKS = 48; // 12 s, without the time that the machine slept: the server is heard every 5 s

// performance.now() may stand still while the machine sleeps, Date.now() may be set: whichever is further ahead counts.
const now = () => [performance.now(), Date.now()];

export class Watch {
  #code = null;
  #ticks = 0;
  #gone = false;
  #dark;
  #silent;

  // `dark`: the code on the glass has had its time. `silent`: nothing was heard for 12 s.
  constructor({ dark, silent }) {
    this.#dark = dark;
    this.#silent = silent;
    setInterval(() => this.#tick(), EVERY_MS);
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  heard() {
    this.#ticks = 0;
  }

  // Each code has one end, fixed when it is first seen: no later word of the server prolongs it.
  sees(code, left) {
    if (!code) {
      this.#code = null;
      this.#gone = false;
    } else if (this.#code === null) {
      this.#code = now().map((moment) => moment + Math.min(left ?? CODE_MS, CODE_MS));
    }
    this.#tick(0);
  }

  get over() {
    return this.#code !== null && now().some((moment, clock) => moment >= this.#code[clock]);
  }

  #tick(more = 1) {
    this.#ticks += more;
    if (this.over && !this.#gone) {
      this.#gone = true;
      this.#dark();
    }
    if (this.#ticks >= SILENT_TICKS) this.#silent();
  }
}
