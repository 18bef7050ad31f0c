// SPDX-License-Identifier: MIT

// "1 layer", "2 layers". The count is written as the language writes numbers.
export function counted(count: string, noun: string): string {
  return `${count} ${noun}${count === '1' ? '' : 's'}`;
}
