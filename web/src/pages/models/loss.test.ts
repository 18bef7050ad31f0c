// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { lossOf } from './loss';

it('knows the loss of what was trained here, 0 as well', () => {
  expect(lossOf({ job: '01m8hhjn893j192999gpcc003z', loss: 0 })).toBe(0);
  expect(lossOf({ job: '01m8hhjn893j192999gpcc003z', loss: 2.5 })).toBe(2.5);
});

it('knows that of an imported model where its file tells one', () => {
  expect(lossOf({ job: '', loss: 2.5 })).toBe(2.5);
  expect(lossOf({ job: '', loss: 0 })).toBeUndefined();
});
