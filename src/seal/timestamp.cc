// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/timestamp.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>

#include "seal/der.h"
#include "seal/hash.h"
#include "seal/openssl_handle.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kMaximumBytes = 1U << 20;
constexpr int kMaximumEmbedded = 32;  // certificates inside a token; real ones hold up to four
constexpr int kMaximumDepth = 8;
// 112 bits: no SHA-1 in the chain, RSA of 2048 bits or more.
constexpr int kSecurityLevel = 2;

tl::unexpected<Error> refused(std::string what) { return fail(ErrorCode::check_failed, "The time-stamp does not hold: " + std::move(what), "Keep it as evidence of what was received, and ask the time authority again."); }
tl::unexpected<Error> malformed(std::string what) { return fail(ErrorCode::bad_input, "The time-stamp can't be read: " + std::move(what), "Give the response of the time authority as it was received (.tsr), or the token in DER."); }

std::string object_text(const ASN1_OBJECT* object) {
  char text[128];
  const int length = OBJ_obj2txt(text, sizeof text, object, 1);
  return length <= 0 ? "?" : std::string(text, std::min<std::size_t>(static_cast<std::size_t>(length), sizeof text - 1));
}

std::string integer_text(const ASN1_INTEGER* integer) {
  const openssl::BigNumber number(integer == nullptr ? nullptr : ASN1_INTEGER_to_BN(integer, nullptr));
  if (!number) return {};
  char* text = BN_bn2hex(number.get());
  std::string out = text == nullptr ? "" : text;
  OPENSSL_free(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::optional<DigestAlgorithm> algorithm_of(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  int parameter = V_ASN1_UNDEF;
  X509_ALGOR_get0(&object, &parameter, nullptr, algorithm);
  if (parameter != V_ASN1_UNDEF && parameter != V_ASN1_NULL) return std::nullopt;
  switch (OBJ_obj2nid(object)) {
    case NID_sha256: return DigestAlgorithm::sha256;
    case NID_sha384: return DigestAlgorithm::sha384;
    case NID_sha512: return DigestAlgorithm::sha512;
    default: return std::nullopt;
  }
}

const EVP_MD* openssl_digest(DigestAlgorithm algorithm) { return algorithm == DigestAlgorithm::sha256 ? EVP_sha256() : algorithm == DigestAlgorithm::sha384 ? EVP_sha384() : EVP_sha512(); }

ByteView bytes_of(const ASN1_STRING* text) { return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))}; }

// GeneralizedTime as RFC 3161 section 2.4.2 has it: YYYYMMDDhhmmss[.fraction]Z.
bool read_time(std::string_view text, Timestamp& out) {
  if (text.size() < 15 || text.size() > 40 || text.back() != 'Z') return false;
  text.remove_suffix(1);
  const std::string_view whole = text.substr(0, 14);
  const std::string_view fraction = text.substr(14);
  const auto digits = [](std::string_view part) { return std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; }); };
  if (!digits(whole) || (!fraction.empty() && (fraction[0] != '.' || fraction.size() < 2 || !digits(fraction.substr(1))))) return false;
  const auto number = [&](std::size_t at, std::size_t count) { return std::atoi(std::string(whole.substr(at, count)).c_str()); };
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)), std::chrono::month(static_cast<unsigned>(number(4, 2))), std::chrono::day(static_cast<unsigned>(number(6, 2))));
  if (!day.ok() || number(8, 2) > 23 || number(10, 2) > 59 || number(12, 2) > 59) return false;
  out.time = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::sys_days(day).time_since_epoch()).count() + number(8, 2) * 3600 + number(10, 2) * 60 + number(12, 2);
  out.time_text = utc_text(out.time);
  out.time_text.insert(out.time_text.size() - 1, fraction);
  return true;
}

struct ParsedToken {
  ByteView bytes;
  openssl::Pkcs7 signed_data;
  openssl::TimeInfo info;
  PKCS7_SIGNER_INFO* signer = nullptr;  // inside signed_data
  DigestAlgorithm algorithm = DigestAlgorithm::sha256;
};

