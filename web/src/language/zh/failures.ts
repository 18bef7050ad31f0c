// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const failures: Catalogue['failures'] = {
  again: '重试',
  offline: '服务器没有响应。',
  retryAfter: (time) => `服务器繁忙，请在 ${time} 后重试。`,
  toModels: '前往模型列表',
  next: {
    OFFLINE: '服务器在运行吗？已经开始的工作不依赖此页面，会继续进行。',
    INVALID_ARGUMENT: '请修改上面提到的内容，然后重试。',
    NOT_FOUND: '它可能已被删除，请选择另一个。',
    ALREADY_EXISTS: '请换一个名称。',
    ABORTED: '其他人刚刚改动了它，请先重新查看。',
    EMPTY_DATASET: '请至少提供一行非空文本。',
    NOT_TRAINED: '请等训练结束，或打开训练记录。',
    UNSATISFIABLE: '请放宽其中一个条件。',
    TEXT_NOT_KNOWN: '请关闭“仅限新字符串”，或在导入模型时指定数据集。',
    CHECKPOINT_GONE: '请选择另一个步数。',
    RESOURCE_EXHAUSTED: '请删除不再需要的内容，或稍后重试。',
    UNAVAILABLE: '它可能正在重启，请稍后重试。',
    DATA_LOSS: '请从备份恢复数据目录。',
    UNIMPLEMENTED: '服务器的版本比此仪表盘旧。',
  },
};
