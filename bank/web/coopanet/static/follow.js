// Goes on as soon as the telephone has decided. Without this there is a button, and the page is loaded anew now and then.
// A form is sent once it is approved; any other element has its page loaded (data-page).
const follow = document.getElementById("follow");
const LOOK_MS = 2000;
let looking = false;

async function look(known = null) {
  if (looking) return;
  looking = true;
  const state = known ?? (await read());
  if (state === "approved" && follow.tagName === "FORM") follow.submit();
  else if (state !== "waiting") location.replace(follow.dataset.page ?? location.href);
  else looking = false;
}

async function read() {
  try {
    const answer = await fetch(follow.dataset.state, { cache: "no-store" });
    return answer.ok ? (await answer.json()).state : "waiting";
  } catch {
    return "waiting"; // The network is away: the next look may find it.
  }
}

if (follow.dataset.now === "approved") follow.submit();
else {
  const events = new EventSource(follow.dataset.events);
  // What a form is to do depends on how it was decided; a page is loaded anew in any case.
  events.addEventListener("changed", (told) => look(!JSON.parse(told.data).waits && follow.tagName !== "FORM" ? "over" : null));
  addEventListener("pagehide", () => events.close());
  setInterval(() => look(), LOOK_MS); // Events may be cut.
}
