// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TEXT_CODE_POINT_SET_H_
#define MICROGPT_CORE_TEXT_CODE_POINT_SET_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace microgpt {

// A set of code points: one bit for each, up to the highest.
class CodePointSet {
 public:
  void Insert(char32_t code_point) {
    const size_t word = code_point / 64;
    if (word >= words_.size()) words_.resize(word + 1);
    words_[word] |= uint64_t{1} << code_point % 64;
  }

  std::vector<char32_t> Ascending() const {
    std::vector<char32_t> code_points;
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t bits = words_[i]; bits != 0; bits &= bits - 1) {
        const auto bit = static_cast<size_t>(std::countr_zero(bits));
        code_points.push_back(static_cast<char32_t>(64 * i + bit));
      }
    }
    return code_points;
  }

 private:
  std::vector<uint64_t> words_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TEXT_CODE_POINT_SET_H_
