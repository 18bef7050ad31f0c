// SPDX-License-Identifier: MIT
// A GPT, all of it: learns from a file of names, then makes up new ones. It is
// Andrej Karpathy's microgpt in C++, number for number, and imports as little:
// random numbers, characters. All else here does the same faster.
//   microgpt FILE [STEPS]     FILE: UTF-8, a name a line
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <valarray>
#include <vector>

#include "core/random/python_random.h"
#include "core/text/corpus.h"
#include "core/text/tokenizer.h"

namespace microgpt::reference {
// --- Autograd: numbers that remember what they were computed from.
struct Node {
  double data = 0, grad = 0;        // grad: derivative of the loss by data
  Node *a = nullptr, *b = nullptr;  // the numbers that data was computed from
  double da = 0, db = 0;            // derivative of data by each of the two
  double m = 0, v = 0;              // Adam's running means of grad and grad²
};
std::deque<Node> tape;  // every number, in the order in which they were made
struct Value {
  Node* node;
  Value() : node(nullptr) {}
  Value(double data, Value a = {}, double da = 0, Value b = {}, double db = 0)
      : node(&tape.emplace_back(Node{data, 0, a.node, b.node, da, db})) {}
  Node* operator->() const { return node; }
};
Value operator+(Value a, Value b) { return {a->data + b->data, a, 1, b, 1}; }
Value operator*(Value a, Value b) {
  return {a->data * b->data, a, b->data, b, a->data};
}
Value& operator+=(Value& a, Value b) { return a = a + b; }
bool operator<(Value a, Value b) { return a->data < b->data; }
Value Pow(Value a, double n) {
  return {std::pow(a->data, n), a, n * std::pow(a->data, n - 1)};
}
Value Log(Value a) { return {std::log(a->data), a, 1 / a->data}; }
Value Exp(Value a) { return {std::exp(a->data), a, std::exp(a->data)}; }
Value Relu(Value a) { return a * (a->data > 0 ? 1.0 : 0.0); }
// The chain rule, newest number first: its grad is complete by then.
void Backward(Value loss) {
  loss->grad = 1;
  for (auto node = tape.rbegin(); node != tape.rend(); ++node) {
    if (node->a) node->a->grad += node->da * node->grad;
    if (node->b) node->b->grad += node->db * node->grad;
  }
}

// --- The model: GPT-2, but with RMSNorm, with ReLU, and without biases.
using Vector = std::valarray<Value>;  // its + and * go element by element
using Matrix = std::vector<Vector>;   // [out][in]
struct Model {
  size_t n_layer = 1, n_embd = 16, n_head = 4, block_size = 16;
  Matrix wte = {}, wpe = {}, lm_head = {};
  std::vector<std::array<Matrix, 6>> layers = {};  // wq, wk, wv, wo, fc1, fc2
  void Draw(size_t vocab_size, PythonRandom& random) {
    const auto draw = [&random](size_t out, size_t in) {
      Matrix matrix(out, Vector(in));
      for (Vector& row : matrix)
        for (Value& weight : row) weight = random.Gauss(0, 0.08);
      return matrix;
    };
    wte = draw(vocab_size, n_embd);
    wpe = draw(block_size, n_embd);
    lm_head = draw(vocab_size, n_embd);
    for (size_t i = 0, e = n_embd; i < n_layer; ++i)
      layers.push_back({draw(e, e), draw(e, e), draw(e, e), draw(e, e),
                        draw(4 * e, e), draw(e, 4 * e)});
  }
};
using Cache = std::vector<std::array<Matrix, 2>>;  // keys and values, by layer
Value Sum(const Vector& x) { return x.sum(); }
Vector Linear(const Matrix& w, const Vector& x) {
  Vector y(w.size());
  for (size_t i = 0; i < w.size(); ++i) y[i] = Sum(w[i] * x);
  return y;
}
Vector RmsNorm(const Vector& x) {
  return x * Pow(Sum(x * x) * (1.0 / x.size()) + 1e-5, -0.5);
}
Vector Softmax(const Vector& x) {
  const Vector e = Vector(x + Value(-x.max()->data)).apply(Exp);
  return e * Pow(Sum(e), -1);
}
// Each head mixes the values of all positions whose keys match its query.
Vector Attend(const Vector& q, const Matrix& k, const Matrix& v, size_t heads) {
  const size_t size = q.size() / heads;
  Vector mixture(0.0, q.size());
  for (size_t i = 0; i < heads; ++i) {
    const std::slice head(i * size, size, 1);
    Vector scores(k.size());
    for (size_t t = 0; t < k.size(); ++t)
      scores[t] = Sum(q[head] * k[t][head]) * std::pow(size, -0.5);
    const Vector weights = Softmax(scores);
    for (size_t t = 0; t < v.size(); ++t)
      mixture[head] += Vector(v[t][head]) * weights[t];
  }
  return mixture;
}
// The logits of the token after `token`, which stands at `position`.
Vector Gpt(const Model& model, Token token, size_t position, Cache& cache) {
  Vector x = RmsNorm(model.wte[token] + model.wpe[position]);
  for (size_t i = 0; i < model.n_layer; ++i) {
    const auto& [wq, wk, wv, wo, fc1, fc2] = model.layers[i];
    auto& [keys, values] = cache[i];
    const Vector a = RmsNorm(x);
    keys.push_back(Linear(wk, a));
    values.push_back(Linear(wv, a));
    x += Linear(wo, Attend(Linear(wq, a), keys, values, model.n_head));
    x += Linear(fc2, Linear(fc1, RmsNorm(x)).apply(Relu));
  }
  return Linear(model.lm_head, x);
}

// --- Training: make the tokens of a document likelier, with BOS at both ends.
Value Loss(const Model& model, const std::vector<Token>& tokens) {
  Cache cache(model.n_layer);
  Value sum = 0.0;
  const size_t n = std::min(model.block_size, tokens.size() - 1);
  for (size_t i = 0; i < n; ++i)
    sum += Log(Softmax(Gpt(model, tokens[i], i, cache))[tokens[i + 1]]);
  return sum * (-1.0 / n);
}
void Adam(double rate, double step) {  // on all that is on the tape
  const double beta1 = 0.85, beta2 = 0.99;
  for (Node& w : tape) {
    w.m = beta1 * w.m + (1 - beta1) * w.grad;
    w.v = beta2 * w.v + (1 - beta2) * w.grad * w.grad;
    const double mean = w.m / (1 - std::pow(beta1, step));
    const double square = w.v / (1 - std::pow(beta2, step));
    w.data -= rate * mean / (std::sqrt(square) + 1e-8);
    w.grad = 0;
  }
}
// Inference: draws tokens until BOS.
std::vector<Token> Sample(const Model& model, PythonRandom& random) {
  const Token bos = static_cast<Token>(model.wte.size()) - 1;
  std::vector<Token> tokens;
  Cache cache(model.n_layer);
  for (Token token = bos; tokens.size() < model.block_size;) {
    const Vector logits = Gpt(model, token, tokens.size(), cache);
    const Vector p = Softmax(logits * Value(1 / 0.5));  // temperature 0.5
    double sum = p[0]->data, drawn = random.Uniform() * Sum(p)->data;
    for (token = 0; token < bos && sum <= drawn;) sum += p[++token]->data;
    if (token == bos) break;
    tokens.push_back(token);
  }
  return tokens;
}
}  // namespace microgpt::reference

