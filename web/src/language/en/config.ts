// SPDX-License-Identifier: MIT
//
// A Config's fields for people: a name, and what changing it does.
export const config = {
  range: (from: string, to: string, byDefault: string) =>
    `${from} to ${to}; ${byDefault} if empty`,
  outOfRange: (from: string, to: string) =>
    `Give a number from ${from} to ${to}.`,
  notWhole: 'Give a whole number.',
  fields: {
    nLayer: {
      label: 'Layers',
      text: 'How often attention and MLP follow each other. More can learn more, and take longer.',
    },
    nEmbd: {
      label: 'Width',
      text: 'Numbers that stand for a character within the model. A multiple of the heads.',
    },
    nHead: {
      label: 'Heads',
      text: 'In how many ways each layer looks back at earlier characters.',
    },
    blockSize: {
      label: 'Context',
      text: 'The longest string in characters, with its end mark. Longer ones are cut.',
    },
    steps: {
      label: 'Steps',
      text: 'How often the weights are corrected.',
    },
    batchSize: {
      label: 'Batch size',
      text: 'Strings that each step learns from at once. More make the curve smoother.',
    },
    learningRate: {
      label: 'Learning rate',
      text: 'How far each step goes. It falls to 0 towards the end. With SGD 0.1 if empty.',
    },
    validation: {
      label: 'Validation share',
      text: 'Share of the strings that is held out, to see how well the model does on unseen ones.',
    },
    seed: {
      label: 'Seed',
      text: 'The same seed, data and settings give the same model, bit for bit. 0 is a seed.',
    },
    beta1: {
      label: 'Beta 1',
      text: 'Adam: how long it remembers directions.',
    },
    beta2: {
      label: 'Beta 2',
      text: 'Adam: how long it remembers sizes.',
    },
    eps: {
      label: 'Epsilon',
      text: 'Adam: keeps divisions from becoming too large.',
    },
    initStd: {
      label: 'First weights',
      text: 'Standard deviation of the random weights that training begins with.',
    },
    threads: {
      label: 'Threads',
      text: 'Workers that the job takes. The result is the same for any number.',
    },
    optimizer: {
      label: 'Optimizer',
      text: 'Adam adapts each weight’s steps; SGD goes straight down the slope.',
    },
    precision: {
      label: 'Precision',
      text: 'float64 is the reference program’s arithmetic, digit for digit, and slower.',
    },
    tokenizer: {
      label: 'Tokens',
      text: 'What one character is: a Unicode code point, or what a reader sees as one.',
    },
  },
};
