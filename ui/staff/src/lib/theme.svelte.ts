/** Light or dark: as the system says, unless somebody chose. */

export type Theme = 'auto' | 'light' | 'dark';
const KEPT = 'saveit.staff.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function kept(): Theme {
  const value = localStorage.getItem(KEPT);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

let chosen = $state<Theme>(kept());

function apply(): void {
  const dark = chosen === 'dark' || (chosen === 'auto' && system.matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

export const theme = {
  get chosen(): Theme {
    return chosen;
  },
  choose(next: Theme): void {
    chosen = next;
    localStorage.setItem(KEPT, next);
    apply();
  },
};

system.addEventListener('change', apply);
apply();
