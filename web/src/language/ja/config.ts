// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const config: Catalogue['config'] = {
  range: (from, to, byDefault) => `${from}～${to}。空欄なら ${byDefault}`,
  outOfRange: (from, to) => `${from} から ${to} までの数を入れてください。`,
  notWhole: '整数を入れてください。',
  fields: {
    nLayer: {
      label: '層',
      text: 'アテンションと MLP を何回くり返すか。多いほど多くを学べますが、時間がかかります。',
    },
    nEmbd: {
      label: '幅',
      text: 'モデルの中で 1 文字を表す数値の個数。ヘッド数の倍数にします。',
    },
    nHead: {
      label: 'ヘッド',
      text: '各層が前の文字を何通りの見方で振り返るか。',
    },
    blockSize: {
      label: '文脈長',
      text: '終端記号を含む最長の文字数。これより長い文字列は切られます。',
    },
    steps: { label: 'ステップ', text: '重みを何回修正するか。' },
    batchSize: {
      label: 'バッチサイズ',
      text: '1 ステップで同時に学ぶ文字列の数。多いほど曲線が滑らかになります。',
    },
    learningRate: {
      label: '学習率',
      text: '1 ステップで進む大きさ。終わりに向けて 0 まで下がります。SGD では空欄なら 0.1。',
    },
    validation: {
      label: '検証の割合',
      text: '学習に使わずに残す割合。見たことのない文字列での成績が分かります。',
    },
    seed: {
      label: 'シード',
      text: '同じシード、データ、設定なら 1 ビットも違わないモデルになります。0 も有効です。',
    },
    beta1: { label: 'ベータ 1', text: 'Adam：方向をどれだけ長く覚えるか。' },
    beta2: { label: 'ベータ 2', text: 'Adam：大きさをどれだけ長く覚えるか。' },
    eps: {
      label: 'イプシロン',
      text: 'Adam：割り算が大きくなりすぎるのを防ぎます。',
    },
    initStd: {
      label: '初期の重み',
      text: '学習開始時の乱数の重みの標準偏差。',
    },
    threads: {
      label: 'スレッド',
      text: 'ジョブが使うワーカーの数。いくつでも結果は同じです。',
    },
    optimizer: {
      label: '最適化手法',
      text: 'Adam は重みごとに歩幅を調整し、SGD は勾配をまっすぐ下ります。',
    },
    precision: {
      label: '精度',
      text: 'float64 は参照プログラムと同じ計算（全桁一致）で、遅くなります。',
    },
    tokenizer: {
      label: 'トークン',
      text: '1 文字とは何か：Unicode のコードポイント、または読み手が 1 文字と見るもの。',
    },
  },
};