int main(int argc, char** argv) {
  using namespace microgpt;
  using namespace microgpt::reference;
  char* end = nullptr;
  const long steps = argc > 2 ? std::strtol(argv[2], &end, 10) : 1000;
  if (argc < 2 || argc > 3 || steps < 1 || steps > 1000000 || (end && *end))
    return std::fputs("usage: microgpt FILE [1 to 1000000 STEPS]\n", stderr), 2;
  std::ifstream file(argv[1]);
  if (file.peek() == EOF && !file.eof()) return std::perror(argv[1]), 2;
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const absl::StatusOr<Corpus> corpus = Corpus::FromText(text);
  if (const std::string problem(corpus.status().message()); !corpus.ok())
    return std::fprintf(stderr, "%s: %s\n", argv[1], problem.c_str()), 2;
  auto tokenizer =
      Tokenizer::ForCorpus(TokenizerKind::kCodePoint, *corpus).value();
  std::vector<std::vector<Token>> documents(corpus->size());
  for (size_t i = 0; i < documents.size(); ++i) {
    documents[i] = *tokenizer.Encode((*corpus)[i]);
    documents[i].insert(documents[i].begin(), tokenizer.bos());
    documents[i].push_back(tokenizer.bos());
  }
  PythonRandom random(42);
  random.Shuffle(std::span(documents));
  reference::Model model;
  model.Draw(tokenizer.vocab_size(), random);
  const size_t num_params = tape.size();  // they stay on the tape
  std::printf("num docs: %zu\nvocab size: %u\nnum params: %zu\n",
              documents.size(), tokenizer.vocab_size(), num_params);
  for (long step = 0; step < steps; ++step) {
    const Value loss = Loss(model, documents[step % documents.size()]);
    Backward(loss);
    std::printf("step %4ld / %4ld | loss %.4f\n", step + 1, steps, loss->data);
    tape.resize(num_params);
    Adam(0.01 * (1 - static_cast<double>(step) / steps), step + 1);
  }
  std::printf("\n--- inference (new, hallucinated names) ---\n");
  for (int i = 1; i <= 20; ++i) {
    const std::string name = tokenizer.Decode(Sample(model, random));
    std::printf("sample %2d: %s\n", i, name.c_str());
    tape.resize(num_params);
  }
}
