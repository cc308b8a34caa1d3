// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/curl_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

namespace oyer::seal {
namespace {

constexpr std::size_t kHeaderLimit = 256U << 10U;

struct Answer {
  HttpResponse response;
  std::size_t limit = 0;
  std::size_t header_bytes = 0;
  bool too_long = false;
};

std::size_t take_body(char* data, std::size_t, std::size_t size, void* target) {
  auto& answer = *static_cast<Answer*>(target);
  if (size > answer.limit - answer.response.body.size()) {
    answer.too_long = true;
    return 0;
  }
  append(answer.response.body, view(std::string_view(data, size)));
  return size;
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* target) {
  auto& answer = *static_cast<Answer*>(target);
  const std::string_view line(data, size);
  answer.header_bytes += size;
  if (answer.header_bytes > kHeaderLimit) {
    answer.too_long = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {  // of a redirect's or an interim answer nothing is kept
    answer.response.headers.clear();
    answer.response.body.clear();
    return size;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  answer.response.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  return size;
}

// Scheme and host of a URL that may be sent.
struct Target {
  std::string scheme;
  std::string host;
};
Result<Target> target_of(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    std::string out;
    if (curl_url_get(parsed.get(), which, &text, 0) == CURLUE_OK && text != nullptr) out = text;
    curl_free(text);
    return out;
  };
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return fail(ErrorCode::bad_input, "The address of the server is not a web address.", "Write it as https://host or https://host:port.");
  Target out{part(CURLUPART_SCHEME), part(CURLUPART_HOST)};
  if (out.scheme != "http" && out.scheme != "https") return fail(ErrorCode::bad_input, "The address of " + out.host + " is neither http nor https.", "Write it as https://host or https://host:port.");
  if (!part(CURLUPART_USER).empty() || !part(CURLUPART_PASSWORD).empty()) return fail(ErrorCode::bad_input, "The address of " + out.host + " holds a user name or a password.", "Leave them out of the address; addresses end up in logs.");
  return out;
}

tl::unexpected<Error> network_error(CURLcode code, const std::string& host, const Answer& answer) {
  const std::string server = "The server at " + host;
  if (answer.too_long) return fail(ErrorCode::bad_input, server + " sent a longer answer than is accepted.", "Check that the address is the right one.");
  const auto unreachable = [&](const std::string& why, const std::string& advice) { return fail(ErrorCode::interrupted, server + " could not be reached: " + why + ".", advice); };
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY: return unreachable("the name of the proxy is not known", "Check the proxy settings and the connection.");
    case CURLE_COULDNT_RESOLVE_HOST: return unreachable("its name is not known", "Check the address and the connection.");
    case CURLE_COULDNT_CONNECT: return unreachable("nothing answers there", "Check the address and the connection.");
    case CURLE_OPERATION_TIMEDOUT: return unreachable("it took too long", "Try again, or check the connection.");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return fail(ErrorCode::refused, server + " could not prove who it is: its certificate is not trusted here.", "Somebody may be listening in. Ask whoever runs the server.");
    case CURLE_SSL_CONNECT_ERROR: return unreachable("no secure connection came about", "Check that the address and port speak https.");
    case CURLE_TOO_MANY_REDIRECTS: return fail(ErrorCode::bad_input, server + " sent the request on too often.", "Give the address that it is sent to.");
    case CURLE_UNSUPPORTED_PROTOCOL: return fail(ErrorCode::refused, server + " sent the request on to an address that is not allowed.", "Give the address that it is sent to.");
    default: return unreachable("the connection broke", "Try again, or check the connection.");
  }
}

class CurlClient : public HttpClient {
 public:
  CurlClient() {
    static std::once_flag once;
    std::call_once(once, [] {
      if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) std::abort();  // out of memory before anything began
    });
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    const Target target = TRY(target_of(request.url));
    const std::lock_guard<std::mutex> hold(mutex_);
    if (!handle_) handle_.reset(curl_easy_init());
    CURL* curl = handle_.get();
    if (curl == nullptr) return fail(ErrorCode::internal, "No connection to " + target.host + " could be prepared.");
    curl_easy_reset(curl);  // options go, open connections stay

    std::unique_ptr<curl_slist, void (*)(curl_slist*)> list(nullptr, curl_slist_free_all);
    const auto add = [&](const std::string& line) {
      if (curl_slist* longer = curl_slist_append(list.get(), line.c_str())) {
        list.release();
        list.reset(longer);
      }
    };
    add("Expect:");  // no waiting for "100 Continue"
    bool typed = false;
    for (const auto& [name, value] : request.headers) {
      if (name.empty() || name.find_first_of(":\r\n ") != std::string::npos || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
        return fail(ErrorCode::bad_input, "A header of the request to " + target.host + " is malformed.");
      typed = typed || name == "Content-Type" || name == "content-type";
      add(value.empty() ? name + ";" : name + ": " + value);
    }
    if (!typed) add("Content-Type:");  // libcurl would call every body a form

    Answer answer;
    answer.limit = request.answer_limit;
    const auto milliseconds = [](double seconds) { return static_cast<long>(seconds * 1000); };
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, target.scheme == "https" ? "https" : "http,https");  // never from https down to http
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, request.redirects > 0 ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, static_cast<long>(request.redirects));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);  // what was signed is what is sent
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_seconds));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds(request.total_seconds));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
    if (request.method == "HEAD") {
      curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else {
      if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.empty() ? "" : reinterpret_cast<const char*>(request.body.data()));
      }
      curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) return network_error(code, target.host, answer);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    answer.response.status = static_cast<int>(status);
    return std::move(answer.response);
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<CURL, void (*)(CURL*)> handle_{nullptr, curl_easy_cleanup};
};

}  // namespace

std::unique_ptr<HttpClient> curl_client() { return std::make_unique<CurlClient>(); }

}  // namespace oyer::seal
