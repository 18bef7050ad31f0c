// SPDX-License-Identifier: MIT
#include "client/output/views.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace microgpt::client {
namespace {

constexpr Column::Align kRight = Column::Align::kRight;

// The strings themselves: a row is about one, even where it is empty.
Column TextColumn() { return {"text", "TEXT", Column::Align::kLeft, true}; }

// A column and what stands in it: a message's columns and its row are written
// side by side, so that neither can drift from the other.
struct Entry {
  Column column;
  Cell cell;
};
using Entries = std::vector<Entry>;

Columns ColumnsOf(const Entries& entries) {
  Columns columns;
  for (const Entry& entry : entries) columns.push_back(entry.column);
  return columns;
}

Cells CellsOf(Entries entries) {
  Cells cells;
  for (Entry& entry : entries) cells.push_back(std::move(entry.cell));
  return cells;
}

Cell Count(std::uint64_t count) {
  return {Grouped(count), fmt::format("{}", count)};
}

Cell Plain(std::uint64_t count) { return fmt::format("{}", count); }

Cell LossCell(double loss, bool known) {
  return known ? Cell(Loss(loss), Exact(loss)) : Cell("-", "");
}

Cell Time(const google::protobuf::Timestamp& time, Clock::time_point now) {
  const std::string exact = Rfc3339(time);
  if (exact.empty()) return Cell("", "");
  return {HumanAge(now - ToChrono(time)), exact};
}

Cell Elapsed(const google::protobuf::Duration& elapsed) {
  return {HumanDuration(ToChrono(elapsed)), Seconds(elapsed)};
}

std::string Shape(const v1::Config& config) {
  return fmt::format("{} layer{} · {} heads · n_embd {} · block_size {}",
                     config.n_layer(), config.n_layer() == 1 ? "" : "s",
                     config.n_head(), config.n_embd(), config.block_size());
}

std::string DatasetSummary(const v1::Dataset& dataset) {
  if (dataset.id().empty()) return "";
  return fmt::format("{} documents · {} tokens · {} duplicates · {} truncated",
                     Grouped(dataset.documents()), Grouped(dataset.tokens()),
                     Grouped(dataset.duplicates()),
                     Grouped(dataset.truncated()));
}

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
  };
}

// As a list, but with room for everything.
Entries JobCard(const v1::Job& job, Clock::time_point now) {
  Entries entries = JobList(job, now);
  const auto add = [&entries](std::string title, std::string text) {
    entries.push_back({{"", std::move(title)}, std::move(text)});
  };
  const bool queued = job.queue_position() > 0;
  add("QUEUE", queued ? fmt::format("position {}", job.queue_position()) : "");
  add("REMAINING", job.has_remaining()
                       ? "about " + HumanDuration(ToChrono(job.remaining()))
                       : "");
  add("VALIDATION", job.has_validation_loss()
                        ? fmt::format("loss {}", Loss(job.validation_loss()))
                        : "");
  add("PARAMETERS", Grouped(job.num_parameters()));
  add("VOCABULARY", Grouped(job.vocab_size()));
  add("SHAPE", Shape(job.config()));
  add("SEED", fmt::format("{}", job.config().seed()));
  add("DATA", DatasetSummary(job.dataset()));
  add("DATASET", job.dataset().id());
  add("SAMPLES", fmt::format("{}", fmt::join(job.samples(), " · ")));
  add("ERROR", JobError(job).shown);
  return entries;
}

