// Who is here: by Sécur'Pass where this telephone has it, else by user code, password and a code by text message.

import { Refused, get, post } from "./api.js";
import { logOn } from "./acts.js";
import { clean } from "./activation.js";
import { button, field, fill, linkLanguages, make, say, show, words } from "./dom.js";
import { prove, tell } from "./proving.js";

// Resolves with the session.
export async function logOnUnknown(note = "") {
  let alert = note;
  for (;;) {
    const step = await askUser(alert);
    const session = await askCode(step);
    if (session) return session;
    alert = words.logOnRefused;
  }
}

function askUser(alert) {
  return new Promise((resolve) => {
    const form = make(
      "form",
      {
        id: "log-on",
        onsubmit: async (event) => {
          event.preventDefault();
          const given = new FormData(form);
          resolve(await tell(() => post("../api/log-on", { user: given.get("user").trim(), password: given.get("password") })));
        },
      },
      field("user", words.user, { autocomplete: "username", autocapitalize: "characters", required: true, maxlength: "20" }),
      field("password", words.wordLabel, { type: "password", autocomplete: "current-password", required: true, maxlength: "200" }),
    );
    show({
      title: words.logOn,
      kind: "log-on",
      body: [alert && say(alert, "alert"), say(words.logOnNote), form, linkLanguages()],
      actions: [make("button", { type: "submit", form: "log-on", class: "main" }, words.continue)],
    });
  });
}

async function askCode(step) {
  let alert = "";
  for (;;) {
    const code = await askText(alert);
    if (code === null) return null;
    try {
      return await tell(() => post(`../api/log-on/${step.step}`, { code }));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status !== 403 || error.answer.left === 0) return null;
      alert = error.answer.left === 1 ? words.codesWrongLast : words.codesWrong;
    }
  }
}

function askText(alert) {
  return new Promise((resolve) => {
    const form = make(
      "form",
      {
        id: "text",
        onsubmit: (event) => {
          event.preventDefault();
          resolve(clean(new FormData(form).get("code")));
        },
      },
      field("code", words.smsCode, { inputmode: "numeric", maxlength: "9", required: true, autocomplete: "one-time-code" }, words.logOnSms),
    );
    show({
      title: words.logOn,
      kind: "log-on",
      body: [alert && say(alert, "alert"), form],
      actions: [make("button", { type: "submit", form: "text", class: "main" }, words.continue), button(words.cancel, () => resolve(null), "quiet")],
    });
  });
}

// Resolves with the session; with null when it was left, or is not possible by Sécur'Pass any more.
export async function logOnByPhone(device) {
  const answer = await prove({ title: words.logOn, perform: (proof) => logOn(proof), biometrics: device.bio_log_on });
  return answer?.outcome === "done" ? answer.session : answer;
}

export function readSession(device) {
  return get(device ? `../api/session?device=${device}` : "../api/session");
}

export function describeCustomer(customer) {
  return fill(words.hello, { name: customer.name });
}
