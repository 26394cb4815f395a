// What 3-D Secure wants to know of a browser that runs scripts.
const facts = {
  script: "yes",
  depth: screen.colorDepth,
  height: screen.height,
  width: screen.width,
  zone: new Date().getTimezoneOffset(),
};
for (const [name, value] of Object.entries(facts)) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  document.getElementById("card").append(field);
}
