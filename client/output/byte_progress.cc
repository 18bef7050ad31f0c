// SPDX-License-Identifier: MIT
#include "client/output/byte_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/output/figures.h"
#include "client/output/progress.h"
#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

constexpr std::size_t kBarCells = 20;
constexpr std::uint64_t kWorthShowing = 1 << 20;
constexpr std::uint64_t kMilestone = 64 << 20;  // where the size is not known

// A file may grow while it is read.
std::uint64_t Percent(std::uint64_t done, std::uint64_t total) {
  return std::min<std::uint64_t>(done * 100 / total, 100);
}

}  // namespace

ByteProgress::ByteProgress(Console* console, std::optional<std::uint64_t> total)
    : console_(console), total_(total) {}

void ByteProgress::Add(std::uint64_t bytes) {
  done_ += bytes;
  if (console_->quiet() || total_.value_or(done_) < kWorthShowing) return;
  if (console_->can_animate()) {
    Draw();
  } else {
    PrintMilestone();
  }
}

void ByteProgress::Finish() {
  if (!drawn_.empty()) console_->Raw("\n");
  drawn_.clear();
}

std::string ByteProgress::Text() const {
  if (!total_.has_value()) return Bytes(done_);
  return fmt::format("{:3} %  {} of {}", Percent(done_, *total_), Bytes(done_),
                     Bytes(*total_));
}

void ByteProgress::Draw() {
  std::string line = Text();
  if (total_.has_value()) {
    const double fraction = static_cast<double>(done_) / *total_;
    line.insert(0, Bar(fraction, kBarCells));
  }
  // One column less than there are: a full line would wrap on some terminals.
  line = CutToWidth(line, console_->width() - 1);
  if (line == drawn_) return;
  console_->Raw(fmt::format("\r\033[K{}", line));
  drawn_ = std::move(line);
}

void ByteProgress::PrintMilestone() {
  const std::uint64_t milestones =
      total_.has_value() ? Percent(done_, *total_) / 10 : done_ / kMilestone;
  if (milestones == milestones_) return;
  milestones_ = milestones;
  console_->Note(Text());
}

}  // namespace microgpt::client
