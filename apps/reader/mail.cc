// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmime/gmime.h>

#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "reader/readers.h"

namespace oyer::reader {
namespace {

struct Parts {
  std::string plain;
  std::string html;
  int attachments = 0;
  Frames* frames = nullptr;
};

std::string content_of(GMimePart* part) {
  GMimeDataWrapper* wrapper = g_mime_part_get_content(part);
  if (wrapper == nullptr) return {};
  GMimeStream* memory = g_mime_stream_mem_new();
  g_mime_data_wrapper_write_to_stream(wrapper, memory);
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
  std::string out(reinterpret_cast<const char*>(bytes->data), bytes->len);
  g_object_unref(memory);
  return out;
}

void visit(GMimeObject*, GMimeObject* object, gpointer data) {
  auto& parts = *static_cast<Parts*>(data);
  if (!GMIME_IS_PART(object)) return;
  const char* disposition = g_mime_object_get_disposition(object);
  const bool attached = disposition != nullptr && g_ascii_strcasecmp(disposition, "attachment") == 0;
  GMimeContentType* type = g_mime_object_get_content_type(object);
  if (!attached && GMIME_IS_TEXT_PART(object)) {
    char* text = g_mime_text_part_get_text(GMIME_TEXT_PART(object));
    const std::string body = utf8::repair(text == nullptr ? "" : text);
    g_free(text);
    if (g_mime_content_type_is_type(type, "text", "html"))
      parts.html += body;
    else
      parts.plain += (parts.plain.empty() ? "" : "\n") + body;
    return;
  }
  ++parts.attachments;
  const char* name = g_mime_part_get_filename(GMIME_PART(object));
  const std::string bytes = content_of(GMIME_PART(object));
  if (!bytes.empty() && bytes.size() < (14U << 20))
    parts.frames->child(utf8::repair(name == nullptr ? "attachment" : name), bytes);
  else
    parts.frames->warning("An attachment is empty or too large to be taken out.");
}

std::string addresses(InternetAddressList* list) {
  if (list == nullptr) return {};
  char* text = internet_address_list_to_string(list, nullptr, FALSE);
  std::string out = utf8::repair(text == nullptr ? "" : text);
  g_free(text);
  return out;
}

}  // namespace

void read_mail(const Request& request, Frames& frames) {
  g_mime_init();
  GMimeStream* stream = g_mime_stream_mem_new_with_buffer(reinterpret_cast<const char*>(request.bytes.data()), request.bytes.size());
  GMimeParser* parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
  if (message == nullptr) frames.refused("This is not a mail message that can be read.");
  frames.hello("gmime", std::to_string(gmime_major_version) + "." + std::to_string(gmime_minor_version) + "." + std::to_string(gmime_micro_version));
  json::object facts;
  const auto text = [](const char* value) { return utf8::repair(value == nullptr ? "" : value); };
  const std::string subject = text(g_mime_message_get_subject(message));
  const std::string from = addresses(g_mime_message_get_from(message));
  const std::string to = addresses(g_mime_message_get_to(message));
  set_if(facts, "subject", subject);
  set_if(facts, "from", from);
  set_if(facts, "to", to);
  set_if(facts, "message_id", text(g_mime_message_get_message_id(message)));
  if (GDateTime* date = g_mime_message_get_date(message)) {
    GDateTime* utc = g_date_time_to_utc(date);
    char* formatted = g_date_time_format(utc, "%Y-%m-%dT%H:%M:%SZ");
    set_if(facts, "date", text(formatted));
    g_free(formatted);
    g_date_time_unref(utc);
  }
  Parts parts;
  parts.frames = &frames;
  g_mime_message_foreach(message, visit, &parts);
  facts["attachments"] = parts.attachments;
  frames.facts(std::move(facts));
  frames.rendition("text", "", {{"from", parts.plain.empty() ? "html" : "plain"}});
  std::string body = parts.plain.empty() ? html_text(parts.html) : parts.plain;
  body.erase(std::remove(body.begin(), body.end(), '\r'), body.end());  // mail ends its lines with CR LF
  std::string head;
  if (!subject.empty()) head += subject + "\n";
  frames.page({{"n", 1}, {"text", head + body}});
  frames.done();
}

}  // namespace oyer::reader
