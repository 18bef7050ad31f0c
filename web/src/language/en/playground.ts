// SPDX-License-Identifier: MIT
import { counted } from './plural';

export const playground = {
  lead: 'Draw strings, judge strings, and watch a string being drawn.',
  tabs: {
    generate: 'Generate',
    score: 'Score',
    draw: 'Draw step by step',
    matrix: 'Next-character matrix',
  },
  tabList: 'Ways to play',
  model: 'Model',
  noModels: 'No models yet',
  noModelsText: 'Train one first; it takes a moment.',
  sampling: 'Drawing',
  conditions: 'Conditions',
  count: 'Strings',
  temperature: 'Temperature',
  temperatureHint: '0 always takes the likeliest; 1 draws as learnt.',
  topK: 'Top k',
  topKHint: 'Only the k likeliest characters; off if empty.',
  topP: 'Top p',
  topPHint: 'Only the likeliest that together reach p; off if empty.',
  seed: 'Seed',
  seedHint: 'The same seed gives the same strings; random if empty.',
  index: 'String',
  indexHint: 'Which string of the seed, counted from 0.',
  prefix: 'Begins with',
  suffix: 'Ends with',
  contains: 'Contains',
  regex: 'Matches',
  regexHint: 'A regular expression (RE2) for the whole string.',
  alphabet: 'Only these characters',
  minLength: 'Shortest',
  maxLength: 'Longest',
  novel: 'New ones only',
  novelHint: 'No string of the training text.',
  unique: 'Each only once',
  generate: 'Generate',
  stop: 'Stop',
  results: 'Strings',
  resultsEmpty: 'Nothing drawn yet',
  resultsEmptyText: 'Press “Generate”. Empty settings have their defaults.',
  string: 'String',
  empty: 'empty',
  truncated: 'cut at the end of the context',
  logprob: 'log p',
  bits: 'bits/token',
  novelty: 'Novel',
  yes: 'new',
  no: 'in the text',
  unknown: 'unknown',
  shareNovel: (share: string, count: string) => `${share} of ${count} are new`,
  drawn: (count: string, attempts: string, time: string) =>
    `${counted(count, 'string')} of ${counted(attempts, 'draw')} in ${time}`,
  shortfall: (count: string) =>
    `${count} fewer than asked for: too few draws met the conditions.`,
  seedWas: (seed: string) => `Seed ${seed}`,
  replay: 'Draw the same again',
  save: 'Save as CSV',
  shown: (shown: string, all: string) =>
    `The first ${shown} of ${all} are shown.`,
  generateExplanation:
    'The model draws one character after another, each by its probability, ' +
    'until the end mark. A low temperature makes likely strings likelier, a ' +
    'high one makes them wilder. What does not meet the conditions is drawn ' +
    'again, so the strings follow the model’s own distribution under them.',
  texts: 'Strings to judge',
  textsHint: 'One a line.',
  endNotJudged: 'It fills the context: there is no room to judge its end mark.',
  score: 'Score',
  scores: 'Scores',
  scoreExplanation:
    'How likely the model finds a string: the sum of the log-probabilities ' +
    'of its characters and of the end mark. Bits a token make strings of ' +
    'different lengths comparable: low ones look like the text. The shading ' +
    'shows how surprising each character is.',
  surprise: (character: string, bits: string) => `${character}: ${bits} bits`,
  step: 'Draw the next character',
  back: 'Take the last one back',
  restart: 'From the beginning',
  soFar: 'So far',
  finished: 'The end mark was drawn: the string is complete.',
  full: 'The context has no more room: the string is cut here.',
  dartText: (number: string, character: string) =>
    `The random number ${number} falls on ${character}.`,
  greedyText: (character: string) =>
    `At temperature 0 there is no dart: the likeliest is taken, ${character}.`,
  dartLabel:
    'All characters side by side, each as wide as its chance to be drawn; ' +
    'the dart marks the random number.',
  drawHelp:
    'Right arrow or Enter draws, left arrow takes back. A click on a ' +
    'character takes it instead.',
  character: 'Character',
  probability: 'Learnt',
  chance: 'Chance now',
  inText: 'In the text',
  take: (character: string) => `Take ${character}`,
  dartSeedHint: (seed: string) =>
    `Decides where the darts fall; ${seed} if empty.`,
  drawExplanation:
    'All characters lie side by side on a bar of length 1, each as wide as ' +
    'its chance after temperature, top k and top p. A random number between ' +
    '0 and 1 is the dart: the character it hits comes next. The same seed ' +
    'throws the same darts, here as in “Generate”.',
  matrixModel: 'The model',
  matrixData: 'The text',
  matrixRow: 'after',
  matrixColumn: 'comes',
  matrixPrefix: 'Beginning',
  matrixPrefixHint: 'Each row stands for this and one more character.',
  matrixUnknown: 'The training text is not known here.',
  matrixMost: (count: string) => `The ${count} likeliest characters are shown.`,
  matrixSparse: (count: string) =>
    `Of each row the ${count} likeliest were asked for; other cells are empty.`,
  matrixExplanation:
    'Each row is one character that may follow the beginning, each column ' +
    'what may come after it; the colour is its probability. Beside it, the ' +
    'same shares counted in the training text. Where the two differ, the ' +
    'model has not learnt the pair, or looks further back than one character.',
};
