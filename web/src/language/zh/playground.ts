import type { Catalogue } from '../en';
export const playground: Catalogue['playground'] = {};
