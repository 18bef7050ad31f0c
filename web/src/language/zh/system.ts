// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const system: Catalogue['system'] = {
  lead: '服务器正在做什么，每两秒更新。',
  load: '负载',
  queued: '排队的训练',
  running: '进行中的训练',
  workers: '训练线程',
  samplers: '生成线程',
  calls: '进行中的调用',
  of: (used, limit) => `${used}，上限 ${limit}`,
  models: '模型',
  memory: '内存',
  stored: '保存的任务、文本和模型',
  modelMemory: '内存中的模型',
  noLimit: '以磁盘容量为限',
  server: '服务器',
  version: '版本',
  started: '启动时间',
  limits: '上限',
  limitNames: {
    messageBytes: '消息',
    chunkBytes: '文件分块',
    datasetBytes: '数据集',
    modelFileBytes: '模型文件',
    samples: '每次调用的字符串数',
    texts: '每次评分的文本数',
    queuedJobs: '排队的训练',
    calls: '同时的调用',
    wait: '最长等待',
  },
  jobs: '训练',
  noJobs: '没有训练。',
  job: '训练',
  state: '状态',
  stop: '停止',
  stopRun: (job) => `停止训练 ${job}`,
  made: '请求时间',
  callTimes: {
    title: '本页面的调用',
    text: '自页面打开以来，由这个浏览器测得的服务器应答时间，包括往返路程。不含其他人的调用。',
    method: '调用',
    calls: '次数',
    median: '中位数',
    worst: '最长',
    failed: '失败',
    explanation:
      '一半的调用在中位数之内得到应答。中位数和最长取自每种调用最近的 100 次应答；流以' +
      '第一条消息为应答。页面自己放弃的不计入。',
  },
  licences: '仪表盘所用软件的许可证',
  explanation:
    '训练在队列中等待，直到有训练线程空闲；每次训练占用一个，或所要求的数目。生成线程' +
    '轮流服务所有调用，短的调用不必等长的。没人用的模型在内存满时会被移出，需要时再载入。',
};
