// The page: what the reader shows, and what a hand does with it.
import { listen, post, whenUnanswered } from "./line.js";
import { blank, draw } from "./glass.js";
import { Keys } from "./keys.js";
import { Cards } from "./cards.js";
import { Inside } from "./inside.js";
import { read } from "./read.js";
import { Watch } from "./watch.js";

const words = JSON.parse(document.getElementById("words").textContent);
const glass = document.getElementById("glass");
const lost = document.querySelectorAll(".lost");
const says = document.getElementById("says");
const readOut = document.getElementById("read");

const cards = new Cards();
const inside = new Inside(words);
const watch = new Watch({ dark: () => darken(), silent: () => there(false) });
new Keys((keys) => post("press", { keys }));
whenUnanswered(() => there(false));

let seen = null;
let spoken = "";

// Once asked for, and only as long as it is on the glass.
readOut.addEventListener("click", () => {
  const code = read(seen, words.samples);
  says.textContent = code === null ? words.said.unread : [...code].join(" ");
});

// Said once a change, for whoever cannot see the glass.
function speak(text) {
  if (text !== spoken) {
    spoken = text;
    says.textContent = text;
  }
}

// The page's own end of a picture: nothing of it is left to be seen or to be read out.
function darken() {
  seen = null;
  readOut.disabled = true;
  blank(glass);
  speak(words.said.dark);
}

// A last picture of a server that does not answer is no longer true.
function there(is) {
  for (const each of lost) each.hidden = is;
  if (!is) darken();
}

function heard() {
  watch.heard();
  there(true);
}

// Coop@net in a window of its own is cleared with the frame, where this page has opened it.
const frame = document.querySelector("iframe");
const alone = document.getElementById("alone");
const home = frame.getAttribute("src");
const ready = document.getElementById("ready");
let own = null;
alone.addEventListener("click", (event) => {
  own = window.open(alone.href, "coopanet");
  if (own) event.preventDefault();
});

document.getElementById("next").addEventListener("click", () => post("next"));

function anew() {
  inside.clear();
  for (const each of document.querySelectorAll("details")) each.open = false;
  frame.contentWindow.location.replace(home);
  if (own && !own.closed) own.location.replace(home);
  window.scrollTo(0, 0);
  ready.textContent = words.said.next;
}

listen({
  anew: () => {
    heard();
    anew();
  },
  glass: (picture) => {
    heard();
    if (watch.over) {
      darken();
      return;
    }
    seen = picture;
    draw(glass, picture);
  },
  state: (state) => {
    heard();
    watch.sees(state.code_shown, state.dark_in);
    document.documentElement.dataset.phase = state.phase;
    readOut.disabled = !state.code_shown || watch.over;
    speak(state.code_shown && !watch.over ? words.said.code : state.says || words.said.dark);
    if (state.card !== null) ready.textContent = "";
    cards.show(state);
    inside.show(state);
  },
  exchange: (exchange) => {
    heard();
    inside.add(exchange);
  },
  here: heard,
  there: (is) => {
    if (is) inside.clear();
    else there(false);
  },
});
