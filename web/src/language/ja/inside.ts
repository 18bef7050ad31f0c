// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const inside: Catalogue['inside'] = {
  title: (name) => `${name} の中身`,
  lead: 'モデルが文字列を読むときに計算するものを、数値のまま見られます。',
  weights: '埋め込みと重み',
  lookInside: '文字列の中を見る',
  text: '文字列',
  textHint: (tokens) =>
    `${tokens} トークンまで。空欄：文字列の書き出しとしてモデルが予想するもの。`,
  try: '例',
  view: '表示',
  views: { all: 'すべて一度に', steps: '一段ずつ', gradients: '勾配' },
  outdated: '下に見えるのは、モデルが最後に読めた文字列のものです。',
  lossOfText: 'この文字列の損失',
  lossExplained: (perplexity) =>
    `毎回 ${perplexity} 個のトークンから当てずっぽうに選んだのと同じ`,
  positionsShown: (from, to, all) => `${all} 個のうち位置 ${from}～${to}`,
  before: '前の位置',
  after: '次の位置',
  position: '位置',
  dimension: '次元',
  layer: '層',
  head: 'ヘッド',
  tokens: {
    title: '文字ごとの驚き',
    explanation:
      'タイル 1 枚が 1 回の予測です。上は最後に読んだ文字、中央は実際に続いた文字。' +
      '数字は驚き（ナット）、つまりモデルがその文字に与えた確率の −log で、0 なら' +
      '確信、ln V なら当てずっぽうです。タイルを選ぶと、ほかの図もその位置を' +
      '示します。⟨ と ⟩ は文字列の始めと終わりの記号です。',
    read: '読んだ文字',
    next: '次の文字',
    surprise: '驚き（ナット）',
    rank: '順位',
    entropy: 'エントロピー（ナット）',
    tile: (position, read, next, loss, rank) =>
      `位置 ${position}：${read} の次は ${next}、驚き ${loss}、候補の ${rank} 番目`,
  },
  next: {
    title: (text) => `${text} の次に来るもの`,
    explanation:
      '温度 1 で次に来やすいトークンです。⟨終端⟩ は終端記号。エントロピーは' +
      'モデルの迷いで、わかっていれば 0 ナット、見当もつかなければ ln V です。',
    probability: '確率',
    actual: '実際に続いた',
    actualRank: (rank) => `実際に続いた（${rank} 番目）`,
    entropy: (value) => `エントロピー ${value} ナット`,
  },
  attention: {
    all: '全ヘッドのアテンション',
    explanation:
      'それぞれの位置がどこを見ているかを表します。行は尋ねる位置、列は答える位置で、' +
      '色が強いほど、その位置の値が多く取り込まれます。行の合計は 1 です。後の位置は' +
      '見えないので、右上は空白です。ヘッドはそれぞれ別のものを探すようになります。' +
      '選ぶと拡大します。',
    pick: (layer, head) => `層 ${layer}、ヘッド ${head} を拡大`,
    one: (layer, head) => `層 ${layer}、ヘッド ${head} のアテンション`,
    query: '見る側',
    key: '見られる側',
    weight: '重み',
    earlier: (share) => `うち ${share} は、表示より前の位置に向いています。`,
  },
  heads: {
    title: (layer) => `ヘッドの出力（層 ${layer}）`,
    explanation:
      '各位置でヘッドが渡すもの、つまり見た値の重み付き和です。ヘッドは横に並び、' +
      '「1·3」はヘッド 1 の 3 番です。緑は正、橙は負です。',
    columns: 'ヘッド・番号',
  },
  neurons: {
    title: (layer) => `MLP のニューロン（層 ${layer}）`,
    explanation:
      'MLP の幅の広い中間層に、負の値を 0 にする ReLU をかけたものです。一部の位置' +
      'だけで働くニューロンは、そこで何かを見つけています。選ぶと単独で見られます。',
    active: (share) => `${share} が働いています`,
    neuron: 'ニューロン',
    one: (neuron, layer) => `層 ${layer} のニューロン ${neuron}`,
    oneExplanation:
      '各位置での入力（ReLU の前）です。正の値だけが先へ進みます。',
    value: 'ReLU の前',
    off: 'オフ',
    number: 'ニューロン',
  },
  stream: {
    norms: '残差ストリームの長さ',
    normsExplanation:
      '各位置は残差ストリームという数値の列を運び、アテンションと MLP がそこへ' +
      '足していきます。各段の後の長さ（L2 ノルム）です。',
    turns: '各段の前後の向き',
    turnsExplanation:
      '段の前と後のストリームのコサインです。1 なら向きは変わらず、0 なら直角に' +
      '曲がりました。',
    likeness: '位置どうしの似かた',
    likenessExplanation:
      '選んだ段の後の、2 つの位置のストリームのコサインです。段を進めると秩序が' +
      '現れます。同じものを予想する位置は同じ向きになっていきます。',
    stage: '段',
    stages: {
      embedding: '埋め込み',
      attention: (layer) => `アテンション ${layer}`,
      mlp: (layer) => `MLP ${layer}`,
    },
  },
  lens: {
    title: 'ロジットレンズ',
    explanation:
      '各段で答えを出すとしたら何か、という最良の推測です（ストリームに lm_head を' +
      '適用）。上から下へ読むと予測ができていく様子がわかります。✓ は当たりです。',
    right: '当たり',
    guess: '推測',
    probability: '確率',
  },
  courses: {
    title: (position) => `位置 ${position} で順位ができるまで`,
    explanation:
      '最後に上位となる 5 つのトークンの、各段での確率です。空白は、上位の候補に' +
      '入っていないことを示します。',
    candidates: '候補',
  },
  gradients: {
    tensors: 'テンソルごとの勾配',
    tensorsExplanation:
      '損失から逆向きに計算します。いまこの文字列で学習したら、各テンソルの重みが' +
      'どれほど強く動くか。文字列の平均損失の勾配の L2 ノルムです。',
    stream: '残差ストリームの勾配',
    streamExplanation:
      'この段、この位置でストリームが変わると損失がどれだけ変わるか（L2 ノルム）。' +
      '値が違えば最も役に立った場所で大きくなります。前の位置は、後のすべての位置の' +
      '責任も負います。',
    attention: (layer, head) =>
      `アテンションの重みの勾配（層 ${layer}、ヘッド ${head}）`,
    attentionExplanation:
      '緑：ここをもっと見ると損失が増える。橙：損失が減る。',
    norm: 'L2 ノルム',
  },
  steps: {
    title: '1 回の予測を一段ずつ',
    explanation:
      '1 つのトークンが番号から次のトークンを引くまで、モデルの中を進む道筋です。' +
      'スライダーか矢印キーで進めるか、再生してください。',
    play: '再生',
    pause: '一時停止',
    before: '前の段',
    after: '次の段',
    stage: '段',
    of: (number, all) => `${all} 段中 ${number}`,
    embedding: '埋め込み',
    embeddingText: (token, id, position) =>
      `${token} はトークン ${id}、つまり wte の ${id} 行です。位置 ${position} に` +
      `あるので wpe の ${position} 行を足し、二乗平均を 1 にした（RMSNorm）ものが` +
      '残差ストリームの始まりです。',
    embeddingExplanation:
      '1 行ずつ、トークンがモデルにとって持つ意味、位置の持つ意味、そして最初の層が' +
      '読む両者の和です。緑は正、橙は負です。',
    weightsExplanation:
      '行はヘッド、列はここまでの位置で、ヘッドがその位置の値をどれだけ取り込むかを' +
      '表します。各行の合計は 1 です。',
    addsExplanation:
      'この段の前のストリーム、この段が足すもの、そして次の段が読む和です。真ん中の行が' +
      '背景と同じ色のところは、ほとんど変わりません。',
    hiddenExplanation:
      '層のすべてのニューロンを 1 行に 16 個ずつ並べたものです。行と列の数を足すと番号に' +
      'なります。色のないものはここでは働いていません。',
    logitsExplanation:
      'スコアの高い 10 個のトークンです。意味があるのはスコアの差だけで、1 大きいと' +
      'およそ 2.7 倍起こりやすくなります。',
    probabilitiesExplanation:
      '同じ 10 個のトークンです。語彙全体の合計は 1 です。温度は、引く確率にする前に' +
      'ロジットを割る数です。',
    tokenRow: 'wte',
    positionRow: 'wpe',
    streamRow: '残差',
    attention: (layer) => `層 ${layer} のアテンション`,
    attentionText:
      'この位置のクエリを、自分までのすべての位置のキーと比べます。スコアを' +
      'ソフトマックスで重みにし、各ヘッドがその重みで値を足し合わせます。',
    lookup: 'クエリ、キー、バリュー',
    lookupExplanation:
      'この位置が尋ねるもの、見つけてもらう目印、そして渡すものです。ヘッドは横に' +
      '並び、数値を等分しています。',
    query: 'クエリ',
    key: 'キー',
    value: 'バリュー',
    scoresOf: (layer) => `アテンションのスコア（層 ${layer}）`,
    scoresExplanation:
      '行はヘッド、列はここまでの位置で、クエリがその位置のキーにどれだけ合うかを' +
      '表します。内積をヘッドの数値の個数の平方根で割ったものです。ソフトマックスが' +
      '下の重みにします。',
    weightsOf: (layer) => `アテンションの重み（層 ${layer}）`,
    streamAfter: 'アテンションがストリームに足すもの',
    streamBefore: '前',
    added: '足す分',
    streamNow: '後',
    mlp: (layer) => `層 ${layer} の MLP`,
    mlpText: (on, all) =>
      `MLP はストリームを ${all} 個のニューロンに広げ、そのうち ${on} 個が働きます。` +
      'そこから作ったものをストリームに足します。',
    hidden: 'ReLU の後のニューロン',
    streamAfterMlp: 'MLP がストリームに足すもの',
    logits: 'ロジット',
    logitsText:
      'lm_head はストリームをトークンごとの行と比べます。向きが同じほどロジットは' +
      '大きくなります。',
    logit: 'ロジット',
    probabilities: '確率',
    probabilitiesText: (temperature) =>
      'ソフトマックスで確率にします。その下は温度 ' +
      `${temperature} での確率です。1 より低いと、ありそうなものがさらに有利になります。`,
    drawn: (share) => `引かれる確率 ${share}`,
    draw: '引く',
    drawText: (number, token) =>
      `ダーツ ${number} は ${token} に当たります。このシードでは Generate がこれを引きます。`,
    greedyText: (token) =>
      `温度 0 では乱数を使わず、最も確率の高い ${token} を選びます。`,
    noDraw: 'サーバーはどのトークンを引くかを答えませんでした。',
    dart: '累積確率に投げるダーツ',
    dartExplanation:
      'すべてのトークンを番号順に、確率の幅で並べたものです。0 から 1 の乱数がダーツで、' +
      '当たったトークンが引かれます。',
    from: 'から',
    to: 'まで',
    temperature: '温度',
    seed: 'シード',
  },
};
