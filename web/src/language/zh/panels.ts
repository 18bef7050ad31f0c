// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const panels: Catalogue['panels'] = {
  subject: '观察对象',
  modelOrRun: '模型或训练',
  models: '模型',
  runs: '训练',
  imported: '这个模型是导入的：这里没有它的训练，也没有检查点。',
  text: '文本',
  prefix: '开头',
  prefixHint: '之前的字符；留空：字符串的开头。',
  end: '结束',
  space: '空格',
  nextTokens: '接下来的字符',
  nextTokensAfter: (text) => `“${text}”之后的字符`,
  nextTokensExplanation:
    '在这个开头之后，模型认为每个字符出现的概率。“结束”是字符串的结束标记。熵表示模型有' +
    '多犹豫：0 是确定，ln V 是一无所知。',
  candidate: '字符',
  probability: '概率',
  entropy: (value) => `熵 ${value} 奈特`,
};
