// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const train: Catalogue['train'] = {
  lead: '何から、どのように学ぶかを選びます。ほとんどの学習は 1 秒もかかりません。',
  data: 'データ',
  source: '文字列の出どころ',
  sources: {
    dataset: 'データセット',
    text: '貼り付けたテキスト',
    file: 'ファイル',
  },
  dataset: 'データセット',
  documents: (count) => `${count} 件`,
  text: 'テキスト',
  textHint: '1 行に 1 つの文字列。両端の空白と空行は除かれます。',
  file: 'ファイル',
  fileHint: 'UTF-8、1 行に 1 つの文字列。',
  missing: {
    text: '先にテキストを入力してください。',
    file: '先にファイルを選んでください。',
  },
  model: 'モデル名',
  modelHint: '既にある名前なら、その次のバージョンになります。',
  presets: 'プリセット',
  preset: {
    standard: {
      label: '標準',
      text: '参照プログラムの設定。速く、最初に試すのに向いています。',
    },
    tiny: {
      label: '極小',
      text: '中をのぞくのに向く最小のモデル。すべての数値が 1 ページに収まります。',
    },
    better: {
      label: 'よりよい文字列',
      text: '大きめのモデルを長く学習します。元のテキストにずっと近くなります。',
    },
    reference: {
      label: '全桁一致',
      text: '参照プログラムと同じ計算。比較用です。',
    },
  },
  shape: 'モデルの形',
  training: '学習',
  fine: '細かい設定',
  explanation:
    '1 ステップごとにいくつかの文字列を取り、次の文字をモデルに予測させ、' +
    '正解がもっと出やすくなる向きへすべての重みを少しずつ動かします。' +
    '数百ステップで、新しい文字列を引き出せるほど予測が良くなります。',
  start: '学習を開始',
  starting: 'データを送信中',
  again: (job) => `学習 ${job} の設定とデータ`,
};
