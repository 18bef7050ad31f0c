// SPDX-License-Identifier: MIT
export const charts = {
  asTable: 'Figures as a table',
  saveAs: 'Save as',
  savePng: (title: string) => `Save “${title}” as PNG`,
  saveSvg: (title: string) => `Save “${title}” as SVG`,
  saveCsv: (title: string) => `Save “${title}” as CSV`,
  logX: 'log x',
  logY: 'log y',
  wholeRange: 'Whole range',
  noData: 'No figures yet',
  none: 'none',
  label: 'Label',
  group: 'Group',
  summary: (line: string, value: string, step: string) =>
    `${line}: ${value} at ${step}`,
  cell: (
    rows: string,
    row: string,
    columns: string,
    column: string,
    value: string,
  ) => `${rows} ${row}, ${columns} ${column}: ${value}`,
  plotHelp:
    'Left and right arrow move the cursor, plus and minus zoom, Escape shows ' +
    'the whole range. The figures stand below and in the table.',
  gridHelp: 'The arrow keys move the cursor. Its value is read out below.',
  scatterHelp: 'The arrow keys go from point to point.',
};
