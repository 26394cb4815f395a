// The bank's answers. Every failure is one of three: it said no, it could not be reached, its books cannot be used.

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.error ?? String(status));
    this.status = status;
    this.answer = answer;
  }
}

export class Unreached extends Error {}

const HEADERS = { "Content-Type": "application/json", "X-Coopanet-App": "1" };
const LONGEST_WAIT_MS = 20000;

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { ...options, signal: AbortSignal.timeout(LONGEST_WAIT_MS) });
  } catch {
    throw new Unreached(path);
  }
  if (answer.status >= 500) throw new Unreached(path);
  if (answer.status === 204) return {};
  let said;
  try {
    said = await answer.json();
  } catch {
    throw new Unreached(path);
  }
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}

export function get(path) {
  return ask(path, { headers: { "X-Coopanet-App": "1" } });
}

export function post(path, said = {}) {
  return postText(path, JSON.stringify(said));
}

export function postText(path, body) {
  return ask(path, { method: "POST", headers: HEADERS, body });
}
