// SPDX-License-Identifier: GPL-3.0-or-later
// The functions behind the use cases, by file.
#pragma once

#include "seal/checkpoint_audit.h"
#include "service/use_case.h"

namespace oyer::service {

// record.cc
Result<json::value> status(Context&, const json::object&);
Result<json::value> list_things(Context&, const json::object&);
Result<json::value> show(Context&, const json::object&);
Result<json::value> log_list(Context&, const json::object&);
Result<json::value> log_prove(Context&, const json::object&);
Result<json::value> rebuild(Context&, const json::object&);
Result<json::value> dump(Context&, const json::object&);
// checkpoints.cc
Result<json::value> log_checkpoint(Context&, const json::object&);
Result<json::value> witness_add(Context&, const json::object&);
Result<json::value> witness_list(Context&, const json::object&);
Result<json::value> authority_add(Context&, const json::object&);
Result<json::value> authority_list(Context&, const json::object&);
Result<json::value> authority_renew(Context&, const json::object&);
// Shared: what others said about this case's log, judged now.
Result<seal::CheckpointAudit> audit_proofs(Context& context, const std::optional<seal::Anchor>& anchor, const std::function<void(const std::string&)>& fault);
// verify_case.cc
Result<json::value> verify_case(Context&, const json::object&);
// taking_in.cc
Result<json::value> add_files(Context&, const json::object&);
// finding_text.cc
Result<json::value> search_text(Context&, const json::object&);
Result<json::value> read_page(Context&, const json::object&);
Result<json::value> add_passage(Context&, const json::object&);
// decisions.cc
Result<json::value> add_thing(Context&, const json::object&);
Result<json::value> import_things(Context&, const json::object&);
Result<json::value> enrol_key(Context&, const json::object&);
// analysis.cc
Result<json::value> weigh_findings(Context&, const json::object&);
Result<json::value> link_lists(Context&, const json::object&);
Result<json::value> link_exhibits(Context&, const json::object&);
// products.cc
Result<json::value> build_report(Context&, const json::object&);
Result<json::value> build_dossier(Context&, const json::object&);

// custody.cc
Result<json::value> custody_add(Context&, const json::object&);
Result<json::value> custody_chain(Context&, const json::object&);

// Shared: what leaves the case is on the record before the first byte does. `things`: ids, where it is a few.
Result<void> record_export(Context& context, const std::string& what, const std::string& recipient, const std::vector<std::string>& things);
// Shared: a thing as answers show it (short id, label, kind, data).
Result<json::object> brief(Context& context, const casefile::Thing& thing);

}  // namespace oyer::service
