// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const panels: Catalogue['panels'] = {
  subject: '見る対象',
  modelOrRun: 'モデルまたは学習',
  models: 'モデル',
  runs: '学習',
  imported:
    'このモデルはインポートされたもので、ここには学習もチェックポイントもありません。',
  text: 'テキスト',
  prefix: '書き出し',
  prefixHint: 'その前にある文字。空欄：文字列の先頭。',
  end: '終端',
  space: '空白',
  nextTokens: '次に来る文字',
  nextTokensAfter: (text) => `「${text}」の次に来る文字`,
  nextTokensExplanation:
    'この書き出しの後に各文字が来る確率を、モデルの見方で示します。「終端」は文字列の' +
    '終端記号です。エントロピーは迷いの大きさで、0 なら確信、ln V なら何も知りません。',
  candidate: '文字',
  probability: '確率',
  entropy: (value) => `エントロピー ${value} ナット`,
};
