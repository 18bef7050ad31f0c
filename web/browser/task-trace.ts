// SPDX-License-Identifier: MIT
//
// The tasks of a page's own thread, out of the browser's trace.
import type { Browser, Page } from 'playwright-core';

// In milliseconds: begin and end as performance.now() tells them; cpu is the
// processor's time in between. The rest the task waited, for a processor that
// other processes had or for another thread.
export interface Task {
  begin: number;
  end: number;
  cpu: number;
}

// In microseconds.
interface Event {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
}

const clock = 'clock of the task trace';

export class TaskTrace {
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(browser: Browser, page: Page) {
    [this.#browser, this.#page] = [browser, page];
  }

  // To be called before the page goes to an address.
  static async start(browser: Browser, page: Page): Promise<TaskTrace> {
    const categories = ['toplevel', 'blink.user_timing'];
    await browser.startTracing(page, { categories });
    return new TaskTrace(browser, page);
  }

  // All tasks since the start. The page is still at that address.
  async stop(): Promise<Task[]> {
    const now = await this.#page.evaluate(
      (name) => performance.mark(name).startTime,
      clock,
    );
    const trace = (await this.#browser.stopTracing()).toString();
    const { traceEvents } = JSON.parse(trace) as { traceEvents: Event[] };
    const { pid, tid, ts } = traceEvents.find(({ name }) => name === clock)!;
    const origin = ts / 1000 - now;
    return traceEvents
      .filter(
        (event) =>
          event.pid === pid &&
          event.tid === tid &&
          event.name === 'ThreadControllerImpl::RunTask',
      )
      .map(({ ts, dur = 0, tdur = 0 }) => {
        const begin = ts / 1000 - origin;
        return { begin, end: begin + dur / 1000, cpu: tdur / 1000 };
      });
  }
}
