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
