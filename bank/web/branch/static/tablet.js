// Drawing on the line; without this a name can be typed. Sent are the strokes, in units of the line: 1000 x 300.
const canvas = document.getElementById("line");
const typed = document.getElementById("typed");
const pen = canvas.getContext("2d");
const MOST_POINTS = 400;
const strokes = [];
let stroke = null;

document.getElementById("drawing").hidden = false;

function place(event) {
  const box = canvas.getBoundingClientRect();
  const scale = (at, from, size, units) => Math.min(units, Math.max(0, Math.round(((at - from) / size) * units)));
  return [scale(event.clientX, box.left, box.width, canvas.width), scale(event.clientY, box.top, box.height, canvas.height)];
}

function draw() {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.lineWidth = 5;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#16302d";
  for (const points of strokes) {
    pen.beginPath();
    for (const [x, y] of points) pen.lineTo(x, y);
    pen.stroke();
  }
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  stroke = [place(event)];
  strokes.push(stroke);
});

canvas.addEventListener("pointermove", (event) => {
  if (!stroke) return;
  const [x, y] = place(event);
  const [lastX, lastY] = stroke.at(-1);
  // Sampled: a signature needs no more, and a form has a bound.
  if (Math.max(Math.abs(x - lastX), Math.abs(y - lastY)) < 8) return;
  stroke.push([x, y]);
  draw();
});

for (const over of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(over, () => {
    stroke = null;
  });
}

document.getElementById("clear").addEventListener("click", () => {
  strokes.length = 0;
  draw();
});

// A form has a bound, and a signature is known by its shape: every nth point of a long one, and the last of each stroke.
function thin(drawn) {
  const count = drawn.reduce((sum, points) => sum + points.length, 0);
  const nth = Math.ceil(count / MOST_POINTS);
  return drawn.map((points) => points.filter((_point, at) => at % nth === 0 || at === points.length - 1));
}

document.getElementById("signing").addEventListener("submit", () => {
  const drawn = thin(strokes.filter((points) => points.length > 1));
  const line = (points) => points.map((point) => point.join(",")).join(" ");
  document.getElementById("strokes").value = typed.value.trim() ? "" : drawn.map(line).join(";");
});
