#!/bin/sh
# What this folder proves, step by step, with OpenSSL 3 and an ordinary shell: none of the vendor's
# programs is needed. Read it, then run it here: sh steps.sh
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# base64url, as signed objects write it (RFC 7515), to bytes and back.
to_bytes() {
    text=$(tr '_-' '/+')
    case $((${#text} % 4)) in 2) text="$text==" ;; 3) text="$text=" ;; esac
    printf '%s\n' "$text" | fold -w 64 | openssl base64 -d
}
from_bytes() { openssl base64 -A | tr '/+' '_-' | tr -d '='; }

# The signed object in a block of a file, such as LICENCE.
block() { # LABEL FILE
    sed -n "/^-----BEGIN $1-----/,/^-----END $1-----/p" "$2" | sed '/^-----/d' | openssl base64 -d
}

# An object is HEADER.CLAIMS.SIGNATURE; the signature is over the bytes of HEADER.CLAIMS.
verify() { # OBJECT KEY
    cut -d . -f 1,2 <"$1" | tr -d '\n' >"$work/signed"
    cut -d . -f 3 <"$1" | tr -d '\n' | to_bytes >"$work/signature"
    openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in "$work/signed" -sigfile "$work/signature"
}
claims() { cut -d . -f 2 <"$1" | tr -d '\n' | to_bytes; }

# A key as signed objects write it, and its fingerprint (RFC 7638).
key_text() { openssl pkey -pubin -in "$1" -outform DER | tail -c 32 | from_bytes; }
fingerprint() {
    printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$(key_text "$1")" |
        openssl dgst -sha256 -binary | from_bytes
}

# The next head of the ledger's chain: the first 16 bytes of the SHA-256 of the head before, the
# length of what follows in 8 bytes (32), and the SHA-256 of the entry.
chain() {
    { cat "$work/head"; printf '\000\000\000\000\000\000\000\040'; cat; } |
        openssl dgst -sha256 -binary | dd bs=16 count=1 2>/dev/null >"$work/next"
    mv "$work/next" "$work/head"
}

for revision in revision-*; do
    echo "== $revision"

    echo "1. The root key. Compare its fingerprint with the one that the vendor published:"
    fingerprint "$revision/root.pub"; echo

    block LICENCE "$revision/licence.txt" >"$work/licence"
    signer="$revision/root.pub"
    if [ -f "$revision/issuing.pub" ]; then
        echo "2. The root key signed the certificate of an issuing key, and of this one:"
        block "ISSUER KEY" "$revision/licence.txt" >"$work/issuer"
        verify "$work/issuer" "$revision/root.pub"
        claims "$work/issuer" | grep -Fqe "\"x\":\"$(key_text "$revision/issuing.pub")\""
        fingerprint "$revision/issuing.pub"; echo
        signer="$revision/issuing.pub"
    fi

    echo "3. That key signed the licence:"
    verify "$work/licence" "$signer"

    echo "4. This is what the licence says:"
    claims "$work/licence"; echo

    echo "5. The vendor's ledger holds this file:"
    grep -Fqe "$(awk '{ printf "%s\\n", $0 }' "$revision/licence.txt")" "$revision/entry.json"
    echo "found"

    echo "6. With that entry and the hashes of those after it, the ledger's head is:"
    cp "$revision/before.bin" "$work/head"
    openssl dgst -sha256 -binary "$revision/entry.json" | chain
    at=0
    while [ "$at" -lt $(($(wc -c <"$revision/after.bin") / 32)) ]; do
        dd if="$revision/after.bin" bs=32 skip="$at" count=1 2>/dev/null | chain
        at=$((at + 1))
    done
    head=$(from_bytes <"$work/head")
    [ "$head" = "$(cat "$revision/head.txt")" ]
    echo "$head"
    echo "Compare it with a head that the vendor noted or gave away earlier, where there is one."
done

if [ -d revocations ]; then
    echo "== revocations"
    echo "7. A root key signed the last list of what was taken back:"
    fingerprint revocations/root.pub; echo
    block REVOCATIONS revocations/list.txt >"$work/list"
    verify "$work/list" revocations/root.pub
    claims "$work/list"; echo
fi
echo "All steps hold."
