// The line to the reader: its events in, our verbs out.

const PATIENCE_MS = 25_000; // longer than the longest wait that the server accepts

let unanswered = () => {};

export function whenUnanswered(act) {
  unanswered = act;
}

export function listen(on) {
  const source = new EventSource("/api/events");
  source.addEventListener("open", () => on.there(true));
  source.addEventListener("error", () => on.there(false));
  for (const name of ["glass", "state", "exchange", "anew", "here"]) {
    source.addEventListener(name, (event) => on[name](JSON.parse(event.data)));
  }
}

// Resolves to true when it was done. A refusal (a card is in already, say) shows by nothing happening.
export async function post(verb, body = {}) {
  try {
    const answer = await fetch(`/api/${verb}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answer.ok;
  } catch {
    unanswered();
    return false;
  }
}
