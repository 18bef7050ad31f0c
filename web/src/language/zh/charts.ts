// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const charts: Catalogue['charts'] = {
  asTable: '以表格查看数值',
  saveAs: '保存为',
  savePng: (title) => `将“${title}”保存为 PNG`,
  saveSvg: (title) => `将“${title}”保存为 SVG`,
  saveCsv: (title) => `将“${title}”保存为 CSV`,
  logX: '对数 x',
  logY: '对数 y',
  wholeRange: '整个范围',
  noData: '还没有数值',
  none: '无',
  label: '标签',
  group: '组',
  summary: (line, value, step) => `${line}：在 ${step} 处为 ${value}`,
  cell: (rows, row, columns, column, value) =>
    `${rows} ${row}，${columns} ${column}：${value}`,
  plotHelp:
    '左右方向键移动光标，加号和减号缩放，Esc 显示整个范围。数值在下方和表格中。',
  gridHelp: '方向键移动光标，数值显示在下方。',
  scatterHelp: '方向键在各点之间移动。',
};
