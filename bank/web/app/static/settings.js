// Réglages: the code changed, biometrics for logging on and for approving, the telephones, notifications, the end.

import { changeCode, close, hasBiometrics, setBiometrics } from "./acts.js";
import { askSwitches, chooseCode } from "./activation.js";
import { Refused, get, post } from "./api.js";
import { button, fill, linkLanguages, make, say, show, showMoment, words } from "./dom.js";
import { readCodePublic } from "./keys.js";
import { showOutcome } from "./operations.js";
import { prove, tell } from "./proving.js";
import { canPush, isSubscribed, subscribe, unsubscribe } from "./push.js";
import { readPhone } from "./store.js";

// Until the holder leaves. Resolves with true when Sécur'Pass was closed.
export async function showSettings(customer) {
  for (;;) {
    const securpass = await tell(() => get("../api/securpass"));
    const chosen = await choose(securpass, await hasBiometrics(), await canPush());
    if (chosen === null) return false;
    if (chosen === "close") {
      if (await end(securpass)) return true;
    } else await ACTS[chosen](securpass, customer);
  }
}

async function choose(securpass, finger, pushing) {
  const pushed = pushing && (await isSubscribed());
  return new Promise((resolve) => {
    const row = (label, act, note = "") => make("li", {}, button([make("strong", {}, label), note && make("span", {}, note)], () => resolve(act), "row"));
    show({
      title: words.settings,
      kind: "settings",
      back: () => resolve(null),
      body: [
        make("p", { class: "state" }, describeState(securpass)),
        make(
          "ul",
          { class: "rows" },
          row(words.changeCode, "code"),
          finger && row(words.biometrics, "biometrics", describeSwitches(securpass.device)),
          row(words.services, "services"),
          row(words.devices, "devices", securpass.device?.trusted ? words.trusted : ""),
          pushing && row(words.notifications, "push", pushed ? words.on : words.off),
          row(words.close, "close"),
        ),
        linkLanguages(),
      ],
    });
  });
}

function describeState(securpass) {
  const { state, since, usable, usable_from: from } = securpass;
  if (state !== "subscribed") return words.enrolment[state];
  return usable ? fill(words.enrolment.subscribed, { moment: showMoment(since) }) : fill(words.usableFrom, { moment: showMoment(from) });
}

function describeSwitches({ bio_log_on: logOn, bio_approve: approve }) {
  if (logOn && approve) return words.bioBoth;
  if (logOn) return words.bioLogOn;
  return approve ? words.bioApprove : words.off;
}

const ACTS = {
  async code(securpass) {
    const keys = (await readPhone()).keys;
    const fresh = await chooseCode(false);
    if (fresh === null) return;
    const codeKey = await readCodePublic(keys, fresh);
    const answer = await prove({
      title: words.oldCode,
      biometrics: securpass.device.bio_approve,
      perform: (proof) => changeCode(codeKey, proof),
    });
    if (answer) await report(answer, words.codeChanged);
  },

  async biometrics(securpass, customer) {
    const { bio_log_on: now, bio_approve: approve } = securpass.device;
    const wanted = await askSwitches({ log_on: now, approve });
    if (!wanted) return;
    const answer = await prove({ title: words.biometrics, biometrics: false, perform: (proof) => setBiometrics(wanted, proof, customer) });
    if (answer) await report(answer, words.saved);
  },

  async devices() {
    const { devices } = await tell(() => get("../api/devices"));
    await new Promise((resolve) => {
      show({
        title: words.devices,
        kind: "devices",
        back: resolve,
        body: [
          make(
            "ul",
            {},
            devices.map((each) => make("li", {}, make("strong", {}, make("bdi", {}, each.label)), " ", words.deviceStates[each.state], " ", showMoment(each.ended ?? each.since))),
          ),
        ],
      });
    });
  },

  services: showServices,

  async push() {
    const done = (await isSubscribed()) ? await unsubscribe() : await subscribe();
    if (!done) await showOutcome(words.notifications, words.notificationsRefused, "alert");
  },
};

// What cards do where they are not. Ending it asks for nothing more: it takes away what somebody else might use.
async function showServices() {
  const { cards } = await tell(() => get("../api/cards"));
  const begun = cards.flatMap((card) => card.services.map((kind) => ({ card: card.id, kind })));
  const chosen = await new Promise((resolve) => {
    const row = (each) => {
      const name = `${words.kinds[each.kind]} · ${fill(words.card, { number: each.card })}`;
      return make("li", {}, button([make("strong", {}, name), make("span", {}, words.endService)], () => resolve(each), "row"));
    };
    show({
      title: words.services,
      kind: "services",
      back: () => resolve(null),
      body: [say(begun.length ? words.servicesNote : words.noServices), make("ul", { class: "rows" }, begun.map(row))],
    });
  });
  if (!chosen) return;
  try {
    await tell(() => post("../api/cards/end", chosen));
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404)) throw error; // ended elsewhere meanwhile
  }
  await showOutcome(words.serviceEnded, words.serviceEndedNote, "done");
}

async function end(securpass) {
  const sure = await new Promise((resolve) => {
    show({
      title: words.closeTitle,
      kind: "refusal",
      body: [say(words.closeNote)],
      actions: [button(words.closeSure, () => resolve(true), "refusing"), button(words.back, () => resolve(false), "quiet")],
    });
  });
  if (!sure) return false;
  const answer = await prove({ title: words.closeTitle, biometrics: securpass.device?.bio_approve, perform: (proof) => close(proof) });
  if (answer?.outcome !== "done") {
    if (answer) await report(answer, "");
    return false;
  }
  await showOutcome(words.closed, words.closedNote, "done");
  return true;
}

function report(answer, done) {
  if (answer.outcome === "done") return showOutcome(done, "", "done");
  if (answer.outcome === "blocked") return showOutcome(words.blocked, words.blockedNote, "alert");
  return showOutcome(words.notPossible, words.notPossibleNote, "alert");
}

