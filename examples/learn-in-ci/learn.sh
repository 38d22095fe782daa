#!/bin/sh
# What a pipeline runs after the tests in staging. The log is that of the staging cluster's DenialLog, or an audit.log.
#
# usage: learn.sh PROFILE LOG…
set -eu

profile=$1
shift

# What the profile lacks, as a change that people review, with the reason behind each rule.
k8s-apparmor learn --amend "$profile" --explain --format diff "$@" > learnt.patch

# Fails while the profile does not cover what was seen: the patch has to be looked at and applied first.
if ! k8s-apparmor learn --amend "$profile" --check "$@" > /dev/null; then
  echo "the profile does not cover what staging did; this would:" >&2
  cat learnt.patch >&2
  exit 1
fi
