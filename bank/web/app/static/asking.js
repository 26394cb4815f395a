// What is asked for on the telephone itself: which card or account, for whom, how much. It waits here at once.

import { Refused, get, post } from "./api.js";
import { button, field, fill, language, make, say, show, showMoney, words } from "./dom.js";
import { decideOperation, showOutcome } from "./operations.js";
import { tell } from "./proving.js";

const ON_CARD = ["show-pin", "show-card", "withdraw-by-phone", "enrol-wallet"];
const TRANSFERS = ["sepa-transfer", "instant-transfer", "friend-transfer", "transfer-abroad"];

export const KINDS = [...TRANSFERS, "add-beneficiary", ...ON_CARD];

export async function ask(kind, device, settings) {
  let alert = "";
  const once = crypto.randomUUID();
  for (;;) {
    const fields = await askFields(kind, alert);
    if (!fields) return;
    try {
      const operation = await tell(() => post("../api/operations", { kind, fields, language, device, once }));
      if (operation.state !== "approved" && !(await decideOperation(operation.id, settings))) return;
      if (operation.exemption) return await showOutcome(words.exempted, words.exemptions[operation.exemption], "done");
      await showResult(operation);
      return;
    } catch (error) {
      if (!(error instanceof Refused && (error.status === 422 || error.status === 429))) throw error;
      alert = error.status === 429 ? words.tooMany : (words.faults[error.answer.error] ?? words.faults.unfit);
    }
  }
}

async function askFields(kind, alert) {
  if (ON_CARD.includes(kind)) return askCard(kind, alert);
  const { accounts } = await tell(() => get("../api/accounts"));
  return new Promise((resolve) => {
    const paying = TRANSFERS.includes(kind);
    const form = make(
      "form",
      {
        id: "ask",
        onsubmit: (event) => {
          event.preventDefault();
          const given = new FormData(form);
          const fields = { payee: given.get("payee").trim(), payee_iban: given.get("payee_iban").replaceAll(/\s/g, "").toUpperCase() };
          if (paying) Object.assign(fields, { amount: readCents(given.get("amount")), account: given.get("account") });
          resolve(fields);
        },
      },
      paying && field("amount", words.amount, { inputmode: "decimal", required: true, maxlength: "14" }),
      field("payee", words.payee, { required: true, maxlength: "70" }),
      field("payee_iban", words.payeeIban, { required: true, maxlength: "42", autocapitalize: "characters" }),
      paying &&
        make(
          "p",
          { class: "field" },
          make("label", { for: "account" }, words.account),
          make("select", { id: "account", name: "account" }, accounts.map((each) => make("option", { value: each.iban }, `${words.accountKinds[each.kind] ?? each.kind} · ${showMoney(each.balance)}`))),
        ),
    );
    show({
      title: words.kinds[kind],
      kind: "ask",
      back: () => resolve(null),
      body: [alert && say(alert, "alert"), form],
      actions: [make("button", { type: "submit", form: "ask", class: "main" }, words.continue)],
    });
  });
}

// Cents of "1 234,56" or "1,234.56": the last sign that is no digit parts them when two digits or one follow.
export function readCents(text) {
  const [, whole, part] = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(text.replaceAll(/[\s€]/gu, "")) ?? [];
  const digits = (whole ?? "").replaceAll(/[.,]/g, "");
  return /^\d{1,12}$/.test(digits) ? Number(digits) * 100 + Number((part ?? "0").padEnd(2, "0")) : 0;
}

async function askCard(kind, alert) {
  const { cards } = await tell(() => get("../api/cards"));
  const live = cards.filter((each) => each.state === "active");
  return new Promise((resolve) => {
    show({
      title: words.kinds[kind],
      kind: "ask",
      back: () => resolve(null),
      body: [
        alert && say(alert, "alert"),
        live.length
          ? make("ul", { class: "rows" }, live.map((each) => make("li", {}, button(fill(words.card, { number: each.id }), () => resolve({ card: each.id }), "row"))))
          : say(words.noCard),
      ],
    });
  });
}

async function showResult(operation) {
  let result;
  try {
    result = await tell(() => get(`../api/operations/${operation.id}/result`));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return;
    throw error;
  }
  await showSecret(words.kinds[operation.kind], listSecrets(result), result.seconds ?? 60);
}

function listSecrets(result) {
  return ["pin", "number", "expires", "security_code", "code"].filter((name) => name in result).map((name) => [words.secrets[name], result[name]]);
}

// Shown for its seconds, and gone: from the screen and from this page's memory. Also when the page is put away.
function showSecret(title, lines, seconds) {
  return new Promise((resolve) => {
    let left = seconds;
    const rest = make("p", { class: "rest", "aria-hidden": "true" });
    const values = lines.map(([label, value]) => make("div", { class: "large" }, make("dt", {}, label), make("dd", {}, value)));
    const end = () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", end);
      for (const each of values) each.remove();
      lines.length = 0;
      resolve(showOutcome(words.shownGone, "", "done"));
    };
    const tick = () => {
      rest.textContent = fill(words.secondsLeft, { seconds: left });
      left -= 1;
      if (left < 0) end();
    };
    const timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", end);
    show({ title, kind: "secret", body: [make("dl", {}, values), rest, say(fill(words.shownNote, { seconds }))], actions: [button(words.hide, end, "main")] });
    tick();
  });
}
