// SPDX-License-Identifier: MIT
import { significant } from '../../language/format';
import type { Catalogue } from '../../language/en';
import { numberFields, type Settings } from '../../state/config';

// What is wrong with settings, by key; what the server alone can tell is left
// to it.
export function problemsOf(
  settings: Settings,
  text: Pick<Catalogue['config'], 'outOfRange' | 'notWhole'>,
): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { key, min, max, whole } of numberFields) {
    const given = settings[key]?.trim();
    if (!given) continue;
    const value = Number(given);
    if (!(value >= min && value <= max)) {
      problems[key] = text.outOfRange(
        significant(min, 12),
        significant(max, 12),
      );
    } else if (whole && !Number.isInteger(value)) {
      problems[key] = text.notWhole;
    }
  }
  return problems;
}
