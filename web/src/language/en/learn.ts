// SPDX-License-Identifier: MIT
export const learn = {
  lead: 'How a GPT works, in five steps, on a real one.',
  lessons: 'Lessons',
  lesson: (number: string, all: string) => `Lesson ${number} of ${all}`,
  before: 'Back',
  after: 'Next',
  names: {
    tokens: '1. Tokens',
    autograd: '2. Gradients',
    attention: '3. Attention',
    training: '4. Training',
    generation: '5. Generation',
  },
  tokens: {
    body: [
      'A model computes with numbers, so a text is first cut into tokens, and ' +
        'each token gets a number. Here a token is one character: the ' +
        'different characters of the training text, sorted, are 0, 1, 2 and ' +
        'so on. One more, BOS, stands at the beginning and the end of every ' +
        'string, so that the model can learn how strings begin and when they ' +
        'are over.',
      'From every position the model tries to foretell the next token. A ' +
        'string of four characters is therefore five little exercises. Type ' +
        'your own and see its numbers.',
    ],
    table: 'The text as tokens',
    position: 'Position',
    reads: 'Reads',
    id: 'Number',
    task: 'Foretells',
  },
  autograd: {
    body: [
      'Learning means: change each weight a little so that the loss becomes ' +
        'smaller. For that the program must know, of every weight, whether ' +
        'more of it raises or lowers the loss, and how fast. That is the ' +
        'gradient.',
      'It is not guessed but computed: every operation remembers what it was ' +
        'made of. From the loss the program walks back and multiplies the ' +
        'slopes on its way (the chain rule). Change the inputs and watch. The ' +
        'last column finds the same number the slow way, by moving the input ' +
        'a little and watching what the loss does.',
    ],
    title: 'A neuron with its loss',
    explanation:
      'x is the input, w the weight, b the bias; ReLU lets through what is ' +
      'above 0; the loss is the squared distance from the target. Below each ' +
      'name its value, and its gradient: how the loss changes with it.',
    graph: 'The graph of the computation',
    value: 'value',
    gradient: 'gradient',
    difference: 'by moving it',
    name: 'Name',
    target: 'target',
    error: 'difference',
    loss: 'loss',
    off:
      'ReLU is off: nothing comes back through it, and no weight before it ' +
      'can learn from this example.',
    step: 'Take a step',
    stepText: (rate: string) =>
      `Moves w and b against their gradients, by ${rate} times as much.`,
    reset: 'Begin again',
  },
  attention: {
    body: [
      'To foretell what comes next, a position has to know what came before. ' +
        'Attention is how it looks back: it asks a question (its query), every ' +
        'position up to it has a label (its key), and the better they fit, ' +
        'the more of what that position carries (its value) is taken over.',
      'Several heads do that side by side, each with questions of its own. ' +
        'Choose a head and read a row: from which characters does this ' +
        'position take what it knows?',
    ],
  },
  training: {
    body: [
      'Training begins with random weights, which know nothing: the loss is ' +
        'about ln V, that of a blind guess among V tokens. Then, step by step, ' +
        'the model reads a string, computes the loss and all gradients, and ' +
        'moves every weight a little downhill.',
      'Start one here: it is real, and takes less than a second. The dashed ' +
        'line is the blind guess.',
    ],
    start: 'Train',
    steps: 'Steps',
    result: (steps: string, time: string, loss: string) =>
      `${steps} steps in ${time}, loss ${loss}.`,
    waiting: 'The server is busy with other trainings. This one is queued.',
    curve: 'Loss while training',
    curveExplanation:
      'The thin line is each step’s own loss: it jumps, for every string is ' +
      'differently hard. The thick one is the mean of the last 100 steps.',
    step: 'step',
    loss: 'loss (nats)',
    each: 'each step',
    mean: 'mean of 100',
    guess: 'blind guess, ln V',
    samples: 'What it makes up now',
    open: 'Open the run',
    look: 'Look inside it',
    name: 'New model',
  },
  generation: {
    body: [
      'A trained model makes up strings one token at a time: it reads what is ' +
        'there, says how likely each next token is, and one of them is drawn ' +
        'by lot. It is added, and all begins again, until the mark at the end ' +
        'is drawn.',
      'The temperature says how bold the draw is: near 0 almost always the ' +
        'likeliest, above 1 all sorts of things. The same seed always throws ' +
        'the same darts.',
    ],
    soFar: 'So far',
    draw: 'Draw the next character',
    again: 'Another string',
    chosen: 'is drawn',
    back: 'Take back',
    done: 'The end mark was drawn: the string is complete.',
    full: 'There is no more room: block_size is reached.',
  },
  finish: 'That was the whole algorithm. Go on with your own text:',
  ownText: 'Train on your own text',
};
