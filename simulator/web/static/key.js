// The access key's page: what key, PC, launcher and browser show, and what a hand does with them.
import { post, whenUnanswered } from "./line.js";
import { blank, draw } from "./glass.js";
import { Keys } from "./keys.js";

const words = JSON.parse(document.getElementById("words").textContent);
const at = (name) => document.getElementById(name);
const glass = at("glass");
const site = at("site");
const SILENT_MS = 12_000;

let heardAt = performance.now();
let seen = null;
let spoken = "";
let plugged = null;
let drawn = "";
let open = "";

const act = async (...given) => {
  at("ready").textContent = "";
  const done = await post("key", { words: given });
  if (!done) at("ready").textContent = words.said.refused;
  return done;
};

new Keys((keys) => act("press", ...keys));
whenUnanswered(() => there(false));

function there(is) {
  at("lost").hidden = is;
  if (!is) {
    blank(glass);
    seen = null;
  }
}

function heard() {
  heardAt = performance.now();
  if (at("lost").hidden) return;
  there(true);
  if (seen) draw(glass, seen);
}

function speak(text) {
  if (text === spoken) return;
  spoken = text;
  at("says").textContent = text;
}

function button(name, label, act, strong) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  made.className = strong ? "plain strong" : "plain";
  made.dataset.name = name;
  made.addEventListener("click", act);
  return made;
}

function show(id, text) {
  at(id).textContent = text ?? "";
  at(id).hidden = !text;
}

// Made anew only where they differ: a button under a finger, a field that is being typed into, stay.
function fill(box, pairs, make) {
  const wanted = JSON.stringify(pairs);
  if (box.dataset.shown === wanted) return;
  box.dataset.shown = wanted;
  box.replaceChildren(...pairs.map(make));
}

function field([name, label], place) {
  const box = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { name, required: true, maxLength: 60, autocomplete: "off" });
  input.spellcheck = false;
  if (name !== "user") input.type = "password";
  if (place === 0) input.autocapitalize = "characters";
  box.append(`${label} `, input);
  return box;
}

function showLauncher(view) {
  at("launch-key").setAttribute("class", `launch-key ${view?.picture ?? "out"}`);
  const sentence = view?.sentence ?? words.none;
  if (at("sentence").textContent !== sentence) at("sentence").textContent = sentence;
  for (const name of ["hint", "cause", "cure"]) show(name, view?.[name]);
  const bar = at("progress");
  bar.hidden = !view || (view.percent === null && !view.busy);
  if (view?.percent === null || !view) bar.removeAttribute("value");
  else bar.value = view.percent;
  at("form").hidden = !view?.fields.length;
  fill(at("fields"), view?.fields ?? [], field);
  fill(at("buttons"), view?.buttons ?? [], ([name, label], place) =>
    button(name, label, () => act("choose", name), place === 0),
  );
  at("tray-box").hidden = !view?.tray.length;
  fill(at("tray"), view?.tray ?? [], ([name, label]) => button(name, label, () => act("tray", name)));
}

function showDesk(desk) {
  const key = desk.key;
  document.documentElement.dataset.phase = key.phase;
  speak(key.says || words.said.dark);
  at("reader").classList.toggle("in", key.plugged);
  const plug = at("plug");
  plug.textContent = key.plugged ? plug.dataset.unplug : plug.dataset.plug;
  if (plugged !== null && plugged !== key.plugged) {
    at("ready").textContent = key.plugged ? words.said.plugged : words.said.pulled;
  }
  plugged = key.plugged;
  showPrograms(key.version, desk.offered);
  at("manner").value = desk.manner;
  at("drive").textContent = desk.drive;
  at("no-disc").hidden = desk.files.length > 0;
  at("disc-acts").hidden = !desk.files.length;
  at("asks").hidden = !desk.asks;
  fill(at("files"), desk.files, (name) => Object.assign(document.createElement("li"), { textContent: name }));
  showLauncher(desk.launcher);
  showBrowser(desk.browser);
}

function showPrograms(version, offered) {
  const newer = offered > version;
  const texts = {
    runs: words.runs.replace("{number}", version),
    offered: newer ? words.offered.replace("{number}", offered) : words.newest,
  };
  for (const [name, text] of Object.entries(texts)) if (at(name).textContent !== text) at(name).textContent = text;
  at("publish").disabled = newer;
}

function showBrowser(address) {
  show("place", address);
  at("browser-closed").hidden = Boolean(address);
  site.hidden = at("close").hidden = !address;
  if (address === open) return;
  open = address;
  site.src = address ? site.dataset.src : "about:blank";
}

async function showLetters() {
  const answer = await fetch("/api/key/letters");
  if (!answer.ok) return;
  const letters = await answer.json();
  for (const name of ["user", "code", "number"]) {
    at(`letter-${name}`).textContent = letters[name];
    at(`letter-${name}`).parentElement.hidden = !letters[name];
  }
}

at("plug").addEventListener("click", () => act(plugged ? "unplug" : "plug"));
at("launch").addEventListener("click", () => act("launch"));
at("asks-yes").addEventListener("click", () => act("launch"));
at("asks-no").addEventListener("click", () => act("decline"));
at("close").addEventListener("click", () => act("close"));
at("manner").addEventListener("change", (event) => act("manner", event.target.value));
at("post").addEventListener("click", async () => (await act("post")) && showLetters());
at("publish").addEventListener("click", () => act("publish"));
at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = Object.fromEntries(new FormData(event.target));
  event.target.reset();
  act("enrol", typed.user.trim() || " ", typed.code.trim() || " ");
});
at("next").addEventListener("click", async () => {
  if (!(await post("next"))) return;
  await showLetters();
  at("ready").textContent = words.said.next;
});

act("language", words.language);
const source = new EventSource("/api/key/events");
source.addEventListener("error", () => there(false));
source.addEventListener("here", heard);
source.addEventListener("glass", (event) => {
  if (event.data === drawn && seen) return heard();
  drawn = event.data;
  seen = JSON.parse(event.data);
  heard();
  draw(glass, seen);
});
source.addEventListener("desk", (event) => {
  heard();
  showDesk(JSON.parse(event.data));
});
setInterval(() => performance.now() - heardAt > SILENT_MS && there(false), 1000);
