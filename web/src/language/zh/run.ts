// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const run: Catalogue['run'] = {
  title: (model) => `训练 ${model}`,
  states: {
    0: '未知',
    1: '排队中',
    2: '进行中',
    3: '正在停止',
    4: '已完成',
    5: '失败',
    6: '已停止',
  },
  progress: '进度',
  step: '步',
  steps: '步数',
  inSteps: (count) => `${count} 步`,
  stepsOf: (done, all) => `第 ${done} 步，共 ${all} 步`,
  loss: '损失',
  lossUnit: '奈特／词元',
  lossText: '最近 100 步的平均',
  validationLoss: '验证损失',
  validationText: '在留出的串上',
  speed: '速度',
  stepsPerSecond: (count) => `每秒 ${count} 步`,
  elapsed: '用时',
  remaining: (time) => `大约还需 ${time}`,
  place: (place) => `队列第 ${place} 位`,
  attempt: (count) => `第 ${count} 次尝试：其间服务器重启过`,
  lost: '连接中断，正在重连；训练仍在进行。',
  stop: '停止',
  again: '用这些设置再次训练',
  compare: '比较',
  openModel: (model) => `打开 ${model}`,
  advice: '建议',
  raw: '每一步的损失',
  rawThinned: (every) => `${every} 步的平均`,
  smoothed: (window) => `最近 ${window} 步的平均`,
  smoothing: '平滑',
  smoothingUnit: '步',
  references: { uniform: '瞎猜：ln V', unigram: '字频', bigram: '字对' },
  baselines: '计算参考线',
  lossExplanation:
    '模型对下一个字符平均有多意外，即其概率倒数的 ln。“瞎猜”是把所有字符看作同样' +
    '可能的模型；“字频”只知道每个字符有多常见；“字对”还知道前一个字符。低于这条线，' +
    '说明模型学到的比字对更多。验证损失是在训练从不使用的串上测的：若它上升而另一条' +
    '下降，模型就是在死记硬背。',
  learningRate: '学习率',
  learningRateExplanation: '每一步把权重挪多远。它降到 0，让训练平稳结束。',
  norms: '各张量的范数',
  normKinds: {
    gradient: '梯度',
    parameter: '权重',
    update: '变化',
    ratio: '变化／权重',
  },
  normKind: '显示',
  normsExplanation:
    '每个张量的梯度长度（L2）：它被拉得有多用力。接近 0 的张量几乎不在学习；不断增大' +
    '则说明学习率过高。变化除以权重，是它一步之内挪动自身的比例，0.001 左右较为健康。',
  samples: '样例',
  samplesText: '用最新的权重抽出的五个串。',
  noSamples: '训练过程中会陆续出现。',
  settings: '设置',
  failed: '训练失败',
  replay: '回放',
  replayText:
    '训练快得来不及看；在这里可以任意放慢重来一遍。每个保留的检查点上，都显示模型' +
    '预期的下一个字符。',
  noCheckpoints: '此训练没有保留检查点。',
  checkpoint: '检查点',
  checkpointAt: (step) => `第 ${step} 步`,
  play: '播放',
  pause: '暂停',
  previous: '上一个检查点',
  next: '下一个检查点',
};
