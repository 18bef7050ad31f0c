// SPDX-License-Identifier: MIT

// The figures behind a chart: what its CSV file and its table in words show.
export interface Table {
  columns: readonly string[];
  rows: readonly (readonly (string | number | undefined)[])[];
}

// A field as RFC 4180 has it. Numbers are written with all their digits.
function field(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

export function toCsv(table: Table): string {
  return [table.columns, ...table.rows]
    .map((row) => row.map(field).join(',') + '\r\n')
    .join('');
}

// At most `most` of the rows, evenly, the first and the last among them.
export function thinned(table: Table, most: number): Table {
  const { rows } = table;
  if (rows.length <= most) return table;
  const kept = Array.from(
    { length: most },
    (_, index) => rows[Math.round((index * (rows.length - 1)) / (most - 1))]!,
  );
  return { columns: table.columns, rows: kept };
}
