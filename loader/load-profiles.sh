#!/bin/sh
# Loads AppArmor profiles on a node, keeps them loaded, and says what it did: one JSON line a change on standard output.
# POSIX shell with awk, cat, cp, date, grep, ls, mkdir, mv, rm, sleep, sync, tr. What it may touch is written in SECURITY.md.
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
# A call to the parser costs as much as several small profiles; a broken one among them makes all of a call go one by one.
BATCH=64
# Failed profiles are tried again after so many ticks: the text cannot change, what it includes on the host can.
RETRY=12

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

# --- the node -----------------------------------------------------------------------------------------------------------

# What keeps this node from confining anything; nothing if all is well.
node_fault() {
  if [ -e "$KERNEL/profiles" ]; then
    # shellcheck disable=SC2162
    if (read _ <"$KERNEL/profiles") 2>/dev/null || cat "$KERNEL/profiles" >/dev/null 2>&1; then return; fi
    echo 'the list of loaded profiles cannot be read: the loader must run as UID 0 and AppArmor-unconfined'
    return
  fi
  enabled=
  [ -r "$ENABLED" ] && read -r enabled <"$ENABLED"
  case $enabled in
    Y*) echo 'securityfs is not mounted: mount it on the host at /sys/kernel/security' ;;
    N*) echo 'AppArmor is switched off: boot the kernel with apparmor=1 security=apparmor' ;;
    *) echo 'this kernel has no AppArmor: use nodes whose kernel has it' ;;
  esac
}

