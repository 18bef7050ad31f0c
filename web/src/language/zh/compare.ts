// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const compare: Catalogue['compare'] = {
  lead: '把多次训练的曲线放进一张图，并列出设置的不同。',
  choose: '训练',
  empty: '还没有训练',
  emptyText: '训练一个模型，或用其他设置再训练一次。',
  pick: '请在上面至少选择一次训练。',
  most: (count) => `最多同时 ${count} 个。`,
  curves: '损失',
  validation: (run) => `${run}，验证`,
  settings: '设置对照',
  setting: '设置',
  onlyDifferent: '仅显示不同',
  different: '不同',
  same: '这些训练的设置完全相同。',
  explanation:
    '每条曲线都是最近相同步数的平均损失，因此无论训练多长都可以比较。不同文本的损失' +
    '不能比较：有些文本更难预测。每次只改一个设置，就能看出它的作用。',
};
