// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const weights: Catalogue['weights'] = {
  title: (name) => `${name} の重み`,
  lead: '何かを読む前に、モデルがすでに学んでいること。',
  embedding: '埋め込み',
  embeddings: { wte: 'トークン（wte）', wpe: '位置（wpe）' },
  components: '成分',
  map: {
    title: (tensor) => `${tensor} の地図`,
    explanation:
      'トークンや位置は、モデルの幅と同じ次元の空間の点です。ここでは違いの大きい方向' +
      '（主成分）のうち 2 つを示し、それぞれが全体の違いの何割を表すかを書いています。' +
      '近くにあるものを、モデルは似たように使います。トークンの形と色は文字の種類ですが、' +
      'モデルには教えていません。',
    component: (number, share) => `第 ${number} 成分（${share}）`,
    positions: '位置',
    variance: '各成分の割合',
    varianceExplanation:
      '行どうしの違いのうち各主成分が占める割合です。最初の 2 つが小さければ、上の地図は' +
      'わずかしか表していません。',
    share: '割合',
  },
  neighbours: {
    title: (token) => `${token} に最も近いもの`,
    explanation:
      '埋め込みの向きが最も近いトークンです。1 は同じ向き、0 は無関係。選ぶと、そこから' +
      '先へ進めます。',
    token: 'トークン',
    unknown: (text) => `モデルにトークン ${text} はありません。`,
    cosine: 'コサイン',
  },
  cosines: {
    title: 'すべての組のコサイン',
    explanation:
      '2 つのトークンの埋め込みの似かた。緑は似ている、橙は反対。語彙が大きいときは' +
      '一部ずつ示します。',
    order: '並び',
    orders: { id: '番号順', kind: '種類別', near: '近い順' },
    token: 'トークン',
  },
  rows: {
    shown: (from, to, all) => `${all} 行のうち ${from}～${to}`,
    tokensShown: (from, to, all) => `${all} 個のうち ${from}～${to}`,
    before: '前へ',
    after: '次へ',
  },
  tensors: {
    title: 'すべてのテンソル',
    explanation:
      'モデルのすべての行列です。標準偏差は重みがどれほど散らばったかを示します。学習は' +
      'どれも init_std（指定がなければ 0.08）から始まります。',
    name: 'テンソル',
    shape: '形',
    weights: '重みの数',
    mean: '平均',
    deviation: '標準偏差',
    min: '最小',
    max: '最大',
    norm: 'L2 ノルム',
    spread: '分布',
    what: {
      wte: 'トークンを数値に',
      wpe: '位置を数値に',
      lm_head: '数値をトークンに',
      attn_wq: '何を探すか',
      attn_wk: '何が見つかるか',
      attn_wv: '何を渡すか',
      attn_wo: 'ヘッドをまとめる',
      mlp_fc1: 'ニューロンへ',
      mlp_fc2: 'ニューロンから',
    },
  },
  histogram: {
    title: (tensor) => `${tensor} の重みの分布`,
    explanation: 'どの値の重みがいくつあるか。',
    value: '値',
    count: '重みの数',
    from: 'から',
    to: 'まで',
  },
  values: {
    title: (tensor) => `${tensor} の重み`,
    explanation:
      'テンソルのすべての重みです。1 行が 1 つの出力を作り、1 列が 1 つの入力に' +
      'かかります。緑は正、橙は負です。',
    row: '出力',
    column: '入力',
    token: 'トークン',
    position: '位置',
  },
};
