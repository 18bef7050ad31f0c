// SPDX-License-Identifier: MIT
export const system = {
  lead: 'What the server is doing, every two seconds.',
  load: 'Load',
  queued: 'Queued runs',
  running: 'Running runs',
  workers: 'Training threads',
  samplers: 'Drawing threads',
  calls: 'Calls under way',
  of: (used: string, limit: string) => `${used} of ${limit}`,
  models: 'Models',
  memory: 'Memory',
  stored: 'Stored jobs, texts and models',
  modelMemory: 'Models in memory',
  noLimit: 'as much as the disk has',
  server: 'Server',
  version: 'Version',
  started: 'Started',
  limits: 'Limits',
  limitNames: {
    messageBytes: 'Message',
    chunkBytes: 'Chunk of a file',
    datasetBytes: 'Dataset',
    modelFileBytes: 'Model file',
    samples: 'Strings a call',
    texts: 'Texts a call to score',
    queuedJobs: 'Queued runs',
    calls: 'Calls at once',
    wait: 'Longest wait',
  },
  jobs: 'Runs',
  noJobs: 'There are no runs.',
  job: 'Run',
  state: 'State',
  stop: 'Stop',
  stopRun: (job: string) => `Stop run ${job}`,
  made: 'Asked for',
  callTimes: {
    title: 'Calls of this page',
    text:
      'How long the server took to answer, as this browser measured it since ' +
      'the page was opened, the way there and back included. Calls of others ' +
      'are not among them.',
    method: 'Call',
    calls: 'Calls',
    median: 'Median',
    worst: 'Longest',
    failed: 'Failed',
    explanation:
      'Half of the calls were answered within the median. Median and longest ' +
      'are those of the last 100 answers to each call; a stream has answered ' +
      'with its first message. What the page itself gave up is not counted.',
  },
  licences: 'Licences of what the dashboard is built with',
  explanation:
    'Trainings wait in a queue until a training thread is free; each takes ' +
    'one, or as many as it was asked to. Drawing threads serve all calls in ' +
    'turns, so a short one never waits for a long one. Models that nobody ' +
    'uses leave memory when it is full, and come back when they are needed.',
};
