// The cards: dragged to the reader and out of it with a mouse or a pen, or pressed like any button.

import { post } from "./line.js";

const A_DRAG = 6;

export class Cards {
  #in = null;
  #busy = false;
  #reader = document.getElementById("reader");
  #slot = document.getElementById("slot");
  #inserted = document.getElementById("inserted");
  #pull = document.getElementById("pull");

  constructor() {
    for (const card of document.querySelectorAll("[data-card]")) {
      this.#movable(card, (dropped) => this.#moved(card.dataset.card, dropped));
    }
    this.#movable(this.#inserted, (dropped) => dropped !== "reader" && this.#take(null));
    this.#pull.addEventListener("click", () => this.#take(null));
  }

  show(state) {
    this.#in = state.card;
    this.#inserted.hidden = state.card === null;
    this.#inserted.className = `inserted ${state.card ?? ""}`;
    const own = document.querySelector(`[data-card="${state.card}"] .card-name`);
    document.getElementById("inserted-name").textContent = own?.textContent ?? state.card ?? "";
    this.#pull.disabled = state.card === null;
    for (const card of document.querySelectorAll("[data-card]")) {
      card.setAttribute("aria-pressed", String(card.dataset.card === state.card));
    }
  }

  // A click puts the card in, or takes it out; a drag counts when it ends over the reader.
  #moved(name, dropped) {
    if (dropped === "click") this.#take(name === this.#in ? null : name);
    if (dropped === "reader" && name !== this.#in) this.#take(name);
  }

  async #take(name) {
    if (this.#busy) return;
    this.#busy = true;
    if (this.#in !== null) await post("pull");
    if (name !== null) await post("insert", { card: name });
    this.#busy = false;
    if (name !== null) this.#reader.focus({ preventScroll: true });
  }

  #movable(card, ended) {
    let from = null;
    let ghost = null;
    let wasDrag = false;
    card.addEventListener("pointerdown", (event) => {
      wasDrag = false;
      if (event.button !== 0 || event.pointerType === "touch") return;
      from = event;
      card.setPointerCapture(event.pointerId); // a fast hand leaves the card before it counts as dragging
    });
    card.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [x, y] = [event.clientX - from.clientX, event.clientY - from.clientY];
      if (!ghost && Math.hypot(x, y) >= A_DRAG) ghost = this.#lift(card);
      if (ghost) ghost.style.transform = `translate(${x}px, ${y}px) rotate(-2deg)`;
      this.#slot.classList.toggle("open", Boolean(ghost) && this.#over(event));
    });
    const drop = (event) => {
      const dragged = ghost;
      from = ghost = null;
      this.#slot.classList.remove("open");
      if (!dragged) return;
      // The click that a drag ends with, if it ends with one, comes in this very turn of the browser's.
      wasDrag = true;
      setTimeout(() => (wasDrag = false));
      dragged.remove();
      card.classList.remove("lifted");
      if (event.type === "pointerup") ended(this.#over(event) ? "reader" : "elsewhere");
    };
    card.addEventListener("pointerup", drop);
    card.addEventListener("pointercancel", drop);
    // `detail` is 0 for a click made by a key (UI Events, 5.3): no drag ends with one.
    card.addEventListener("click", (event) => (wasDrag && event.detail > 0) || ended("click"));
  }

  #lift(card) {
    const { left, top, width } = card.getBoundingClientRect();
    const ghost = card.cloneNode(true);
    ghost.removeAttribute("id");
    ghost.classList.add("ghost");
    ghost.setAttribute("aria-hidden", "true");
    Object.assign(ghost.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
    document.body.append(ghost);
    card.classList.add("lifted");
    return ghost;
  }

  #over({ clientX, clientY }) {
    const { left, right, top, bottom } = this.#reader.parentElement.getBoundingClientRect();
    return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
  }
}
