// The page is whole without this: it only says that the customer's operations have changed since it was made.
const notice = document.getElementById("changed");
new EventSource(notice.dataset.events).addEventListener("changed", () => {
  notice.hidden = false;
});