BIN=
LD=
# Finds a parser that runs: the host's, started by the host's own dynamic linker, or the one of this image.
find_parser() {
  [ -n "$BIN" ] && return 0
  for BIN in "$HOST/usr/sbin/apparmor_parser" "$HOST/usr/bin/apparmor_parser"; do
    [ -f "$BIN" ] || continue
    for LD in "$HOST"/usr/lib/*/ld-linux*.so.? "$HOST"/usr/lib/ld-linux*.so.? "$HOST"/usr/lib64/ld-linux*.so.? "$HOST"/usr/lib/ld-musl-*.so.1 ''; do
      # A linker of another architecture is there and executable too: only a run tells.
      if [ -z "$LD" ] || [ -x "$LD" ]; then parser --version >/dev/null 2>&1 && return 0; fi
    done
  done
  LD=
  BIN=$(command -v apparmor_parser) && return 0
  BIN=
  return 1
}

parser() {
  case $BIN in
    "$HOST"/*)
      if [ -n "$LD" ]; then
        "$LD" --library-path "${LD%/*}:$HOST/usr/lib64:$HOST/usr/lib" "$BIN" "$@"
      else
        "$BIN" "$@"
      fi
      ;;
    *) "$BIN" "$@" ;;
  esac
}

# Adds, never replaces; no cache, which takes another text of the same name for the present one.
compile() {
  case $BIN in
    "$HOST"/*) parser -K --base "$POLICY" --config-file /dev/null "$@" ;;
    *) parser -K --config-file /dev/null "$@" ;;
  esac
}

# --- what is wanted and what the kernel lists ---------------------------------------------------------------------------

# Writes $WORK/missing and $WORK/ok (files) and $WORK/wrong (records of problems); true if all is as wanted.
compare() {
  # shellcheck disable=SC2016
  awk -v work="$WORK" '
    BEGIN { printf "" > (work "/missing"); printf "" > (work "/ok"); printf "" > (work "/wrong") }
    part == 1 { if (match($0, / \([a-z]+\)$/)) have[substr($0, 1, RSTART - 1)] = substr($0, RSTART + 2, RLENGTH - 3); next }
    $1 == $3 && !($3 in have) { print $1 > (work "/missing"); bad = 1; next }
    $1 == $3 && have[$3] != $2 {
      print "mode\t" $1 "\tis loaded in mode " have[$3] ", not " $2 ": somebody else loaded or changed it; it is left as it is" > (work "/wrong")
      bad = 1; next
    }
    $1 == $3 { print $1 > (work "/ok"); fine[$1] = 1; next }
    ($1 in fine) && !($3 in have) { print "child\t" $1 "\tlacks its child profile " $3 ": somebody removed or replaced it" > (work "/wrong"); bad = 1 }
    END { exit bad }
  ' part=1 "$KERNEL/profiles" part=2 FS='\t' "$WANTED"
}

listed() { grep -q "^$1 (" "$KERNEL/profiles"; }

# --- loading ------------------------------------------------------------------------------------------------------------

# One text, on standard input: text and error stay together, and no file name can meet a link in the host's disable/.
load_one() {
  printf '%s\n' "$1" >"$WORK/trying"
  words=$(compile -a <"$PROFILES/$1" 2>&1 >/dev/null)
  code=$?
  rm -f "$WORK/trying" "$WORK/tries/$1"
  # EEXIST: another loader was quicker. The list tells.
  [ "$code" -eq 239 ] && listed "$1" && return
  note_failure "$1" "$code" "$words"
}

# Any word is a failure: a parser that finds no kernel features warns, loads a weaker profile and answers 0.
note_failure() {
  [ "$2" -eq 0 ] && [ -z "$3" ] && return
  if [ "$2" -eq 0 ]; then said='the parser took it with a warning'; else said="the parser refused it (exit code $2)"; fi
  printf 'failed\t%s\t%s: %s\n' "$1" "$said" "$(printf '%s' "$3" | words)" >"$WORK/failed/$1"
}

# Several files in one call. Only a call without a word and with exit code 0 is believed; after any other each is looked at.
load_batch() {
  printf '%s\n' "$@" >"$WORK/trying"
  words=$(cd "$PROFILES" && compile -a -j2 "$@" 2>&1 >/dev/null)
  code=$?
  rm -f "$WORK/trying"
  [ "$code" -eq 0 ] && [ -z "$words" ] && return
  whole=$words
  whole_code=$code
  for name; do
    if listed "$name"; then
      words=$(compile -Q <"$PROFILES/$name" 2>&1 >/dev/null)
      # What nobody says alone was said of all: all are doubtful then.
      [ -z "$words" ] && [ "$whole_code" -eq 0 ] && words=$whole
      note_failure "$name" 0 "$words"
    else
      load_one "$name"
    fi
  done
}

# A file's name meets the administrator's links by its name; on standard input it does not.
linked() { [ -e "$POLICY/disable/$1" ] || [ -L "$POLICY/disable/$1" ] || [ -e "$POLICY/force-complain/$1" ] || [ -L "$POLICY/force-complain/$1" ]; }

# Loads what $WORK/missing names.
load_missing() {
  set --
  alone=
  while read -r name; do
    if [ -e "$WORK/failed/$name" ] || [ ! -e "$PROFILES/$name" ]; then continue; fi
    if [ -e "$WORK/tries/$name" ] || linked "$name"; then
      alone="$alone $name"
      continue
    fi
    set -- "$@" "$name"
    if [ $# -eq $BATCH ]; then
      load_batch "$@"
      set --
    fi
  done <"$WORK/missing"
  if [ $# -eq 1 ]; then load_one "$1"; elif [ $# -gt 1 ]; then load_batch "$@"; fi
  for name in $alone; do load_one "$name"; done
}

# A profile that is loaded but that the parser had words about is not one to rely on.
drop_failed() {
  for file in "$WORK"/failed/*; do
    [ -e "$file" ] || continue
    grep -vxF -- "${file##*/}" "$WORK/ok" >"$WORK/ok.new"
    mv -f "$WORK/ok.new" "$WORK/ok"
  done
}

# What was being compiled when the loader was killed goes alone from now on, and after three times waits: a text that
# takes all of the memory must not take the others with it, again and again.
after_a_kill() {
  [ -s "$WORK/trying" ] || return 0
  while read -r name; do
    tries=0
    [ -r "$WORK/tries/$name" ] && read -r tries <"$WORK/tries/$name"
    tries=$((tries + 1))
    echo "$tries" >"$WORK/tries/$name"
    [ "$tries" -lt 4 ] || printf 'failed\t%s\tthe loader was killed %s times while it was compiled: raise the memory limit or make it smaller\n' \
      "$name" "$tries" >"$WORK/failed/$name"
  done <"$WORK/trying"
  rm -f "$WORK/trying"
}

