// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/evidence_record.h"

#include <algorithm>
#include <optional>

#include "seal/der.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kMaximumStamps = 1000;
constexpr std::size_t kMaximumBytes = 16U << 20;
constexpr std::uint8_t kVersion[] = {1};
constexpr DigestAlgorithm kAlgorithms[] = {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512};

// 2.16.840.1.101.3.4.2.{1,2,3} (RFC 5754)
Bytes object_identifier(DigestAlgorithm algorithm) {
  const std::uint8_t last = algorithm == DigestAlgorithm::sha256 ? 1 : algorithm == DigestAlgorithm::sha384 ? 2 : 3;
  const std::uint8_t content[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last};
  return der::encode(der::kObjectIdentifier, {content});
}

// AlgorithmIdentifier without parameters, as RFC 5754 section 2 asks.
Bytes algorithm_identifier(DigestAlgorithm algorithm) { return der::encode(der::kSequence, {object_identifier(algorithm)}); }

// The algorithm that the content of an AlgorithmIdentifier names; parameters may be NULL.
Result<std::optional<DigestAlgorithm>> algorithm_in(ByteView content) {
  der::Reader reader(content);
  const der::Element object = TRY(reader.next(der::kObjectIdentifier));
  if (!reader.at_end()) TRY(reader.next());
  if (!reader.at_end()) return fail(ErrorCode::bad_input, "The evidence record names a hash in a way that can't be read.");
  for (const DigestAlgorithm algorithm : kAlgorithms)
    if (std::ranges::equal(object.whole, object_identifier(algorithm))) return algorithm;
  return std::optional<DigestAlgorithm>();
}

tl::unexpected<Error> unsupported(const char* what) { return fail(ErrorCode::bad_input, std::string("The evidence record holds ") + what + ", which this version does not read.", "Verify it with the program that wrote it."); }
tl::unexpected<Error> broken(std::size_t number, const std::string& what) { return fail(ErrorCode::check_failed, "Time-stamp " + std::to_string(number) + " of the evidence record " + what + ".", "Look for another copy of the record."); }

}  // namespace

Result<EvidenceRecord::Stamp> EvidenceRecord::stamp_of(ByteView token, ByteView whole) {
  // Not inside the braces below: leaving from there would leak the members that are made already.
  Imprint imprint = TRY(claimed_imprint(token));
  return Stamp{to_bytes(whole), to_bytes(token), std::move(imprint)};
}

Result<EvidenceRecord> EvidenceRecord::begin(ByteView response_or_token) {
  const ByteView token = TRY(token_of(response_or_token));
  EvidenceRecord out;
  TRY(out.add(TRY(stamp_of(token, der::encode(der::kSequence, {token}))), true));
  return out;
}

Result<void> EvidenceRecord::add(Stamp stamp, bool new_chain) {
  if (size() >= kMaximumStamps) return fail(ErrorCode::refused, "The evidence record holds 1000 time-stamps and takes no more.", "Begin a new record.");
  bool listed = false;
  for (const Bytes& one : algorithms_) {
    const der::Element element = TRY(der::only(one, der::kSequence));
    listed = listed || TRY(algorithm_in(element.content)) == stamp.imprint.algorithm;
  }
  if (!listed) algorithms_.push_back(algorithm_identifier(stamp.imprint.algorithm));
  if (new_chain) chains_.emplace_back();
  chains_.back().push_back(std::move(stamp));
  return {};
}

std::size_t EvidenceRecord::size() const {
  std::size_t out = 0;
  for (const Chain& chain : chains_) out += chain.size();
  return out;
}

