// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const weights: Catalogue['weights'] = {
  title: (name) => `${name} 的权重`,
  lead: '模型在读任何东西之前已经学到的内容。',
  embedding: '嵌入',
  embeddings: { wte: '词元（wte）', wpe: '位置（wpe）' },
  components: '成分',
  map: {
    title: (tensor) => `${tensor} 的地图`,
    explanation:
      '每个词元或位置是一个点，空间的维数等于模型的宽度。这里是差异最大的方向（主成分）' +
      '中的两个，并标明各自占全部差异的比例。靠在一起的，模型用法相似。词元的形状和颜色' +
      '表示字符种类，而这从未告诉过模型。',
    component: (number, share) => `第 ${number} 成分（${share}）`,
    positions: '位置',
    variance: '各成分的比例',
    varianceExplanation:
      '各主成分占各行之间差异的多少。如果前两个很小，上面的地图就说明不了多少。',
    share: '比例',
  },
  neighbours: {
    title: (token) => `离 ${token} 最近的`,
    explanation:
      '嵌入方向最接近的词元。1 为同方向，0 为无关。选一个可以从那里继续。',
    token: '词元',
    unknown: (text) => `模型没有词元 ${text}。`,
    cosine: '余弦',
  },
  cosines: {
    title: '所有词元两两的余弦',
    explanation:
      '两个词元的嵌入有多相似：绿色相似，橙色相反。词表很大时分段显示。',
    order: '顺序',
    orders: { id: '按编号', kind: '按种类', near: '由近及远' },
    token: '词元',
  },
  rows: {
    shown: (from, to, all) => `共 ${all} 行，显示 ${from} 至 ${to}`,
    tokensShown: (from, to, all) => `共 ${all} 个词元，显示 ${from} 至 ${to}`,
    before: '上一段',
    after: '下一段',
  },
  tensors: {
    title: '所有张量',
    explanation:
      '模型的每个矩阵。标准差表示权重散开了多少；训练开始时都是 init_std（未指定时为 0.08）。',
    name: '张量',
    shape: '形状',
    weights: '权重数',
    mean: '均值',
    deviation: '标准差',
    min: '最小',
    max: '最大',
    norm: 'L2 范数',
    spread: '分布',
    what: {
      wte: '词元变为数值',
      wpe: '位置变为数值',
      lm_head: '数值变为词元',
      attn_wq: '要找什么',
      attn_wk: '能被找到什么',
      attn_wv: '要传递什么',
      attn_wo: '合并各头',
      mlp_fc1: '进入神经元',
      mlp_fc2: '离开神经元',
    },
  },
  histogram: {
    title: (tensor) => `${tensor} 权重的分布`,
    explanation: '各个值上有多少个权重。',
    value: '值',
    count: '权重数',
    from: '从',
    to: '到',
  },
  values: {
    title: (tensor) => `${tensor} 的权重`,
    explanation:
      '张量的每个权重：一行得出一个输出，一列对应一个输入。绿色为正，橙色为负。',
    row: '输出',
    column: '输入',
    token: '词元',
    position: '位置',
  },
};
