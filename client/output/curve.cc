// SPDX-License-Identifier: MIT
#include "client/output/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "client/output/figures.h"
#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

constexpr std::size_t kRows = 12;       // characters of the picture
constexpr std::size_t kLeastCells = 8;  // of its width
constexpr char kLossColor[] = "\033[36m";
constexpr char kValidationColor[] = "\033[33m";
constexpr char kGuessColor[] = "\033[2m";
constexpr char kNoColor[] = "\033[0m";

std::string Colored(std::string_view text, const char* escape, bool color) {
  return color ? fmt::format("{}{}{}", escape, text, kNoColor)
               : std::string(text);
}

// The braille character with these dots, in UTF-8: U+2800 and above.
std::string Braille(unsigned dots) {
  return {'\xe2', static_cast<char>(0xa0 + (dots >> 6)),
          static_cast<char>(0x80 + (dots & 63))};
}

}  // namespace

// Dots that can be set, two by four a character.
class Curve::Dots {
 public:
  explicit Dots(std::size_t cells) : cells_(cells), bits_(cells * kRows, 0) {}

  std::size_t columns() const { return 2 * cells_; }
  static constexpr std::size_t kHeight = 4 * kRows;

  void Set(std::size_t x, std::size_t y) {
    // Bit of each dot, as Unicode numbers them.
    constexpr unsigned kBits[4][2] = {{0, 3}, {1, 4}, {2, 5}, {6, 7}};
    bits_[y / 4 * cells_ + x / 2] |= 1u << kBits[y % 4][x % 2];
  }

  void Join(std::size_t x0, std::size_t y0, std::size_t x1, std::size_t y1) {
    const double dx = static_cast<double>(x1) - static_cast<double>(x0);
    const double dy = static_cast<double>(y1) - static_cast<double>(y0);
    const double length = std::max(std::abs(dx), std::abs(dy));
    for (double i = 0; i <= length; ++i) {
      const double share = length > 0 ? i / length : 0;
      Set(static_cast<std::size_t>(
              std::lround(static_cast<double>(x0) + share * dx)),
          static_cast<std::size_t>(
              std::lround(static_cast<double>(y0) + share * dy)));
    }
  }

  unsigned At(std::size_t row, std::size_t cell) const {
    return bits_[row * cells_ + cell];
  }

 private:
  const std::size_t cells_;
  std::vector<unsigned> bits_;
};

// What stands where.
struct Curve::Frame {
  std::size_t cells = 0;       // of the picture's width
  std::size_t labels = 0;      // columns left of it
  double first = 0, last = 0;  // steps at its ends
  double low = 0, high = 0;    // losses at its ends

  std::size_t X(double step) const {
    const double share = last > first ? (step - first) / (last - first) : 0;
    return Place(share, 2 * cells);
  }
  std::size_t Y(double loss) const {
    const double share = high > low ? (high - loss) / (high - low) : 0.5;
    return Place(share, Dots::kHeight);
  }

  // What stands to the left of a row.
  std::string Margin(std::size_t row) const {
    std::string label;
    if (row == 0) label = Loss(high);
    if (row + 1 == kRows) label = Loss(low);
    return fmt::format("{:>{}} {}", label, labels - 2,
                       label.empty() ? "│" : "┤");
  }

  // The two lines below the picture.
  std::string Axis() const {
    std::string axis(labels - 1, ' ');
    axis += "└";
    for (std::size_t cell = 0; cell < cells; ++cell) axis += "─";
    return axis;
  }
  std::string Steps() const {
    const std::string begin = fmt::format("{:.0f}", first);
    const std::size_t left = cells - std::min(cells, begin.size());
    return fmt::format("{:{}}{}{:>{}}", "", labels, begin,
                       fmt::format("step {:.0f}", last), left);
  }

 private:
  static std::size_t Place(double share, std::size_t places) {
    return static_cast<std::size_t>(std::lround(
        std::clamp(share, 0.0, 1.0) * static_cast<double>(places - 1)));
  }
};

