#!/usr/bin/env bash
# Sees to it that there is a Chromium for the tests that need a browser: /usr/bin/chromium.
# 69: it cannot be had. Those tests fail then where CI is set, and all others are run all the same.
set -euo pipefail

unavailable() {
  echo "$0: $*" >&2
  exit 69
}

[ ! -x /usr/bin/chromium ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  unavailable "/usr/bin/chromium is missing; install it (Debian: apt-get install chromium)"
fi
apt-get update -qq >&2 || unavailable "apt-get update failed"
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >&2 || unavailable "chromium cannot be installed"
[ -x /usr/bin/chromium ] || unavailable "/usr/bin/chromium is missing although chromium is installed"
