// Goes on as soon as the bank has answered.
const { state, page } = document.getElementById("waiting").dataset;
setInterval(async () => {
  try {
    const answer = await fetch(state, { cache: "no-store" });
    if (answer.ok && !(await answer.json()).open) location.replace(page);
  } catch {
    // The network is away: the next look may find it.
  }
}, 2000);