Result<ParsedToken> parse_token(ByteView response_or_token) {
  ParsedToken out;
  out.bytes = TRY(token_of(response_or_token));
  const unsigned char* at = out.bytes.data();
  out.signed_data.reset(d2i_PKCS7(nullptr, &at, static_cast<long>(out.bytes.size())));
  // The content of a ContentInfo is optional in the grammar: look before OpenSSL's functions take it for given.
  if (!out.signed_data || at != out.bytes.data() + out.bytes.size() || !PKCS7_type_is_signed(out.signed_data.get()) || out.signed_data->d.sign == nullptr || out.signed_data->d.sign->contents == nullptr)
    return malformed("it is not signed data.");
  out.info.reset(PKCS7_to_TS_TST_INFO(out.signed_data.get()));
  if (!out.info) return malformed("the signed data are not about a time.");
  if (TS_TST_INFO_get_version(out.info.get()) != 1) return malformed("it is of a version that does not exist.");
  STACK_OF(PKCS7_SIGNER_INFO)* signers = PKCS7_get_signer_info(out.signed_data.get());
  if (signers == nullptr || sk_PKCS7_SIGNER_INFO_num(signers) != 1) return refused("it must have exactly one signer.");
  out.signer = sk_PKCS7_SIGNER_INFO_value(signers, 0);
  if (sk_X509_num(out.signed_data->d.sign->cert) > kMaximumEmbedded) return refused("it carries more than 32 certificates.");
  const auto algorithm = algorithm_of(TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(out.info.get())));
  if (!algorithm) return refused("its hash is none of SHA-256, SHA-384 and SHA-512.");
  out.algorithm = *algorithm;
  return out;
}

Imprint imprint_in(const ParsedToken& token) { return {token.algorithm, to_bytes(bytes_of(TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(token.info.get()))))}; }

// A signed attribute when it is there and of the type that its definition gives it.
const ASN1_TYPE* attribute(const PKCS7_SIGNER_INFO* signer, int nid, int type) {
  const ASN1_TYPE* value = PKCS7_get_signed_attribute(signer, nid);
  return value != nullptr && value->type == type ? value : nullptr;
}

// What can be said of the signer before its certificate is known.
Result<void> check_signer_info(const ParsedToken& token) {
  const ASN1_TYPE* content_type = attribute(token.signer, NID_pkcs9_contentType, V_ASN1_OBJECT);
  if (content_type == nullptr || OBJ_obj2nid(content_type->value.object) != NID_id_smime_ct_TSTInfo) return refused("its signature is not about a time-stamp.");
  if (attribute(token.signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING) == nullptr) return refused("its signature does not cover its content.");
  if (!algorithm_of(token.signer->digest_alg)) return refused("it is signed with a hash that is none of SHA-256, SHA-384 and SHA-512.");
  return {};
}

// OpenSSL chooses the signature's algorithm by the key; what the token states must not say otherwise.
bool states_algorithm_of(const PKCS7_SIGNER_INFO* signer, const X509* certificate) {
  const ASN1_OBJECT* stated = nullptr;
  X509_ALGOR_get0(&stated, nullptr, nullptr, signer->digest_enc_alg);
  const int nid = OBJ_obj2nid(stated);
  const int key = EVP_PKEY_get_base_id(X509_get0_pubkey(certificate));
  int hash = NID_undef;
  int kind = NID_undef;
  if (OBJ_find_sigid_algs(nid, &hash, &kind) == 1) return kind == key && (hash == NID_undef || hash == OBJ_obj2nid(signer->digest_alg->algorithm));
  return nid == key;
}

