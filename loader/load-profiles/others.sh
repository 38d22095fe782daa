# --- what somebody else did ---------------------------------------------------------------------------------------------

# Names in $WORK/before that were loaded in this boot and were not any more: their processes run unconfined for good. This is
# told after the repair, which has to be quick; a loader that was killed in between tells it at its next start.
note_removed() {
  [ -s "$WORK/before" ] || return 0
  while read -r name; do plain "$POLICY/$name" && printf '%s\n' "$name"; done <"$WORK/before" >"$WORK/kept"
  # shellcheck disable=SC2016
  awk -v work="$WORK" '
    BEGIN { printf "" > (work "/removed.new") }
    part == 1 { seen[$0] = 1; next }
    part == 2 { kept[$0] = 1; next }
    $0 in seen {
      print $0 > (work "/removed.new")
      print "error\tremoved\t" $0 "\tsomebody removed this profile: containers that ran under it are unconfined now and stay so; it is loaded again for new containers, restart the pods that were running"
      next
    }
    $0 in kept {
      print "warn\tmissing\t" $0 "\tits copy is on the node but it is not loaded: it was not loaded at boot, or somebody removed it, and then containers that ran under it are unconfined until they are restarted"
    }
  ' part=1 "$WORK/seen" part=2 "$WORK/kept" part=3 "$WORK/before" | log_all
  rm -f "$WORK/before" "$WORK/kept"
  [ -s "$WORK/removed.new" ] || return 0
  # One record a profile, PROFILE<TAB>TIME<TAB>TIMES, so that nobody fills the memory by removing again and again.
  # shellcheck disable=SC2016
  awk -F '\t' -v at="$(now)" 'part == 1 { when[$1] = $2; times[$1] = $3; next } { when[$1] = at; times[$1]++ }
    END { for (name in when) print name "\t" when[name] "\t" times[name] }' part=1 "$WORK/removed" part=2 "$WORK/removed.new" >"$WORK/removed.all"
  mv -f "$WORK/removed.all" "$WORK/removed"
}

# Wanted profiles as the kernel has them, NAME<TAB>SUM of the compiled text; nothing from kernels that keep no sums.
sums() {
  # shellcheck disable=SC2012,SC2016
  ls "$KERNEL/policy/profiles" 2>/dev/null | awk -F '\t' -v folder="$KERNEL/policy/profiles" '
    part == 1 { if ($1 == $3) wanted[$1] = 1; next }
    {
      name = $0
      if (!sub(/\.[0-9]+$/, "", name) || !(name in wanted)) next
      for (i = 1; i < 3; i++) {
        file = folder "/" $0 "/raw_sha" (i == 1 ? "256" : "1")
        got = (getline sum < file)
        close(file)
        if (got > 0) { print name "\t" sum; next }
      }
    }
  ' part=1 "$WANTED" part=2 -
}

# Writes $WORK/replaced: records of profiles that have another content than the one that was loaded first, by us ($WORK/loaded) or by
# the boot. True if that is news.
note_replaced() {
  cp "$WORK/replaced" "$WORK/replaced.told"
  sums >"$WORK/sums.now"
  compare_sums
  if check_unknown; then compare_sums; fi
  : >"$WORK/loaded"
  [ "$(cat "$WORK/replaced")" != "$(cat "$WORK/replaced.told")" ]
}

compare_sums() {
  # shellcheck disable=SC2016
  awk -F '\t' -v work="$WORK" '
    BEGIN { printf "" > (work "/sums.new"); printf "" > (work "/replaced"); printf "" > (work "/unknown") }
    part == 1 { loaded[$1] = 1; next }
    part == 2 { known[$1] = $2; next }
    ($1 in loaded) { known[$1] = $2 }
    !($1 in known) { known[$1] = $2; print $1 "\t" $2 > (work "/unknown") }
    known[$1] != $2 {
      print "replaced\t" $1 "\tsomebody loaded other content under this name: containers that use it, running ones too, have those rules; it is left as it is, and \"apparmor_parser -r /etc/apparmor.d/" $1 "\" on the node takes it back" > (work "/replaced")
    }
    END { for (name in known) print name "\t" known[name] > (work "/sums.new") }
  ' part=1 "$WORK/loaded" part=2 "$WORK/sums" part=3 "$WORK/sums.now"
  mv -f "$WORK/sums.new" "$WORK/sums"
}