Entries ModelEntries(const v1::Model& model, Clock::time_point now) {
  return {
      {{"name", "NAME"}, model.name()},
      {{"version", "VERSION", kRight}, Plain(model.version())},
      {{"num_parameters", "PARAMS", kRight},
       {Compact(model.num_parameters()),
        fmt::format("{}", model.num_parameters())}},
      {{"steps", "STEPS", kRight}, Plain(model.config().steps())},
      {{"loss", "LOSS", kRight}, LossCell(model.loss(), true)},
      {{"validation_loss", ""},
       LossCell(model.validation_loss(), model.has_validation_loss())},
      {{"vocab_size", "TOKENS", kRight}, Plain(model.vocab_size())},
      {{"job", ""}, model.job()},
      {{"dataset", ""}, model.dataset().id()},
      {{"create_time", "MADE"}, Time(model.create_time(), now)},
  };
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

Cell Truncated(bool truncated) {
  return {truncated ? "yes" : "", truncated ? "true" : "false"};
}

Entries SampleEntries(const v1::Sample& sample, bool with_logprobs) {
  Entries entries = {
      {{"index", "INDEX", kRight}, Plain(sample.index())},
      {TextColumn(), sample.text()},
      {{"logprob", "LOGPROB", kRight},
       {Loss(sample.logprob()), Exact(sample.logprob())}},
      {{"truncated", "TRUNCATED"}, Truncated(sample.truncated())},
  };
  if (with_logprobs) {
    entries.push_back({{"token_logprobs", "TOKEN LOGPROBS"},
                       TokenLogprobs(sample.token_logprobs())});
  }
  return entries;
}

Entries ScoreEntries(std::string_view text, const v1::Score& score,
                     bool with_logprobs) {
  const bool known = score.error().empty();
  Entries entries = {
      {TextColumn(), std::string(text)},
      {{"logprob", "LOGPROB", kRight}, LossCell(score.logprob(), known)},
      {{"bits_per_token", "BITS/TOKEN", kRight},
       LossCell(score.bits_per_token(), known)},
      {{"truncated", "TRUNCATED"}, Truncated(score.truncated())},
      {{"error", "ERROR"}, score.error()},
  };
  if (with_logprobs) {
    entries.push_back({{"token_logprobs", "TOKEN LOGPROBS"},
                       TokenLogprobs(score.token_logprobs())});
  }
  return entries;
}

Entries PointEntries(const v1::Point& point) {
  return {
      {{"step", "STEP", kRight}, Plain(point.step())},
      {{"loss", "LOSS", kRight}, {Loss(point.loss(), 6), Exact(point.loss())}},
  };
}

Entries ServerInfoEntries(const v1::ServerInfo& info, Clock::time_point now) {
  const v1::ServerInfo::Limits& limits = info.limits();
  const auto bytes = [](std::uint64_t count) {
    return Cell(Bytes(count), fmt::format("{}", count));
  };
  return {
      {{"version", "VERSION"}, info.version()},
      {{"start_time", "STARTED"}, Time(info.start_time(), now)},
      {{"models", "MODELS"}, Count(info.models())},
      {{"workers", "WORKERS"}, Count(info.workers())},
      {{"samplers", "SAMPLERS"}, Count(info.samplers())},
      {{"running_jobs", "RUNNING JOBS"}, Count(info.running_jobs())},
      {{"queued_jobs", "QUEUED JOBS"}, Count(info.queued_jobs())},
      {{"calls", "CALLS"}, Count(info.calls())},
      {{"memory_bytes", "MEMORY"}, bytes(info.memory_bytes())},
      {{"limit_message_bytes", "MOST A MESSAGE"},
       bytes(limits.message_bytes())},
      {{"limit_wait_seconds", "LONGEST WAIT"}, Elapsed(limits.wait())},
      {{"limit_samples", "MOST SAMPLES"}, Count(limits.samples())},
      {{"limit_texts", "MOST TEXTS"}, Count(limits.texts())},
      {{"limit_queued_jobs", "MOST QUEUED JOBS"}, Count(limits.queued_jobs())},
      {{"limit_calls", "MOST CALLS"}, Count(limits.calls())},
      {{"limit_memory_bytes", "MOST MEMORY"}, bytes(limits.memory_bytes())},
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

Columns ModelColumns() { return ColumnsOf(ModelEntries({}, {})); }
Row ModelRow(const v1::Model& model, Clock::time_point now) {
  return {CellsOf(ModelEntries(model, now)), model.name()};
}

Columns SampleColumns(bool with_logprobs) {
  return ColumnsOf(SampleEntries({}, with_logprobs));
}
Row SampleRow(const v1::Sample& sample, bool with_logprobs) {
  return {CellsOf(SampleEntries(sample, with_logprobs)), sample.text()};
}

Columns ScoreColumns(bool with_logprobs) {
  return ColumnsOf(ScoreEntries("", {}, with_logprobs));
}
Row ScoreRow(std::string_view text, const v1::Score& score,
             bool with_logprobs) {
  return {CellsOf(ScoreEntries(text, score, with_logprobs)),
          score.error().empty() ? Exact(score.logprob()) : "-"};
}

Columns PointColumns() { return ColumnsOf(PointEntries({})); }
Row PointRow(const v1::Point& point) {
  return {CellsOf(PointEntries(point)), Exact(point.loss())};
}

Columns ServerInfoColumns() { return ColumnsOf(ServerInfoEntries({}, {})); }
Row ServerInfoRow(const v1::ServerInfo& info, Clock::time_point now) {
  return {CellsOf(ServerInfoEntries(info, now)), info.version()};
}

}  // namespace microgpt::client
