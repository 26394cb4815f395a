// The page: what the reader shows, and what a hand does with it.
import { listen, post } from "./line.js";
import { draw } from "./glass.js";
import { Keys } from "./keys.js";
import { Cards } from "./cards.js";
import { Inside } from "./inside.js";
import { read } from "./read.js";

const words = JSON.parse(document.getElementById("words").textContent);
const lost = document.getElementById("lost");
const says = document.getElementById("says");

const cards = new Cards();
const inside = new Inside(words);
new Keys((keys) => post("press", { keys }));

const readOut = document.getElementById("read");
let seen = null;
let spoken = "";

// Once asked for, and only as long as it is on the glass.
readOut.addEventListener("click", () => {
  const code = read(seen, words.samples);
  says.textContent = code === null ? words.said.unread : [...code].join(" ");
});

// Said once a change, for whoever cannot see the glass.
function speak(state) {
  const text = state.code_shown ? words.said.code : state.says || words.said.dark;
  if (text !== spoken) {
    spoken = text;
    says.textContent = text;
  }
}

listen({
  glass: (picture) => {
    seen = picture;
    draw(document.getElementById("glass"), picture);
  },
  state: (state) => {
    document.documentElement.dataset.phase = state.phase;
    readOut.disabled = !state.code_shown;
    speak(state);
    cards.show(state);
    inside.show(state);
  },
  exchange: (exchange) => inside.add(exchange),
  there: (there) => {
    lost.textContent = words.said.lost;
    lost.hidden = there;
    if (there) inside.clear();
  },
});
