// Activation, transfer to this telephone, reinstallation: one course. Code, once more, identity, biometrics.

import { NotConfirmed, hasBiometrics, setBiometrics } from "./acts.js";
import { Refused, get, post } from "./api.js";
import { busy, button, field, fill, make, say, show, showMoment, words } from "./dom.js";
import { askCode } from "./keypad.js";
import { findWeakness, makeKeys, readCodePublic, signByCode, signByDevice } from "./keys.js";
import { decode64, encode64 } from "./octets.js";
import { Resumed, tell } from "./proving.js";
import { askToKeep, changePhone } from "./store.js";

const STEPS = 4;

// The interstitial. Resolves with true when it is to begin.
export function offer(kind) {
  return new Promise((resolve) => {
    show({
      title: words.offers[kind].title,
      kind: "offer",
      body: words.offers[kind].lines.map((line) => say(line)),
      actions: [
        button(words.offers[kind].begin, () => resolve(true), "main"),
        button(
          words.later,
          async () => {
            await tell(() => post("../api/later", { offer: kind }));
            resolve(false);
          },
          "quiet",
        ),
      ],
    });
  });
}

// Resolves with true once Sécur'Pass is active on this telephone.
export async function activate(customer) {
  const eligibility = await tell(() => get("../api/eligibility"));
  if (!eligibility.eligible) return showMissing(eligibility);
  const keys = await makeKeys();
  const code = await chooseCode();
  if (code === null) return false;
  const second = await chooseSecond(eligibility.seconds);
  if (second === undefined) return false;
  const securpass = await confirmIdentity(keys, code, second);
  if (!securpass) return false;
  await offerBiometrics(code, customer);
  return showActivated(securpass);
}

function showMissing({ missing }) {
  return new Promise((resolve) => {
    show({
      title: words.notEligible,
      kind: "missing",
      body: [
        say(words.missing),
        make(
          "ul",
          {},
          missing.map(({ condition, remedy }) => make("li", {}, make("strong", {}, words.conditions[condition]), " ", words.remedies[remedy])),
        ),
      ],
      actions: [button(words.end, () => resolve(false), "main")],
    });
  });
}

export async function chooseCode(steps = true) {
  let alert = "";
  for (;;) {
    const step = (number) => (steps ? fill(words.step, { number, of: STEPS }) : "");
    const code = await askCode({ title: words.chooseCode, note: words.chooseNote, alert, step: step(1) });
    if (code === null) return null;
    const weakness = findWeakness(code);
    if (weakness) {
      alert = words.weak[weakness];
      continue;
    }
    const again = await askCode({ title: words.repeatCode, step: step(2) });
    if (again === code) return code;
    if (again !== null) alert = words.notTheSame;
    else alert = "";
  }
}

function chooseSecond(seconds) {
  if (seconds.length < 2) return Promise.resolve(seconds[0] ?? null);
  return new Promise((resolve) => {
    show({
      title: words.chooseSecond,
      kind: "second",
      step: fill(words.step, { number: 3, of: STEPS }),
      body: [say(words.chooseSecondNote)],
      actions: [...seconds.map((second) => button(words.seconds[second], () => resolve(second), "main")), button(words.cancel, () => resolve(undefined), "quiet")],
    });
  });
}

async function confirmIdentity(keys, code, second) {
  const begun = await begin(keys, code, second);
  if (!begun) return null;
  const octets = decode64(begun.octets);
  const signatures = {
    device_signature: encode64(await signByDevice(keys, octets)),
    code_signature: encode64(await signByCode(keys, code, octets)),
  };
  let alert = "";
  for (;;) {
    const typed = await askCodes(begun, second, alert);
    if (typed === null) return null;
    if (typed === "again") {
      alert = await sendAgain(begun);
      continue;
    }
    // Kept before it is sent: should the answer be lost, the next start finds out whether this telephone was taken.
    await changePhone(() => keep(keys, begun));
    try {
      const { securpass } = await tell(() => post(`../api/activation/${begun.activation}`, { ...typed, ...signatures }));
      await askToKeep();
      return securpass;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status !== 403) return showOver(error);
      alert = error.answer.left === 1 ? words.codesWrongLast : words.codesWrong;
      if (error.answer.left === 0) return showOver(error);
    }
  }
}