// The certificates by whose keys `signer` and its issuers are really signed. OpenSSL chooses an issuer by its name alone and does not
// come back from a wrong choice, so that an impostor of the same name would spoil a good chain: it never gets to see one.
openssl::BorrowedCertificates ancestors(X509* signer, const std::vector<X509*>& pool) {
  openssl::BorrowedCertificates out(sk_X509_new_null());
  std::vector<X509*> frontier{signer};
  std::vector<X509*> taken;
  for (int depth = 0; depth < kMaximumDepth && !frontier.empty(); ++depth) {
    std::vector<X509*> next;
    for (X509* child : frontier)
      for (X509* candidate : pool) {
        if (std::find(taken.begin(), taken.end(), candidate) != taken.end() || X509_NAME_cmp(X509_get_subject_name(candidate), X509_get_issuer_name(child)) != 0) continue;
        EVP_PKEY* key = X509_get0_pubkey(candidate);
        if (key == nullptr || X509_verify(child, key) != 1) continue;
        taken.push_back(candidate);
        next.push_back(candidate);
        sk_X509_push(out.get(), candidate);
      }
    frontier = std::move(next);
  }
  return out;
}

// RFC 3161 section 4: reasons that leave older tokens standing. No reason given means the worst.
bool is_harmless(X509_REVOKED* entry) {
  int critical = 0;
  ASN1_ENUMERATED* reason = static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, &critical, nullptr));
  const long value = reason == nullptr ? -1 : ASN1_ENUMERATED_get(reason);
  ASN1_ENUMERATED_free(reason);
  return value == CRL_REASON_UNSPECIFIED || value == CRL_REASON_AFFILIATION_CHANGED || value == CRL_REASON_SUPERSEDED || value == CRL_REASON_CESSATION_OF_OPERATION;
}

// Judges one certificate by the lists that its issuer signed; lists of others say nothing about it.
Result<void> check_revocation(X509* certificate, X509* issuer, std::time_t time, const std::vector<std::shared_ptr<X509_CRL>>& lists, CertificateFacts& facts) {
  if ((X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0) return {};
  for (const auto& list : lists) {
    if (X509_NAME_cmp(X509_CRL_get_issuer(list.get()), X509_get_issuer_name(certificate)) != 0 || X509_CRL_verify(list.get(), X509_get0_pubkey(issuer)) != 1) continue;
    X509_REVOKED* entry = nullptr;
    if (X509_CRL_get0_by_cert(list.get(), &entry, certificate) == 1) {
      const bool before = X509_cmp_time(X509_REVOKED_get0_revocationDate(entry), &time) > 0;
      if (!before) return refused("the certificate of \"" + facts.subject + "\" was revoked before it.");
      if (!is_harmless(entry)) return refused("the certificate of \"" + facts.subject + "\" was revoked, and its key may have been in other hands.");
    }
    facts.revocation_checked = true;
  }
  return {};
}

bool names_signer(GENERAL_NAME* name, X509* signer) {
  if (name->type == GEN_DIRNAME && X509_NAME_cmp(name->d.directoryName, X509_get_subject_name(signer)) == 0) return true;
  const openssl::GeneralNames others(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(signer, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(others.get()); ++i)
    if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(others.get(), i), name) == 0) return true;
  return false;
}

