// SPDX-License-Identifier: MIT
#include "server/handlers/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "core/errors/errors.h"
#include "core/evaluation/advice.h"
#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

constexpr size_t kMaxHistory = 256;

absl::Status UnknownValue(std::string_view field, int value) {
  return FieldError(field, fmt::format("{} is not a known value", value));
}

absl::StatusOr<Optimizer> ParseOptimizer(v1::Optimizer optimizer) {
  switch (optimizer) {
    case v1::OPTIMIZER_UNSPECIFIED:
    case v1::OPTIMIZER_ADAM:
      return Optimizer::kAdam;
    case v1::OPTIMIZER_SGD:
      return Optimizer::kSgd;
    default:
      return UnknownValue("optimizer", optimizer);
  }
}

absl::StatusOr<TokenizerKind> ParseTokenizer(v1::Tokenizer tokenizer) {
  switch (tokenizer) {
    case v1::TOKENIZER_UNSPECIFIED:
    case v1::TOKENIZER_CODE_POINT:
      return TokenizerKind::kCodePoint;
    case v1::TOKENIZER_GRAPHEME:
      return TokenizerKind::kGrapheme;
    default:
      return UnknownValue("tokenizer", tokenizer);
  }
}

v1::Tokenizer TokenizerToProto(TokenizerKind tokenizer) {
  return tokenizer == TokenizerKind::kGrapheme ? v1::TOKENIZER_GRAPHEME
                                               : v1::TOKENIZER_CODE_POINT;
}

v1::Precision PrecisionToProto(Precision precision) {
  return precision == Precision::kFloat64 ? v1::PRECISION_FLOAT64
                                          : v1::PRECISION_FLOAT32;
}

absl::StatusOr<Precision> ParsePrecision(v1::Precision precision) {
  switch (precision) {
    case v1::PRECISION_UNSPECIFIED:
    case v1::PRECISION_FLOAT32:
      return Precision::kFloat32;
    case v1::PRECISION_FLOAT64:
      return Precision::kFloat64;
    default:
      return UnknownValue("precision", precision);
  }
}

absl::StatusOr<ModelConfig> ParseModelConfig(const v1::Config& config) {
  ModelSettings settings;
  if (config.has_n_layer()) settings.n_layer = config.n_layer();
  if (config.has_n_embd()) settings.n_embd = config.n_embd();
  if (config.has_n_head()) settings.n_head = config.n_head();
  if (config.has_block_size()) settings.block_size = config.block_size();
  return ModelConfig::Create(settings);
}

absl::StatusOr<TrainingConfig> ParseTrainingConfig(const v1::Config& config) {
  TrainingSettings settings;
  MICROGPT_ASSIGN_OR_RETURN(settings.optimizer,
                            ParseOptimizer(config.optimizer()));
  MICROGPT_ASSIGN_OR_RETURN(settings.precision,
                            ParsePrecision(config.precision()));
  MICROGPT_ASSIGN_OR_RETURN(settings.tokenizer,
                            ParseTokenizer(config.tokenizer()));
  settings.learning_rate = config.has_learning_rate()
                               ? config.learning_rate()
                               : DefaultLearningRate(settings.optimizer);
  if (config.has_steps()) settings.steps = config.steps();
  if (config.has_batch_size()) settings.batch_size = config.batch_size();
  if (config.has_seed()) settings.seed = config.seed();
  if (config.has_validation()) settings.validation = config.validation();
  if (config.has_beta1()) settings.beta1 = config.beta1();
  if (config.has_beta2()) settings.beta2 = config.beta2();
  if (config.has_eps()) settings.eps = config.eps();
  if (config.has_init_std()) settings.init_std = config.init_std();
  if (config.has_threads()) settings.threads = config.threads();
  return TrainingConfig::Create(settings);
}

v1::Job::State StateToProto(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return v1::Job::STATE_QUEUED;
    case JobState::kRunning:
      return v1::Job::STATE_RUNNING;
    case JobState::kCancelling:
      return v1::Job::STATE_CANCELLING;
    case JobState::kSucceeded:
      return v1::Job::STATE_SUCCEEDED;
    case JobState::kFailed:
      return v1::Job::STATE_FAILED;
    case JobState::kCancelled:
      return v1::Job::STATE_CANCELLED;
  }
  return v1::Job::STATE_UNSPECIFIED;
}