function keep(keys, begun) {
  return { keys, device: begun.device, bankKey: decode64(begun.bank_key), counter: 0, pending: null, credential: null };
}

async function begin(keys, code, second) {
  const asked = {
    device_key: encode64(keys.devicePublic),
    code_key: encode64(await readCodePublic(keys, code)),
    label: nameTelephone(),
    second,
  };
  try {
    return await tell(() => post("../api/activation", asked));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await showOver(error);
    return null;
  }
}

function nameTelephone() {
  const model = navigator.userAgentData?.platform || (/iPhone|iPad|Android/.exec(navigator.userAgent) ?? [""])[0];
  return (model || words.thisTelephone).slice(0, 40);
}

function askCodes(begun, second, alert) {
  const hints = { reader: fill(words.readerHint, { challenge: begun.challenge.replace(/(.{4})/, "$1 ") }), mail: fill(words.mailHint, { to: begun.email_hint }) };
  return new Promise((resolve) => {
    const digits = { inputmode: "numeric", maxlength: "9", required: true };
    const form = make(
      "form",
      {
        id: "codes",
        onsubmit: (event) => {
          event.preventDefault();
          const given = new FormData(form);
          resolve({ sms: clean(given.get("sms")), second: clean(given.get("second") ?? "") });
        },
      },
      field("sms", words.smsCode, { ...digits, autocomplete: "one-time-code" }, fill(words.smsHint, { end: begun.telephone_end })),
      second && field("second", words.secondCode[second], digits, hints[second]),
    );
    show({
      title: words.confirmIdentity,
      kind: "identity",
      step: fill(words.step, { number: 3, of: STEPS }),
      body: [alert && say(alert, "alert"), form],
      actions: [
        make("button", { type: "submit", form: "codes", class: "main" }, words.continue),
        button(words.sendAgain, () => resolve("again"), "quiet"),
        button(words.cancel, () => resolve(null), "quiet"),
      ],
    });
  });
}

export function clean(code) {
  return code.replaceAll(/\s/g, "");
}

async function sendAgain(begun) {
  try {
    await tell(() => post(`../api/activation/${begun.activation}/codes`));
    return words.sentAgain;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return words.tooMany;
  }
}

function showOver(error) {
  return new Promise((resolve) => {
    const sentence = error.status === 429 ? words.tooMany : words.activationOver;
    show({
      title: words.notActivated,
      kind: "alert",
      body: [say(sentence, "alert")],
      actions: [button(words.end, () => resolve(null), "main")],
    });
  });
}

async function offerBiometrics(code, customer) {
  if (!(await hasBiometrics())) return;
  const wanted = await askSwitches({ log_on: true, approve: true }, fill(words.step, { number: STEPS, of: STEPS }));
  if (!wanted || !(wanted.log_on || wanted.approve)) return;
  try {
    await busy(() => setBiometrics(wanted, { by: "code", code }, customer));
  } catch (error) {
    if (!(error instanceof NotConfirmed || error instanceof Resumed || error instanceof Refused)) throw error;
  }
}

// The two switches, which do not depend on each other. Resolves with what is wanted, null for later.
export function askSwitches(now, step = "") {
  return new Promise((resolve) => {
    const box = (name, label) =>
      make("p", { class: "switch" }, make("input", { type: "checkbox", id: name, name, checked: now[name] }), make("label", { for: name }, label));
    const form = make("form", {}, box("log_on", words.bioLogOn), box("approve", words.bioApprove));
    const read = () => {
      const given = new FormData(form);
      return { log_on: given.has("log_on"), approve: given.has("approve") };
    };
    show({
      title: words.biometrics,
      kind: "biometrics",
      step,
      body: [say(words.biometricsNote), form],
      actions: [button(words.continue, () => resolve(read()), "main"), button(words.later, () => resolve(null), "quiet")],
    });
  });
}

function showActivated(securpass) {
  const sentence = securpass.usable ? words.usableNow : fill(words.usableFrom, { moment: showMoment(securpass.usable_from) });
  return new Promise((resolve) => {
    show({
      title: words.activated,
      kind: "done",
      body: [say(sentence), say(words.keepToYourself)],
      actions: [button(words.end, () => resolve(true), "main")],
    });
  });
}
