#!/bin/sh
# Loads AppArmor profiles on a node, keeps them loaded, and says what it did: one JSON line a change on standard output.
# POSIX shell with awk, cat, cp, date, grep, head, ls, mkdir, mv, rm, sha1sum, sha256sum, sleep, sync, tr, wc. What it may touch is written in SECURITY.md.
#
#   BUNDLE       whose profiles these are; marks the copies that this loader wrote
#   NODE_NAME    for the log
#   KEEP_COPIES  1: a copy of every loaded profile in the host's /etc/apparmor.d, so that a reboot loads it before any pod
#   GENERATIONS  how many generations of a profile's copy stay, the wanted ones included
#   TICK         seconds between looks when nothing happens (copies, links, a node that lacks something)
#
# Wanted list: FILE<TAB>MODE<TAB>NAME, a file's own name first, MODE '*' for its children. There is no `set -e`: a fault
# of one profile is reported and the others go on.
set -u
umask 022
LC_ALL=C
export LC_ALL

BUNDLE=${BUNDLE:-default}
NODE_NAME=${NODE_NAME:-}
KEEP_COPIES=${KEEP_COPIES:-1}
GENERATIONS=${GENERATIONS:-3}
TICK=${TICK:-300}
WANTED=${WANTED:-/program/wanted}
PROFILES=${PROFILES:-/profiles}
STATE=${STATE:-/state}
HOST=${HOST:-/host}
KERNEL=${KERNEL:-/sys/kernel/security/apparmor}
ENABLED=${ENABLED:-/sys/module/apparmor/parameters/enabled}
TERMINATION_LOG=${TERMINATION_LOG:-/dev/termination-log}

WORK=$STATE/work
POLICY=$HOST/etc/apparmor.d
MARK="# k8s-apparmor: copy for bundle $BUNDLE; do not edit, the name is a hash of the content"
DRAFTS=$POLICY/.k8s-apparmor.$BUNDLE.tmp
# What the next pod of this loader has to know in this boot.
MEMORY=$POLICY/.k8s-apparmor.$BUNDLE.boot
# A call to the parser costs as much as several small profiles; a broken one among them makes all of a call go one by one.
BATCH=64
# Failed profiles are tried again after so many ticks: the text cannot change, what it includes on the host can. The state is told again
# then, because a log is cut off at its beginning.
RETRY=12
# Bytes of the state that goes into an annotation of the node, of which all bundles have 256 KiB together.
LONGEST_BRIEF=7500

# Fields are separated by tabs and a message's lines by \036, so that every record is one line of a file.
# shellcheck disable=SC2016
JSON='
BEGIN {
  for (i = 1; i < 32; i++) code[sprintf("%c", i)] = sprintf("\\u%04x", i)
  code["\036"] = "\\n"; code["\t"] = "\\t"; code["\""] = "\\\""; code["\\"] = "\\\\"
}
function json(text,  i, c, out) {
  if (text !~ /[\001-\037"\\]/) return "\"" text "\""
  for (i = 1; i <= length(text); i++) { c = substr(text, i, 1); out = out ((c in code) ? code[c] : c) }
  return "\"" out "\""
}'

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }

# Records LEVEL<TAB>EVENT<TAB>PROFILE<TAB>MESSAGE on standard input become log lines.
log_all() {
  : >"$WORK/spoken"
  # shellcheck disable=SC2016
  awk -F '\t' -v at="$(now)" -v bundle="$BUNDLE" -v node="$NODE_NAME" "$JSON"'
    {
      line = "{\"time\":" json(at) ",\"level\":" json($1) ",\"event\":" json($2) ",\"bundle\":" json(bundle) ",\"node\":" json(node)
      if ($3 != "") line = line ",\"profile\":" json($3)
      print line ",\"message\":" json($4) "}"
    }'
}

log() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" | log_all; }

# What a program said, as one field of a record; cut between characters.
words() {
  tr '\n\t' '\036 ' | awk '{
    sub(/\036+$/, "")
    if (length($0) > 2000) { $0 = substr($0, 1, 2000); sub(/[\300-\377][\200-\277]*$/, "") }
    print
  }'
}
