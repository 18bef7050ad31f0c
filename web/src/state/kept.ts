// SPDX-License-Identifier: MIT
//
// What the browser keeps of a reader's choices for the next visit. Where it keeps
// nothing, because site data is blocked, already the look at `localStorage`
// throws: a choice lasts as long as the page then.

export function kept(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nobody can help that, and the choice holds for now.
  }
}
