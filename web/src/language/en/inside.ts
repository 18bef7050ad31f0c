// SPDX-License-Identifier: MIT
export const inside = {
  title: (name: string) => `Inside ${name}`,
  lead: 'What the model computes as it reads a text, number by number.',
  weights: 'Embeddings and weights',
  lookInside: 'Look inside a text',
  text: 'Text',
  textHint: (tokens: string) =>
    `At most ${tokens} tokens. Empty: what the model expects of a string.`,
  try: 'Try',
  view: 'View',
  views: {
    all: 'Everything at once',
    steps: 'Step by step',
    gradients: 'Gradients',
  },
  outdated: 'Below is the last text that the model could read.',
  lossOfText: 'Loss of the text',
  lossExplained: (perplexity: string) =>
    `as if it had guessed among ${perplexity} tokens each time`,
  positionsShown: (from: string, to: string, all: string) =>
    `Positions ${from} to ${to} of ${all}`,
  before: 'Positions before',
  after: 'Positions after',
  position: 'position',
  dimension: 'dimension',
  layer: 'Layer',
  head: 'Head',
  tokens: {
    title: 'Surprise per character',
    explanation:
      'Each tile is one prediction: what was read last, and what came next. ' +
      'The number is the surprise in nats, −log of the probability that the ' +
      'model gave it: 0 is certain, ln V is a blind guess. Choose a tile to ' +
      'see that position in the other pictures. ⟨ and ⟩ are the mark at the ' +
      'beginning and the end of a string.',
    read: 'read',
    next: 'next',
    surprise: 'surprise (nats)',
    rank: 'rank',
    entropy: 'entropy (nats)',
    tile: (
      position: string,
      read: string,
      next: string,
      loss: string,
      rank: string,
    ) =>
      `Position ${position}: after ${read} came ${next}, surprise ${loss}, ` +
      `number ${rank} of the candidates`,
  },
  next: {
    title: (text: string) => `What comes after ${text}`,
    explanation:
      'The likeliest next tokens at temperature 1, ⟨end⟩ being the end of ' +
      'the string. The entropy says how undecided the model is: 0 nats if it ' +
      'knows, ln V if it has no idea.',
    probability: 'probability',
    actual: 'came next',
    actualRank: (rank: string) => `came next, number ${rank}`,
    entropy: (value: string) => `Entropy ${value} nats`,
  },
  attention: {
    all: 'Attention of all heads',
    explanation:
      'Where each position looks. A row is a position that asks, a column ' +
      'one that answers; the stronger the colour, the more of that ' +
      'position’s value goes into the row’s. A row sums to 1, and no position ' +
      'sees those after it, which is why the upper right is empty. Heads ' +
      'learn to look for different things. Choose one to enlarge it.',
    pick: (layer: string, head: string) =>
      `Enlarge layer ${layer}, head ${head}`,
    one: (layer: string, head: string) =>
      `Attention of layer ${layer}, head ${head}`,
    query: 'from',
    key: 'to',
    weight: 'weight',
    earlier: (share: string) =>
      `${share} of it goes to positions before those in sight.`,
  },
  heads: {
    title: (layer: string) => `Head outputs, layer ${layer}`,
    explanation:
      'What the heads hand on at each position: the values they looked at, ' +
      'weighted. Heads stand side by side; “1·3” is number 3 of head 1. ' +
      'Green is above 0, orange below.',
    columns: 'head · number',
  },
  neurons: {
    title: (layer: string) => `MLP neurons, layer ${layer}`,
    explanation:
      'The wide middle of the MLP after ReLU, which sets all below 0 to 0. ' +
      'A neuron that is on at some positions only has found something there. ' +
      'Choose one to see it by itself.',
    active: (share: string) => `${share} of them are on`,
    neuron: 'neuron',
    one: (neuron: string, layer: string) =>
      `Neuron ${neuron} of layer ${layer}`,
    oneExplanation:
      'Its input at each position, before ReLU. Only what is above 0 goes on.',
    value: 'before ReLU',
    off: 'off',
    number: 'Neuron',
  },
  stream: {
    norms: 'Length of the residual stream',
    normsExplanation:
      'Each position carries a list of numbers, the residual stream, to which ' +
      'attention and MLP add. Here is its length (L2 norm) after each stage.',
    turns: 'Direction kept by each stage',
    turnsExplanation:
      'The cosine between the stream before and after a stage: 1, the stage ' +
      'left the direction as it was; 0, it turned it by a right angle.',
    likeness: 'How alike the positions are',
    likenessExplanation:
      'The cosine between the streams of every two positions, after the ' +
      'chosen stage. Watch order form from stage to stage: positions that ' +
      'expect the same come to point the same way.',
    stage: 'stage',
    stages: {
      embedding: 'embedding',
      attention: (layer: string) => `attention ${layer}`,
      mlp: (layer: string) => `MLP ${layer}`,
    },
  },
  lens: {
    title: 'Logit lens',
    explanation:
      'The model’s best guess if it had to answer after each stage already: ' +
      'lm_head applied to the stream. Read it downwards to see a prediction ' +
      'form. ✓ marks a guess that was right.',
    right: 'right',
    guess: 'guess',
    probability: 'probability',
  },
  courses: {
    title: (position: string) => `How the order forms at position ${position}`,
    explanation:
      'The probability of the five tokens that lead at the end, after each ' +
      'stage. An empty cell: the token was not among the first candidates.',
    candidates: 'candidates',
  },
  gradients: {
    tensors: 'Gradient of each tensor',
    tensorsExplanation:
      'Backwards from the loss: how strongly the text would move each ' +
      'tensor’s weights if it were trained on now. The L2 norm of the ' +
      'gradient of the text’s mean loss.',
    stream: 'Gradient of the residual stream',
    streamExplanation:
      'How much the loss would change if the stream changed at this stage and ' +
      'position: its L2 norm. Large where a different number would have ' +
      'helped most. Earlier positions collect blame from all later ones.',
    attention: (layer: string, head: string) =>
      `Gradient of the attention weights, layer ${layer}, head ${head}`,
    attentionExplanation:
      'Green: more attention here would raise the loss; orange: it would ' +
      'lower it.',
    norm: 'L2 norm',
  },
  steps: {
    title: 'One prediction, step by step',
    explanation:
      'The way of one token through the model, from its number to the draw of ' +
      'the next one. Go through it with the slider or the arrow keys, or let ' +
      'it play.',
    play: 'Play',
    pause: 'Pause',
    before: 'Stage before',
    after: 'Stage after',
    stage: 'Stage',
    of: (number: string, all: string) => `${number} of ${all}`,
    embedding: 'Embedding',
    embeddingText: (token: string, id: string, position: string) =>
      `${token} is token ${id}: row ${id} of wte. It stands at position ` +
      `${position}: row ${position} of wpe. Their sum, scaled so ` +
      'that its mean square is 1 (RMSNorm), begins the residual stream.',
    embeddingExplanation:
      'A row of numbers each: what the token means to the model, what its ' +
      'place means, and both together, as the first layer reads them. Green ' +
      'is above 0, orange below.',
    weightsExplanation:
      'A row is a head, a column a position up to this one: how much of that ' +
      'position’s value the head takes. Each row sums to 1.',
    addsExplanation:
      'The stream before this stage, what the stage adds to it, and the sum, ' +
      'which the next stage reads. Where the middle row is the colour of ' +
      'the ground, the stage leaves that number as it was.',
    hiddenExplanation:
      'All neurons of the layer, sixteen a row: number and column together ' +
      'name one. An empty colour is a neuron that is off here.',
    logitsExplanation:
      'The ten tokens with the highest scores. Only the differences between ' +
      'scores count: one more makes a token about 2.7 times as likely.',
    probabilitiesExplanation:
      'The same ten tokens; all of the vocabulary together sums to 1. The ' +
      'temperature divides the logits before they become chances to be drawn.',
    tokenRow: 'wte',
    positionRow: 'wpe',
    streamRow: 'stream',
    attention: (layer: string) => `Attention of layer ${layer}`,
    attentionText:
      'The position compares its query with the key of every position up to ' +
      'itself. Softmax makes weights of the scores, and each head adds up ' +
      'the values with them.',
    lookup: 'Query, key and value',
    lookupExplanation:
      'What the position asks, what it can be found by, and what it hands on. ' +
      'Heads stand side by side, each with an equal share of the numbers.',
    query: 'query',
    key: 'key',
    value: 'value',
    scoresOf: (layer: string) => `Attention scores, layer ${layer}`,
    scoresExplanation:
      'A row is a head, a column a position up to this one: how well the ' +
      'query fits that position’s key, their dot product divided by the ' +
      'square root of the numbers a head has. Softmax makes the weights below.',
    weightsOf: (layer: string) => `Attention weights, layer ${layer}`,
    streamAfter: 'What attention adds to the stream',
    streamBefore: 'before',
    added: 'added',
    streamNow: 'after',
    mlp: (layer: string) => `MLP of layer ${layer}`,
    mlpText: (on: string, all: string) =>
      `The MLP widens the stream to ${all} neurons, of which ${on} are on, ` +
      'and adds what they make of it.',
    hidden: 'Neurons after ReLU',
    streamAfterMlp: 'What the MLP adds to the stream',
    logits: 'Logits',
    logitsText:
      'lm_head compares the stream with a row for every token: the more they ' +
      'point the same way, the higher the logit.',
    logit: 'logit',
    probabilities: 'Probabilities',
    probabilitiesText: (temperature: string) =>
      'Softmax makes probabilities of them. Below each what it is at ' +
      `temperature ${temperature}: below 1 the likely ones gain.`,
    drawn: (share: string) => `drawn with ${share}`,
    draw: 'Draw',
    drawText: (number: string, token: string) =>
      `The dart ${number} falls on ${token}: with this seed Generate draws it.`,
    greedyText: (token: string) =>
      `At temperature 0 there is no dart: the likeliest is taken, ${token}.`,
    noDraw: 'The server did not say which token is drawn.',
    dart: 'Dart on the running sum',
    dartExplanation:
      'All tokens side by side, by number, each as wide as its chance. A ' +
      'random number between 0 and 1 is the dart; the token under it is drawn.',
    from: 'from',
    to: 'to',
    temperature: 'Temperature',
    seed: 'Seed',
  },
};
