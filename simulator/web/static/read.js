// Reads a code off the glass, pixel by pixel, for whoever cannot see it: the reader itself tells nobody its digits.

const BELOW = 4; // the rows of the bar, which shrinks

function lit(row, x) {
  return (parseInt(row[x >> 2], 16) >> (3 - (x & 3))) & 1;
}

function rowsOf({ rows }) {
  return rows.slice(0, -BELOW);
}

// Where digits stand: runs of columns in which an 8, the widest digit, has a pixel.
function cells(eights) {
  const found = [];
  let start = null;
  for (let x = 0; x <= eights.width; x += 1) {
    const used = x < eights.width && rowsOf(eights).some((row) => lit(row, x));
    if (used && start === null) start = x;
    if (!used && start !== null) {
      found.push([start, x]);
      start = null;
    }
  }
  return found;
}

function same(one, other, [start, end]) {
  return rowsOf(one).every((row, y) => {
    for (let x = start; x < end; x += 1) if (lit(row, x) !== lit(other.rows[y], x)) return false;
    return true;
  });
}

// `samples`: how the glass looks when all digits of a code are 0, 1, ... 9. Null where the glass shows anything else.
export function read(picture, samples) {
  if (!picture || picture.width !== samples[8].width || picture.height !== samples[8].height) return null;
  const digits = cells(samples[8]).map((cell) => samples.findIndex((sample) => same(picture, sample, cell)));
  return digits.includes(-1) ? null : digits.join("");
}
