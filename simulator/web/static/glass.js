// The display: each pixel of the real glass is one of the canvas.

const LIT = [205, 232, 255, 255];
const DARK = [7, 12, 11, 255];

export function draw(canvas, { width, height, rows }) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  rows.forEach((row, y) => {
    for (let x = 0; x < width; x += 1) {
      const lit = (parseInt(row[x >> 2], 16) >> (3 - (x & 3))) & 1;
      image.data.set(lit ? LIT : DARK, 4 * (y * width + x));
    }
  });
  context.putImageData(image, 0, 0);
}

export function blank(canvas) {
  const { width, height } = canvas;
  draw(canvas, { width, height, rows: Array(height).fill("0".repeat(Math.ceil(width / 4))) });
}
