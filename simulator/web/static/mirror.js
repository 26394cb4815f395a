// The real reader's glass, and a sentence when it is not there: then the last picture goes, for it is no longer true.

import { blank, draw } from "./glass.js";
import { Watch } from "./watch.js";

const glass = document.getElementById("glass");
const away = document.getElementById("away");

function there(is) {
  away.classList.toggle("over", is);
  away.setAttribute("aria-hidden", String(is));
  if (!is) blank(glass);
}

there(false);
const watch = new Watch({ dark: () => {}, silent: () => there(false) });
const source = new EventSource("/events");
source.addEventListener("error", () => there(false));
source.addEventListener("away", () => {
  watch.heard();
  there(false);
});
source.addEventListener("here", () => watch.heard());
source.addEventListener("glass", (event) => {
  watch.heard();
  there(true);
  draw(glass, JSON.parse(event.data));
});
