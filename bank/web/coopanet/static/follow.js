// Goes on as soon as the telephone has decided. Without this there is a button, and the page is loaded anew now and then.
// A form with data-now is sent once it is approved; any other element has its page loaded anew (data-page).
const follow = document.getElementById("follow");
const LOOK_MS = 700;

async function look() {
  const state = await read();
  if (state === "approved" && follow.tagName === "FORM") follow.submit();
  else if (state !== "waiting") location.replace(follow.dataset.page ?? location.href);
  else setTimeout(look, LOOK_MS);
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
else setTimeout(look, LOOK_MS);
