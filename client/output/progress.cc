// SPDX-License-Identifier: MIT
#include "client/output/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "client/output/figures.h"
#include "client/output/utf8.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

constexpr std::size_t kBarCells = 20;
constexpr std::size_t kSparkCells = 8;
constexpr int kSamples = 3;

double Fraction(const v1::Job& job) {
  return job.steps() == 0 ? 0 : static_cast<double>(job.step()) / job.steps();
}

// Floors, so that 100 % means done.
unsigned Percent(const v1::Job& job) {
  if (job.steps() == 0) return 0;
  return static_cast<unsigned>(job.step() * 100ull / job.steps());
}

std::string LossText(const v1::Job& job) {
  return job.step() == 0 ? "" : fmt::format("  loss {}", Loss(job.loss()));
}

std::string Rate(const v1::Job& job) {
  if (job.steps_per_second() <= 0) return "";
  std::string rate = Compact(std::round(job.steps_per_second()));
  std::replace(rate.begin(), rate.end(), 'K', 'k');
  return fmt::format("  {} step/s", rate);
}

std::string Remaining(const v1::Job& job) {
  if (!job.has_remaining() || ToChrono(job.remaining()).count() < 1000000000) {
    return "";
  }
  return fmt::format("  {} left", HumanDuration(ToChrono(job.remaining())));
}

std::string QueueText(const v1::Job& job) {
  return fmt::format("queued, position {}", job.queue_position());
}

// Its fields in order of worth: what does not fit `width` is left out whole,
// since a figure that is cut off reads as another one.
std::string BarLine(const v1::Job& job, std::size_t width) {
  if (job.state() == v1::Job::STATE_QUEUED) {
    return fmt::format("{} {}", Bar(0, kBarCells), QueueText(job));
  }
  std::vector<double> losses;
  for (const v1::Point& point : job.history()) losses.push_back(point.loss());
  std::string curve = Sparkline(losses, kSparkCells);
  if (!curve.empty()) curve.insert(0, " ");
  std::string rate = Rate(job);
  const std::string start =
      fmt::format("{} {:2} %  {}/{}{}", Bar(Fraction(job), kBarCells),
                  Percent(job), job.step(), job.steps(), LossText(job));
  const auto line = [&] { return start + curve + rate + Remaining(job); };
  for (std::string* field : {&rate, &curve}) {
    if (DisplayWidth(line()) > width) field->clear();
  }
  return line();
}

// A model that knows nothing guesses each of the tokens alike: ln(vocab_size).
std::string SampleLine(const v1::Job& job) {
  if (job.vocab_size() == 0) return "";
  std::string line =
      fmt::format("{:9}random guess {}", "", Loss(std::log(job.vocab_size())));
  if (job.samples().empty()) return line;
  const int count = std::min(kSamples, job.samples_size());
  const auto first = job.samples().begin();
  return line + fmt::format("      sample: {}",
                            fmt::join(first, first + count, " · "));
}

}  // namespace

std::string Bar(double fraction, std::size_t cells) {
  constexpr std::array<const char*, 8> kEighths = {"",  "▏", "▎", "▍",
                                                   "▌", "▋", "▊", "▉"};
  const double clamped = std::clamp(fraction, 0.0, 1.0);
  const auto eighths = static_cast<std::size_t>(clamped * 8 * cells);
  std::string bar = "▕";
  for (std::size_t i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kEighths[eighths % 8];
  const std::size_t used = eighths / 8 + (eighths % 8 == 0 ? 0 : 1);
  return bar + std::string(cells - used, ' ') + "▏";
}

std::string Sparkline(const std::vector<double>& losses, std::size_t cells) {
  constexpr std::array<const char*, 8> kLevels = {"▁", "▂", "▃", "▄",
                                                  "▅", "▆", "▇", "█"};
  if (losses.size() < 2) return "";
  const std::size_t buckets = std::min(cells, losses.size());
  std::vector<double> means(buckets);
  for (std::size_t b = 0; b < buckets; ++b) {
    const std::size_t begin = b * losses.size() / buckets;
    const std::size_t end = (b + 1) * losses.size() / buckets;
    for (std::size_t i = begin; i < end; ++i) means[b] += losses[i];
    means[b] /= static_cast<double>(end - begin);
  }
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double mean : means) {
    if (!std::isfinite(mean)) continue;
    low = std::min(low, mean);
    high = std::max(high, mean);
  }
  std::string line;
  for (const double mean : means) {
    if (!std::isfinite(mean)) {
      line += ' ';
      continue;
    }
    const double height = high > low ? (mean - low) / (high - low) * 7 : 0;
    line += kLevels[std::lround(std::clamp(height, 0.0, 7.0))];
  }
  return line;
}

std::vector<std::string> Heading(const v1::Job& job) {
  const v1::Config& config = job.config();
  return {fmt::format("num docs: {}   vocab size: {}   num params: {}   "
                      "({} truncated)",
                      Grouped(job.dataset().documents()),
                      Grouped(job.vocab_size()), Grouped(job.num_parameters()),
                      Grouped(job.dataset().truncated())),
          fmt::format("{} · {} · n_embd {} · seed {}",
                      Counted(config.n_layer(), "layer"),
                      Counted(config.n_head(), "head"), config.n_embd(),
                      config.seed())};
}

std::vector<std::string> Frame(const v1::Job& job, std::size_t width) {
  std::vector<std::string> frame;
  for (const std::string& line : {BarLine(job, width), SampleLine(job)}) {
    frame.emplace_back(CutToWidth(Printable(line), width));
  }
  return frame;
}

std::string Success(const v1::Job& job) {
  std::string line =
      fmt::format("{}  loss {}", ModelAndVersion(job.model(), job.version()),
                  Loss(job.loss()));
  if (job.has_validation_loss()) {
    line += fmt::format("  validation {}", Loss(job.validation_loss()));
  }
  return line + fmt::format("  in {}", HumanDuration(ToChrono(job.elapsed())));
}

Progress::Progress(Console* console)
    : console_(console),
      animated_(console->can_animate() && !console->quiet()) {}

void Progress::Update(const v1::Job& job) {
  if (!heading_shown_ && job.vocab_size() > 0) {
    for (const std::string& line : Heading(job)) console_->Note(line);
    heading_shown_ = true;
  }
  if (animated_) {
    Draw(job);
  } else {
    PrintTenth(job);
  }
}

void Progress::Finish() {
  if (lines_drawn_ > 0) console_->Raw("\n");
  lines_drawn_ = 0;
}

void Progress::Draw(const v1::Job& job) {
  // One column less than there are: a full line would wrap on some terminals.
  const std::vector<std::string> frame = Frame(job, console_->width() - 1);
  std::string data = "\r";
  if (lines_drawn_ > 1) data += fmt::format("\033[{}A", lines_drawn_ - 1);
  data += fmt::format("\033[J{}", fmt::join(frame, "\n"));
  console_->Raw(data);
  lines_drawn_ = frame.size();
}

void Progress::PrintTenth(const v1::Job& job) {
  if (job.queue_position() > 0 && job.queue_position() != queue_position_) {
    queue_position_ = job.queue_position();
    console_->Note(QueueText(job));
  }
  const unsigned tenths = Percent(job) / 10;
  if (tenths == tenths_) return;
  tenths_ = tenths;
  console_->Note(fmt::format("{:3} %  {}/{}{}{}", Percent(job), job.step(),
                             job.steps(), LossText(job), Remaining(job)));
}

}  // namespace microgpt::client
