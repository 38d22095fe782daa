#!/bin/sh
# Tells the scheduler which profiles this node has: a label for each loaded one, the bundle's label when all are there, and an
# annotation with the loader's own words. Asks the API server about this node only, and changes these keys of it only.
# POSIX shell with awk, cat, curl, grep, sed, sleep, sort, tr. Runs without any privilege beside the loader.
#
#   NODE_NAME BUNDLE HASH   this node; the bundle and the hash of what it wants
#   TAINT                   a start-up taint's key that is taken off when all profiles are loaded; empty for none
#   INTERVAL REFRESH        seconds between looks at the loader's state; looks between writes that nothing asked for
#
# LABELS holds lines PROFILE<TAB>KEY.
set -u
LC_ALL=C
export LC_ALL

STATE=${STATE:-/state}
LABELS=${LABELS:-/gate/labels}
ACCOUNT=${ACCOUNT:-/var/run/secrets/kubernetes.io/serviceaccount}
SERVER=${SERVER:-https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT}
INTERVAL=${INTERVAL:-5}
REFRESH=${REFRESH:-60}
TAINT=${TAINT:-}
PREFIX=profile.k8s-apparmor.io/

trap 'exit 0' TERM INT

say() { printf '{"time":"%s","level":"%s","event":"%s","bundle":"%s","node":"%s","message":"%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2" "$BUNDLE" "$NODE_NAME" "$(printf %s "$3" | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g')"; }

# The token is read anew each time, because the kubelet renews it, and goes to curl on standard input, where no other process sees it.
ask() {
  printf 'header = "Authorization: Bearer %s"\n' "$(cat "$ACCOUNT/token")" |
    curl -sS --fail-with-body --max-time 30 --cacert "$ACCOUNT/ca.crt" -K - "$@" "$SERVER/api/v1/nodes/$NODE_NAME" 2>&1
}

# Keys that this node should have, from the loader's state; a half-written file shows as a change that does not last.
wanted_keys() {
  [ -e "$STATE/work/ok" ] || return 0
  awk -F '\t' 'part == 1 { loaded[$1] = 1; next } ($1 in loaded) { print $2 }' part=1 "$STATE/work/ok" part=2 "$LABELS" | sort -u
}

# Keys of this bundle that the node has. The API server puts a space after the colon for curl, and none for others.
present_keys() {
  grep -o "\"${PREFIX}[A-Za-z0-9._-]*\": *\"[A-Za-z0-9._-]*\"" | grep "\": *\"$BUNDLE\"\$" | sed 's/^"//; s/": *".*//' | sort -u
}

state_text() {
  [ -e "$STATE/brief.json" ] || return 0
  tr -d '\000-\037' <"$STATE/brief.json"
}

# A merge patch; null takes a key off.
patch() {
  {
    printf '%s\n' "$1" | sed 's/^/set\t/'
    printf '%s\n' "$2" | sed 's/^/had\t/'
  } | awk -F '\t' -v bundle="$BUNDLE" -v hash="$HASH" -v ready="$ready" '
    $2 == "" { next }
    $1 == "set" { set[$2] = 1; out = out ",\"" $2 "\":\"" bundle "\""; next }
    !($2 in set) { out = out ",\"" $2 "\":null" }
    END { printf "{\"metadata\":{\"labels\":{\"bundle.k8s-apparmor.io/%s\":%s%s},", bundle, ready ? "\"" hash "\"" : "null", out }
  '
  printf '"annotations":{"state.k8s-apparmor.io/%s":"%s"}}}' "$BUNDLE" "$(printf %s "$3" | sed 's/\\/\\\\/g; s/"/\\"/g')"
}

# The place of our taint in the list, if it is there. One key a line is what `pretty` gives.
taint_index() {
  awk -v key="$TAINT" '/^    "taints": \[/ { inside = 1; n = -1; next } inside && /^    \]/ { exit } inside && /^      \{/ { n++ } inside && index($0, "\"key\": \"" key "\"") { print n; exit }'
}

remove_taint() {
  [ -n "$TAINT" ] && [ "$ready" = 1 ] || return 0
  index=$(ask -G --data pretty=true | taint_index)
  [ -n "$index" ] || return 0
  body="[{\"op\":\"test\",\"path\":\"/spec/taints/$index/key\",\"value\":\"$TAINT\"},{\"op\":\"remove\",\"path\":\"/spec/taints/$index\"}]"
  answer=$(ask -X PATCH -H 'Content-Type: application/json-patch+json' --data-binary "$body" -o /dev/null) || { say error taint "$answer"; return 1; }
  say info taint "the start-up taint is off: all profiles are loaded"
}

write() {
  node=$(ask -H 'Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1') || { say error node "cannot read this node: $node"; return 1; }
  body=$(patch "$1" "$(printf %s "$node" | present_keys)" "$2")
  answer=$(printf %s "$body" >"$DRAFT" && ask -X PATCH -H 'Content-Type: application/merge-patch+json' --data-binary "@$DRAFT" -o /dev/null) ||
    { say error node "cannot label this node: $answer"; return 1; }
  remove_taint
}

DRAFT=${DRAFT:-/tmp/patch.json}
last=- seen=- idle=0
while :; do
  ready=0
  [ -e "$STATE/ready" ] && ready=1
  keys=$(wanted_keys)
  state=$(state_text)
  now="$ready $keys $state"
  idle=$((idle + 1))
  if [ "$now" = "$seen" ] && { [ "$now" != "$last" ] || [ "$idle" -ge "$REFRESH" ]; }; then
    if write "$keys" "$state"; then
      [ "$now" = "$last" ] || say info labelled "$(printf '%s' "$keys" | grep -c .) profiles are loaded; the bundle is $([ "$ready" = 1 ] && echo complete || echo incomplete)"
      last=$now
      idle=0
    fi
  fi
  seen=$now
  sleep "$INTERVAL" &
  wait $!
done