v1::Config ShapeToProto(const ModelConfig& model) {
  v1::Config config;
  config.set_n_layer(model->n_layer);
  config.set_n_embd(model->n_embd);
  config.set_n_head(model->n_head);
  config.set_block_size(model->block_size);
  return config;
}

v1::Dataset DatasetToProto(const DatasetSummary& dataset) {
  v1::Dataset message;
  message.set_id(dataset.id);
  message.set_documents(static_cast<uint32_t>(dataset.documents));
  message.set_tokens(static_cast<uint32_t>(dataset.tokens));
  message.set_duplicates(static_cast<uint32_t>(dataset.duplicates));
  message.set_truncated(static_cast<uint32_t>(dataset.truncated));
  message.set_forgotten(dataset.forgotten);
  return message;
}

// Speed so far, and how long the rest will take at that speed.
void AddPace(const JobRecord& job, v1::Job& message) {
  if (job.step == 0 || job.elapsed.count() <= 0) return;
  const double seconds = std::chrono::duration<double>(job.elapsed).count();
  message.set_steps_per_second(job.step / seconds);
  if (job.state != JobState::kRunning) return;
  const uint32_t left = job.training_config->steps - job.step;
  *message.mutable_remaining() =
      ToProto(std::chrono::nanoseconds(job.elapsed.count() / job.step * left));
}

void AddAdvice(const JobRecord& job, v1::Job& message) {
  const TextFigures text{.documents = job.dataset.documents,
                         .tokens = job.dataset.tokens};
  for (std::string& sentence :
       AdviseBefore(text, job.num_parameters, job.training_config)) {
    message.add_advice(std::move(sentence));
  }
}

v1::Evaluation::Scored ScoredToProto(ScoredDocuments scored) {
  switch (scored) {
    case ScoredDocuments::kHeldOut:
      return v1::Evaluation::SCORED_HELD_OUT;
    case ScoredDocuments::kUnused:
      return v1::Evaluation::SCORED_UNUSED;
    case ScoredDocuments::kTraining:
      return v1::Evaluation::SCORED_TRAINING;
  }
  return v1::Evaluation::SCORED_UNSPECIFIED;
}

v1::Evaluation::Losses LossesToProto(const Evaluation& evaluation) {
  const auto loss = [&](double nats) {
    v1::Evaluation::Loss message;
    message.set_nats(nats);
    message.set_bits(evaluation.BitsPerCharacter(nats));
    return message;
  };
  const LossFigures& figures = evaluation.losses;
  v1::Evaluation::Losses losses;
  *losses.mutable_model() = loss(figures.model);
  *losses.mutable_uniform() = loss(figures.uniform);
  *losses.mutable_unigram() = loss(figures.unigram);
  *losses.mutable_bigram() = loss(figures.bigram);
  *losses.mutable_five_gram() = loss(figures.five_gram);
  if (evaluation.training_loss) {
    *losses.mutable_training() = loss(*evaluation.training_loss);
  }
  return losses;
}

v1::Evaluation::Samples SamplesToProto(const SampleFigures& figures) {
  v1::Evaluation::Samples samples;
  samples.set_count(static_cast<uint32_t>(figures.samples));
  samples.set_novel(figures.novel);
  samples.set_unique(figures.distinct);
  samples.set_truncated(figures.truncated);
  samples.set_empty(figures.empty);
  return samples;
}

v1::Evaluation::Shape ShapeToProto(const ShapeFigures& figures) {
  v1::Evaluation::Shape shape;
  shape.set_mean_length(figures.mean_length);
  shape.set_length_distance(figures.length_distance);
  shape.set_pair_distance(figures.pair_divergence);
  return shape;
}

}  // namespace

absl::StatusOr<Configs> ParseConfig(const v1::Config& config) {
  const absl::StatusOr<ModelConfig> model = ParseModelConfig(config);
  if (!model.ok()) return PrefixField("config.", model.status());
  const absl::StatusOr<TrainingConfig> training = ParseTrainingConfig(config);
  if (!training.ok()) return PrefixField("config.", training.status());
  return Configs{*model, *training};
}

