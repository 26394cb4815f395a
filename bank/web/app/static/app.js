// Sécur'Pass on the telephone. One course: who is this telephone, who is here, what waits, what is wanted.

import { Unanswered, openPhone, settle } from "./acts.js";
import { Refused, Unreached, get, post } from "./api.js";
import { activate, offer } from "./activation.js";
import { KINDS, ask } from "./asking.js";
import { button, fill, make, say, show, showMoney, words } from "./dom.js";
import { Watch } from "./events.js";
import { canSign } from "./keys.js";
import { describeCustomer, logOnByPhone, logOnUnknown, readSession } from "./log_on.js";
import { decideOperation, listOperations, showList, showOutcome } from "./operations.js";
import { Resumed, isSignedOut, tell } from "./proving.js";
import { showSettings } from "./settings.js";
import { forgetPhone, readPhone } from "./store.js";

const state = { securpass: null, session: null, waiting: [], head: 0, deciding: false };
// Whoever decides looks afterwards: until then nothing could be shown, and the bank has the decision to answer.
const watch = new Watch(look, () => state.deciding);

async function start() {
  if (!(await canSign())) {
    show({ title: words.cannot, kind: "alert", body: [say(words.cannotNote, "alert")] });
    return;
  }
  registerWorker();
  for (;;) {
    try {
      await live();
    } catch (error) {
      if (isSignedOut(error)) state.session = null;
      else if (error instanceof Resumed) await settle();
      else if (error instanceof Refused) await showOutcome(words.trouble, error.status === 429 ? words.tooMany : words.troubleNote, "alert");
      else if (!(error instanceof Unreached || error instanceof Unanswered)) {
        show({ title: words.trouble, kind: "alert", body: [say(words.troubleNote, "alert")], actions: [button(words.retry, () => location.reload(), "main")] });
        throw error;
      }
    }
  }
}

// One round: it begins anew whenever the bank says that nobody is here any more.
async function live() {
  await recognise();
  if (state.securpass) {
    await look();
    await decideWaiting();
  }
  if (!state.session) await logOn();
  await offerOnce();
  await home();
}

// This telephone shows that it is here, by its device key; one that the bank does not know any more is as new.
async function recognise() {
  const phone = await readPhone();
  if (phone) {
    try {
      state.securpass = readStanding(await tell(openPhone));
      if (state.securpass) watch.begin();
      else watch.end();
    } catch (error) {
      if (!(error instanceof Refused && error.status === 403)) throw error;
      state.securpass = null;
      watch.end();
    }
  }
  const session = await tell(() => readSession(state.securpass?.device?.id));
  state.session = session.signed_in ? session : null;
}

// Nothing for a telephone whose place another one has taken, or that was closed: what the bank then tells is not about it.
function readStanding(answer) {
  return answer.outcome === "blocked" ? null : answer.securpass;
}

async function logOn() {
  let note = "";
  while (!state.session) {
    const device = state.securpass?.device;
    if (!device || state.securpass.state !== "subscribed") {
      state.session = await logOnUnknown(note);
    } else if (await askHow()) {
      const answer = await logOnByPhone(device);
      if (answer?.signed_in) state.session = answer;
      else if (answer) {
        state.securpass = null;
        note = answer.outcome === "blocked" ? words.blockedNote : words.notPossibleNote;
      }
    } else {
      await look();
      await (state.waiting.length === 1 ? decideOne(state.waiting[0].id) : showWaiting());
    }
  }
}

function askHow() {
  return new Promise((resolve) => {
    const waits = state.waiting.length ? fill(words.waits, { count: state.waiting.length }) : words.nothingWaits;
    show({
      title: words.welcome,
      kind: "welcome",
      body: [say(waits)],
      actions: [button(words.logOnByPhone, () => resolve(true), "main"), button(words.waitingTitle, () => resolve(false), "quiet")],
    });
    refresh = () => resolve(false);
  });
}

// What the screen that is shown does when something new waits; nothing while an operation is being decided.
let refresh = null;

async function look() {
  if (!state.securpass) return;
  let found;
  try {
    found = await listAnew();
  } catch {
    return;
  }
  const before = state.waiting.map((each) => each.id);
  state.waiting = found.operations.filter((each) => each.waiting);
  const fresh = state.waiting.some((each) => !before.includes(each.id));
  if (fresh && !state.deciding && refresh) {
    const again = refresh;
    refresh = null;
    again("waiting");
  }
}

