// What is asked for on the telephone itself: which card or account, for whom, how much. It waits here at once.

import { Refused, get, post } from "./api.js";
import { button, field, fill, language, make, say, show, showMoney, words } from "./dom.js";
import { decideOperation, showOutcome } from "./operations.js";
import { tell } from "./proving.js";

const ON_CARD = ["show-pin", "show-card", "withdraw-by-phone", "enrol-wallet"];
const TRANSFERS = ["sepa-transfer", "instant-transfer", "friend-transfer", "transfer-abroad"];

const SCHEDULED = "sepa-transfer";
const WHENS = ["now", "later", "monthly"];

export const KINDS = [...TRANSFERS, "add-beneficiary", ...ON_CARD];

export async function ask(kind, device, settings) {
  let alert = "";
  const typed = {};
  const once = crypto.randomUUID();
  for (;;) {
    const fields = await askFields(kind, alert, typed);
    if (!fields) return;
    try {
      const operation = await tell(() => post("../api/operations", { kind, fields, language, device, once }));
      if (operation.state !== "approved" && !(await decideOperation(operation.id, settings))) return;
      if (operation.exemption) return await showOutcome(words.exempted, words.exemptions[operation.exemption], "done");
      await showResult(operation);
      return;
    } catch (error) {
      if (!(error instanceof Refused && (error.status === 422 || error.status === 429))) throw error;
      alert = error.status === 429 ? words.tooMany : (words.faults[error.answer.code] ?? words.faults.unfit);
    }
  }
}

// `typed`: what stood there before, so that a slip costs one field and not all of them.
async function askFields(kind, alert, typed) {
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
          Object.assign(typed, Object.fromEntries(given));
          const fields = { payee: given.get("payee").trim(), payee_iban: readIban(given.get("payee_iban")) };
          if (paying) Object.assign(fields, { amount: readCents(given.get("amount")), account: given.get("account") });
          if (kind === SCHEDULED) Object.assign(fields, readSchedule(given));
          resolve(fields);
        },
      },
      paying && field("amount", words.amount, { inputmode: "decimal", required: true, maxlength: "20", value: typed.amount }),
      field("payee", words.payee, { required: true, maxlength: "70", value: typed.payee }),
      field("payee_iban", words.payeeIban, { required: true, maxlength: "50", autocapitalize: "characters", value: typed.payee_iban }),
      paying &&
        make(
          "p",
          { class: "field" },
          make("label", { for: "account" }, words.account),
          make("select", { id: "account", name: "account" }, accounts.map((each) => make("option", { value: each.iban, selected: each.iban === typed.account }, `${words.accountKinds[each.kind] ?? each.kind} · ${showMoney(each.balance)}`))),
        ),
      kind === SCHEDULED && listSchedule(typed),
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

// Now, on a day, or every month. The bank says which days it takes; one that is written beside "now" is refused there.
function listSchedule(typed) {
  return [
    make(
      "p",
      { class: "field" },
      make("label", { for: "when" }, words.when),
      make("select", { id: "when", name: "when" }, WHENS.map((each) => make("option", { value: each, selected: each === typed.when }, words.whens[each]))),
    ),
    field("day", words.day, { type: "date", value: typed.day }),
    field("last_day", words.lastDay, { type: "date", value: typed.last_day }),
  ];
}

function readSchedule(given) {
  const when = given.get("when");
  const days = { day: given.get("day"), last_day: given.get("last_day") };
  if (when === "now") return days.day || days.last_day ? { rhythm: "now", ...days } : {};
  return when === "monthly" ? { rhythm: when, ...days } : days;
}

// However it is grouped, also with the word before it as invoices print it.
export function readIban(text) {
  return text.replaceAll(/[\s.:-]/gu, "").toUpperCase().replace(/^IBAN/, "");
}

// Cents of "1 234,56" or "1,234.56", 0 for what is no amount: the rules of the bank's other forms (web/forms.py). Money is
// not guessed: a sign before three digits groups thousands where the language's own is the other one, and is refused else.
export function readCents(text) {
  const plain = text.replaceAll(/[\s']+/gu, " ").trim().replace(/^(€|EUR) ?| ?(€|EUR)$/iu, "");
  const found = /^(\d{1,3}([ .,])\d{3}(?:\2\d{3})*|\d+)(?:([.,])(\d{0,2}))?$/.exec(plain);
  if (!found) return 0;
  const [, whole, group, parting, part = ""] = found;
  const lone = group && group !== " " && !parting && whole.length < 8;
  if (group === parting && group) return 0;
  if (lone && !(group === "," && decimalSign() === ".")) return 0;
  const digits = whole.replaceAll(/\D/g, "");
  return digits.length <= 10 ? Number(digits) * 100 + Number(part.padEnd(2, "0")) : 0;
}

function decimalSign() {
  return new Intl.NumberFormat(language).formatToParts(0.5).find((each) => each.type === "decimal").value;
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