# Names in $WORK/before that were loaded in this boot and were not any more: their processes run unconfined for good. This is
# told after the repair, which has to be quick; a loader that was killed in between tells it at its next start.
note_removed() {
  [ -s "$WORK/before" ] || return 0
  # shellcheck disable=SC2016
  awk -v work="$WORK" -v policy="$POLICY" '
    BEGIN { printf "" > (work "/removed.new") }
    part == 1 { seen[$0] = 1; next }
    $0 in seen {
      print $0 > (work "/removed.new")
      print "error\tremoved\t" $0 "\tsomebody removed this profile: containers that ran under it are unconfined now and stay so; it is loaded again for new containers, restart the pods that were running"
      next
    }
    (getline line < (policy "/" $0)) > 0 {
      close(policy "/" $0)
      print "warn\tmissing\t" $0 "\tits copy is on the node but it is not loaded: it was not loaded at boot, or somebody removed it, and then containers that ran under it are unconfined until they are restarted"
    }
  ' part=1 "$WORK/seen" part=2 "$WORK/before" | log_all
  rm -f "$WORK/before"
  [ -s "$WORK/removed.new" ] || return 0
  # One record a profile, PROFILE<TAB>TIME<TAB>TIMES, so that nobody fills the memory by removing again and again.
  # shellcheck disable=SC2016
  awk -F '\t' -v at="$(now)" 'part == 1 { when[$1] = $2; times[$1] = $3; next } { when[$1] = at; times[$1]++ }
    END { for (name in when) print name "\t" when[name] "\t" times[name] }' part=1 "$WORK/removed" part=2 "$WORK/removed.new" >"$WORK/removed.all"
  mv -f "$WORK/removed.all" "$WORK/removed"
}

# --- copies for the next boot -------------------------------------------------------------------------------------------

# Prints VERDICT<TAB>FILE for each name on standard input: `same`, `write` (none yet, or ours with other content), `join`
# (another bundle's, same content), `foreign`.
judge_copies() {
  # shellcheck disable=SC2016
  awk -v folder="$1" -v profiles="$PROFILES" -v mark="$MARK" '
    {
      copy = folder "/" $0; text = profiles "/" $0; ours = others = differs = 0
      got = (getline line < copy)
      if (got < 0) { print "write\t" $0; next }
      while (got > 0 && line ~ /^# k8s-apparmor: copy for bundle /) {
        if (line == mark) ours = 1; else others = 1
        got = (getline line < copy)
      }
      while ((getline want < text) > 0) { if (got <= 0 || line != want) { differs = 1; break } got = (getline line < copy) }
      if (got > 0) differs = 1
      close(copy); close(text)
      if (!ours && !others) print "foreign\t" $0
      else if (differs) print "write\t" $0
      else print (ours ? "same\t" : "join\t") $0
    }'
}

copy_problem() { printf 'copy\t%s\t%s\n' "$1" "$2" >>"$WORK/copies"; }

# Copies what is loaded and not there yet. Whole files only: a truncated one would make the host's own service fail at boot.
copy_loaded() {
  : >"$WORK/copies"
  [ "$KEEP_COPIES" = 1 ] || return 0
  if [ ! -d "$POLICY" ]; then
    copy_problem '' 'no copies are kept: /etc/apparmor.d is not there'
    return 0
  fi
  note_links
  judge_copies "$POLICY" <"$WORK/ok" >"$WORK/verdicts"
  : >"$WORK/writes"
  while IFS='	' read -r verdict name; do
    case $verdict in
      same) ;;
      foreign) copy_problem "$name" 'no copy is kept: /etc/apparmor.d has a file of this name that no loader wrote; it is left as it is' ;;
      *)
        if [ -L "$POLICY/$name" ] || [ -d "$POLICY/$name" ]; then
          copy_problem "$name" 'no copy is kept: /etc/apparmor.d has a link or folder of this name; it is left as it is'
        elif [ ! -e "$WORK/failed/$name" ]; then
          printf '%s\n' "$name" >>"$WORK/writes"
        fi
        ;;
    esac
  done <"$WORK/verdicts"
  [ -s "$WORK/writes" ] || return 0
  if words=$(write_copies 2>&1); then
    awk '{ print "info\tcopied\t" $0 "\tkept in /etc/apparmor.d for the next boot" }' "$WORK/writes" | log_all
  else
    words=$(printf '%s' "$words" | words)
    while read -r name; do copy_problem "$name" "no copy is kept, a reboot will not find it: $words"; done <"$WORK/writes"
  fi
  rm -rf "$DRAFTS"
}

