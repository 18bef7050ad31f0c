// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const app: Catalogue['app'] = {
  skip: '本文へ移動',
  navigation: 'ページ',
  openMenu: 'メニューを開く',
  closeMenu: 'メニューを閉じる',
  close: '閉じる',
  cancel: 'キャンセル',
  readByServer: 'サーバーが読み込んでいます',
  loading: '読み込み中',
  whatIsThis: 'これは何ですか？',
  theme: 'テーマ',
  themes: { system: 'システム', light: 'ライト', dark: 'ダーク' },
  language: '言語',
  notFound: 'ページがありません',
  notFoundText: 'このアドレスのページはダッシュボードにありません。',
  pages: {
    models: 'モデル',
    model: 'モデル',
    train: '学習',
    run: '学習の記録',
    compare: '比較',
    playground: 'プレイグラウンド',
    inside: '中を見る',
    weights: '重み',
    learn: '学ぶ',
    system: 'システム',
  },
};