Result<EvidenceRecord> EvidenceRecord::parse(ByteView bytes) {
  if (bytes.size() > kMaximumBytes) return fail(ErrorCode::bad_input, "The evidence record is larger than 16 MiB.", "Give the evidence record of one file.");
  const der::Element outer = TRY(der::only(bytes, der::kSequence));
  der::Reader reader(outer.content);
  const der::Element version = TRY(reader.next(der::kInteger));
  if (!std::ranges::equal(version.content, kVersion)) return unsupported("another version than 1");
  EvidenceRecord out;
  const der::Element algorithms = TRY(reader.next(der::kSequence));
  std::vector<DigestAlgorithm> listed;
  for (der::Reader inside(algorithms.content); !inside.at_end();) {
    const der::Element one = TRY(inside.next(der::kSequence));
    if (const auto known = TRY(algorithm_in(one.content))) listed.push_back(*known);
    out.algorithms_.push_back(to_bytes(one.whole));
  }
  if (reader.next_is(der::context(0))) return unsupported("added cryptographic information");
  if (reader.next_is(der::context(1))) return unsupported("an encryption method");
  const der::Element sequence = TRY(reader.next(der::kSequence));
  if (!reader.at_end()) return fail(ErrorCode::bad_input, "Something follows the end of the evidence record.");
  for (der::Reader chains(sequence.content); !chains.at_end();) {
    const der::Element chain = TRY(chains.next(der::kSequence));
    Chain stamps;
    for (der::Reader inside(chain.content); !inside.at_end();) {
      const der::Element archive_stamp = TRY(inside.next(der::kSequence));
      der::Reader fields(archive_stamp.content);
      std::optional<DigestAlgorithm> stated;
      if (fields.next_is(der::context(0))) {
        const der::Element field = TRY(fields.next());
        stated = TRY(algorithm_in(field.content));
        if (!stated) return unsupported("a hash other than SHA-256, SHA-384 and SHA-512");
      }
      if (fields.next_is(der::context(1))) return unsupported("attributes");
      if (fields.next_is(der::context(2))) return unsupported("a hash tree");
      const der::Element token = TRY(fields.next(der::kSequence));
      if (!fields.at_end()) return fail(ErrorCode::bad_input, "Something follows a time-stamp in the evidence record.");
      // A response is no ContentInfo: in a record only the token has a place.
      if (!der::Reader(token.content).next_is(der::kObjectIdentifier)) return fail(ErrorCode::bad_input, "The evidence record holds something in the place of a time-stamp.");
      Stamp stamp = TRY(stamp_of(token.whole, archive_stamp.whole));
      if (stated && *stated != stamp.imprint.algorithm) return fail(ErrorCode::bad_input, "The evidence record states another hash than its time-stamp has.");
      if (std::ranges::find(listed, stamp.imprint.algorithm) == listed.end()) return fail(ErrorCode::bad_input, "The evidence record does not list a hash that it uses.");
      stamps.push_back(std::move(stamp));
      if (out.size() + stamps.size() > kMaximumStamps) return fail(ErrorCode::bad_input, "The evidence record holds more than 1000 time-stamps.");
    }
    if (stamps.empty()) return fail(ErrorCode::bad_input, "The evidence record holds an empty chain.");
    out.chains_.push_back(std::move(stamps));
  }
  if (out.chains_.empty()) return fail(ErrorCode::bad_input, "The evidence record holds no time-stamp.");
  return out;
}

Bytes EvidenceRecord::encode_chains(const std::vector<Chain>& chains, std::size_t count) {
  Bytes content;
  for (std::size_t i = 0; i < count; ++i) {
    Bytes stamps;
    for (const Stamp& stamp : chains[i]) append(stamps, stamp.whole);
    append(content, der::encode(der::kSequence, {stamps}));
  }
  return der::encode(der::kSequence, {content});
}

Bytes EvidenceRecord::encode() const {
  Bytes algorithms;
  for (const Bytes& one : algorithms_) append(algorithms, one);
  return der::encode(der::kSequence, {der::encode(der::kInteger, {kVersion}), der::encode(der::kSequence, {algorithms}), encode_chains(chains_, chains_.size())});
}

