// SPDX-License-Identifier: MIT
export const weights = {
  title: (name: string) => `Weights of ${name}`,
  lead: 'What a model has learnt, before it reads anything.',
  embedding: 'Embedding',
  embeddings: { wte: 'of tokens (wte)', wpe: 'of positions (wpe)' },
  components: 'Components',
  map: {
    title: (tensor: string) => `Map of ${tensor}`,
    explanation:
      'Each token, or each position, is a point in as many dimensions as the ' +
      'model is wide. Here are two of the directions in which the points ' +
      'differ most (principal components), with the share of all differences ' +
      'that each one shows. What lies together, the model uses alike. Shapes ' +
      'and colours of tokens are kinds of characters: the model was never ' +
      'told of them.',
    component: (number: string, share: string) =>
      `component ${number} (${share})`,
    positions: 'position',
    variance: 'Share of each component',
    varianceExplanation:
      'How much of the differences between the rows each principal component ' +
      'holds. If the first two hold little, the map above shows little.',
    share: 'share',
  },
  neighbours: {
    title: (token: string) => `Nearest to ${token}`,
    explanation:
      'The tokens whose embeddings point most nearly the same way. 1 is the ' +
      'same direction, 0 has nothing to do with it. Choose one to go on from ' +
      'there.',
    token: 'Token',
    unknown: (text: string) => `The model has no token ${text}.`,
    cosine: 'cosine',
  },
  cosines: {
    title: 'Cosine of all pairs',
    explanation:
      'How alike the embeddings of two tokens are: green alike, orange ' +
      'opposite. Large vocabularies are shown a part at a time.',
    order: 'Order',
    orders: { id: 'by number', kind: 'by kind', near: 'nearest first' },
    token: 'token',
  },
  rows: {
    shown: (from: string, to: string, all: string) =>
      `Rows ${from} to ${to} of ${all}`,
    tokensShown: (from: string, to: string, all: string) =>
      `Tokens ${from} to ${to} of ${all}`,
    before: 'Before',
    after: 'After',
  },
  tensors: {
    title: 'All tensors',
    explanation:
      'Every matrix of the model. The standard deviation says how far its ' +
      'weights have spread; training begins with init_std in all of them, ' +
      'which is 0.08 if nobody chose otherwise.',
    name: 'Tensor',
    shape: 'Shape',
    weights: 'Weights',
    mean: 'Mean',
    deviation: 'Deviation',
    min: 'Least',
    max: 'Largest',
    norm: 'L2 norm',
    spread: 'Spread',
    what: {
      wte: 'tokens to numbers',
      wpe: 'positions to numbers',
      lm_head: 'numbers to tokens',
      attn_wq: 'what to look for',
      attn_wk: 'what is to be found',
      attn_wv: 'what to hand on',
      attn_wo: 'heads together',
      mlp_fc1: 'into the neurons',
      mlp_fc2: 'out of the neurons',
    },
  },
  histogram: {
    title: (tensor: string) => `How the weights of ${tensor} are spread`,
    explanation: 'How many of the tensor’s weights have which value.',
    value: 'value',
    count: 'weights',
    from: 'from',
    to: 'to',
  },
  values: {
    title: (tensor: string) => `Weights of ${tensor}`,
    explanation:
      'Every weight of the tensor: a row makes one output, a column weighs one ' +
      'input. Green is above 0, orange below.',
    row: 'out',
    column: 'in',
    token: 'token',
    position: 'position',
  },
};
