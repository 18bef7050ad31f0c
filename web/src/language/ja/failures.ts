// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const failures: Catalogue['failures'] = {
  again: '再試行',
  offline: 'サーバーが応答しません。',
  retryAfter: (time) =>
    `サーバーが混み合っています。${time}後に再試行してください。`,
  toModels: 'モデル一覧へ',
  next: {
    OFFLINE:
      'サーバーは動いていますか？開始済みの処理はこのページなしでも続きます。',
    INVALID_ARGUMENT: '上の文が指す項目を直して、もう一度お試しください。',
    NOT_FOUND: '削除された可能性があります。別のものを選んでください。',
    ALREADY_EXISTS: '別の名前を選んでください。',
    ABORTED: '他の誰かが変更しました。まず内容を確認してください。',
    EMPTY_DATASET: '空でない行を 1 行以上入れてください。',
    NOT_TRAINED: '学習が終わるまで待つか、学習の記録を開いてください。',
    UNSATISFIABLE: '条件のどれかを緩めてください。',
    TEXT_NOT_KNOWN:
      '「新しいもののみ」を外すか、インポート時にデータセットを指定してください。',
    CHECKPOINT_GONE: '別のステップを選んでください。',
    RESOURCE_EXHAUSTED:
      '不要なものを削除するか、しばらくしてからお試しください。',
    UNAVAILABLE: '再起動中かもしれません。少し待ってからお試しください。',
    DATA_LOSS: 'データディレクトリをバックアップから復元してください。',
    UNIMPLEMENTED: 'サーバーがこのダッシュボードより古いバージョンです。',
  },
};
