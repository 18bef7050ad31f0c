// SPDX-License-Identifier: MIT
//
// SHA-256 (FIPS 180-4), by which texts and models are told apart.
#ifndef MICROGPT_CORE_DIGEST_SHA256_H_
#define MICROGPT_CORE_DIGEST_SHA256_H_

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's

namespace microgpt {

// The digest of bytes that come in pieces; where they are cut does not matter.
class Sha256 {
 public:
  Sha256();

  void Update(std::string_view bytes);

  // 64 hexadecimal digits in lower case. Ends the digest: nothing may follow.
  std::string Hex() &&;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };

  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// "sha256:<hex>", the identity of what has these bytes.
std::string Sha256Id(std::string_view bytes);

// That `text` has the form of such an identity.
bool IsSha256Id(std::string_view text);

}  // namespace microgpt

#endif  // MICROGPT_CORE_DIGEST_SHA256_H_
