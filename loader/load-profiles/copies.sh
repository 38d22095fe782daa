# --- copies for the next boot -------------------------------------------------------------------------------------------

# Whoever may write into the host's folder may put anything there: a pipe would be read for ever, a link leads anywhere.
plain() {
  case $1 in *'
'*) return 1 ;; esac
  [ -f "$1" ] && [ ! -L "$1" ]
}

absent() { [ ! -e "$1" ] && [ ! -L "$1" ]; }

# Prints VERDICT<TAB>FILE for each name on standard input: `same`, `write` (none yet, or ours with other content), `join`
# (another bundle's, same content), `foreign`, `blocked` (no file).
judge_copies() {
  # shellcheck disable=SC2016
  while read -r name; do
    if plain "$1/$name" || absent "$1/$name"; then printf '%s\n' "$name"; else printf 'blocked\t%s\n' "$name"; fi
  done | awk -v folder="$1" -v profiles="$PROFILES" -v mark="$MARK" '
    /^blocked\t/ { print; next }
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
      blocked) copy_problem "$name" 'no copy is kept: /etc/apparmor.d has a link, folder or pipe of this name; it is left as it is' ;;
      *) [ -e "$WORK/failed/$name" ] || printf '%s\n' "$name" >>"$WORK/writes" ;;
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

# The files that hold our mark.
list_ours() {
  set --
  for file in "$POLICY"/*.*.????????; do
    plain "$file" || continue
    set -- "$@" "$file"
    if [ $# -eq $BATCH ]; then
      grep -lxF -- "$MARK" "$@" 2>/dev/null
      set --
    fi
  done
  [ $# -eq 0 ] || grep -lxF -- "$MARK" "$@" 2>/dev/null
}

# Keeps the newest generations of each profile: wanted ones, then those that this bundle's loader wrote, by age.
prune_copies() {
  [ "$KEEP_COPIES" = 1 ] && [ -d "$POLICY" ] || return 0
  list_ours >"$WORK/ours"
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
