// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const run: Catalogue['run'] = {
  title: (model) => `${model} の学習`,
  states: {
    0: '不明',
    1: '待機中',
    2: '実行中',
    3: '停止処理中',
    4: '完了',
    5: '失敗',
    6: '停止済み',
  },
  progress: '進み具合',
  step: 'ステップ',
  steps: 'ステップ',
  inSteps: (count) => `${count} ステップ`,
  stepsOf: (done, all) => `${all} ステップ中 ${done}`,
  loss: '損失',
  lossUnit: 'ナット／トークン',
  lossText: '直近 100 ステップの平均',
  validationLoss: '検証損失',
  validationText: '学習に使わない文字列で',
  speed: '速さ',
  stepsPerSecond: (count) => `毎秒 ${count} ステップ`,
  elapsed: '時間',
  remaining: (time) => `残り約 ${time}`,
  place: (place) => `待ち行列の ${place} 番目`,
  attempt: (count) => `${count} 回目の試行：途中でサーバーが再起動しました`,
  lost: '接続が切れました。再接続しています。学習は続いています。',
  stop: '停止',
  again: 'この設定でもう一度学習',
  compare: '比較',
  openModel: (model) => `${model} を開く`,
  advice: '助言',
  raw: '各ステップの損失',
  rawThinned: (every) => `${every} ステップの平均`,
  smoothed: (window) => `直近 ${window} ステップの平均`,
  smoothing: '平滑化',
  smoothingUnit: 'ステップ',
  references: {
    uniform: '当てずっぽう：ln V',
    unigram: '文字の頻度',
    bigram: '2 文字の並び',
  },
  baselines: '基準線を計算',
  lossExplanation:
    'モデルが次の文字に平均してどれだけ驚くか、つまり確率の逆数の ln です。' +
    '「当てずっぽう」はすべての文字を同じ確率とするモデル、「文字の頻度」は各文字の' +
    '多さだけを知るモデル、「2 文字の並び」は直前の文字を知るモデルです。この線より' +
    '下なら、2 文字の並びより多くを学んでいます。検証損失は学習に使わない文字列で' +
    '測ります。学習の損失が下がるのに検証損失が上がるなら、丸暗記が始まっています。',
  learningRate: '学習率',
  learningRateExplanation:
    '1 ステップで重みを動かす大きさ。0 まで下がって学習が落ち着きます。',
  norms: '各テンソルのノルム',
  normKinds: {
    gradient: '勾配',
    parameter: '重み',
    update: '変化',
    ratio: '変化／重み',
  },
  normKind: '表示',
  normsExplanation:
    '各テンソルの勾配の長さ（L2）。どれだけ強く引っ張られているかを表します。' +
    '0 に近いテンソルはほとんど学ばず、際限なく大きくなるのは学習率が高すぎる' +
    'しるしです。変化／重みは 1 ステップで自分自身の何割動くかで、0.001 ほどが健全です。',
  samples: 'サンプル',
  samplesText: '最新の重みから 5 つずつ生成し、最近の 20 個を残します。',
  samplesAt: (step) => `ステップ ${step}`,
  drawMore: (count) => `モデルから ${count} 個引く`,
  noSamples: '学習が進むと現れます。',
  settings: '設定',
  failed: '学習は失敗しました',
  replay: 'リプレイ',
  replayText:
    '短い学習は見る間もなく終わります。ここでは好きな速さで再生できます。残された' +
    '各チェックポイントで、モデルが次に何を予想するかを示します。',
  noCheckpoints: 'この学習のチェックポイントは残っていません。',
  checkpoint: 'チェックポイント',
  checkpointAt: (step) => `ステップ ${step}`,
  play: '再生',
  pause: '一時停止',
  previous: '前のチェックポイント',
  next: '次のチェックポイント',
};
