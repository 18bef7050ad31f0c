// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const charts: Catalogue['charts'] = {
  asTable: '数値を表で見る',
  saveAs: '保存形式',
  savePng: (title) => `「${title}」を PNG で保存`,
  saveSvg: (title) => `「${title}」を SVG で保存`,
  saveCsv: (title) => `「${title}」を CSV で保存`,
  logX: '対数 x',
  logY: '対数 y',
  wholeRange: '全体を表示',
  noData: 'まだ数値がありません',
  none: 'なし',
  label: 'ラベル',
  group: 'グループ',
  summary: (line, value, step) => `${line}：${step} で ${value}`,
  cell: (rows, row, columns, column, value) =>
    `${rows} ${row}、${columns} ${column}：${value}`,
  plotHelp:
    '左右の矢印キーでカーソルを動かし、＋と－で拡大・縮小、Esc で全体を表示します。数値は下と表にあります。',
  gridHelp: '矢印キーでカーソルを動かします。値は下に表示されます。',
  scatterHelp: '矢印キーで点から点へ移ります。',
};