// Takes `signer` for the signer and fills the facts that depend on it. `progress` tells how far it came, to report the best failure.
Result<void> verify_with(const ParsedToken& token, X509* signer, const std::vector<X509*>& pool, const Certificates& roots, const Certificates& intermediates, Timestamp& out, int& progress) {
  const openssl::ErrorScope errors;
  out.chain.clear();
  const openssl::Store store(X509_STORE_new());
  for (const auto& root : roots.certificates()) X509_STORE_add_cert(store.get(), root.get());
  const openssl::BorrowedCertificates untrusted = ancestors(signer, pool);
  const openssl::StoreContext context(X509_STORE_CTX_new());
  if (X509_STORE_CTX_init(context.get(), store.get(), signer, untrusted.get()) != 1 || X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_TIMESTAMP_SIGN) != 1) return refused("its chain can't be examined.");
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(out.time));
  X509_VERIFY_PARAM_set_depth(parameters, kMaximumDepth);
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);

  progress = 1;
  PKCS7* signed_data = token.signed_data.get();
  const openssl::Handle<BIO, BIO_free_all> content(PKCS7_dataInit(signed_data, nullptr));
  if (!content) return refused("its content can't be hashed.");
  unsigned char buffer[4096];
  while (BIO_read(content.get(), buffer, sizeof buffer) > 0) {}
  if (X509_get0_pubkey(signer) == nullptr || !states_algorithm_of(token.signer, signer) || PKCS7_signatureVerify(content.get(), signed_data, token.signer, signer) != 1)
    return refused("its signature is not by the certificate that it names.");

  progress = 2;
  if (X509_verify_cert(context.get()) != 1) return refused(std::string("the chain of its signer does not reach a known root at its time (") + X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())) + ").");
  STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());

  progress = 3;
  const ASN1_TYPE* first = attribute(token.signer, NID_id_smime_aa_signingCertificate, V_ASN1_SEQUENCE);
  const ASN1_TYPE* second = attribute(token.signer, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
  openssl::SigningCertificate named;
  openssl::SigningCertificateV2 named_v2;
  if (first != nullptr) {
    const unsigned char* at = ASN1_STRING_get0_data(first->value.sequence);
    named.reset(d2i_ESS_SIGNING_CERT(nullptr, &at, ASN1_STRING_length(first->value.sequence)));
  }
  if (second != nullptr) {
    const unsigned char* at = ASN1_STRING_get0_data(second->value.sequence);
    named_v2.reset(d2i_ESS_SIGNING_CERT_V2(nullptr, &at, ASN1_STRING_length(second->value.sequence)));
  }
  if ((first != nullptr && !named) || (second != nullptr && !named_v2) || (!named && !named_v2)) return refused("it does not say which certificate signed it.");
  if (OSSL_ESS_check_signing_certs(named.get(), named_v2.get(), chain, 1) != 1) return refused("it was signed by another certificate than it says.");

  GENERAL_NAME* authority = TS_TST_INFO_get_tsa(token.info.get());
  if (authority != nullptr && !names_signer(authority, signer)) return refused("the authority that it names is not its signer.");

  progress = 4;
  const auto lists = roots.joined_with(intermediates).revocation_lists();
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* certificate = sk_X509_value(chain, i);
    CertificateFacts facts = facts_of(certificate);
    if (i + 1 < sk_X509_num(chain)) TRY(check_revocation(certificate, sk_X509_value(chain, i + 1), static_cast<std::time_t>(out.time), lists, facts));
    out.chain_not_after = i == 0 ? facts.not_after : std::min(out.chain_not_after, facts.not_after);
    out.chain.push_back(std::move(facts));
  }
  out.signer_not_after = out.chain.front().not_after;
  out.authority = authority != nullptr && authority->type == GEN_DIRNAME ? name_text(authority->d.directoryName) : out.chain.front().subject;
  return {};
}

Result<Timestamp> verify_parsed(const ParsedToken& token, const Imprint& imprint, const Certificates& roots, const Certificates& intermediates) {
  Timestamp out;
  out.imprint = imprint_in(token);
  if (out.imprint != imprint) return refused("it is over other bytes than these.");
  out.digest_algorithm = name_of(out.imprint.algorithm);
  const auto* time = TS_TST_INFO_get_time(token.info.get());
  if (!read_time(text_of(bytes_of(time)), out)) return malformed("its time is no time.");
  out.serial = integer_text(TS_TST_INFO_get_serial(token.info.get()));
  out.nonce = integer_text(TS_TST_INFO_get_nonce(token.info.get()));
  out.policy = object_text(TS_TST_INFO_get_policy_id(token.info.get()));
  if (TS_TST_INFO_get_ext_by_critical(token.info.get(), 1, -1) >= 0) return refused("it has a critical extension that is not known here.");
  out.token = to_bytes(token.bytes);
  TRY(check_signer_info(token));

  std::vector<X509*> pool;
  STACK_OF(X509)* embedded = token.signed_data->d.sign->cert;
  for (int i = 0; i < sk_X509_num(embedded); ++i) pool.push_back(sk_X509_value(embedded, i));
  for (const auto& set : {intermediates.certificates(), roots.certificates()})
    for (const auto& certificate : set) pool.push_back(certificate.get());

  // Issuer and number can be claimed by any certificate that was slipped in: try each that claims them, and take what verifies.
  Result<Timestamp> best = refused("the certificate of its signer is neither in it nor among those given.");
  int best_progress = 0;
  for (X509* candidate : pool) {
    const PKCS7_ISSUER_AND_SERIAL* wanted = token.signer->issuer_and_serial;
    if (X509_NAME_cmp(X509_get_issuer_name(candidate), wanted->issuer) != 0 || ASN1_INTEGER_cmp(X509_get0_serialNumber(candidate), wanted->serial) != 0) continue;
    int progress = 0;
    const Result<void> verified = verify_with(token, candidate, pool, roots, intermediates, out, progress);
    if (verified) return out;
    if (progress > best_progress) {
      best_progress = progress;
      best = tl::unexpected<Error>(verified.error());
    }
  }
  return best;
}

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 200));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

