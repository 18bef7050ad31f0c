// SPDX-License-Identifier: MIT
export const compare = {
  lead: 'Curves of several runs in one plot, and what was set differently.',
  choose: 'Runs',
  empty: 'No runs yet',
  emptyText: 'Train a model, or the same one with other settings.',
  pick: 'Choose at least one run above.',
  most: (count: string) => `At most ${count} at once.`,
  curves: 'Loss',
  validation: (run: string) => `${run}, validation`,
  settings: 'Settings side by side',
  setting: 'Setting',
  onlyDifferent: 'Differences only',
  different: 'different',
  same: 'All settings of these runs are the same.',
  explanation:
    'Each curve is the mean loss of the last steps, over the same number of ' +
    'steps for each run, so they can be compared whatever the length of the ' +
    'training. Losses of different texts cannot: some texts are harder to ' +
    'predict. Change one setting at a time to see what it does.',
};
