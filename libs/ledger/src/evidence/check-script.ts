/**
 * The bundle's own check with tools that others wrote: sh, coreutils, openssl, jq. It is one text for all bundles, so that whoever has read
 * it once has read it for ever. docs/formats/evidence-bundle.md says what it does and what it leaves to `quanlian verify`.
 */
export const checkScript = String.raw`#!/bin/sh
# sh check.sh ROOT.json, in the folder of the unpacked bundle. ROOT.json is the trust root, obtained elsewhere.
# Needs coreutils, openssl (1.1.1 or later) and jq. Writes only into a folder of its own, which it removes.
set -eu
export LC_ALL=C.UTF-8
root=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { echo "FAILED 查验失败: $*" >&2; exit 1; }

# 1. Every file is the one that SHA256SUMS names.
sha256sum --check --quiet --strict SHA256SUMS || fail SHA256SUMS

# check KEY-BASE64 TEXT-FILE SIGNATURE-FILE: an Ed25519 signature. The 12 bytes before the key are RFC 8410's.
check() {
  { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; printf %s "$1" | base64 -d; } > "$tmp/key.der"
  openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$tmp/key.der" -in "$2" -sigfile "$3" > /dev/null 2>&1
}

# 2. Entry 0 names the keys of the trust root. Later keys were admitted by entries, which steps 5 and 6 check like all others.
jq -e --slurpfile root "$root" '$root[0] as $r | .index == 0 and .statement.origin == $r.origin and (.statement.body
  | .competent.department == $r.competent.department and .competent.key.keyId == $r.competent.keyId
    and .competent.key.publicKey == $r.competent.publicKey and .exchangeKey == $r.exchangeKey and .logKey == $r.logKey)' \
  entries/0.json > /dev/null || fail "entries/0.json: not the trust root"
jq -rn '[inputs] | sort_by(.index) | (map(select(.statement.type == "key.ended") | {(.statement.body.keyId): .index}) | add) as $ends
  | .[] | select(.statement.type == "ledger.opened" or .statement.type == "key.admitted") | .index as $at | .statement
  | if .type == "key.admitted" then [.body | {department, keyId, publicKey}]
    else [{department: .body.competent.department, keyId: .body.competent.key.keyId, publicKey: .body.competent.key.publicKey},
          {department: "exchange", keyId: .body.exchangeKey.keyId, publicKey: .body.exchangeKey.publicKey},
          {department: "log", keyId: .body.logKey.keyId, publicKey: .body.logKey.publicKey}] end
  | .[] | "\(.keyId) \(.department) \(.publicKey) \($at) \($ends[.keyId] // "-")"' entries/*.json > "$tmp/keys"
competent=$(jq -r .competent.department "$root")

# 3. A key of the log that was in force at this size signed the checkpoint.
origin=$(jq -r .origin "$root")
[ "$(head -n 1 checkpoint)" = "$origin" ] || fail "checkpoint: origin"
head -n 3 checkpoint > "$tmp/text"
size=$(head -n 2 checkpoint | tail -n 1)
rootHash=$(head -n 3 checkpoint | tail -n 1)
# signatures NAME: of a name in the checkpoint, base64, a line each.
signatures() { jq -Rr --arg name "$1" 'select(startswith("— " + $name + " ")) | split(" ")[2]' checkpoint; }
keyHash() { { printf '%s\n' "$1"; printf "$2"; printf %s "$3" | base64 -d; } | sha256sum | head -c 8; }
hexHead() { printf %s "$1" | base64 -d | head -c 4 | od -An -v -tx1 | tr -d ' \n'; }
signed=no
while read -r id department key admitted ended; do
  [ "$department" = log ] && [ "$admitted" -lt "$size" ] && { [ "$ended" = - ] || [ "$ended" -ge "$size" ]; } || continue
  for one in $(signatures "$origin"); do
    [ "$(hexHead "$one")" = "$(keyHash "$origin" '\001' "$key")" ] || continue
    printf %s "$one" | base64 -d | tail -c 64 > "$tmp/signature"
    check "$key" "$tmp/text" "$tmp/signature" || fail "checkpoint: signature of the log"
    signed=yes
  done
done < "$tmp/keys"
[ $signed = yes ] || fail "checkpoint: not signed by a key of the log"
echo "checkpoint of $size entries: signed by the log 账本已签名"

# 4. The witnesses that the trust root names, and their quorum.
jq -r '.witnesses // ""' "$root" > "$tmp/policy"
: > "$tmp/cosigned"
jq -Rr 'split(" ") | select(.[0] == "witness") | .[1] + " " + .[2]' "$tmp/policy" > "$tmp/witnesses"
while read -r name verifier; do
  keyName=$(printf %s "$verifier" | jq -Rr 'split("+")[0]')
  key=$(printf %s "$verifier" | jq -Rr 'split("+")[2:] | join("+")' | base64 -d | tail -c 32 | base64 -w 0)
  for one in $(signatures "$keyName"); do
    [ "$(hexHead "$one")" = "$(keyHash "$keyName" '\004' "$key")" ] || continue
    printf %s "$one" | base64 -d | tail -c 64 > "$tmp/signature"
    time=$(( 0x$(printf %s "$one" | base64 -d | tail -c 72 | head -c 8 | od -An -v -tx1 | tr -d ' \n') ))
    { printf 'cosignature/v1\ntime %s\n' "$time"; cat "$tmp/text"; } > "$tmp/cosigned-text"
    check "$key" "$tmp/cosigned-text" "$tmp/signature" || fail "checkpoint: cosignature of $name"
    echo "$name" >> "$tmp/cosigned"
    echo "cosigned by $name 已联署, $(date -u -d "@$time" +%Y-%m-%dT%H:%M:%SZ)"
  done
done < "$tmp/witnesses"
reached=$(jq -Rn --rawfile cosigned "$tmp/cosigned" '
  reduce (inputs | split(" ") | map(select(. != ""))) as $line ({held: (($cosigned | split("\n")) | map({(.): true}) | add), quorum: true};
    if $line[0] == "group" then
      ($line[3:]) as $members
      | (if $line[2] == "any" then 1 elif $line[2] == "all" then ($members | length) else ($line[2] | tonumber) end) as $least
      | .held as $held
      | .held[$line[1]] = (($members | map(select($held[.] == true)) | length) >= $least)
    elif $line[0] == "quorum" then .quorum = ($line[1] == "none" or .held[$line[1]] == true)
    else . end) | .quorum' "$tmp/policy")
[ "$reached" = true ] || fail "checkpoint: the quorum of the trust root is not reached"
[ -s "$tmp/policy" ] || echo "the trust root names no witnesses 信任根未指明见证节点"

# 5. Every entry is in that tree at its index.
node() { { printf '\001'; printf %s "$1" | base64 -d; printf %s "$2" | base64 -d; } | openssl dgst -sha256 -binary | base64 -w 0; }
entries=0
for index in $(jq '.object[], .support[]' manifest.json); do
  file=entries/$index.json
  [ "$(jq .index "$file")" = "$index" ] || fail "$file: index"
  [ "$(jq -r .statement.origin "$file")" = "$origin" ] || fail "$file: origin"
  hash=$({ printf '\000'; cat "$file"; } | openssl dgst -sha256 -binary | base64 -w 0)
  at=$index
  last=$((size - 1))
  while read -r sibling; do
    [ $last -gt 0 ] || fail "$file: proof"
    if [ $((at % 2)) = 1 ] || [ $at = $last ]; then
      hash=$(node "$sibling" "$hash")
      while [ $((at % 2)) = 0 ] && [ $at -gt 0 ]; do at=$((at / 2)); last=$((last / 2)); done
    else
      hash=$(node "$hash" "$sibling")
    fi
    at=$((at / 2))
    last=$((last / 2))
  done < "proofs/$index"
  { [ $last = 0 ] && [ "$hash" = "$rootHash" ]; } || fail "$file: not in the tree"
  entries=$((entries + 1))
done
echo "$entries entries: all in the tree 均在树中"

# 6. Every signature, by a key of its department in force at that index.
count=0
for index in $(jq '.object[], .support[]' manifest.json); do
  file=entries/$index.json
  # The statement's own bytes, as they were signed.
  jq -Rj 'sub("^\\{\"index\":[0-9]+,\"prev\":\"[0-9a-f]{64}\",\"sealedAt\":\"[^\"]*\",\"signatures\":\\[[^\\]]*\\],\"statement\":"; "")
    | sub(",\"v\":1\\}$"; "")' "$file" > "$tmp/statement"
  jq -r 'if (.statement as $s | .signatures | any(.keyId == $s.keyId and .issuer == $s.issuer)) then empty else "issuer" end' "$file" > "$tmp/wrong"
  [ ! -s "$tmp/wrong" ] || fail "$file: not signed by its issuer"
  case $(jq -r .statement.type "$file") in
    department.admitted | key.admitted | recipient.admitted)
      [ "$(jq -r .statement.issuer "$file")" = "$competent" ] || fail "$file: not by the competent department" ;;
  esac
  jq -r '.signatures[] | "\(.issuer) \(.keyId) \(.signature)"' "$file" > "$tmp/signers"
  while read -r issuer keyId signature; do
    found=no
    while read -r id department key admitted ended; do
      [ "$id" = "$keyId" ] && [ "$department" = "$issuer" ] || continue
      { [ "$admitted" -lt "$index" ] || [ "$index" = 0 ]; } || fail "$file: key $keyId is admitted later"
      [ "$ended" = - ] || [ "$ended" -ge "$index" ] || fail "$file: key $keyId had ended"
      found=$key
    done < "$tmp/keys"
    [ "$found" != no ] || fail "$file: no admission of key $keyId"
    printf %s "$signature" | base64 -d > "$tmp/signature"
    check "$found" "$tmp/statement" "$tmp/signature" || fail "$file: signature of $issuer"
    count=$((count + 1))
  done < "$tmp/signers"
done
echo "$count signatures: all good 签名均有效"
[ ! -d timestamp ] || echo "timestamp: see README.txt 时间戳：见 README.txt"
echo "OK 查验通过"
`;
