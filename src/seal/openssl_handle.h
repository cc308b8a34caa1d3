// SPDX-License-Identifier: GPL-3.0-or-later
// Owners of OpenSSL's objects. Internal to seal: included by .cc files only, so that no user of seal sees OpenSSL.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/bytes.h"

namespace oyer::seal::openssl {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Freer<Free>>;

using Bio = Handle<BIO, BIO_free>;
using BigNumber = Handle<BIGNUM, BN_free>;
using Integer = Handle<ASN1_INTEGER, ASN1_INTEGER_free>;
using Object = Handle<ASN1_OBJECT, ASN1_OBJECT_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;
using RevocationList = Handle<X509_CRL, X509_CRL_free>;
using Pkcs7 = Handle<PKCS7, PKCS7_free>;
using Store = Handle<X509_STORE, X509_STORE_free>;
using StoreContext = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using Request = Handle<TS_REQ, TS_REQ_free>;
using Response = Handle<TS_RESP, TS_RESP_free>;
using ResponseContext = Handle<TS_RESP_CTX, TS_RESP_CTX_free>;
using TimeInfo = Handle<TS_TST_INFO, TS_TST_INFO_free>;
using SigningCertificate = Handle<ESS_SIGNING_CERT, ESS_SIGNING_CERT_free>;
using SigningCertificateV2 = Handle<ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free>;

// A list of certificates that are owned elsewhere.
inline void free_borrowed(STACK_OF(X509) * list) { sk_X509_free(list); }
using BorrowedCertificates = Handle<STACK_OF(X509), free_borrowed>;
inline void free_owned(STACK_OF(X509) * list) { sk_X509_pop_free(list, X509_free); }
using OwnedCertificates = Handle<STACK_OF(X509), free_owned>;
inline void free_names(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }
using GeneralNames = Handle<GENERAL_NAMES, free_names>;

// The error queue belongs to the thread: leave none of our errors in it for whoever looks next.
class ErrorScope {
 public:
  ErrorScope() { ERR_clear_error(); }
  ~ErrorScope() { ERR_clear_error(); }
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;
};

// DER of an object by its i2d function; empty when OpenSSL fails.
template <typename T, typename Encode>
Bytes encode_der(const T* object, Encode encode) {
  unsigned char* out = nullptr;
  const int length = encode(object, &out);
  if (length <= 0) return {};
  Bytes bytes(out, out + length);
  OPENSSL_free(out);
  return bytes;
}

}  // namespace oyer::seal::openssl
