// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const config: Catalogue['config'] = {
  range: (from, to, byDefault) => `${from} 到 ${to}；留空为 ${byDefault}`,
  outOfRange: (from, to) => `请输入 ${from} 到 ${to} 之间的数。`,
  notWhole: '请输入整数。',
  fields: {
    nLayer: {
      label: '层数',
      text: '注意力与 MLP 交替的次数。越多能学得越多，也越慢。',
    },
    nEmbd: {
      label: '宽度',
      text: '模型内表示一个字符的数值个数，须为头数的倍数。',
    },
    nHead: { label: '头数', text: '每层以几种方式回看之前的字符。' },
    blockSize: {
      label: '上下文',
      text: '最长字符数，含结束标记。更长的字符串会被截断。',
    },
    steps: { label: '步数', text: '修正权重的次数。' },
    batchSize: {
      label: '批大小',
      text: '每一步同时学习的字符串数。越多曲线越平滑。',
    },
    learningRate: {
      label: '学习率',
      text: '每一步走多远，到结束时降为 0。SGD 留空为 0.1。',
    },
    validation: {
      label: '验证比例',
      text: '留出不参与训练的比例，用来看模型对没见过的字符串表现如何。',
    },
    seed: {
      label: '种子',
      text: '相同的种子、数据和设置会得到逐位相同的模型。0 也是种子。',
    },
    beta1: { label: 'Beta 1', text: 'Adam：对方向记忆多久。' },
    beta2: { label: 'Beta 2', text: 'Adam：对大小记忆多久。' },
    eps: { label: 'Epsilon', text: 'Adam：防止除法结果过大。' },
    initStd: { label: '初始权重', text: '训练开始时随机权重的标准差。' },
    threads: {
      label: '线程',
      text: '任务占用的工作线程数，多少都不影响结果。',
    },
    optimizer: {
      label: '优化器',
      text: 'Adam 为每个权重调整步长；SGD 沿梯度直下。',
    },
    precision: {
      label: '精度',
      text: 'float64 与参考程序的运算逐位一致，但更慢。',
    },
    tokenizer: {
      label: '词元',
      text: '什么算一个字符：Unicode 码点，或读者眼中的一个字。',
    },
  },
};
