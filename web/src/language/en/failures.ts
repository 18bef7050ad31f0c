// SPDX-License-Identifier: MIT
//
// What to do about a failed call, by the API's reason or status. The server's
// own sentence stands above it.
export const failures = {
  again: 'Try again',
  offline: 'The server does not answer.',
  retryAfter: (time: string) => `The server is busy. Try again in ${time}.`,
  toModels: 'To the models',
  next: {
    OFFLINE: 'Is it running? What was started there goes on without this page.',
    INVALID_ARGUMENT: 'Change what the sentence names and try again.',
    NOT_FOUND: 'It may have been deleted. Choose another one.',
    ALREADY_EXISTS: 'Choose another name.',
    ABORTED: 'Somebody else changed it meanwhile. Look at it again first.',
    EMPTY_DATASET: 'Give at least one line that is not empty.',
    NOT_TRAINED: 'Wait until its training has ended, or open the run.',
    UNSATISFIABLE: 'Loosen one of the conditions.',
    TEXT_NOT_KNOWN:
      'Leave “novel” off, or name the dataset when importing the model.',
    CHECKPOINT_GONE: 'Choose another step.',
    RESOURCE_EXHAUSTED: 'Delete what is no longer needed, or try again later.',
    UNAVAILABLE: 'It may be restarting. Try again in a moment.',
    DATA_LOSS: 'Restore the data directory from a copy.',
    UNIMPLEMENTED: 'This server is older than its dashboard.',
  },
};
