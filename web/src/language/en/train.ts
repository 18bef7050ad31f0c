// SPDX-License-Identifier: MIT
import { counted } from './plural';

export const train = {
  lead: 'Choose what to learn from and how. Most trainings take less than a second.',
  data: 'Data',
  source: 'Where the strings come from',
  sources: { dataset: 'A dataset', text: 'Pasted text', file: 'A file' },
  dataset: 'Dataset',
  documents: (count: string) => counted(count, 'string'),
  text: 'Text',
  textHint:
    'One string a line. White space at both ends and empty lines are left out.',
  file: 'File',
  fileHint: 'UTF-8, one string a line.',
  missing: {
    text: 'Paste or type some text first.',
    file: 'Choose a file first.',
  },
  model: 'Model name',
  modelHint: 'Of a model that is there already, this makes the next version.',
  presets: 'Presets',
  preset: {
    standard: {
      label: 'Standard',
      text: 'The reference program’s settings: quick, and good for a first look.',
    },
    tiny: {
      label: 'Tiny',
      text: 'The smallest model worth looking into: every number fits on a page.',
    },
    better: {
      label: 'Better strings',
      text: 'A larger model, trained longer: the strings are much more like the text.',
    },
    reference: {
      label: 'Digit for digit',
      text: 'The reference program’s own arithmetic, for comparing with it.',
    },
  },
  shape: 'Shape of the model',
  training: 'Training',
  fine: 'Fine points',
  explanation:
    'A step takes some strings, lets the model predict each next character, ' +
    'and moves every weight a little in the direction that would have made ' +
    'the right ones likelier. After some hundred steps the predictions are ' +
    'good enough to draw new strings from them.',
  start: 'Start training',
  starting: 'Sending the data',
  again: (job: string) => `Settings and data of run ${job}`,
};
