// SPDX-License-Identifier: MIT

const shownMs = 6000;

// The last thing that was done and succeeded: shown for some seconds in a
// corner, and said to those who listen to the page.
class Notice {
  text = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    clearTimeout(this.#timer);
    this.text = text;
    this.#timer = setTimeout(() => (this.text = ''), shownMs);
  }
}

export const notice = new Notice();
