// SPDX-License-Identifier: MIT
//
// Line drawings on a grid of 20 by 20.
export const icons = {
  models: 'M10 2.5 17 6v8l-7 3.5L3 14V6zM3 6l7 3.5L17 6M10 9.5v8',
  train: 'M3 16.5h14M4.5 13 8 8l3.5 2.5L16 4M16 4h-3.2M16 4v3.2',
  compare: 'M3 15c3 0 3.5-9 7-9s4 4 7 4M3 9c3 0 4 6 7 6s4-9 7-9',
  play: 'M6 4.2v11.6L15.5 10z',
  pause: 'M6.5 4.5v11M13.5 4.5v11',
  system: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01',
  generate:
    'M10 2.5l1.6 4.4L16 8.5l-4.4 1.6L10 14.5l-1.6-4.4L4 8.5l4.4-1.6zM15.5 13v4M13.5 15h4',
  inside: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4',
  download: 'M10 3v9M6.5 8.8 10 12.3l3.5-3.5M3.5 16.5h13',
  upload: 'M10 12.5V3.5M6.5 7 10 3.5 13.5 7M3.5 16.5h13',
  trash: 'M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.8 11h7.4l.8-11M8.5 8.5v5M11.5 8.5v5',
  close: 'M5 5l10 10M15 5 5 15',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  plus: 'M10 4v12M4 10h12',
  stop: 'M5.5 5.5h9v9h-9z',
  alias: 'M3 10.5V4h6.5l7 7-6.5 6.5zM6.5 7.5h.01',
  reset: 'M4 9a6.2 6.2 0 1 1 1.2 5M4 4.5V9h4.5',
  warning: 'M10 3 18 16.5H2zM10 8v4M10 14.3h.01',
  info: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM10 9v5M10 6.2h.01',
  check: 'M4 10.5l4 4 8-9',
  next: 'M7.5 4.5 13 10l-5.5 5.5',
  previous: 'M12.5 4.5 7 10l5.5 5.5',
  embeddings:
    'M4 15.5h.01M7.5 10h.01M11 13h.01M13 6h.01M16 9.5h.01M6 5h.01M16 15h.01',
  learn:
    'M2.5 5c3-1 5.5-.6 7.5 1 2-1.6 4.5-2 7.5-1v10.5c-3-1-5.5-.6-7.5 1-2-1.6-4.5-2-7.5-1zM10 6v10.5',
} as const;

export type IconName = keyof typeof icons;
