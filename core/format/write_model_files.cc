// SPDX-License-Identifier: MIT
//
// For read_model_files.py: writes models in both formats into a folder, and
// what the model's own code makes of them.
//
//   write_model_files FOLDER
//
// makes float32.json, float32.safetensors, float64.json, float64.safetensors,
// and figures.json:
//   {"text": "山a…", "float32": {"sha256": …, "logits": [[…], …]}, "float64":
//   …}
// with the logits of each position of BOS and the text.
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/json_text.h"
#include "core/format/model_file.h"
#include "core/model/activations.h"
#include "core/model/network.h"

namespace microgpt {
namespace {

constexpr std::string_view kText = "山\"é😀a";

template <typename T>
Model DrawnModel() {
  const ModelConfig config =
      ModelConfig::Create(
          {.n_layer = 2, .n_embd = 12, .n_head = 3, .block_size = 8})
          .value();
  Tokenizer tokenizer(TokenizerKind::kCodePoint,
                      {"\"", "a", "b", "é", "山", "😀"});
  PythonRandom random(42);
  Parameters<T> parameters(config, tokenizer.vocab_size());
  parameters.Draw(0.3, random);
  return Model(config, std::move(tokenizer), std::move(parameters), random);
}

// [[…], …]
template <typename T>
std::string LogitsJson(const Model& model) {
  std::vector<Token> tokens = model.tokenizer().Encode(kText).value();
  tokens.insert(tokens.begin(), model.tokenizer().bos());
  KvCache<T> cache(model.config());
  Activations<T> activations(model.config(), model.tokenizer().vocab_size(),
                             tokens.size());
  const Matrix<T> logits =
      Forward(std::get<Parameters<T>>(model.parameters()),
              std::span<const Token>(tokens), 0, cache, activations);
  std::string json = "[";
  for (size_t r = 0; r < logits.rows; ++r) {
    for (size_t c = 0; c < logits.cols; ++c) {
      json += c > 0 ? ", " : r > 0 ? ", [" : "[";
      AppendJsonNumber(static_cast<double>(logits.row(r)[c]), json);
    }
    json += "]";
  }
  return json + "]";
}

// Writes the files of one precision, and answers its figures.
template <typename T>
std::string Write(const std::string& path) {
  const Model model = DrawnModel<T>();
  std::ofstream(path + ".json") << WriteModel(ModelFormat::kJson, model);
  std::ofstream(path + ".safetensors", std::ios::binary)
      << WriteModel(ModelFormat::kSafetensors, model);
  JsonObjectText figures;
  figures.AddText("sha256", ModelSha256(model));
  figures.Add("logits", LogitsJson<T>(model));
  return figures.Finish();
}

}  // namespace
}  // namespace microgpt

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_model_files FOLDER\n";
    return 2;
  }
  const std::string folder = argv[1];
  microgpt::JsonObjectText figures;
  figures.AddText("text", microgpt::kText);
  figures.Add("float32", microgpt::Write<float>(folder + "/float32"));
  figures.Add("float64", microgpt::Write<double>(folder + "/float64"));
  std::ofstream file(folder + "/figures.json");
  file << figures.Finish();
  return file.flush() ? 0 : 1;
}
