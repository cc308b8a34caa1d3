// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/use_case.h"

#include <algorithm>

#include "service/parts.h"

namespace oyer::service {
namespace {

constexpr UseCase kUseCases[] = {
    {"status", Access::reads, status, "the state of the case"},
    {"ls", Access::reads, list_things, "lists things"},
    {"show", Access::reads, show, "one thing with its whole provenance"},
    {"log.list", Access::reads, log_list, "the journal's entries"},
    {"log.prove", Access::reads, log_prove, "a proof that one entry is in the log"},
    {"log.checkpoint", Access::writes, log_checkpoint, "signs a checkpoint, asks witnesses and time authorities"},
    {"witness.add", Access::writes, witness_add, "names a witness, or sets the quorum"},
    {"witness.ls", Access::reads, witness_list, "the witnesses and what they cosigned"},
    {"tsa.add", Access::writes, authority_add, "names a time authority"},
    {"tsa.ls", Access::reads, authority_list, "the time authorities and their tokens"},
    {"tsa.renew", Access::writes, authority_renew, "renews tokens before their certificates end"},
    {"custody.add", Access::writes, custody_add, "records a custody event"},
    {"custody", Access::reads, custody_chain, "the chain of custody of an exhibit"},
    {"rebuild", Access::reads, rebuild, "builds the projection anew and compares"},
    {"dump", Access::reads, dump, "the canonical dump"},
    {"verify", Access::reads, verify_case, "checks the whole case"},
    {"add", Access::writes, add_files, "takes in files and folders"},
    {"search", Access::reads, search_text, "full text"},
    {"page", Access::reads, read_page, "one page of an exhibit with its passages"},
    {"passage.add", Access::writes, add_passage, "marks a passage"},
    {"thing.add", Access::writes, add_thing, "a decision"},
    {"thing.import", Access::writes, import_things, "decisions from a table"},
    {"key.enrol", Access::writes, enrol_key, "enrols an actor's key"},
    {"weigh", Access::reads, weigh_findings, "how well findings are established"},
    {"link.files", Access::nothing, link_lists, "links lists that are files"},
    {"link.exhibits", Access::writes, link_exhibits, "links lists that are exhibits"},
    {"report", Access::writes, build_report, "builds the report"},
    {"dossier", Access::writes, build_dossier, "builds a dossier"},
};

}  // namespace

std::span<const UseCase> use_cases() { return kUseCases; }

const UseCase* find_use_case(std::string_view name) {
  const auto* it = std::find_if(std::begin(kUseCases), std::end(kUseCases), [&](const UseCase& use_case) { return use_case.name == name; });
  return it == std::end(kUseCases) ? nullptr : it;
}

Result<json::value> call(Context& context, std::string_view name, const json::object& arguments) {
  const UseCase* use_case = find_use_case(name);
  if (use_case == nullptr) return fail(ErrorCode::usage, "There is no use case “" + std::string(name) + "”.");
  if (use_case->access != Access::nothing && context.target == nullptr) return fail(ErrorCode::usage, "“" + std::string(name) + "” needs a case.");
  if (use_case->access == Access::writes && !context.target->writable()) return fail(ErrorCode::refused, "The case is open for reading only.", "Close what holds it, or use the server that does.");
  // A tier that is misspelt must not pass for another one.
  if (const std::string tier = string_or_empty(arguments, "tier"); !tier.empty() && tier != "open" && tier != "case") return fail(ErrorCode::usage, "“" + tier + "” is no tier.", "Use open for what is public, or case.");
  auto answer = use_case->run(context, arguments);
  // What was appended before a failure stays appended: it gets its checkpoint too.
  if (use_case->access == Access::writes) {
    auto published = context.target->publish();
    if (answer && !published) return tl::unexpected(published.error());
  }
  return answer;
}

Result<RenditionText> rendition_text(Context& context, const casefile::Thing& rendition) {
  const auto address = hash_from_hex(string_or_empty(rendition.data, "blob"));
  if (!address) return fail(ErrorCode::damaged, "Rendition " + rendition.id + " names no stored bytes.");
  const Bytes file = TRY(context.target->store().get(*address, rendition.tier == "open"));
  auto value = parse_canonical(text_of(file));
  const auto* pages = value && value->is_object() ? get_array(value->get_object(), "pages") : nullptr;
  if (pages == nullptr) return fail(ErrorCode::damaged, "Rendition " + rendition.id + " is not a rendition file.", "Run `oyer verify`.");
  return RenditionText{*pages};
}

Result<search::Index> ready_index(Context& context) {
  auto index = TRY(search::Index::open(context.target->database()));
  for (const auto& id : TRY(index.missing())) {
    const casefile::Thing rendition = TRY(context.query().get(id));
    const RenditionText text = TRY(rendition_text(context, rendition));
    std::vector<search::Index::Page> pages;
    for (const auto& page : text.pages) pages.push_back({get_integer(page.get_object(), "n").value_or(1), string_or_empty(page.get_object(), "text")});
    TRY(index.add(id, string_or_empty(rendition.data, "exhibit"), pages));
  }
  return index;
}

}  // namespace oyer::service