void Curve::Add(const v1::GetMetricsResponse& message) {
  for (int i = 0; i < message.steps_size() && i < message.losses_size(); ++i) {
    losses_.push_back(
        {static_cast<double>(message.steps(i)), message.losses(i)});
  }
  for (int i = 0; i < message.validation_steps_size() &&
                  i < message.validation_losses_size();
       ++i) {
    validation_.push_back({static_cast<double>(message.validation_steps(i)),
                           message.validation_losses(i)});
  }
}

std::size_t Curve::Points(std::size_t width) { return 2 * width; }

Curve::Frame Curve::MakeFrame(std::size_t width) const {
  Frame frame;
  frame.first = losses_.empty() ? 0 : losses_.front().step;
  frame.last =
      std::max<double>(steps_, losses_.empty() ? 0 : losses_.back().step);
  frame.low = std::numeric_limits<double>::infinity();
  frame.high = -frame.low;
  const auto include = [&frame](double loss) {
    if (!std::isfinite(loss)) return;
    frame.low = std::min(frame.low, loss);
    frame.high = std::max(frame.high, loss);
  };
  for (const Point& point : losses_) include(point.loss);
  for (const Point& point : validation_) include(point.loss);
  if (vocab_size_ > 0 && frame.low <= frame.high)
    include(std::log(vocab_size_));
  frame.labels = std::max(Loss(frame.low).size(), Loss(frame.high).size()) + 2;
  frame.cells = std::max(width, frame.labels + kLeastCells) - frame.labels;
  return frame;
}

// Joins each loss with the one before it.
void Curve::DrawLosses(const Frame& frame, Dots* dots) const {
  const Point* before = nullptr;
  for (const Point& point : losses_) {
    if (!std::isfinite(point.loss)) {
      before = nullptr;
      continue;
    }
    const Point& from = before == nullptr ? point : *before;
    dots->Join(frame.X(from.step), frame.Y(from.loss), frame.X(point.step),
               frame.Y(point.loss));
    before = &point;
  }
}

// What stands in front of the curve and behind it.
std::vector<Curve::Mark> Curve::Marks(const Frame& frame) const {
  std::vector<Mark> marks(kRows * frame.cells, Mark::kNone);
  if (vocab_size_ > 0) {
    const std::size_t row = frame.Y(std::log(vocab_size_)) / 4;
    std::fill_n(marks.begin() + static_cast<std::ptrdiff_t>(row * frame.cells),
                frame.cells, Mark::kGuess);
  }
  for (const Point& point : validation_) {
    if (!std::isfinite(point.loss)) continue;
    marks[frame.Y(point.loss) / 4 * frame.cells + frame.X(point.step) / 2] =
        Mark::kValidation;
  }
  return marks;
}

std::vector<std::string> Curve::Draw(std::size_t width, bool color) const {
  const Frame frame = MakeFrame(width);
  if (losses_.empty() || !(frame.low <= frame.high))
    return {"no losses to draw yet"};
  Dots dots(frame.cells);
  DrawLosses(frame, &dots);
  const std::vector<Mark> marks = Marks(frame);
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < kRows; ++row) {
    std::string line = frame.Margin(row);
    for (std::size_t cell = 0; cell < frame.cells; ++cell) {
      line +=
          Character(marks[row * frame.cells + cell], dots.At(row, cell), color);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  lines.push_back(frame.Axis());
  lines.push_back(frame.Steps());
  lines.push_back(Legend(color));
  return lines;
}

std::string Curve::Character(Mark mark, unsigned dots, bool color) {
  if (mark == Mark::kValidation) return Colored("◆", kValidationColor, color);
  if (dots != 0) return Colored(Braille(dots), kLossColor, color);
  if (mark == Mark::kGuess) return Colored("╌", kGuessColor, color);
  return " ";
}

std::string Curve::Legend(bool color) const {
  std::string legend = fmt::format(
      "{} loss {}", Colored("⠒", kLossColor, color), Loss(losses_.back().loss));
  if (!validation_.empty()) {
    legend += fmt::format("   {} validation {}",
                          Colored("◆", kValidationColor, color),
                          Loss(validation_.back().loss));
  }
  if (vocab_size_ > 0) {
    legend +=
        fmt::format("   {} random guess {}", Colored("╌", kGuessColor, color),
                    Loss(std::log(vocab_size_)));
  }
  return legend;
}

}  // namespace microgpt::client
