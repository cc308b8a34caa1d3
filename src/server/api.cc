// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/api.h"

#include "server/page.h"
#include "service/use_case.h"

namespace oyer::server {
namespace {

Response json_response(const json::value& value) { return {200, "application/json", json::serialize(value), ""}; }

std::string parameter(const Request& request, const std::string& key) {
  const auto it = request.query.find(key);
  return it == request.query.end() ? "" : it->second;
}

// What comes over a socket has any form; a value of the wrong kind throws in Boost.JSON and must not end the connection or the server.
Result<json::value> call_guarded(service::Context& context, const std::string& use_case, const json::object& arguments) {
  try {
    return service::call(context, use_case, arguments);
  } catch (const std::exception&) {
    return fail(ErrorCode::usage, "The arguments do not have the form that “" + use_case + "” takes.", "The commands send them as it should be.");
  }
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::string part;
  for (char c : path + "/") {
    if (c != '/')
      part.push_back(c);
    else if (!part.empty()) {
      parts.push_back(part);
      part.clear();
    }
  }
  return parts;
}

}  // namespace

unsigned http_status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::check_failed: return 422;
    case ErrorCode::usage: return 400;
    case ErrorCode::bad_input: return 422;
    case ErrorCode::not_found: return 404;
    case ErrorCode::refused: return 403;
    case ErrorCode::damaged: return 507;
    case ErrorCode::interrupted: return 503;
    case ErrorCode::internal: return 500;
  }
  return 500;
}

Response problem(const Error& error) {
  const unsigned status = http_status_of(error.code);
  return {status, "application/problem+json", json::serialize(json::object{{"status", status}, {"title", error.message}, {"detail", error.advice}}), ""};
}

Response Api::call(const std::string& use_case, const std::string& arguments_json) {
  const auto arguments = parse_json(arguments_json);
  if (!arguments || !arguments->is_object()) return problem({ErrorCode::usage, "The arguments are not a JSON object.", ""});
  const std::lock_guard<std::mutex> lock(mutex_);
  service::Context context;
  context.target = case_;
  const auto answer = call_guarded(context, use_case, arguments->get_object());
  return answer ? json_response(*answer) : problem(answer.error());
}

Response Api::command(const std::string& body) {
  const auto value = parse_json(body);
  if (!value || !value->is_object() || get_object(value->get_object(), "arguments") == nullptr) return problem({ErrorCode::usage, "A command is {\"use_case\",\"arguments\"}.", ""});
  json::array lines;
  const std::lock_guard<std::mutex> lock(mutex_);
  service::Context context;
  context.target = case_;
  context.acknowledged = [&](const json::value& line) { lines.push_back(line); };
  const auto answer = call_guarded(context, string_or_empty(value->get_object(), "use_case"), *get_object(value->get_object(), "arguments"));
  json::object out{{"lines", std::move(lines)}};
  if (answer)
    out["answer"] = *answer;
  else
    out["error"] = json::object{{"code", static_cast<std::int64_t>(answer.error().code)}, {"message", answer.error().message}, {"advice", answer.error().advice}};
  return json_response(out);
}

Result<void> Api::stop() {
  mutex_.lock();  // and never unlocked: the process ends
  return case_->publish();
}

Response Api::answer(const Request& request) {
  const auto parts = parts_of(request.path);
  if (request.method != "GET") return {405, "application/problem+json", json::serialize(json::object{{"status", 405}, {"title", "Only reading is served here; decisions are made with the commands."}}), ""};
  if (parts.empty()) return {200, "text/html; charset=utf-8", std::string(page_html()), ""};
  if (parts.size() == 1 && parts[0] == "app.js") return {200, "text/javascript; charset=utf-8", std::string(page_js()), ""};
  if (parts.size() == 1 && parts[0] == "app.css") return {200, "text/css; charset=utf-8", std::string(page_css()), ""};
  const Response nothing = problem({ErrorCode::not_found, "There is nothing at " + request.path + ".", "The API begins at /api/v1/status."});
  if (parts.size() < 3 || parts[0] != "api" || parts[1] != "v1") return nothing;
  const auto text = [](const json::object& object) { return json::serialize(object); };
  if (parts.size() == 3 && parts[2] == "status") return call("status", "{}");
  if (parts.size() == 3 && parts[2] == "things") return call("ls", text({{"kind", parameter(request, "kind")}}));
  if (parts.size() == 4 && parts[2] == "things") return call("show", text({{"id", parts[3]}}));
  if (parts.size() == 3 && parts[2] == "weigh") return call("weigh", "{}");
  if (parts.size() == 3 && parts[2] == "search") {
    json::object arguments{{"query", parameter(request, "q")}};
    const std::string limit = parameter(request, "limit");
    if (!limit.empty() && limit.size() < 5 && limit.find_first_not_of("0123456789") == std::string::npos) arguments["limit"] = std::stoll(limit);
    return call("search", text(arguments));
  }
  if (parts.size() == 6 && parts[2] == "exhibits" && parts[4] == "pages") {
    if (parts[5].size() > 6 || parts[5].find_first_not_of("0123456789") != std::string::npos) return problem({ErrorCode::usage, "“" + parts[5] + "” is no page number.", ""});
    return call("page", text({{"exhibit", parts[3]}, {"page", std::stoll(parts[5])}, {"layer", parameter(request, "layer")}}));
  }
  if (parts.size() == 5 && parts[2] == "exhibits" && parts[4] == "content") {
    const std::lock_guard<std::mutex> lock(mutex_);
    casefile::Query query(case_->database(), {});
    const auto exhibit = query.find(parts[3], "ex");
    if (!exhibit) return problem(exhibit.error());
    // Quarantined bytes are never handed to a browser.
    if (string_or_empty(exhibit->data, "state") == "quarantined") return problem({ErrorCode::refused, "This file is quarantined: " + string_or_empty(exhibit->data, "reason"), "Its bytes are kept; look at them on a machine made for that."});
    const auto address = hash_from_hex(string_or_empty(exhibit->data, "blob"));
    const auto bytes = case_->store().get(*address, exhibit->tier == "open");
    if (!bytes) return problem(bytes.error());
    return {200, "application/octet-stream", std::string(text_of(*bytes)), string_or_empty(exhibit->data, "name")};
  }
  return nothing;
}

}  // namespace oyer::server