# Drafts in a folder that the boot does not look into, checked, synced, then renamed one by one into place.
write_copies() {
  rm -rf "$DRAFTS" && mkdir "$DRAFTS" || return 1
  # shellcheck disable=SC2016
  awk -v folder="$DRAFTS" -v policy="$POLICY" -v profiles="$PROFILES" -v mark="$MARK" '
    {
      draft = folder "/" $0; print mark > draft
      while ((getline line < (policy "/" $0)) > 0 && line ~ /^# k8s-apparmor: copy for bundle /) if (line != mark) print line > draft
      while ((getline line < (profiles "/" $0)) > 0) print line > draft
      close(draft); close(policy "/" $0); close(profiles "/" $0)
    }' "$WORK/writes" || return 1
  # awk does not always tell of a full disk; reading back does.
  if judge_copies "$DRAFTS" <"$WORK/writes" | grep -qv '^same'; then
    echo 'the file could not be written whole: is the disk full?'
    return 1
  fi
  sync "$DRAFTS"/* 2>/dev/null || sync
  mv -f "$DRAFTS"/* "$POLICY/"
}

# The administrator's links win at boot; they are told of and left alone.
note_links() {
  for link in "$POLICY"/disable/* "$POLICY"/force-complain/*; do
    name=${link##*/}
    if [ -e "$PROFILES/$name" ] && { [ -e "$link" ] || [ -L "$link" ]; }; then
      link=${link%/*}
      copy_problem "$name" "the administrator's link in /etc/apparmor.d/${link##*/} overrules it at boot; it is left as it is"
    fi
  done
}

