// SPDX-License-Identifier: MIT
#include "client/output/views.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "client/output/entries.h"

namespace microgpt::client {
namespace {

constexpr Column::Align kRight = Column::Align::kRight;

// The strings themselves: a row is about one, even where it is empty.
Column TextColumn() { return {"text", "TEXT", Column::Align::kLeft, true}; }

Cell JobError(const v1::Job& job) {
  if (!job.has_error()) return Cell("", "");
  return fmt::format("{}: {}", job.error().code(), job.error().message());
}

Entries JobList(const v1::Job& job, Clock::time_point now) {
  const bool has_loss = job.step() > 0;
  return {
      {{"job", "JOB"}, job.job()},
      {{"model", "MODEL"},
       {ModelAndVersion(job.model(), job.version()), job.model()}},
      {{"version", ""}, Plain(job.version())},
      {{"state", "STATE"}, StateName(job.state())},
      {{"", "STEP", kRight}, fmt::format("{}/{}", job.step(), job.steps())},
      {{"step", ""}, Plain(job.step())},
      {{"steps", ""}, Plain(job.steps())},
      {{"loss", "LOSS", kRight}, LossCell(job.loss(), has_loss)},
      {{"validation_loss", ""},
       LossCell(job.validation_loss(), job.has_validation_loss())},
      {{"elapsed_seconds", "TRAINED", kRight}, Elapsed(job.elapsed())},
      {{"num_parameters", ""}, Plain(job.num_parameters())},
      {{"vocab_size", ""}, Plain(job.vocab_size())},
      {{"create_time", "MADE"}, Time(job.create_time(), now)},
      {{"end_time", ""}, Time(job.end_time(), now)},
      {{"error", ""}, JobError(job)},
      {{"attempt", ""}, Plain(job.attempt())},
  };
}

std::string JobFigures(const v1::Dataset& dataset) {
  const std::string figures = Figures(dataset);
  if (figures.empty()) return figures;
  return fmt::format("{} · {} truncated", figures,
                     Grouped(dataset.truncated()));
}

// As a list, but with room for everything.
Entries JobCard(const v1::Job& job, Clock::time_point now) {
  Entries entries = JobList(job, now);
  const auto add = [&entries](std::string title, std::string text) {
    entries.push_back(Line(std::move(title), std::move(text)));
  };
  const bool queued = job.queue_position() > 0;
  add("QUEUE", queued ? fmt::format("position {}", job.queue_position()) : "");
  // It began anew when the server did.
  add("ATTEMPT", job.attempt() > 1 ? Grouped(job.attempt()) : "");
  add("REMAINING", job.has_remaining()
                       ? "about " + HumanDuration(ToChrono(job.remaining()))
                       : "");
  add("VALIDATION", job.has_validation_loss()
                        ? fmt::format("loss {}", Loss(job.validation_loss()))
                        : "");
  add("PARAMETERS", Grouped(job.num_parameters()));
  add("VOCABULARY", Grouped(job.vocab_size()));
  add("SHAPE", Shape(job.config()));
  add("TOKENIZER", UnusualTokenizer(job.config()));
  add("SEED", fmt::format("{}", job.config().seed()));
  // It may be what a queued job waits for.
  const bool several = job.config().threads() > 1;
  add("THREADS", several ? Grouped(job.config().threads()) : "");
  add("DATA", JobFigures(job.dataset()));
  add("DATASET", Identity(job.dataset()));
  add("SAMPLES", fmt::format("{}", fmt::join(job.samples(), " · ")));
  add("ADVICE", fmt::format("{}", fmt::join(job.advice(), " ")));
  add("ERROR", JobError(job).shown);
  return entries;
}

Cell TokenLogprobs(const google::protobuf::RepeatedField<double>& logprobs) {
  std::vector<std::string> shown;
  std::vector<std::string> exact;
  for (const double logprob : logprobs) {
    shown.push_back(Loss(logprob));
    exact.push_back(Exact(logprob));
  }
  return {fmt::format("{}", fmt::join(shown, " ")),
          fmt::format("{}", fmt::join(exact, " "))};
}

Entries SampleEntries(const v1::Sample& sample, bool with_logprobs) {
  Entries entries = {
      {{"index", "INDEX", kRight}, Plain(sample.index())},
      {TextColumn(), sample.text()},
      {{"logprob", "LOGPROB", kRight},
       {Loss(sample.logprob()), Exact(sample.logprob())}},
      {{"novel", "NOVEL"}, YesOrNo(sample.novel(), sample.has_novel())},
      {{"truncated", "TRUNCATED"}, YesOrNothing(sample.truncated())},
  };
  if (with_logprobs) {
    entries.push_back({{"token_logprobs", "TOKEN LOGPROBS"},
                       TokenLogprobs(sample.token_logprobs())});
  }
  return entries;
}

// "a 31.2%"; the end of a string has no text of its own.
std::string Choice(std::string_view text, double probability) {
  return fmt::format("{} {:.1f}%", text.empty() ? "(end)" : text,
                     100 * probability);
}

Entries TokenEntries(const v1::Token& token) {
  std::vector<std::string> others;
  for (const v1::Token::Alternative& other : token.alternatives()) {
    others.push_back(Choice(other.text(), other.probability()));
  }
  return {
      {{"index", "INDEX", kRight}, Plain(token.index())},
      {TextColumn(), token.text()},
      {{"probability", "PROBABILITY", kRight},
       {fmt::format("{:.1f}%", 100 * token.probability()),
        Exact(token.probability())}},
      {{"alternatives", "LIKELIEST"},
       fmt::format("{}", fmt::join(others, ", "))},
  };
}

Entries ScoreEntries(std::string_view text, const v1::Score& score,
                     bool with_logprobs) {
  const bool known = score.error().empty();
  Entries entries = {
      {TextColumn(), std::string(text)},
      {{"logprob", "LOGPROB", kRight}, LossCell(score.logprob(), known)},
      {{"bits_per_token", "BITS/TOKEN", kRight},
       LossCell(score.bits_per_token(), known)},
      {{"novel", "NOVEL"}, YesOrNo(score.novel(), score.has_novel())},
      {{"truncated", "TRUNCATED"}, YesOrNothing(score.truncated())},
      {{"error", "ERROR"}, score.error()},
  };
  if (with_logprobs) {
    entries.push_back({{"token_logprobs", "TOKEN LOGPROBS"},
                       TokenLogprobs(score.token_logprobs())});
  }
  return entries;
}

// A limit that is 0 leaves it to the disk.
Cell StoreLimit(std::uint64_t bytes) {
  return bytes == 0 ? Cell("as the disk has room", "0") : ByteCount(bytes);
}

std::string Dashboard(const std::string& address) {
  return address.empty() ? "off" : "http://" + address;
}

Entries ServerInfoEntries(const v1::ServerInfo& info, Clock::time_point now) {
  const v1::ServerInfo::Limits& limits = info.limits();
  return {
      {{"version", "VERSION"}, info.version()},
      {{"start_time", "STARTED"}, Time(info.start_time(), now)},
      {{"http_address", "DASHBOARD"}, Dashboard(info.http_address())},
      {{"models", "MODELS"}, Count(info.models())},
      {{"workers", "WORKERS"}, Count(info.workers())},
      {{"samplers", "SAMPLERS"}, Count(info.samplers())},
      {{"running_jobs", "RUNNING JOBS"}, Count(info.running_jobs())},
      {{"queued_jobs", "QUEUED JOBS"}, Count(info.queued_jobs())},
      {{"calls", "CALLS"}, Count(info.calls())},
      {{"memory_bytes", "STORED"}, ByteCount(info.memory_bytes())},
      {{"model_memory_bytes", "MODELS IN MEMORY"},
       ByteCount(info.model_memory_bytes())},
      {{"limit_message_bytes", "MOST A MESSAGE"},
       ByteCount(limits.message_bytes())},
      {{"limit_chunk_bytes", "MOST A CHUNK"}, ByteCount(limits.chunk_bytes())},
      {{"limit_dataset_bytes", "MOST A DATASET"},
       ByteCount(limits.dataset_bytes())},
      {{"limit_model_file_bytes", "MOST A MODEL FILE"},
       ByteCount(limits.model_file_bytes())},
      {{"limit_wait_seconds", "LONGEST WAIT"}, Elapsed(limits.wait())},
      {{"limit_samples", "MOST SAMPLES"}, Count(limits.samples())},
      {{"limit_texts", "MOST TEXTS"}, Count(limits.texts())},
      {{"limit_queued_jobs", "MOST QUEUED JOBS"}, Count(limits.queued_jobs())},
      {{"limit_calls", "MOST CALLS"}, Count(limits.calls())},
      {{"limit_memory_bytes", "MOST STORED"},
       StoreLimit(limits.memory_bytes())},
      {{"limit_model_memory_bytes", "MOST IN MEMORY"},
       ByteCount(limits.model_memory_bytes())},
  };
}

}  // namespace

std::string StateName(v1::Job::State state) {
  switch (state) {
    case v1::Job::STATE_QUEUED:
      return "queued";
    case v1::Job::STATE_RUNNING:
      return "running";
    case v1::Job::STATE_CANCELLING:
      return "cancelling";
    case v1::Job::STATE_SUCCEEDED:
      return "succeeded";
    case v1::Job::STATE_FAILED:
      return "failed";
    case v1::Job::STATE_CANCELLED:
      return "cancelled";
    default:
      return "unknown";
  }
}

std::string ModelAndVersion(std::string_view name, unsigned version) {
  return version == 0 ? std::string(name) : fmt::format("{}@{}", name, version);
}

Columns JobListColumns() { return ColumnsOf(JobList({}, {})); }
Columns JobCardColumns() { return ColumnsOf(JobCard({}, {})); }
Row JobListRow(const v1::Job& job, Clock::time_point now) {
  return {CellsOf(JobList(job, now)), StateName(job.state())};
}
Row JobCardRow(const v1::Job& job, Clock::time_point now) {
  return {CellsOf(JobCard(job, now)), StateName(job.state())};
}

Columns SampleColumns(bool with_logprobs) {
  return ColumnsOf(SampleEntries({}, with_logprobs));
}
Row SampleRow(const v1::Sample& sample, bool with_logprobs) {
  return {CellsOf(SampleEntries(sample, with_logprobs)), sample.text()};
}

Columns TokenColumns() { return ColumnsOf(TokenEntries({})); }
Row TokenRow(const v1::Token& token) {
  return {CellsOf(TokenEntries(token)), token.text()};
}

Columns ScoreColumns(bool with_logprobs) {
  return ColumnsOf(ScoreEntries("", {}, with_logprobs));
}
Row ScoreRow(std::string_view text, const v1::Score& score,
             bool with_logprobs) {
  return {CellsOf(ScoreEntries(text, score, with_logprobs)),
          score.error().empty() ? Exact(score.logprob()) : "-"};
}

Columns ServerInfoColumns() { return ColumnsOf(ServerInfoEntries({}, {})); }
Row ServerInfoRow(const v1::ServerInfo& info, Clock::time_point now) {
  return {CellsOf(ServerInfoEntries(info, now)), info.version()};
}

}  // namespace microgpt::client
