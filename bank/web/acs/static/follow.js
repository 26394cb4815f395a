// Goes on as soon as the payment is decided, wherever that happened. Without this, the page is loaded anew now and then.
const follow = document.getElementById("follow").dataset;
const LOOK_MS = 2000;

async function look() {
  try {
    const answer = await fetch(follow.state, { cache: "no-store" });
    if (answer.ok && !(await answer.json()).open) location.replace(follow.page);
  } catch {
    // The network is away: the next look may find it.
  }
}

new EventSource(follow.events).addEventListener("changed", look);
setInterval(look, LOOK_MS);
