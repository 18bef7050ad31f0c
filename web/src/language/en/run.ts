// SPDX-License-Identifier: MIT
import { counted } from './plural';

export const run = {
  title: (model: string) => `Training ${model}`,
  states: {
    0: 'Unknown',
    1: 'Queued',
    2: 'Running',
    3: 'Stopping',
    4: 'Succeeded',
    5: 'Failed',
    6: 'Stopped',
  },
  progress: 'Progress',
  step: 'Step',
  steps: 'Steps',
  inSteps: (count: string) => counted(count, 'step'),
  stepsOf: (done: string, all: string) => `${done} of ${counted(all, 'step')}`,
  loss: 'Loss',
  lossUnit: 'nats a token',
  lossText: 'mean of the last 100 steps',
  validationLoss: 'Validation loss',
  validationText: 'on held-out strings',
  speed: 'Speed',
  stepsPerSecond: (count: string) => `${count} steps/s`,
  elapsed: 'Time',
  remaining: (time: string) => `about ${time} to go`,
  place: (place: string) => `Place ${place} in the queue`,
  attempt: (count: string) =>
    `Attempt ${count}: the server was restarted meanwhile`,
  lost: 'The connection was lost. Trying again; the training goes on.',
  stop: 'Stop',
  again: 'Train again with these settings',
  compare: 'Compare',
  openModel: (model: string) => `Open ${model}`,
  advice: 'Advice',
  raw: 'Loss of each step',
  rawThinned: (every: string) => `Mean of ${counted(every, 'step')}`,
  smoothed: (window: string) => `Mean of the last ${counted(window, 'step')}`,
  smoothing: 'Smoothing',
  smoothingUnit: 'steps',
  references: {
    uniform: 'guessing: ln V',
    unigram: 'frequencies',
    bigram: 'pairs',
  },
  baselines: 'Compute reference lines',
  lossExplanation:
    'How surprised the model is by the next character, on average: ln of one ' +
    'over its probability. “Guessing” is a model that takes all characters ' +
    'for equally likely; “frequencies” one that knows how common each is; ' +
    '“pairs” one that knows the character before. Below that line the model ' +
    'has learnt more than pairs. The validation loss is taken on strings that ' +
    'training never uses: when it rises while the other falls, the model ' +
    'learns its text by heart.',
  learningRate: 'Learning rate',
  learningRateExplanation:
    'How far each step moves the weights. It falls to 0 so that the training ' +
    'comes to rest.',
  norms: 'Norms of each tensor',
  normKinds: {
    gradient: 'Gradient',
    parameter: 'Weights',
    update: 'Change',
    ratio: 'Change / weights',
  },
  normKind: 'Show',
  normsExplanation:
    'The length (L2) of the gradient of each tensor: how strongly it is ' +
    'pulled. Tensors with a gradient near 0 hardly learn; one that grows ' +
    'without end is a sign of too high a learning rate. Change divided by ' +
    'weights is how much of themselves they move in a step; 0.001 is healthy.',
  samples: 'Samples',
  samplesText: 'From the newest weights, five at a time; the last 20 stay.',
  samplesAt: (step: string) => `At step ${step}`,
  drawMore: (count: string) => `Draw ${count} from the model`,
  noSamples: 'The first ones come while it trains.',
  settings: 'Settings',
  failed: 'The training failed',
  replay: 'Replay',
  replayText:
    'A short training is over before you can watch it; here it runs again, ' +
    'as slowly as you like. What the model expects next is shown at each ' +
    'checkpoint that was kept.',
  noCheckpoints: 'No checkpoints are kept of this run.',
  checkpoint: 'Checkpoint',
  checkpointAt: (step: string) => `step ${step}`,
  play: 'Play',
  pause: 'Pause',
  previous: 'Previous checkpoint',
  next: 'Next checkpoint',
};
