// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const compare: Catalogue['compare'] = {
  lead: 'いくつもの学習の曲線を 1 つの図に重ね、設定の違いを並べます。',
  choose: '学習',
  empty: '学習はまだありません',
  emptyText: 'モデルを学習するか、別の設定でもう一度学習してください。',
  pick: '上から 1 つ以上選んでください。',
  most: (count) => `同時に ${count} 個まで。`,
  curves: '損失',
  validation: (run) => `${run}、検証`,
  settings: '設定の比較',
  setting: '設定',
  onlyDifferent: '違いのみ',
  different: '違い',
  same: 'これらの学習の設定はすべて同じです。',
  explanation:
    'どの曲線も直近の同じステップ数の平均損失なので、学習の長さが違っても比べられます。' +
    '別のテキストの損失は比べられません。予測しにくいテキストもあるからです。設定を' +
    '1 つずつ変えると、その働きが分かります。',
};
