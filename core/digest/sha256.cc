// SPDX-License-Identifier: MIT
#include "core/digest/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <utility>

namespace microgpt {
namespace {

constexpr std::string_view kPrefix = "sha256:";

// With memory at hand, a digest fails only if it is used wrongly.
void Check(int result) {
  assert(result == 1);
  (void)result;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  Check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void Sha256::Update(std::string_view bytes) {
  Check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string Sha256::Hex() && {
  std::array<unsigned char, 32> digest;
  Check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string Sha256Id(std::string_view bytes) {
  Sha256 digest;
  digest.Update(bytes);
  return std::string(kPrefix) + std::move(digest).Hex();
}

bool IsSha256Id(std::string_view text) {
  constexpr size_t kDigits = 64;
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + kDigits &&
         text.find_first_not_of("0123456789abcdef", kPrefix.size()) ==
             text.npos;
}

}  // namespace microgpt
