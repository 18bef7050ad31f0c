// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const inside: Catalogue['inside'] = {
  title: (name) => `${name} 的内部`,
  lead: '模型读一段文本时所做的计算，逐个数值可见。',
  weights: '嵌入与权重',
  lookInside: '查看文本内部',
  text: '文本',
  textHint: (tokens) => `最多 ${tokens} 个词元。留空：模型对开头的预期。`,
  try: '试试',
  view: '视图',
  views: { all: '全部一览', steps: '逐步', gradients: '梯度' },
  outdated: '以下是模型上一次能读取的文本。',
  lossOfText: '这段文本的损失',
  lossExplained: (perplexity) => `相当于每次在 ${perplexity} 个词元中盲猜`,
  positionsShown: (from, to, all) => `共 ${all} 个位置，显示 ${from} 至 ${to}`,
  before: '前面的位置',
  after: '后面的位置',
  position: '位置',
  dimension: '维度',
  layer: '层',
  head: '头',
  tokens: {
    title: '每个字符的意外程度',
    explanation:
      '每块是一次预测：上面是刚读到的字符，中间是实际的下一个字符。数字是意外程度' +
      '（奈特），即模型给它的概率的 −log：0 表示确信，ln V 表示盲猜。选中一块，其他' +
      '图也会显示该位置。⟨ 和 ⟩ 是字符串开头和结尾的标记。',
    read: '读到',
    next: '下一个',
    surprise: '意外程度（奈特）',
    rank: '名次',
    entropy: '熵（奈特）',
    tile: (position, read, next, loss, rank) =>
      `位置 ${position}：${read} 之后是 ${next}，意外程度 ${loss}，候选第 ${rank} 名`,
  },
  next: {
    title: (text) => `${text} 之后是什么`,
    explanation:
      '温度为 1 时最可能的下一个词元，⟨结束⟩ 表示字符串结束。熵表示模型有多犹豫：心中' +
      '有数时为 0 奈特，毫无头绪时为 ln V。',
    probability: '概率',
    actual: '实际的下一个',
    actualRank: (rank) => `实际的下一个，第 ${rank} 名`,
    entropy: (value) => `熵 ${value} 奈特`,
  },
  attention: {
    all: '所有头的注意力',
    explanation:
      '每个位置在看哪里。行是提问的位置，列是回答的位置；颜色越鲜明，该位置的值被' +
      '取用得越多。每行之和为 1；后面的位置看不到，所以右上方是空的。各个头学会寻找' +
      '不同的东西。选一个放大。',
    pick: (layer, head) => `放大第 ${layer} 层第 ${head} 头`,
    one: (layer, head) => `第 ${layer} 层第 ${head} 头的注意力`,
    query: '从',
    key: '到',
    weight: '权重',
    earlier: (share) => `其中 ${share} 落在所示范围之前的位置上。`,
  },
  heads: {
    title: (layer) => `第 ${layer} 层各头的输出`,
    explanation:
      '各头在每个位置交出的内容：所看到的值的加权和。各头并排，“1·3”是第 1 头的' +
      '第 3 个数。绿色为正，橙色为负。',
    columns: '头 · 序号',
  },
  neurons: {
    title: (layer) => `第 ${layer} 层的 MLP 神经元`,
    explanation:
      'MLP 宽阔的中间层经过 ReLU（把负数变为 0）之后的值。只在某些位置激活的神经元' +
      '在那里发现了什么。选一个单独查看。',
    active: (share) => `${share} 处于激活状态`,
    neuron: '神经元',
    one: (neuron, layer) => `第 ${layer} 层的神经元 ${neuron}`,
    oneExplanation: '它在每个位置的输入（ReLU 之前）。只有正数会继续传递。',
    value: 'ReLU 之前',
    off: '未激活',
    number: '神经元',
  },
  stream: {
    norms: '残差流的长度',
    normsExplanation:
      '每个位置带着一列数，即残差流，注意力和 MLP 不断往上加。这是每个阶段之后的' +
      '长度（L2 范数）。',
    turns: '各阶段保持的方向',
    turnsExplanation:
      '阶段前后残差流的余弦：1 表示方向不变，0 表示转了一个直角。',
    likeness: '各位置有多相似',
    likenessExplanation:
      '所选阶段之后，每两个位置的残差流的余弦。一个阶段一个阶段地看，秩序逐渐形成：' +
      '预期相同的位置会指向同一方向。',
    stage: '阶段',
    stages: {
      embedding: '嵌入',
      attention: (layer) => `注意力 ${layer}`,
      mlp: (layer) => `MLP ${layer}`,
    },
  },
  lens: {
    title: 'Logit 透镜',
    explanation:
      '如果在每个阶段之后就要作答，模型的最佳猜测（对残差流应用 lm_head）。从上往下' +
      '读，可以看到预测如何形成。✓ 表示猜对。',
    right: '猜对',
    guess: '猜测',
    probability: '概率',
  },
  courses: {
    title: (position) => `位置 ${position} 的名次如何形成`,
    explanation:
      '最终领先的五个词元在每个阶段之后的概率。空格表示该词元当时不在前列候选之中。',
    candidates: '候选',
  },
  gradients: {
    tensors: '每个张量的梯度',
    tensorsExplanation:
      '从损失往回算：如果现在用这段文本训练，它会多大程度地推动每个张量的权重。即' +
      '平均损失的梯度的 L2 范数。',
    stream: '残差流的梯度',
    streamExplanation:
      '残差流在该阶段、该位置变化时损失会变化多少（L2 范数）。换一个数最有帮助的地方' +
      '数值最大。靠前的位置还要为后面所有位置负责。',
    attention: (layer, head) => `第 ${layer} 层第 ${head} 头注意力权重的梯度`,
    attentionExplanation: '绿色：多看这里会增大损失；橙色：会减小损失。',
    norm: 'L2 范数',
  },
  steps: {
    title: '一次预测，逐步看',
    explanation:
      '一个词元从编号到抽出下一个词元，在模型中走过的路。用滑块或方向键前进，或者' +
      '播放。',
    play: '播放',
    pause: '暂停',
    before: '上一阶段',
    after: '下一阶段',
    stage: '阶段',
    of: (number, all) => `第 ${number} 阶段，共 ${all} 阶段`,
    embedding: '嵌入',
    embeddingText: (token, id, position) =>
      `${token} 是词元 ${id}：wte 的第 ${id} 行。它在位置 ${position}：wpe 的第 ` +
      `${position} 行。两者之和缩放到均方为 1（RMSNorm）后就是残差流的开头。`,
    embeddingExplanation:
      '每行一组数：词元对模型的含义、位置的含义，以及第一层读到的两者之和。绿色为正，' +
      '橙色为负。',
    weightsExplanation:
      '行是注意力头，列是到此为止的位置：该头取用那个位置的值有多少。每行之和为 1。',
    addsExplanation:
      '这一阶段之前的残差流、这一阶段加上的内容，以及下一阶段读到的和。中间一行与背景' +
      '同色的地方几乎没有改变。',
    hiddenExplanation:
      '该层的所有神经元，每行 16 个：行号加列号就是编号。没有颜色的在这里没有激活。',
    logitsExplanation:
      '得分最高的十个词元。只有得分之差才有意义：高 1，可能性约为 2.7 倍。',
    probabilitiesExplanation:
      '同样的十个词元；整个词表之和为 1。温度是在变成抽取概率之前除 logit 的数。',
    tokenRow: 'wte',
    positionRow: 'wpe',
    streamRow: '残差流',
    attention: (layer) => `第 ${layer} 层的注意力`,
    attentionText:
      '该位置用自己的查询与到自己为止每个位置的键比较。Softmax 把得分变成权重，各头' +
      '用权重把值加起来。',
    lookup: '查询、键和值',
    lookupExplanation:
      '该位置要问什么、凭什么被找到、交出什么。各头并排，平分这些数。',
    query: '查询',
    key: '键',
    value: '值',
    scoresOf: (layer) => `第 ${layer} 层的注意力得分`,
    scoresExplanation:
      '行是注意力头，列是到此为止的位置：查询与那个位置的键有多吻合，即点积除以每个头' +
      '的数的个数的平方根。Softmax 把它变成下面的权重。',
    weightsOf: (layer) => `第 ${layer} 层的注意力权重`,
    streamAfter: '注意力加到残差流上的内容',
    streamBefore: '之前',
    added: '增量',
    streamNow: '之后',
    mlp: (layer) => `第 ${layer} 层的 MLP`,
    mlpText: (on, all) =>
      `MLP 把残差流展开成 ${all} 个神经元，其中 ${on} 个激活，再把由此得到的内容加回去。`,
    hidden: 'ReLU 之后的神经元',
    streamAfterMlp: 'MLP 加到残差流上的内容',
    logits: 'Logit',
    logitsText:
      'lm_head 把残差流与每个词元对应的一行比较：方向越一致，logit 越高。',
    logit: 'logit',
    probabilities: '概率',
    probabilitiesText: (temperature) =>
      `Softmax 把它们变成概率。下面是温度 ${temperature} 时的概率：低于 1 时，` +
      '更可能的更占优势。',
    drawn: (share) => `抽取概率 ${share}`,
    draw: '抽取',
    drawText: (number, token) =>
      `飞镖 ${number} 落在 ${token} 上：用这个种子，Generate 会抽中它。`,
    greedyText: (token) => `温度为 0 时不用随机数：直接取概率最大的 ${token}。`,
    noDraw: '服务器没有说明会抽中哪个词元。',
    dart: '落在累积和上的飞镖',
    dartExplanation:
      '所有词元按编号并排，宽度等于概率。0 到 1 之间的随机数是飞镖，落在哪个词元上' +
      '就抽中哪个。',
    from: '从',
    to: '到',
    temperature: '温度',
    seed: '种子',
  },
};
