// SPDX-License-Identifier: MIT
import { draw, type Scene } from './scene';
import { drawInTurn } from './turn';

// Keeps a canvas drawn, on the ground of its card: one that is wider than its
// place has shades at the edges there. `prepare` runs whenever something reactive
// that it reads changes, and gives what makes the scene, which waits for its turn.
// To be called while a component is made.
export function keepDrawn(
  canvas: () => HTMLCanvasElement | undefined,
  prepare: () => () => Scene,
): void {
  const key = {};
  $effect(() => {
    const [on, scene] = [canvas(), prepare()];
    if (!on) return;
    const onCard = () => ({ ...scene(), background: 'transparent' });
    return drawInTurn(key, () => draw(on, onCard(), devicePixelRatio));
  });
}