Imprint EvidenceRecord::renewal_imprint() const {
  const Stamp& last = chains_.back().back();
  return imprint_of(last.token, last.imprint.algorithm);
}

Imprint EvidenceRecord::rehash_over(const std::vector<Chain>& chains, std::size_t count, ByteView data, DigestAlgorithm algorithm) {
  Bytes both = digest(algorithm, data);
  append(both, digest(algorithm, encode_chains(chains, count)));
  return imprint_of(both, algorithm);
}

Imprint EvidenceRecord::rehash_imprint(ByteView data, DigestAlgorithm algorithm) const { return rehash_over(chains_, chains_.size(), data, algorithm); }

Result<void> EvidenceRecord::add_renewal(ByteView response_or_token) {
  const ByteView token = TRY(token_of(response_or_token));
  Stamp stamp = TRY(stamp_of(token, der::encode(der::kSequence, {token})));
  if (stamp.imprint != renewal_imprint()) return fail(ErrorCode::check_failed, "The new time-stamp is not over the last one of the evidence record.", "Ask for a time-stamp over its renewal imprint.");
  return add(std::move(stamp), false);
}

Result<void> EvidenceRecord::add_rehash(ByteView response_or_token, ByteView data) {
  const ByteView token = TRY(token_of(response_or_token));
  Stamp stamp = TRY(stamp_of(token, der::encode(der::kSequence, {token})));
  if (stamp.imprint != rehash_imprint(data, stamp.imprint.algorithm)) return fail(ErrorCode::check_failed, "The new time-stamp is not over the data and the evidence record so far.", "Ask for a time-stamp over its rehash imprint.");
  return add(std::move(stamp), true);
}

Result<EvidenceFacts> EvidenceRecord::verify(ByteView data, const Certificates& roots, const Certificates& intermediates, std::int64_t now) const {
  EvidenceFacts out;
  for (std::size_t i = 0; i < chains_.size(); ++i) {
    const DigestAlgorithm algorithm = chains_[i].front().imprint.algorithm;
    for (std::size_t j = 0; j < chains_[i].size(); ++j) {
      const Stamp& stamp = chains_[i][j];
      const std::size_t number = out.timestamps.size() + 1;
      if (stamp.imprint.algorithm != algorithm) return broken(number, "has another hash than its chain");
      const Imprint expected = j > 0 ? imprint_of(chains_[i][j - 1].token, algorithm) : i > 0 ? rehash_over(chains_, i, data, algorithm) : imprint_of(data, algorithm);
      if (stamp.imprint != expected) return broken(number, j > 0 ? "is not over the one before it" : i > 0 ? "is not over this file and the chains before it" : "is over other bytes than these");
      Result<Timestamp> verified = verify_timestamp(stamp.token, expected, roots, intermediates);
      if (!verified) return fail_at("Time-stamp " + std::to_string(number) + " of the evidence record", std::move(verified).error());
      if (!out.timestamps.empty()) {
        const Timestamp& before = out.timestamps.back();
        if (verified->time < before.time) return broken(number, "is older than the one that it renews");
        if (verified->time >= before.chain_not_after) return broken(number, "came too late: the certificate of the one that it renews had ended");
      }
      out.timestamps.push_back(std::move(*verified));
    }
  }
  out.valid_until = out.timestamps.back().chain_not_after;
  out.valid_now = now < out.valid_until;
  return out;
}

bool needs_renewal(const EvidenceFacts& facts, std::int64_t now, std::int64_t margin) { return facts.valid_until - now < margin; }

Result<bool> needs_renewal(const EvidenceRecord& record, ByteView data, const Certificates& roots, const Certificates& intermediates, std::int64_t now, std::int64_t margin) {
  const EvidenceFacts facts = TRY(record.verify(data, roots, intermediates, now));
  return needs_renewal(facts, now, margin);
}

}  // namespace oyer::seal
