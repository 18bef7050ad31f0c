// SPDX-License-Identifier: MIT
export const panels = {
  subject: 'What to look at',
  modelOrRun: 'Model or run',
  models: 'Models',
  runs: 'Runs',
  imported:
    'This model was imported: it has no training here, and no checkpoints.',
  text: 'Text',
  prefix: 'Beginning',
  prefixHint: 'What stands before; empty: the start of a string.',
  end: 'end',
  space: 'space',
  nextTokens: 'What comes next',
  nextTokensAfter: (text: string) => `What comes after “${text}”`,
  nextTokensExplanation:
    'The probability of each next character, as the model sees it after this ' +
    'beginning. “end” is the mark with which a string ends. The entropy says ' +
    'how undecided the model is: 0 is certain, ln V knows nothing.',
  candidate: 'Character',
  probability: 'Probability',
  entropy: (value: string) => `Entropy ${value} nats`,
};