// Whether the authority granted the request; what it says when it did not.
Result<void> check_status(ByteView response_der) {
  const unsigned char* at = response_der.data();
  const openssl::Response response(d2i_TS_RESP(nullptr, &at, static_cast<long>(response_der.size())));
  if (!response || at != response_der.data() + response_der.size()) return malformed("it is not a response of a time authority.");
  const TS_STATUS_INFO* status = TS_RESP_get_status_info(response.get());
  const long value = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
  if (value == TS_STATUS_GRANTED || value == TS_STATUS_GRANTED_WITH_MODS) return {};
  static const std::map<int, const char*> kReasons = {{TS_INFO_BAD_ALG, "the hash algorithm is not taken"},
                                                      {TS_INFO_BAD_REQUEST, "the request is not permitted or supported"},
                                                      {TS_INFO_BAD_DATA_FORMAT, "the request is malformed"},
                                                      {TS_INFO_TIME_NOT_AVAILABLE, "it has no time"},
                                                      {TS_INFO_UNACCEPTED_POLICY, "the policy is not offered"},
                                                      {TS_INFO_UNACCEPTED_EXTENSION, "an extension is not offered"},
                                                      {TS_INFO_ADD_INFO_NOT_AVAILABLE, "additional information is missing"},
                                                      {TS_INFO_SYSTEM_FAILURE, "it failed"}};
  std::string reasons;
  const ASN1_BIT_STRING* failure = TS_STATUS_INFO_get0_failure_info(status);
  for (const auto& [bit, reason] : kReasons)
    if (failure != nullptr && ASN1_BIT_STRING_get_bit(failure, bit) == 1) reasons += std::string(reasons.empty() ? ": " : "; ") + reason;
  const STACK_OF(ASN1_UTF8STRING)* texts = TS_STATUS_INFO_get0_text(status);
  if (texts != nullptr && sk_ASN1_UTF8STRING_num(texts) > 0) reasons += " (\"" + printable(text_of(bytes_of(sk_ASN1_UTF8STRING_value(texts, 0)))) + "\")";
  return fail(ErrorCode::check_failed, "The time authority refused the request" + reasons + ".", "Ask another time authority, or ask this one why.");
}

}  // namespace

std::string name_of(DigestAlgorithm algorithm) { return algorithm == DigestAlgorithm::sha256 ? "SHA-256" : algorithm == DigestAlgorithm::sha384 ? "SHA-384" : "SHA-512"; }

Bytes digest(DigestAlgorithm algorithm, ByteView bytes) {
  Bytes out(static_cast<std::size_t>(EVP_MD_get_size(openssl_digest(algorithm))));
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, openssl_digest(algorithm), nullptr) != 1) std::abort();  // only without memory
  return out;
}

Imprint imprint_of(ByteView data, DigestAlgorithm algorithm) { return {algorithm, digest(algorithm, data)}; }

