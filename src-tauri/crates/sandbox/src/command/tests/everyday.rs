//! What agents do all day.

use super::Stage;

#[test]
fn everyday_work_does_not_suffer() {
    Stage::new().allows(false, &[
        "date > src/part-$$.txt", "rm -f build/$$.tmp", "ls", "ls -la", "ls ~", "pwd", "cd web && npm i", "cd web; npm i; cd ..; rm -rf dist", "git status", "git diff HEAD~1 -- src/a.js",
        "git commit -m \"a; b && c rm -rf /\"", "git commit -m 'never run rm -rf / or sudo reboot'", "git add -A && git commit -m \"x\" && git log --oneline -5",
        "git commit -m \"$(cat <<'EOF'\nFix the parser\n\nIt's `quoted` $(here) and \"there\" (with parens).\nEOF\n)\"",
        "git commit -F - <<'EOF'\nmessage; rm -rf /\nEOF",
        "cat > src/file.js <<'EOF'\nconst a = `x ${b}`;\nsudo rm -rf /\nEOF", "cat <<EOF > src/x.txt\nhello $USER\nEOF",
        "npm test 2>&1 | tail -50", "(cd web && npm run build)", "node server.js & sleep 2; curl -s localhost:3000; kill %1",
        "PORT=3001 npm start &", "export NODE_ENV=test && npm test", "source .venv/bin/activate", ". .venv/bin/activate && pytest -q",
        "rm -rf node_modules dist", "rm -f src/*.tmp", "find . -name '*.log' -delete", "find . -name '*.log' -exec rm {} \\;", "find src -type f | head",
        "grep -rn \"sudo\" .", "grep -rn '/etc/shadow' src", "echo \"never run rm -rf /\"", "echo $HOME", "[ -f x ] && echo y", "diff <(sort a) <(sort b)",
        "sed -i 's/a/b/' src/a.js", "sed -n '10,20p' src/a.js", "awk '{print $1}' src/a.js", "for f in a b c; do rm \"$f\"; done", "for f in src/*.js; do node \"$f\"; done",
        "X=build; rm -rf \"$X\"", "if [ -d dist ]; then rm -rf dist; fi", "while read -r l; do echo \"$l\"; done < package.json", "case $1 in a) echo a;; *) echo b;; esac",
        "f() { echo \"$1\"; }; f x", "build() { rm -rf \"$1\"; }; build dist", "mkdir -p src/x && touch src/x/y", "cp src/a.js src/b.js", "mv src/a.js web/", "ln -s ../src/a.js web/a.js",
        "chmod +x scripts/build.sh && ./scripts/build.sh", "bash scripts/build.sh", "./scripts/build.sh --flag", "sh scripts/build.sh", "npx tsc --noEmit", "npx mytool x", "npx create-vite web",
        "npm run build && npm test -- --run", "npm test -- \"$f\"", "pip install -r requirements.txt", "python3 -m pytest -q", "python -m venv .venv", "go test ./...", "cargo test -p x -- --nocapture", "make -j4", "make test",
        "curl -s http://localhost:3000/api | jq .", "curl -sS -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/", "curl -X POST localhost:3000/x -H 'Content-Type: application/json' -d '{\"a\":1}'", "curl -fsSL https://example.com/x.json -o web/x.json", "wget -q https://example.com/a.tgz",
        "timeout 30 npm test", "nohup npm start > server.log 2>&1 &", "time npm run build", "env NODE_ENV=test npm test", "NODE_ENV=test npx vitest run", "xargs -n1 echo < package.json",
        "git push origin main", "git push -u origin feature/x", "git fetch --all", "git pull --rebase", "git checkout -b feature", "git stash && git pull && git stash pop", "git reset --hard HEAD~1", "git config user.name Agent", "git log --format='%h %s' -10",
        "docker compose up -d", "docker build -t app .", "docker ps", "docker run --rm -v \"$PWD:/app\" node:20 npm test", "psql -c 'select 1'", "sqlite3 dev.db 'select 1'",
        "kill 12345", "kill $!", "node server.js & PID=$!; sleep 1; kill $PID", "pkill -f 'node server.js'", "pkill node", "lsof -i :3000", "ps aux | grep node | grep -v grep",
        "tar czf out.tgz src", "tar xzf a.tgz -C build", "unzip -q a.zip -d build", "echo done > out.txt", "npm run dev > /dev/null 2>&1 &", "ls nonexistent 2>/dev/null || true", "test -f package.json && cat package.json",
        "echo $((1+2))", "for i in 1 2 3; do curl -s localhost:3000 && break; sleep 1; done", "for ((i=0;i<3;i++)); do echo $i; done", "i=0; while [ $i -lt 3 ]; do i=$((i+1)); done", "until curl -s localhost:3000; do sleep 1; done",
        "printf '%s\\n' a b", "cat package.json | head -20", "head -c 100 src/a.js", "tail -f server.log", "wc -l src/*.js", "sort -u a | uniq -c", "tr a-z A-Z < src/a.js", "date +%F", "which node", "type npm", "command -v node >/dev/null 2>&1 && echo yes", "set -e; npm test", "set -euo pipefail", "true && false || echo x",
        "jq '.scripts' package.json", "rg -n foo src", "fd -e js", "tree -L 2", "du -sh node_modules", "df -h", "stat src/a.js", "basename src/a.js", "dirname src/a.js", "realpath src", "xxd src/a.js | head", "base64 src/a.js", "sha256sum src/a.js", "seq 1 5", "tee out.txt < src/a.js", "npm ls --depth=0", "yarn install --frozen-lockfile", "pnpm -r test", "bun test", "deno test", "bundle exec rspec", "composer install", "php artisan migrate", "mvn -q test", "./gradlew test", "gradle build", "dotnet build", "mix test", "swift build", "cmake -S . -B build && cmake --build build", "uv run pytest", "poetry run pytest -q", "ruff check .", "eslint . --fix", "prettier --write src",
        "echo \"a\" >> notes.md", "cat <<'EOF' | tee src/x.txt\nhi\nEOF", "npm run build 2>&1 | tee build.log | tail -5", "a=$(git rev-parse HEAD); echo \"$a\"", "echo `date`", "echo ${X:-default}",
        "cd packages/a && npm test && cd ../..", "pushd web && npm i && popd", "rm -rf ./dist/*", "rm web/*.map", "git rm -r --cached node_modules", "sleep 3 && curl -s http://localhost:5173 | head -5", "NODE_OPTIONS=--max-old-space-size=4096 npm run build", "PATH=\"$PWD/node_modules/.bin:$PATH\" npm test", "export PATH=\"$PATH:$PWD/bin\"", "npm --prefix web test", "git -C web status", "chmod 755 scripts/build.sh", "bash -c 'cd web && npm test'", "sh -c \"npm test\"", "eval \"echo hi\"", "trap 'kill $!' EXIT", "trap 'rm -f out.txt' EXIT; npm test", "read -r x <<< \"a b\"", "mapfile -t lines < package.json", "[[ -f package.json && $x == y* ]] && echo ok", "(( x > 1 )) && echo y", "git grep -n add", "git show HEAD:src/a.js | head", "git clean -fd", "git worktree list", "git tag v1.0", "git branch -d old", "git merge --no-ff feature", "git rebase main", "git submodule update --init", "git clone https://github.com/a/b.git",
    ]);
}

#[test]
fn code_in_the_line_is_allowed_while_walls_stand() {
    let stage = Stage::new();
    let lines = [
        "node -e 'console.log(1)'",
        "python3 -c 'print(1)'",
        "python3 - <<'EOF'\nprint(1)\nEOF",
        "node <<'EOF'\nconsole.log(1)\nEOF",
        "ruby -e 'puts 1'",
        "perl -pi -e 's/a/b/' src/a.js",
        "php -r 'echo 1;'",
        "echo 'print(1)' | python3",
        "curl -s localhost:3000 | python3 -c 'import sys; print(sys.stdin.read())'",
        "node -p \"require('./package.json').version\"",
        "lsof -ti:3000 | xargs kill -9",
        "kill $(lsof -ti:3000)",
    ];
    stage.allows(true, &lines);
    for line in lines {
        if line.starts_with("curl") {
            continue;
        }
        assert!(!stage.verdict(line, false).is_allowed(), "{line:?} cannot be judged, and nothing holds it");
    }
}
