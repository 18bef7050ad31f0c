// SPDX-License-Identifier: MIT
//
// A training's losses as a picture of characters, for a terminal.
#ifndef MICROGPT_CLIENT_OUTPUT_CURVE_H_
#define MICROGPT_CLIENT_OUTPUT_CURVE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "microgpt/v1/inspector.pb.h"

namespace microgpt::client {

// Losses over steps: braille dots, two by four a character, joined by lines;
// validation as diamonds; ln(vocab_size), the loss of a random guess, as a
// dashed line. Losses that are not finite leave gaps.
class Curve {
 public:
  // steps: of the whole training, the right end; 0: not known, the last point
  // is. vocab_size 0: not known, no line.
  Curve(unsigned steps, unsigned vocab_size)
      : steps_(steps), vocab_size_(vocab_size) {}

  // Adds a message's points.
  void Add(const v1::GetMetricsResponse& message);

  // Whether there is nothing to draw.
  bool empty() const { return losses_.empty(); }

  // How many points a picture of this width can show.
  static std::size_t Points(std::size_t width);

  // Lines of at most `width` columns, without line ends: the picture, its axis,
  // and what the newest losses are. One line that says so, if there is no loss.
  std::vector<std::string> Draw(std::size_t width, bool color) const;

 private:
  struct Point {
    double step, loss;
  };
  class Dots;
  struct Frame;
  enum class Mark { kNone, kGuess, kValidation };

  static std::string Character(Mark mark, unsigned dots, bool color);
  Frame MakeFrame(std::size_t width) const;
  void DrawLosses(const Frame& frame, Dots* dots) const;
  std::vector<Mark> Marks(const Frame& frame) const;
  std::string Legend(bool color) const;

  const unsigned steps_, vocab_size_;
  std::vector<Point> losses_, validation_;
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_CURVE_H_
