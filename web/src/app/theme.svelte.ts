// SPDX-License-Identifier: MIT
import { keep, kept } from '../state/kept';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'microgpt.theme';

function stored(): Theme {
  const value = kept(key);
  return themes.find((theme) => theme === value) ?? 'system';
}

// Light or dark. `dark` is what is shown, also where the system decides;
// charts, which cannot read CSS, are drawn again when it changes.
class ThemeChoice {
  #chosen = $state<Theme>(stored());
  #systemDark = $state(false);

  start(): void {
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = query.matches;
    query.addEventListener('change', () => {
      this.#systemDark = query.matches;
      this.#apply();
    });
    this.#apply();
  }

  get chosen(): Theme {
    return this.#chosen;
  }

  set chosen(theme: Theme) {
    this.#chosen = theme;
    keep(key, theme);
    this.#apply();
  }

  get dark(): boolean {
    return this.#chosen === 'system'
      ? this.#systemDark
      : this.#chosen === 'dark';
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.dark ? 'dark' : 'light';
  }
}

export const theme = new ThemeChoice();
