// SPDX-License-Identifier: MIT

// Who waits to be drawn, in order, each with its newest picture.
const waiting = new Map<object, () => void>();
let frame: number | undefined;

function drawNext(): void {
  frame = undefined;
  const [next] = waiting;
  if (!next) return;
  const [key, draw] = next;
  waiting.delete(key);
  if (waiting.size > 0) frame = requestAnimationFrame(drawNext);
  draw();
}

// Draws in one of the next frames, a chart a frame: those of a page change
// together, and drawn all at once they would hold up what the reader does. What
// `key` waits with is replaced; a page out of sight draws nothing. Returns what
// gives the turn up.
export function drawInTurn(key: object, draw: () => void): () => void {
  waiting.set(key, draw);
  frame ??= requestAnimationFrame(drawNext);
  return () => {
    if (waiting.get(key) === draw) waiting.delete(key);
  };
}
