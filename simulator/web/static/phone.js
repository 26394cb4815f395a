// The telephone's page: the messages as they come, and the next customer.
import { post } from "./line.js";

const LOOK_MS = 2000;
const STORE = "securpass"; // as bank/web/app/static/store.js names it: the telephone's frame is of this very origin
const frames = [...document.querySelectorAll("iframe")].map((frame) => [frame, frame.getAttribute("src")]);
const inbox = document.getElementById("inbox");
const nothing = document.getElementById("no-messages");
const steps = document.getElementById("steps");
const ready = document.getElementById("ready");
const next = document.getElementById("next");
let shown = inbox.childElementCount;
let latest = "";

function line(message) {
  const item = document.createElement("li");
  const head = document.createElement("p");
  head.className = "hint";
  head.textContent = `${message.by === "mail" ? inbox.dataset.mail : inbox.dataset.sms} · ${message.to}`;
  const text = document.createElement("p");
  text.textContent = message.text.replaceAll("« ", "«\u00a0").replaceAll(" »", "\u00a0»");
  item.append(head, text);
  return item;
}

async function look() {
  try {
    const answer = await fetch("/api/messages");
    if (!answer.ok) return;
    const { messages } = await answer.json();
    const told = JSON.stringify(messages);
    if (told === latest || (!messages.length && !shown)) return;
    latest = told;
    if (!shown) steps.open = false; // the codes that are to be typed now are in sight
    shown = messages.length;
    inbox.replaceChildren(...messages.map(line));
    nothing.hidden = shown > 0;
  } catch {
    // The next look may find it again.
  }
}

function forgetPhone() {
  return new Promise((done) => {
    const asked = indexedDB.deleteDatabase(STORE);
    asked.onsuccess = asked.onerror = asked.onblocked = done;
  });
}

async function anew() {
  for (const [frame] of frames) frame.contentWindow.location.replace("about:blank");
  await forgetPhone();
  for (const [frame, home] of frames) frame.contentWindow.location.replace(home);
  ready.textContent = ready.dataset.next;
  steps.open = true;
  latest = "";
  await look();
}

next.hidden = false;
next.addEventListener("click", () => post("next"));
new EventSource("/api/events").addEventListener("anew", anew);
setInterval(look, LOOK_MS);
