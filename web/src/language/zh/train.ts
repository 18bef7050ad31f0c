// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const train: Catalogue['train'] = {
  lead: '选择学什么、怎么学。大多数训练不到一秒。',
  data: '数据',
  source: '字符串的来源',
  sources: { dataset: '数据集', text: '粘贴的文本', file: '文件' },
  dataset: '数据集',
  documents: (count) => `${count} 条`,
  text: '文本',
  textHint: '每行一个字符串。两端空白和空行会被去掉。',
  file: '文件',
  fileHint: 'UTF-8，每行一个字符串。',
  missing: {
    text: '请先输入文本。',
    file: '请先选择文件。',
  },
  model: '模型名称',
  modelHint: '若已有同名模型，则产生它的下一个版本。',
  presets: '预设',
  preset: {
    standard: { label: '标准', text: '参考程序的设置：快，适合先看一看。' },
    tiny: { label: '极小', text: '值得细看的最小模型：所有数值一页就放得下。' },
    better: {
      label: '更好的字符串',
      text: '更大的模型，训练更久：生成的字符串更像原文。',
    },
    reference: { label: '逐位一致', text: '参考程序自己的运算，用于对照。' },
  },
  shape: '模型形状',
  training: '训练',
  fine: '细节',
  explanation:
    '每一步取若干个字符串，让模型预测每个下一个字符，再把所有权重朝着让正确字符更' +
    '可能出现的方向挪一点。几百步之后，预测就好到可以从中抽出新的字符串。',
  start: '开始训练',
  starting: '正在发送数据',
  again: (job) => `训练 ${job} 的设置和数据`,
};