TimestampRequest make_timestamp_request(const Imprint& imprint, Random& random) {
  TimestampRequest out;
  out.nonce = random_bytes(random, 8);
  const openssl::Request request(TS_REQ_new());
  const openssl::Handle<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> message(TS_MSG_IMPRINT_new());
  const openssl::Handle<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  const openssl::BigNumber number(BN_bin2bn(out.nonce.data(), static_cast<int>(out.nonce.size()), nullptr));
  const openssl::Integer nonce(BN_to_ASN1_INTEGER(number.get(), nullptr));
  Bytes hash = imprint.digest;  // OpenSSL's setter is not const
  X509_ALGOR_set_md(algorithm.get(), openssl_digest(imprint.algorithm));
  TS_REQ_set_version(request.get(), 1);
  TS_MSG_IMPRINT_set_algo(message.get(), algorithm.get());
  TS_MSG_IMPRINT_set_msg(message.get(), hash.data(), static_cast<int>(hash.size()));
  TS_REQ_set_msg_imprint(request.get(), message.get());
  TS_REQ_set_nonce(request.get(), nonce.get());
  TS_REQ_set_cert_req(request.get(), 1);
  out.der = openssl::encode_der(request.get(), i2d_TS_REQ);
  return out;
}

Result<ByteView> token_of(ByteView response_or_token) {
  if (response_or_token.size() > kMaximumBytes) return malformed("it is larger than 1 MiB.");
  const auto outer = der::only(response_or_token, der::kSequence);
  if (!outer) return malformed(outer.error().message);
  der::Reader inside(outer->content);
  if (inside.next_is(der::kObjectIdentifier)) return response_or_token;
  const auto status = inside.next(der::kSequence);
  if (!status) return malformed("it is neither a response of a time authority nor a token.");
  if (inside.at_end()) return malformed("the response holds no token: the time authority refused the request.");
  const auto token = inside.next(der::kSequence);
  if (!token || !inside.at_end()) return malformed("the response does not end with its token.");
  return token->whole;
}

Result<Imprint> claimed_imprint(ByteView response_or_token) {
  const openssl::ErrorScope errors;
  return imprint_in(TRY(parse_token(response_or_token)));
}

Result<Timestamp> verify_timestamp(ByteView response_or_token, const Imprint& imprint, const Certificates& roots, const Certificates& intermediates) {
  const openssl::ErrorScope errors;
  const ParsedToken token = TRY(parse_token(response_or_token));
  // A whole response that says "rejected" is no evidence, whatever token lies beside it.
  if (token.bytes.size() != response_or_token.size()) TRY(check_status(response_or_token));
  return verify_parsed(token, imprint, roots, intermediates);
}

Result<Timestamp> verify_timestamp(ByteView response_or_token, ByteView data, const Certificates& roots, const Certificates& intermediates) {
  const Imprint claimed = TRY(claimed_imprint(response_or_token));
  return verify_timestamp(response_or_token, imprint_of(data, claimed.algorithm), roots, intermediates);
}

namespace {

Result<void> check_response(ByteView response_der) {
  const openssl::ErrorScope errors;
  if (response_der.size() > kMaximumBytes) return malformed("it is larger than 1 MiB.");
  return check_status(response_der);
}

// Compared as numbers: a nonce that begins with zeros comes back without them.
Result<Timestamp> with_nonce(Timestamp timestamp, ByteView nonce) {
  const openssl::BigNumber number(BN_bin2bn(nonce.data(), static_cast<int>(nonce.size()), nullptr));
  const openssl::Integer sent(BN_to_ASN1_INTEGER(number.get(), nullptr));
  if (timestamp.nonce != integer_text(sent.get())) return refused("it answers another request (its nonce is not ours).");
  return timestamp;
}

}  // namespace

Result<Timestamp> accept_response(ByteView response_der, ByteView data, ByteView nonce, const Certificates& roots, const Certificates& intermediates) {
  TRY(check_response(response_der));
  return with_nonce(TRY(verify_timestamp(response_der, data, roots, intermediates)), nonce);
}

Result<Timestamp> accept_response(ByteView response_der, const Imprint& imprint, ByteView nonce, const Certificates& roots, const Certificates& intermediates) {
  TRY(check_response(response_der));
  return with_nonce(TRY(verify_timestamp(response_der, imprint, roots, intermediates)), nonce);
}

}  // namespace oyer::seal