// The mark of this telephone lasts some minutes; whoever looks again shows again that it is here.
async function listAnew() {
  try {
    return await listOperations();
  } catch (error) {
    if (!isSignedOut(error)) throw error;
    state.securpass = readStanding(await openPhone());
    if (!state.securpass) throw error;
    return listOperations();
  }
}

async function decideWaiting() {
  const wanted = new URLSearchParams(location.hash.slice(1)).get("operation");
  if (location.hash) history.replaceState(null, "", location.pathname);
  const first = state.waiting.find((each) => each.id === wanted) ?? (state.waiting.length === 1 ? state.waiting[0] : null);
  if (first) await decideOne(first.id);
  else if (state.waiting.length) await showWaiting();
}

async function decideOne(id) {
  state.deciding = true;
  refresh = null;
  const device = state.securpass?.device;
  try {
    await decideOperation(id, { bioApprove: device?.bio_approve ?? false });
  } finally {
    state.deciding = false;
  }
  await look();
}

async function showWaiting() {
  for (;;) {
    refresh = null;
    const chosen = await new Promise((resolve) => {
      refresh = () => resolve("again");
      showList(state.waiting, { open: resolve, home: () => resolve(null) });
    });
    if (chosen === null) return;
    if (chosen !== "again") await decideOne(chosen);
  }
}

async function offerOnce() {
  const kind = state.session?.offer;
  if (!kind) return;
  state.session = { ...state.session, offer: null };
  if ((await offer(kind)) && (await activate(state.session.customer))) await recognise();
}

async function home() {
  for (;;) {
    const { accounts } = await tell(() => get("../api/accounts"));
    refresh = null;
    const chosen = await new Promise((resolve) => {
      refresh = resolve;
      showHome(accounts, resolve);
    });
    refresh = null;
    if (chosen === "log-off") {
      await tell(() => post("../api/log-off"));
      state.session = null;
      return;
    }
    if (chosen === "waiting") await (state.waiting.length === 1 ? decideOne(state.waiting[0].id) : showWaiting());
    else if (chosen === "activate") {
      if (await activate(state.session.customer)) await recognise();
    } else if (chosen === "settings") {
      if (await showSettings(state.session.customer)) await endPhone();
    } else {
      state.deciding = true;
      try {
        await ask(chosen, state.securpass.device.id, { bioApprove: state.securpass.device.bio_approve });
      } finally {
        state.deciding = false;
      }
      await look();
    }
  }
}

async function endPhone() {
  await forgetPhone();
  state.securpass = null;
  watch.end();
}

function showHome(accounts, choose) {
  const active = state.securpass?.state === "subscribed";
  const row = (label, act, note = "") => make("li", {}, button([make("strong", {}, label), note && make("span", {}, note)], () => choose(act), "row"));
  show({
    title: describeCustomer(state.session.customer),
    kind: "home",
    body: [
      make("dl", { class: "accounts" }, accounts.map((each) => make("div", {}, make("dt", {}, words.accountKinds[each.kind] ?? each.kind), make("dd", {}, showMoney(each.balance))))),
      make(
        "ul",
        { class: "rows" },
        active && row(words.waitingTitle, "waiting", state.waiting.length ? fill(words.waits, { count: state.waiting.length }) : words.nothingWaits),
        active ? row(words.settings, "settings") : row(words.offers.activate.title, "activate"),
        active && KINDS.map((kind) => row(words.kinds[kind], kind)),
      ),
    ],
    actions: [button(words.logOff, () => choose("log-off"), "quiet")],
  });
}

async function registerWorker() {
  if (!("serviceWorker" in navigator)) return;
  try {
    // Trusted Types: the one address of a script that this page names itself.
    const policy = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: () => "../sw.js" });
    await navigator.serviceWorker.register(policy?.createScriptURL("") ?? "../sw.js", { scope: "../" });
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data?.operation) location.hash = `operation=${data.operation}`;
      look();
    });
  } catch {
    // A private window may have none; nothing but waking and working off line is lost.
  }
}

start();
