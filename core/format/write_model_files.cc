// SPDX-License-Identifier: MIT
//
// For read_model_files.py: writes models in both formats into a folder, and
// what the model's own code makes of them.
//
//   write_model_files FOLDER
//
// makes float32.json, float32.safetensors, float64.json, float64.safetensors,
// foreign.json, which has nothing of our own, and figures.json:
//   {"text": "山a…", "float32": {"sha256": …, "logits": [[…], …]}, "float64":
//   …}
// with the logits of each position of BOS and the text; and "foreign": [text,
// …], what is drawn with seed 42 from the model that foreign.json is read as.
#include <fstream>
#include <iostream>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/json_text.h"
#include "core/format/model_file.h"
#include "core/generation/decoder.h"
#include "core/generation/generator.h"

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
  const std::vector<Token> text = model.tokenizer().Encode(kText).value();
  Decoder<T> decoder(std::make_shared<Model>(model));
  std::string json = "[";
  for (size_t read = 0; read <= text.size(); ++read) {
    decoder.Begin(std::span(text).first(read), [] { return false; });
    std::string_view before = read > 0 ? ", [" : "[";
    for (const T logit : decoder.logits()) {
      json += before;
      AppendJsonNumber(static_cast<double>(logit), json);
      before = ", ";
    }
    json += "]";
  }
  return json + "]";
}

// Writes a file as others do, and answers what is drawn from it.
std::string WriteForeign(const std::string& path) {
  std::string text = WriteModel(ModelFormat::kJson, DrawnModel<double>());
  text.resize(text.rfind(", \"microgpt_server\""));
  text += "}";
  std::ofstream(path) << text;
  const std::shared_ptr<const Model> model = ReadModel(text).value().model;
  const auto sampling = SamplingConfig::Create({.temperature = 0.5}).value();
  const auto generator = Generator::Create(model, sampling, "").value();
  PythonRandom random = model->random();
  std::vector<std::string> drawn;
  for (int i = 0; i < 20; ++i) {
    drawn.push_back(generator->Draw(random, std::stop_token())->text);
  }
  return JsonStrings(drawn);
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
  figures.Add("foreign", microgpt::WriteForeign(folder + "/foreign.json"));
  std::ofstream file(folder + "/figures.json");
  file << figures.Finish();
  return file.flush() ? 0 : 1;
}