# Keeps the newest generations of each profile: wanted ones, then those that this bundle's loader wrote, by age.
prune_copies() {
  [ "$KEEP_COPIES" = 1 ] && [ -d "$POLICY" ] || return 0
  grep -lxF -- "$MARK" "$POLICY"/*.*.???????? 2>/dev/null >"$WORK/ours"
  [ -s "$WORK/ours" ] || return 0
  # shellcheck disable=SC2012,SC2016
  ls -t "$POLICY" | awk -v keep="$GENERATIONS" '
    part == 1 { if ($1 == $3) wanted[$1] = 1; next }
    part == 2 { sub(/.*\//, ""); ours[$0] = 1; next }
    { stem = $0; if (!sub(/\.[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]$/, "", stem)) next }
    $0 in wanted { count[stem]++; next }
    $0 in ours { old[++n] = $0; of[n] = stem }
    END { for (i = 1; i <= n; i++) if (++count[of[i]] > keep) print old[i] }
  ' part=1 FS='\t' "$WANTED" part=2 FS='\n' "$WORK/ours" part=3 - >"$WORK/prune"
  while read -r name; do
    if [ "$(grep -c '^# k8s-apparmor: copy for bundle ' "$POLICY/$name")" -gt 1 ]; then
      # Another bundle keeps it too: only our mark goes.
      mkdir -p "$DRAFTS" && grep -vxF -- "$MARK" "$POLICY/$name" >"$DRAFTS/$name" && sync "$DRAFTS/$name" && mv -f "$DRAFTS/$name" "$POLICY/$name"
    else
      rm -f "$POLICY/$name"
    fi && log info pruned "$name" "an old generation's copy was taken out of /etc/apparmor.d; what runs under it stays confined"
  done <"$WORK/prune"
  rm -rf "$DRAFTS"
}

# --- saying how it is ---------------------------------------------------------------------------------------------------

# Everything that is not as it should be, as records KIND<TAB>PROFILE<TAB>MESSAGE. Copies do not keep a node from being ready.
problems() {
  if [ -n "$fault" ]; then
    printf 'node\t\t%s\n' "$fault"
    return
  fi
  cat "$WORK/wrong"
  for file in "$WORK"/failed/*; do [ -e "$file" ] && cat "$file"; done
  while read -r name; do
    [ -e "$WORK/failed/$name" ] || printf 'missing\t%s\t%s\n' "$name" "$(why_missing "$name")"
  done <"$WORK/missing"
  cat "$WORK/copies"
}

why_missing() {
  if [ -z "$BIN" ]; then
    echo 'is not loaded and the node has no apparmor_parser that runs: install the package apparmor, or use an image with a parser'
  elif [ ! -e "$PROFILES/$1" ]; then
    echo 'is in no ConfigMap of this loader'
  else
    echo 'is not loaded although the parser did not complain: its text holds no profile of this name'
  fi
}

# Files for the probe, for metrics and for the gate; then log lines for what is new.
publish() {
  problems >"$WORK/problems"
  if grep -qv '^copy' "$WORK/problems"; then ready=0; else ready=1; fi
  # shellcheck disable=SC2016
  awk -F '\t' 'part == 1 { said[$0] = 1; next } !($0 in said) { print ($1 == "copy" ? "warn" : "error") "\t" $1 "\t" $2 "\t" $3 }' \
    part=1 "$WORK/said" part=2 "$WORK/problems" >"$WORK/news"
  mv -f "$WORK/problems" "$WORK/said"
  write_metrics >"$WORK/metrics.txt" && mv -f "$WORK/metrics.txt" "$STATE/metrics.txt"
  write_state >"$WORK/state.json" && mv -f "$WORK/state.json" "$STATE/state.json"
  awk -F '\t' '$1 != "copy" { gsub(/\036/, "\n", $3); print ($2 == "" ? "" : $2 ": ") $3 }' "$WORK/said" 2>/dev/null |
    awk '{ size += length($0) + 1; if (size < 4000) print }' 2>/dev/null >"$TERMINATION_LOG"
  if [ $ready = 1 ] && [ ! -e "$STATE/ready" ]; then
    echo "$BUNDLE" >"$STATE/ready"
    printf 'info\tready\t\tall wanted profiles are loaded\n' >>"$WORK/news"
  elif [ $ready = 0 ] && [ -e "$STATE/ready" ]; then
    rm -f "$STATE/ready"
    printf 'error\tunready\t\tnot all wanted profiles are loaded as they should be\n' >>"$WORK/news"
  fi
  [ ! -s "$WORK/news" ] || log_all <"$WORK/news"
}

write_state() {
  # shellcheck disable=SC2016
  awk -F '\t' -v at="$(now)" -v bundle="$BUNDLE" -v node="$NODE_NAME" -v ready="$ready" "$JSON"'
    function list(so_far, item) { return so_far == "" ? item : so_far "," item }
    part == 1 { problems = list(problems, "{\"kind\":" json($1) ",\"profile\":" json($2) ",\"message\":" json($3) "}"); next }
    { removed = list(removed, "{\"profile\":" json($1) ",\"time\":" json($2) ",\"times\":" $3 "}") }
    END {
      print "{\"bundle\":" json(bundle) ",\"node\":" json(node) ",\"time\":" json(at) ",\"ready\":" (ready ? "true" : "false") \
        ",\"problems\":[" problems "],\"removed\":[" removed "]}"
    }
  ' part=1 "$WORK/said" part=2 "$WORK/removed"
}

write_metrics() {
  # shellcheck disable=SC2016
  awk -F '\t' -v ready="$ready" '
    function metric(name, type, help, value) { printf "# HELP k8s_apparmor_loader_%s %s\n# TYPE k8s_apparmor_loader_%s %s\nk8s_apparmor_loader_%s %d\n", name, help, name, type, name, value }
    part == 1 { if ($1 == $3) wanted++; next }
    part == 2 { loaded++; next }
    part == 3 { if ($1 == "copy") copies++; else faults++; next }
    { removed += $3 }
    END {
      metric("ready", "gauge", "1 if every wanted profile is loaded in its mode.", ready)
      metric("profiles_wanted", "gauge", "Profiles that this node must have.", wanted)
      metric("profiles_loaded", "gauge", "Wanted profiles that the kernel lists in their mode.", loaded)
      metric("problems", "gauge", "What keeps this node from being ready.", faults)
      metric("copy_problems", "gauge", "Profiles whose copy for the next boot is missing or overruled.", copies)
      metric("profiles_removed_total", "counter", "Profiles that somebody removed while they were watched.", removed)
    }
  ' part=1 "$WANTED" part=2 "$WORK/ok" part=3 "$WORK/said" part=4 "$WORK/removed"
}

# --- the watch ----------------------------------------------------------------------------------------------------------

# Looks at the node and does what is to be done. $1: `change` of the kernel's policy, `start` or `tick`.
look() {
  fault=$(node_fault)
  if [ -n "$fault" ]; then
    : >"$WORK/missing" && : >"$WORK/ok" && : >"$WORK/wrong"
    publish
    return
  fi
  remember_revision
  if compare && [ "$1" = change ] && [ -e "$STATE/ready" ]; then return; fi
  if [ -s "$WORK/missing" ]; then
    cp "$WORK/missing" "$WORK/before"
    if find_parser; then
      load_missing
      remember_revision
      compare
      # shellcheck disable=SC2016
      awk 'part == 1 { was[$0] = 1; next } $0 in was { print "info\tloaded\t" $0 "\tloaded" }' part=1 "$WORK/before" part=2 "$WORK/ok" | log_all
    fi
    note_removed
  fi
  cp "$WORK/ok" "$WORK/seen"
  drop_failed
  publish
  copy_loaded
  [ "$1" = start ] && prune_copies
  publish
}

# Our own loads move the revision as well; a number that was read before the list was is no news. While nothing was ever
# loaded the revision is 0 and the read would sleep until something is.
remember_revision() {
  checked=0
  # shellcheck disable=SC2162
  read first <"$KERNEL/profiles" && [ -n "$first" ] && [ -r "$KERNEL/revision" ] && read checked <"$KERNEL/revision"
}

# A second read of the same open file sleeps until the policy changes.
revisions() {
  while :; do
    [ -r "$KERNEL/revision" ] && cat "$KERNEL/revision"
    sleep "$TICK"
  done 2>/dev/null
}

ticks() { while sleep "$TICK"; do echo tick; done; }

watch() {
  checked=0
  count=0
  while read -r event; do
    case $event in
      start) look start ;;
      tick)
        count=$((count + 1))
        [ $((count % RETRY)) -eq 0 ] && rm -f "$WORK"/failed/*
        look tick
        ;;
      *) [ "$event" -gt "$checked" ] 2>/dev/null && look change ;;
    esac
  done
}

prepare() {
  rm -f "$STATE/ready"
  mkdir -p "$WORK/failed" "$WORK/tries"
  boot=
  [ -r /proc/sys/kernel/random/boot_id ] && read -r boot </proc/sys/kernel/random/boot_id
  before=
  [ -r "$WORK/boot" ] && read -r before <"$WORK/boot"
  [ "$boot" = "$before" ] || : >"$WORK/seen"
  echo "$boot" >"$WORK/boot"
  for file in said seen removed copies missing ok wrong; do [ -e "$WORK/$file" ] || : >"$WORK/$file"; done
  : >"$WORK/said"
  rm -f "$WORK"/failed/*
  after_a_kill
  note_removed
  [ "$KEEP_COPIES" = 1 ] && [ -d "$DRAFTS" ] && rm -rf "$DRAFTS"
  log info started '' "$(awk -F '\t' '$1 == $3 { n++ } END { print n + 0 }' "$WANTED") profiles are wanted"
}

# The first process takes no signal that it has no trap for, and a trap waits for a child that is waited for.
trap 'exit 0' TERM INT
prepare
while :; do
  { echo start; revisions & ticks; } | watch &
  wait $!
  log error restarted '' 'the watch ended; it begins again'
  sleep 1
done
