// What waits, and one operation: what is shown are the very octets that the bank signed and that will be signed about.

import { decide } from "./acts.js";
import { get } from "./api.js";
import { button, fill, make, say, show, showTime, words } from "./dom.js";
import { isSignedByBank } from "./keys.js";
import { decode64 } from "./octets.js";
import { Resumed, prove, tell } from "./proving.js";
import { readPhone } from "./store.js";

export function listOperations(after = null) {
  return get(after === null ? "../api/operations" : `../api/operations?after=${after}`);
}

// The operation with what its octets say. Throws Forged when the bank did not sign them.
export async function readOperation(id) {
  const operation = await get(`../api/operations/${id}`);
  const phone = await readPhone();
  const octets = decode64(operation.octets);
  if (!(await isSignedByBank(phone.bankKey, octets, decode64(operation.signature)))) throw new Forged();
  const content = JSON.parse(new TextDecoder().decode(octets));
  if (content.id !== id) throw new Forged();
  return { ...operation, octets, content };
}

export class Forged extends Error {}

export function showList(waiting, { open, home }) {
  show({
    title: words.waitingTitle,
    kind: "list",
    body: waiting.length
      ? [
          make(
            "ul",
            { class: "waiting" },
            waiting.map((each) => make("li", {}, button(describe(each), () => open(each.id), "row"))),
          ),
        ]
      : [say(words.nothingWaits)],
    actions: [button(words.home, home, "quiet")],
  });
}

function describe(operation) {
  return [make("strong", {}, operation.shown[0][1]), ...operation.shown.slice(1, 3).map(([, value]) => make("span", {}, value))];
}

// One operation, until it is decided or left. Resolves when the holder is done with it.
export async function decideOperation(id, settings) {
  let operation;
  try {
    operation = await readOperation(id);
  } catch (error) {
    if (!(error instanceof Forged)) throw error;
    return showForged();
  }
  if (!operation.waiting) return showSettled(operation);
  for (;;) {
    const [choice, match] = await askChoice(operation);
    if (choice === "later") return undefined;
    try {
      const done = choice === "approve" ? await approve(operation, match, settings) : await refuse(operation);
      if (done) return done;
    } catch (error) {
      if (!(error instanceof Resumed)) throw error;
      operation = await tell(() => readOperation(id));
      if (!operation.waiting) return showSettled(operation);
    }
  }
}

function askChoice(operation) {
  const { content } = operation;
  const [what, ...lines] = content.shown;
  const paid = "amount" in content.fields;
  return new Promise((resolve) => {
    const fault = make("p", { class: "alert", role: "alert", hidden: true }, words.matchMissing);
    const match = make("input", { id: "match", inputmode: "numeric", autocomplete: "off", maxlength: "2", oninput: () => (fault.hidden = true) });
    const ask = operation.match && make("p", { class: "match" }, make("label", { for: "match" }, words.match), match);
    const approve = () => {
      if (operation.match && !/^\d\d$/.test(match.value)) {
        fault.hidden = false;
        match.focus();
        return;
      }
      resolve(["approve", operation.match ? match.value : ""]);
    };
    show({
      title: what[1],
      kind: "operation",
      back: () => resolve(["later", ""]),
      body: [
        make(
          "dl",
          {},
          lines.map(([label, value], at) => make("div", { class: paid && at < 2 ? "large" : "" }, make("dt", {}, label), make("dd", { dir: "auto" }, make("bdi", {}, value)))),
        ),
        make("p", { class: "asked" }, fill(words.asked, { time: showTime(content.created), terminal: words.terminals[content.terminal] })),
        ask,
        fault,
      ],
      actions: [button(words.approve, approve, "main"), button(words.refuse, () => resolve(["refuse", ""]), "refusing")],
    });
  });
}

async function approve(operation, match, settings) {
  const answer = await prove({
    title: words.confirmTitle,
    note: operation.content.shown[0][1],
    biometrics: settings.bioApprove,
    perform: (proof) => decide(operation, "approve", proof, match),
  });
  if (answer === null) return undefined;
  // Of what was asked for on a telephone there may be no page that goes on by itself.
  const note = operation.content.terminal === "phone" ? "" : words.approvedNote;
  if (answer.outcome === "done") return showOutcome(words.approved, note, "done");
  return showOther(answer);
}

async function refuse(operation) {
  const sure = await askRefusal(operation);
  if (!sure) return undefined;
  const answer = await tell(() => decide(operation, sure, { by: "device" }));
  if (answer.outcome !== "done") return showOther(answer);
  if (sure === "fraud") return showOutcome(words.fraudDone, words.fraudNote, "fraud");
  return showRefused(operation);
}

function askRefusal(operation) {
  const card = operation.kind === "card-payment";
  return new Promise((resolve) => {
    show({
      title: words.refuseTitle,
      kind: "refusal",
      body: [make("p", { class: "what" }, operation.content.shown.map(([, value]) => value).join(" · ")), say(words.refuseNote)],
      actions: [
        button(words.refuseSure, () => resolve("refuse"), "refusing"),
        button(card ? words.refusePayment : words.notMe, () => resolve("fraud"), "refusing"),
        button(words.back, () => resolve(null), "quiet"),
      ],
    });
  });
}

function showRefused(operation) {
  const said = "merchant" in operation.content.fields && "amount" in operation.content.fields;
  const [, amount, merchant] = operation.content.shown.map(([, value]) => value);
  return new Promise((resolve) => {
    show({
      title: words.cancelled,
      kind: "refused",
      body: [say(said ? fill(words.refusedPayment, { amount, merchant }) : words.refused)],
      actions: [
        button(
          words.notMe,
          async () => {
            const answer = await tell(() => decide(operation, "fraud", { by: "device" }));
            resolve(answer.outcome === "done" ? showOutcome(words.fraudDone, words.fraudNote, "fraud") : showOther(answer));
          },
          "refusing",
        ),
        button(words.end, () => resolve(true), "main"),
      ],
    });
  });
}

function showOther(answer) {
  if (answer.outcome === "blocked") return showOutcome(words.blocked, words.blockedNote, "alert");
  if (answer.outcome === "settled") return showSettled(answer.operation);
  return showOutcome(words.notPossible, words.notPossibleNote, "alert");
}

function showSettled(operation) {
  const state = words.states[operation.state] ?? words.states.expired;
  return showOutcome(state, operation.state === "expired" ? words.expiredNote : "", "done");
}

function showForged() {
  return showOutcome(words.forged, words.forgedNote, "alert");
}

export function showOutcome(title, note, kind) {
  return new Promise((resolve) => {
    const lines = note ? note.split("\n").map((line) => say(line, kind === "alert" ? "alert" : "note")) : [];
    show({ title, kind, body: lines, actions: [button(words.end, () => resolve(true), "main")] });
  });
}
