// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const playground: Catalogue['playground'] = {
  lead: '文字列を引き、採点し、1 文字ずつ引かれる様子を見ます。',
  tabs: {
    generate: '生成',
    score: '採点',
    draw: '1 文字ずつ引く',
    matrix: '次の文字の行列',
  },
  tabList: '遊び方',
  model: 'モデル',
  noModels: 'モデルはまだありません',
  noModelsText: 'まず学習してください。すぐに終わります。',
  sampling: '引き方',
  conditions: '条件',
  count: '文字列の数',
  temperature: '温度',
  temperatureHint: '0 はつねに最有力の文字、1 は学んだとおり。',
  topK: 'Top k',
  topKHint: '有力な k 文字のみ。空欄なら無効。',
  topP: 'Top p',
  topPHint: '合計が p に届くまでの有力な文字のみ。空欄なら無効。',
  seed: 'シード',
  seedHint: '同じシードなら同じ文字列。空欄なら乱数。',
  index: '何番目',
  indexHint: 'そのシードの何番目の文字列か（0 から）。',
  prefix: '書き出し',
  suffix: '終わり',
  contains: '含む',
  regex: '一致',
  regexHint: '文字列全体に対する正規表現（RE2）。',
  alphabet: 'この文字のみ',
  minLength: '最短',
  maxLength: '最長',
  novel: '新しいもののみ',
  novelHint: '学習テキストにない文字列だけ。',
  unique: '重複なし',
  generate: '生成',
  stop: '停止',
  results: '文字列',
  resultsEmpty: 'まだ何も引いていません',
  resultsEmptyText: '「生成」を押してください。空欄の設定は既定値になります。',
  string: '文字列',
  empty: '空',
  truncated: '文脈の終わりで切れました',
  logprob: 'log p',
  bits: 'ビット／トークン',
  novelty: '新しさ',
  yes: '新しい',
  no: 'テキストにある',
  unknown: '不明',
  shareNovel: (share, count) => `${count} のうち ${share} が新しい`,
  drawn: (count, attempts, time) => `${attempts} 回引いて ${count} 個、${time}`,
  shortfall: (count) =>
    `希望より ${count} 個少ない：条件を満たすものが足りませんでした。`,
  seedWas: (seed) => `シード ${seed}`,
  replay: '同じものをもう一度',
  save: 'CSV で保存',
  shown: (shown, all) => `${all} のうち最初の ${shown} を表示しています。`,
  generateExplanation:
    'モデルは 1 文字ずつ、その確率に従って、終端記号が出るまで引きます。温度が低いと' +
    'ありそうな文字列がさらに出やすく、高いと奔放になります。条件を満たさないものは' +
    '引き直すので、条件のもとでのモデル自身の分布に従います。',
  texts: '採点する文字列',
  textsHint: '1 行に 1 つ。',
  endNotJudged: '文脈いっぱいの長さなので、終端記号は採点されていません。',
  score: '採点',
  scores: '点数',
  scoreExplanation:
    'モデルが文字列をどれだけありそうと見るか：各文字と終端記号の対数確率の和です。' +
    '1 トークンあたりのビット数なら長さの違う文字列も比べられ、低いほど学習テキストに' +
    '似ています。濃さは各文字の驚きを示します。',
  surprise: (character, bits) => `${character}：${bits} ビット`,
  step: '次の文字を引く',
  back: '最後の文字を戻す',
  restart: '最初から',
  soFar: 'ここまで',
  finished: '終端記号が引かれ、文字列が完成しました。',
  full: 'コンテキストにもう場所がありません。文字列はここで切れます。',
  dartText: (number, character) =>
    `乱数 ${number} は ${character} に当たりました。`,
  greedyText: (character) =>
    `温度 0 では乱数を使わず、最も確率の高い ${character} を選びます。`,
  dartLabel:
    'すべての文字を引かれる確率の幅で並べたもの。ダーツが乱数を示します。',
  drawHelp:
    '右矢印か Enter で引き、左矢印で戻します。文字を押すと代わりにそれを選びます。',
  character: '文字',
  probability: '学んだ確率',
  chance: '今の確率',
  inText: 'テキスト中',
  take: (character) => `${character} を選ぶ`,
  dartSeedHint: (seed) => `ダーツの当たる場所を決めます。空欄なら ${seed}。`,
  drawExplanation:
    'すべての文字を、温度・top k・top p を当てた後の確率の幅で長さ 1 の帯に並べます。' +
    '0 から 1 の乱数がダーツで、当たった文字が次に来ます。同じシードは、ここでも' +
    '「生成」でも同じダーツを投げます。',
  matrixModel: 'モデル',
  matrixData: 'テキスト',
  matrixRow: '前の文字',
  matrixColumn: '次の文字',
  matrixPrefix: '書き出し',
  matrixPrefixHint: '各行は、これにもう 1 文字続けたものです。',
  matrixUnknown: '学習テキストが分かりません。',
  matrixMost: (count) => `有力な ${count} 文字を表示しています。`,
  matrixSparse: (count) =>
    `各行で調べたのは有力な ${count} 文字だけで、それ以外の欄は空です。`,
  matrixExplanation:
    '行は書き出しに続きうる文字、列はその次に来うる文字で、色が確率です。隣は学習' +
    'テキストで数えた同じ割合です。両者が違うところは、モデルがその並びをまだ学んで' +
    'いないか、1 文字より前まで見ているかのどちらかです。',
};
