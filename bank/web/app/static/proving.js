// By what the holder confirms: finger or face where that was allowed, else the code; and what the bank says to it.

import { NotConfirmed, Unanswered } from "./acts.js";
import { Refused, Unreached } from "./api.js";
import { busy, button, say, show, words } from "./dom.js";
import { askCode } from "./keypad.js";
import { readPhone } from "./store.js";

const BY_FINGER = "biometrics";

// Asks until the bank's answer is final. `perform`: takes a proof, gives the bank's answer. Resolves with that answer,
// with null when the holder went back.
export async function prove({ title, perform, biometrics, note = "" }) {
  let alert = "";
  let proof = biometrics && (await readPhone()).credential ? { by: BY_FINGER } : null;
  for (;;) {
    if (!proof) {
      const others = biometrics ? [[words.useBiometrics, { by: BY_FINGER }]] : [];
      const typed = await askCode({ title, note, alert, others });
      if (typed === null) return null;
      proof = typeof typed === "string" ? { by: "code", code: typed } : typed;
    }
    const answer = await tell(() => perform(proof));
    proof = null;
    if (answer === undefined) alert = words.notConfirmed;
    else if (answer?.outcome === "wrong") alert = words.wrong;
    else if (answer?.outcome === "wrong-last") alert = words.wrongLast;
    else return answer;
  }
}

// Asks the bank; when it cannot be reached that is said, and it is asked again once the holder wants it.
// Resolves with undefined when nobody confirmed.
export async function tell(act) {
  for (;;) {
    try {
      return await busy(act);
    } catch (error) {
      if (error instanceof NotConfirmed) return undefined;
      if (!(error instanceof Unanswered || error instanceof Unreached)) throw error;
      await waitForRetry(error instanceof Unanswered ? words.sentUnanswered : words.nothingSent);
      if (error instanceof Unanswered) throw new Resumed();
    }
  }
}

// The request that was written down is repeated by whatever asks the bank next: it must not be made a second time.
export class Resumed extends Error {}

function waitForRetry(sentence) {
  return new Promise((resolve) => {
    show({
      title: words.offline,
      kind: "offline",
      body: [say(sentence, "alert")],
      actions: [button(words.retry, resolve, "main")],
    });
  });
}

export function isSignedOut(error) {
  return error instanceof Refused && error.status === 401;
}
