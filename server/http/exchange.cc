// SPDX-License-Identifier: MIT
#include "server/http/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <utility>

namespace microgpt::server {
namespace {

// What a browser is to know of every answer: nothing of it is for other sites,
// and the pages are made of nothing but what comes from here.
constexpr std::string_view kFieldsOfAll =
    "Content-Security-Policy: default-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n";

std::string_view Phrase(int status) {
  static constexpr std::pair<int, std::string_view> kPhrases[] = {
      {200, "OK"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {499, "Client Closed Request"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"}};
  for (const auto& [code, phrase] : kPhrases) {
    if (code == status) return phrase;
  }
  return "Unknown";
}

// "Sun, 06 Nov 1994 08:49:37 GMT". By hand: strftime knows locales.
std::string Date() {
  static constexpr std::array<const char*, 7> kDays = {
      "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun",
      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc = {};
  gmtime_r(&now, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                     kMonths[static_cast<size_t>(utc.tm_mon)],
                     utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

char LowerOf(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// What follows "http://" in an absolute target; empty if it is none.
std::string_view AfterScheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (EqualsIgnoringCase(target.substr(0, scheme.size()), scheme)) {
      return target.substr(scheme.size());
    }
  }
  return {};
}

}  // namespace

std::string_view Request::Get(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return field.value;
  }
  return {};
}

size_t Request::Count(std::string_view name) const {
  return static_cast<size_t>(
      std::count_if(fields.begin(), fields.end(),
                    [&](const Field& field) { return field.name == name; }));
}

std::string_view Request::path() const {
  std::string_view path = target;
  if (const std::string_view rest = AfterScheme(target); !rest.empty()) {
    const size_t slash = rest.find_first_of("/?");
    path = slash == std::string_view::npos ? "/" : rest.substr(slash);
  }
  return path.substr(0, path.find('?'));
}

std::string_view Request::authority() const {
  const std::string_view rest = AfterScheme(target);
  return rest.empty() ? Get("host") : rest.substr(0, rest.find_first_of("/?"));
}

std::string HeadOf(const Answer& answer, Extent extent, size_t content_length,
                   bool close) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n",
                                 answer.status, Phrase(answer.status), Date());
  for (const Field& field : answer.fields) {
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", field.name,
                   field.value);
  }
  head += kFieldsOfAll;
  if (extent == Extent::kChunks) head += "Transfer-Encoding: chunked\r\n";
  // A 304 has no body, and no length of one.
  if (extent == Extent::kLength && answer.status != 304) {
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n",
                   content_length);
  }
  head += close || extent == Extent::kClose ? "Connection: close\r\n\r\n"
                                            : "Connection: keep-alive\r\n\r\n";
  return head;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerOf(x) == LowerOf(y); });
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerOf);
  return lower;
}

std::vector<std::string_view> SplitList(std::string_view list, char separator) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const size_t end = std::min(list.find(separator), list.size());
    const std::string_view part = Trim(list.substr(0, end));
    if (!part.empty()) parts.push_back(part);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

}  // namespace microgpt::server
