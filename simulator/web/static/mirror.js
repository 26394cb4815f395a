// The real reader's glass, and a sentence when it is not there: then the last picture goes, for it is no longer true.

import { draw } from "./glass.js";

const glass = document.getElementById("glass");
const away = document.getElementById("away");

function there(is) {
  away.classList.toggle("over", is);
  away.setAttribute("aria-hidden", String(is));
  if (!is) draw(glass, { width: glass.width, height: glass.height, rows: Array(glass.height).fill("0".repeat(glass.width / 4)) });
}

there(false);
const source = new EventSource("/events");
source.addEventListener("error", () => there(false));
source.addEventListener("away", () => there(false));
source.addEventListener("glass", (event) => {
  there(true);
  draw(glass, JSON.parse(event.data));
});