# A profile that was there before us, and of which no loader has left a copy as it should be, is compiled once to see whether it is the
# one that is wanted. True if one is not.
check_unknown() {
  [ -s "$WORK/unknown" ] && [ "$KEEP_COPIES" = 1 ] && [ -d "$POLICY" ] || return 1
  differs=1
  awk -F '\t' '{ print $1 }' "$WORK/unknown" | judge_copies "$POLICY" >"$WORK/verdicts"
  while IFS='	' read -r verdict name; do
    case $verdict in same | join) continue ;; esac
    if [ ! -e "$PROFILES/$name" ] || ! find_parser; then continue; fi
    for raw in "$KERNEL/policy/profiles/$name".[0-9]*/raw_data; do break; done
    cat "$raw" >"$WORK/raw" 2>/dev/null || continue
    compile -QS <"$PROFILES/$name" >"$WORK/compiled" 2>/dev/null || continue
    # The kernel is given a profile and each of its children by itself, in the order of the compiled text.
    size=$(wc -c <"$WORK/raw")
    head -c "$((size))" "$WORK/compiled" >"$WORK/raw"
    # shellcheck disable=SC2016
    sum=$(awk -F '\t' -v name="$name" '$1 == name { print $2 }' "$WORK/unknown")
    if [ ${#sum} -eq 64 ]; then own=$(sha256sum "$WORK/raw"); else own=$(sha1sum "$WORK/raw"); fi
    own=${own%% *}
    [ "$own" != "$sum" ] || continue
    # shellcheck disable=SC2016
    awk -F '\t' -v name="$name" -v own="$own" '{ print $1 "\t" ($1 == name ? own : $2) }' "$WORK/sums" >"$WORK/sums.new"
    mv -f "$WORK/sums.new" "$WORK/sums"
    differs=0
  done <"$WORK/verdicts"
  rm -f "$WORK/compiled" "$WORK/raw"
  return $differs
}

# --- what the next pod has to know --------------------------------------------------------------------------------------

# A rollout of the DaemonSet gives a new pod with an empty state. What was removed in this boot, and what was there, stays on the node.
recall() {
  [ "$KEEP_COPIES" = 1 ] && plain "$MEMORY" && [ ! -s "$WORK/sums" ] && [ ! -s "$WORK/removed" ] || return 0
  # shellcheck disable=SC2016
  awk -F '\t' -v boot="$boot" -v work="$WORK" '
    $1 == "boot" { same = (boot != "" && $2 == boot); next }
    !same { exit }
    $1 == "seen" { print $2 > (work "/seen"); if ($3 != "") print $2 "\t" $3 > (work "/sums") }
    $1 == "removed" { print $2 "\t" $3 "\t" ($4 + 0) > (work "/removed") }
  ' "$MEMORY"
}

remember() {
  [ "$KEEP_COPIES" = 1 ] && [ -d "$POLICY" ] && [ -n "$boot" ] || return 0
  # shellcheck disable=SC2016
  awk -F '\t' -v boot="$boot" '
    BEGIN { print "boot\t" boot }
    part == 1 { sum[$1] = $2; next }
    part == 2 { print "seen\t" $1 "\t" sum[$1]; next }
    { print "removed\t" $1 "\t" $2 "\t" $3 }
  ' part=1 "$WORK/sums" part=2 "$WORK/seen" part=3 "$WORK/removed" >"$WORK/memory.new"
  if plain "$MEMORY"; then
    [ "$(cat "$WORK/memory.new")" != "$(cat "$MEMORY")" ] || return 0
  else
    rm -f "$MEMORY" 2>/dev/null
  fi
  # In one step; where that cannot be, the same fault is told of the copies.
  mkdir -p "$DRAFTS" 2>/dev/null && cp "$WORK/memory.new" "$DRAFTS/memory" 2>/dev/null && [ "$(cat "$DRAFTS/memory")" = "$(cat "$WORK/memory.new")" ] &&
    mv -f "$DRAFTS/memory" "$MEMORY" 2>/dev/null
  rm -rf "$DRAFTS" 2>/dev/null
  return 0
}