absl::StatusOr<SamplingConfig> ParseSampling(
    const v1::GenerateRequest& request) {
  SamplingSettings settings;
  if (request.has_temperature()) settings.temperature = request.temperature();
  if (request.has_top_k()) settings.top_k = request.top_k();
  if (request.has_top_p()) settings.top_p = request.top_p();
  return SamplingConfig::Create(settings);
}

absl::StatusOr<std::chrono::nanoseconds> ParseDuration(
    std::string_view field, const google::protobuf::Duration& duration,
    std::chrono::nanoseconds maximum) {
  constexpr int64_t kBillion = 1'000'000'000;
  const double seconds = static_cast<double>(duration.seconds()) +
                         static_cast<double>(duration.nanos()) / kBillion;
  if (seconds < 0) {
    return FieldError(field,
                      fmt::format("{}s is below the minimum 0s", seconds));
  }
  const std::chrono::duration<double> most(maximum);
  if (seconds > most.count()) {
    return FieldError(field, fmt::format("{}s is above the maximum {}s",
                                         seconds, most.count()));
  }
  return std::chrono::seconds(duration.seconds()) +
         std::chrono::nanoseconds(duration.nanos());
}

v1::Config ToProto(const ModelConfig& model, const TrainingConfig& training) {
  v1::Config config = ShapeToProto(model);
  config.set_steps(training->steps);
  config.set_batch_size(training->batch_size);
  config.set_learning_rate(training->learning_rate);
  config.set_seed(training->seed);
  config.set_validation(training->validation);
  config.set_beta1(training->beta1);
  config.set_beta2(training->beta2);
  config.set_eps(training->eps);
  config.set_init_std(training->init_std);
  config.set_optimizer(training->optimizer == Optimizer::kSgd
                           ? v1::OPTIMIZER_SGD
                           : v1::OPTIMIZER_ADAM);
  config.set_precision(PrecisionToProto(training->precision));
  config.set_tokenizer(TokenizerToProto(training->tokenizer));
  config.set_threads(training->threads);
  return config;
}

v1::Job ToProto(const JobRecord& job) {
  v1::Job message;
  message.set_job(job.id);
  message.set_model(job.model);
  message.set_state(StateToProto(job.state));
  message.set_done(IsDone(job.state));
  message.set_step(job.step);
  message.set_steps(job.training_config->steps);
  message.set_loss(job.loss);
  if (!job.validation.empty()) {
    message.set_validation_loss(job.validation.back().loss);
  }
  *message.mutable_elapsed() = ToProto(job.elapsed);
  AddPace(job, message);
  message.set_version(job.version);
  message.set_queue_position(job.queue_position);
  if (!job.error.ok()) {
    message.mutable_error()->set_code(CodeName(job.error.code()));
    message.mutable_error()->set_message(std::string(job.error.message()));
  }
  message.set_vocab_size(job.vocab_size);
  message.set_num_parameters(static_cast<uint32_t>(job.num_parameters));
  *message.mutable_config() = ToProto(job.model_config, job.training_config);
  *message.mutable_dataset() = DatasetToProto(job.dataset);
  message.set_attempt(job.attempt);
  message.set_revision(job.revision);
  *message.mutable_create_time() = ToProto(job.create_time);
  if (job.end_time) *message.mutable_end_time() = ToProto(*job.end_time);
  AddAdvice(job, message);
  return message;
}

std::vector<uint32_t> HistorySteps(const JobRecord& job) {
  const size_t count = job.step;
  std::set<uint32_t> steps;
  for (const ValidationPoint& point : job.validation) steps.insert(point.step);
  const size_t spread =
      count <= kMaxHistory ? count : kMaxHistory - steps.size();
  for (size_t i = 1; i <= spread; ++i) {
    steps.insert(static_cast<uint32_t>(i * count / spread));
  }
  return std::vector<uint32_t>(steps.begin(), steps.end());
}

