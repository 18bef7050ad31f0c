// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const models: Catalogue['models'] = {
  lead: '学習のたびにモデルの新しいバージョンができます。バージョンは後から変わりません。',
  explanation:
    'モデルは、どの文字の次にどの文字が来やすいかを学んだ小さな GPT です。' +
    '「パラメータ」はモデルを作る数値の個数、「損失」は学習した文字列に対する' +
    '平均の驚き（1 トークンあたりのナット）で、小さいほどよい値です。' +
    '「トークン」は知っている文字の種類と終端記号の数です。エイリアス' +
    '（例：prod）は、付け替えのできるバージョンの名前です。',
  empty: 'モデルはまだありません',
  emptyText:
    '下のボタンからワンクリックで学習するか、モデルファイルをインポートしてください。',
  name: '名前',
  version: 'バージョン',
  aliases: 'エイリアス',
  parameters: 'パラメータ',
  steps: 'ステップ',
  loss: '損失',
  validationLoss: '検証損失',
  tokens: 'トークン',
  made: '作成',
  actions: '操作',
  more: 'さらに表示',
  generate: '生成',
  generateFrom: (name) => `${name} で生成`,
  openRun: '学習の記録を開く',
  delete: '削除',
  deleteModel: (name) => `${name} を削除`,
  deleteVersionText: (name) =>
    `${name} を完全に削除します。使用中の呼び出しは最後まで続きます。`,
  deleteAliased: (name, aliases) =>
    `${name} は、エイリアスが指しているあいだは削除できません: ${aliases}。` +
    '先にエイリアスを外すか、別のバージョンへ移してください。',
  toAliases: (name) => `${name} のエイリアスへ`,
  deleteAll: 'すべてのバージョン',
  deleteAllText: (name) =>
    `${name} の全バージョンと学習の記録を完全に削除します。終わっていない学習は停止します。`,
  deleted: (count) => `${count} 個のバージョンを削除しました。`,
  import: 'インポート',
  importTitle: 'モデルファイルのインポート',
  importText:
    'ここでエクスポートした safetensors ファイル、または microgpt.py_analysis の model.json。',
  file: 'ファイル',
  modelName: 'モデル名',
  modelNameHint: '英小文字、数字、「.」「_」「-」。',
  dataset: 'データセット',
  datasetOfImport: '学習に使ったデータセット',
  datasetHint:
    '新しい文字列かどうかの判定に使います。空欄：ファイルの記載に従います。',
  none: 'なし',
  uploading: 'アップロード中',
  imported: (name) => `${name} をインポートしました。`,
  oneClick: 'ワンクリックで学習',
  oneClickText: '内蔵のテキストを既定の設定で学習します。',
  documents: (count) => `${count} 件`,
  train: (dataset) => `${dataset} を学習`,
  versions: 'バージョン',
  about: 'このバージョンについて',
  shape: '形',
  shapeText: (layers, heads, width, block) =>
    `${layers} 層、${heads} ヘッド、幅 ${width}、文脈 ${block}`,
  seed: 'シード',
  optimizer: '最適化手法',
  precision: '精度',
  tokenizer: 'トークナイザー',
  batchSize: 'バッチサイズ',
  learningRate: '学習率',
  memory: 'メモリ',
  digest: 'フィンガープリント',
  base: 'エクスポート元',
  origin: '作成元',
  importedModel: 'インポート',
  run: '学習',
  forgotten: 'テキストは削除済み',
  export: 'エクスポート',
  exportText:
    'このサーバーでも別のサーバーでも、1 ビットも違わず読み戻せるファイルです。',
  exportAs: (format) => `${format} でエクスポート`,
  exporting: (bytes) => `${bytes} 受信`,
  aliasText:
    'サービスから指定できるバージョンの名前で、別のバージョンへ付け替えられます。',
  alias: 'エイリアス',
  aliasHint: '例：prod',
  setAlias: 'エイリアスを設定',
  removeAlias: (alias) => `エイリアス ${alias} を外す`,
  noAliases: 'このバージョンにエイリアスはありません。',
};
