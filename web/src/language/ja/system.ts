// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const system: Catalogue['system'] = {
  lead: 'サーバーの様子を 2 秒ごとに示します。',
  load: '負荷',
  queued: '待機中の学習',
  running: '実行中の学習',
  workers: '学習スレッド',
  samplers: '生成スレッド',
  calls: '処理中の呼び出し',
  of: (used, limit) => `${limit} のうち ${used}`,
  models: 'モデル',
  memory: 'メモリ',
  stored: '保存中のジョブ・テキスト・モデル',
  modelMemory: 'メモリ上のモデル',
  noLimit: 'ディスクの容量まで',
  server: 'サーバー',
  version: 'バージョン',
  started: '起動',
  limits: '上限',
  limitNames: {
    messageBytes: 'メッセージ',
    chunkBytes: 'ファイルの 1 片',
    datasetBytes: 'データセット',
    modelFileBytes: 'モデルファイル',
    samples: '1 回の文字列数',
    texts: '1 回に採点するテキスト数',
    queuedJobs: '待機中の学習',
    calls: '同時の呼び出し',
    wait: '最長の待ち時間',
  },
  jobs: '学習',
  noJobs: '学習はありません。',
  job: '学習',
  state: '状態',
  stop: '停止',
  stopRun: (job) => `学習 ${job} を停止`,
  made: '依頼',
  callTimes: {
    title: 'このページの呼び出し',
    text:
      'ページを開いてから、サーバーが答えるまでの時間をこのブラウザで測ったものです。' +
      '往復の通信も含みます。ほかの人の呼び出しは含みません。',
    method: '呼び出し',
    calls: '回数',
    median: '中央値',
    worst: '最長',
    failed: '失敗',
    explanation:
      '呼び出しの半分は中央値以内に答えが届きました。中央値と最長は、それぞれ最近 100 回の' +
      '答えについてです。ストリームは最初のメッセージで答えたとみなします。ページ自身が' +
      '取りやめたものは数えません。',
  },
  licences: 'ダッシュボードに使われているソフトウェアのライセンス',
  explanation:
    '学習は、学習スレッドが空くまで待ち行列で待ちます。1 つ、または指定した数の' +
    'スレッドを使います。生成スレッドはすべての呼び出しを順番に少しずつ進めるので、' +
    '短い呼び出しが長いものを待つことはありません。使われないモデルはメモリが' +
    'いっぱいになると外れ、必要になると戻ります。',
};
