// SPDX-License-Identifier: MIT
#include "server/store/memory_store.h"

#include <fmt/format.h>

#include <utility>

#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

// A job's record with its samples, and a tokenizer's alphabet: about.
constexpr size_t kRecordBytes = 4096;

// What a job will take by the time it has succeeded.
size_t BytesOf(const JobRecord& job) {
  const size_t value_bytes =
      job.training_config->precision == Precision::kFloat64 ? 8 : 4;
  return kRecordBytes + job.training_config->steps * sizeof(double) +
         job.num_parameters * value_bytes;
}

}  // namespace

absl::StatusOr<JobRecord> MemoryStore::AcceptJob(
    const JobRecord& job, std::shared_ptr<const Corpus> corpus) {
  MutexLock lock(mutex_);
  if (!job.request_id.empty()) {
    const auto known = job_of_request_.find(job.request_id);
    if (known != job_of_request_.end()) {
      return jobs_.find(known->second)->second.record;
    }
  }
  const bool new_corpus = !corpora_.contains(job.dataset.id);
  const size_t reserved = BytesOf(job);
  const size_t needed = reserved + (new_corpus ? corpus->memory_bytes() : 0);
  if (needed > max_bytes_ - bytes_) {
    return absl::ResourceExhaustedError(fmt::format(
        "the job, its dataset and its model need {} bytes; {} of the {} bytes "
        "that the server keeps (--store-memory-mb) are free",
        needed, max_bytes_ - bytes_, max_bytes_));
  }
  bytes_ += needed;
  if (new_corpus) corpora_[job.dataset.id] = std::move(corpus);
  if (!job.request_id.empty()) job_of_request_[job.request_id] = job.id;
  jobs_of_model_[job.model].insert(job.id);
  jobs_[job.id] = {job, std::make_shared<std::vector<double>>(), reserved};
  return job;
}

absl::StatusOr<JobRecord> MemoryStore::FinishJob(
    JobRecord job, std::vector<double> losses,
    std::shared_ptr<const Model> model) {
  MutexLock lock(mutex_);
  const auto kept = jobs_.find(job.id);
  if (kept == jobs_.end()) return UnknownNameError("job", job.id, {});
  losses.shrink_to_fit();
  if (model != nullptr) {
    Versions& versions = models_[job.model];
    job.version = static_cast<uint32_t>(versions.size() + 1);
    versions.push_back({job.model, job.version, job, std::move(model)});
  } else {
    // Neither the model nor the steps not taken will come.
    const size_t taken = kRecordBytes + losses.size() * sizeof(double);
    bytes_ -= kept->second.reserved_bytes - taken;
    kept->second.reserved_bytes = taken;
  }
  kept->second.record = job;
  kept->second.losses =
      std::make_shared<const std::vector<double>>(std::move(losses));
  return job;
}

absl::StatusOr<JobRecord> MemoryStore::GetJob(std::string_view id) const {
  MutexLock lock(mutex_);
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return UnknownNameError("job", id, {});
  return job->second.record;
}

std::optional<JobRecord> MemoryStore::FindRequest(
    std::string_view request_id) const {
  MutexLock lock(mutex_);
  const auto known = job_of_request_.find(std::string(request_id));
  if (known == job_of_request_.end()) return std::nullopt;
  return jobs_.find(known->second)->second.record;
}

std::vector<JobRecord> MemoryStore::ListJobs(std::string_view model,
                                             std::string_view before,
                                             size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<JobRecord> page;
  if (model.empty()) {
    auto next = before.empty() ? jobs_.end() : jobs_.lower_bound(before);
    while (page.size() < limit && next != jobs_.begin()) {
      page.push_back((--next)->second.record);
    }
    return page;
  }
  const auto known = jobs_of_model_.find(model);
  if (known == jobs_of_model_.end()) return page;
  const Ids& ids = known->second;
  auto next = before.empty() ? ids.end() : ids.lower_bound(before);
  while (page.size() < limit && next != ids.begin()) {
    page.push_back(jobs_.find(*--next)->second.record);
  }
  return page;
}

absl::StatusOr<MemoryStore::Losses> MemoryStore::GetLosses(
    std::string_view job) const {
  MutexLock lock(mutex_);
  const auto kept = jobs_.find(job);
  if (kept == jobs_.end()) return UnknownNameError("job", job, {});
  return kept->second.losses;
}

std::shared_ptr<const Corpus> MemoryStore::FindCorpus(
    std::string_view id) const {
  MutexLock lock(mutex_);
  const auto corpus = corpora_.find(std::string(id));
  return corpus == corpora_.end() ? nullptr : corpus->second;
}

std::optional<ModelVersion> MemoryStore::FindModel(std::string_view name,
                                                   uint32_t version) const {
  MutexLock lock(mutex_);
  const auto model = models_.find(name);
  if (model == models_.end()) return std::nullopt;
  const Versions& versions = model->second;
  if (version > versions.size()) return std::nullopt;
  return version == 0 ? versions.back() : versions[version - 1];
}

std::vector<ModelVersion> MemoryStore::ListModels(std::string_view after,
                                                  size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<ModelVersion> page;
  for (auto next = models_.upper_bound(after);
       next != models_.end() && page.size() < limit; ++next) {
    page.push_back(next->second.back());
  }
  return page;
}

std::vector<std::string> MemoryStore::ModelNames() const {
  MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, versions] : models_) names.push_back(name);
  return names;
}

size_t MemoryStore::model_count() const {
  MutexLock lock(mutex_);
  return models_.size();
}

size_t MemoryStore::memory_bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

}  // namespace microgpt::server
