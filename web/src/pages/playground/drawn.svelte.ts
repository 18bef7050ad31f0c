// SPDX-License-Identifier: MIT
import type {
  GenerateResponse,
  Sample,
  Summary,
} from '../../gen/microgpt/v1/microgpt_pb';

// A page keeps so many strings of a call, and counts the others.
const mostKept = 100_000;
// Between two looks at a stream: thousands of messages may come in a second.
const lookMs = 100;

// The strings of a Generate call, as far as they have come. What is counted is
// counted once, and the page is told ten times a second: a million strings cost
// a million times as much as one, and not the square of it.
export class Drawn {
  // Plain, and only ever longer: who shows them reads `revision`.
  readonly samples: Sample[] = [];
  count = 0;
  judged = 0; // of which it is known whether they are novel
  novel = 0;
  summary = $state.raw<Summary>();
  revision = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

  // Nothing has come, not even that nothing could be drawn.
  get isEmpty(): boolean {
    return this.count === 0 && !this.summary;
  }

  add({ samples, summary }: GenerateResponse): void {
    for (const sample of samples) {
      if (this.samples.length < mostKept) this.samples.push(sample);
      ++this.count;
      if (sample.novel !== undefined) ++this.judged;
      if (sample.novel) ++this.novel;
    }
    if (summary) this.summary = summary;
    // The first one at once.
    if (this.revision === 0) this.show();
    else this.#timer ??= setTimeout(() => this.show(), lookMs);
  }

  // Nothing more will come, or not soon.
  show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    ++this.revision;
  }
}
