// SPDX-License-Identifier: MIT
//
// A training job as it goes on, on standard error: a bar where a terminal can
// redraw it, one line each tenth elsewhere, nothing with -q.
#ifndef MICROGPT_CLIENT_OUTPUT_PROGRESS_H_
#define MICROGPT_CLIENT_OUTPUT_PROGRESS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "client/output/output.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::client {

// "▕██████▌     ▏", `cells` wide between its ends; fraction in 0..1.
std::string Bar(double fraction, std::size_t cells);

// The curve of `losses` in `cells` blocks "▇▅▃▂" or fewer, from the lowest to
// the highest that are finite; a blank where a loss is not. Empty for fewer
// than two losses.
std::string Sparkline(const std::vector<double>& losses, std::size_t cells);

// "num docs: 2,104   vocab size: 27   …" and "1 layer · 4 heads · …".
std::vector<std::string> Heading(const v1::Job& job);

// The bar with its figures, and below it a guess's loss and a few samples; no
// line is wider than `width` columns.
std::vector<std::string> Frame(const v1::Job& job, std::size_t width);

// The line that ends a training: "names@2  loss 2.32  in 5 ms".
std::string Success(const v1::Job& job);

class Progress {
 public:
  // `console` must outlive it.
  explicit Progress(Console* console);

  void Update(const v1::Job& job);

  // Leaves the last frame where it is and moves below it.
  void Finish();

  // Whether it would show history and samples: ask the server for them.
  bool wants_full() const { return animated_; }

 private:
  void Draw(const v1::Job& job);
  void PrintTenth(const v1::Job& job);

  Console* const console_;
  const bool animated_;
  bool heading_shown_ = false;
  std::size_t lines_drawn_ = 0;
  unsigned tenths_ = 0;          // the last one printed
  unsigned queue_position_ = 0;  // the last one printed
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_PROGRESS_H_
