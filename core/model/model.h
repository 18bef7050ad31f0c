// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_MODEL_MODEL_H_
#define MICROGPT_CORE_MODEL_MODEL_H_

#include <cstddef>
#include <utility>
#include <variant>

#include "core/model/config.h"
#include "core/model/parameters.h"
#include "core/random/python_random.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// Weights in the precision they were trained in.
using ModelParameters = std::variant<Parameters<float>, Parameters<double>>;

// A trained model: all that generating and scoring need. Immutable, shared as
// std::shared_ptr<const Model> between any number of threads.
class Model {
 public:
  // random: the generator as training left it, from which the reference
  // program's sampling goes on.
  Model(ModelConfig config, Tokenizer tokenizer, ModelParameters parameters,
        PythonRandom random)
      : config_(config),
        tokenizer_(std::move(tokenizer)),
        parameters_(std::move(parameters)),
        random_(random) {}

  const ModelConfig& config() const { return config_; }
  const Tokenizer& tokenizer() const { return tokenizer_; }
  const ModelParameters& parameters() const { return parameters_; }
  const PythonRandom& random() const { return random_; }

  // Whether every weight is a number: neither NaN nor infinite.
  bool is_finite() const;

  // What it holds in memory, to the nearest kilobyte or so.
  size_t memory_bytes() const;

 private:
  ModelConfig config_;
  Tokenizer tokenizer_;
  ModelParameters parameters_;
  PythonRandom random_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_MODEL_MODEL_H_