void AddDetails(const JobRecord& job, std::span<const double> losses,
                const std::string& alphabet, v1::Job& message) {
  const std::vector<uint32_t> steps = HistorySteps(job);
  auto validation = job.validation.begin();
  for (size_t i = 0; i < losses.size(); ++i) {
    v1::Point& point = *message.add_history();
    point.set_step(steps[i]);
    point.set_loss(losses[i]);
    if (validation != job.validation.end() && validation->step == steps[i]) {
      point.set_validation_loss(validation->loss);
      ++validation;
    }
  }
  for (const std::string& sample : job.samples) message.add_samples(sample);
  message.mutable_dataset()->set_alphabet(alphabet);
}

v1::Model ToProto(const ModelVersion& version) {
  v1::Model message;
  message.set_name(version.name);
  message.set_version(version.version);
  message.set_job(version.job);
  v1::Config& config = *message.mutable_config();
  if (version.training_config) {
    config = ToProto(version.model_config, *version.training_config);
  } else {
    config = ShapeToProto(version.model_config);
    config.set_tokenizer(TokenizerToProto(version.tokenizer));
    config.set_precision(PrecisionToProto(version.precision));
  }
  if (version.dataset) {
    *message.mutable_dataset() = DatasetToProto(*version.dataset);
  }
  message.set_vocab_size(version.vocab_size);
  message.set_num_parameters(static_cast<uint32_t>(version.num_parameters));
  if (version.loss) message.set_loss(*version.loss);
  if (version.validation_loss) {
    message.set_validation_loss(*version.validation_loss);
  }
  *message.mutable_create_time() = ToProto(version.create_time);
  for (const std::string& alias : version.aliases) message.add_aliases(alias);
  message.set_sha256(version.sha256);
  message.set_base(version.base);
  message.set_bytes(version.memory_bytes);
  return message;
}

v1::Evaluation ToProto(const Evaluation& evaluation,
                       const ModelVersion& version) {
  v1::Evaluation message;
  message.set_model(version.Reference());
  message.set_scored(ScoredToProto(evaluation.scored_on));
  message.set_documents(static_cast<uint32_t>(evaluation.scored_documents));
  message.set_tokens(static_cast<uint32_t>(evaluation.predictions));
  message.set_characters(static_cast<uint32_t>(evaluation.characters));
  *message.mutable_losses() = LossesToProto(evaluation);
  message.set_lead(evaluation.losses.five_gram - evaluation.losses.model);
  message.set_lead_error(evaluation.lead_error);
  message.set_ngram_documents(
      static_cast<uint32_t>(evaluation.ngram_documents));
  *message.mutable_samples() = SamplesToProto(evaluation.samples);
  v1::Evaluation::Shapes& shapes = *message.mutable_shapes();
  shapes.set_count(static_cast<uint32_t>(evaluation.compared));
  *shapes.mutable_samples() = ShapeToProto(evaluation.sample_shape);
  *shapes.mutable_floor() = ShapeToProto(evaluation.floor_shape);
  shapes.set_mean_length(evaluation.data_mean_length);
  return message;
}

v1::Dataset ToProto(const Datasets::Entry& dataset) {
  const DatasetRecord& record = dataset.record;
  v1::Dataset message;
  message.set_id(record.id);
  message.set_documents(static_cast<uint32_t>(record.documents));
  message.set_tokens(
      static_cast<uint32_t>(record.characters + record.documents));
  message.set_duplicates(static_cast<uint32_t>(record.duplicates));
  message.set_forgotten(record.forgotten);
  for (const std::string& name : record.names) message.add_names(name);
  message.set_built_in(dataset.built_in);
  message.set_bytes(record.bytes);
  if (record.create_time != Time()) {
    *message.mutable_create_time() = ToProto(record.create_time);
  }
  return message;
}

google::protobuf::Duration ToProto(std::chrono::nanoseconds duration) {
  constexpr int64_t kBillion = 1'000'000'000;
  google::protobuf::Duration message;
  message.set_seconds(duration.count() / kBillion);
  message.set_nanos(static_cast<int32_t>(duration.count() % kBillion));
  return message;
}

google::protobuf::Timestamp ToProto(Time time) {
  const google::protobuf::Duration since_epoch =
      ToProto(std::chrono::nanoseconds(time.time_since_epoch()));
  google::protobuf::Timestamp message;
  message.set_seconds(since_epoch.seconds());
  message.set_nanos(since_epoch.nanos());
  return message;
}

}  // namespace microgpt::server
