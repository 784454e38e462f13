import { execFileSync } from "node:child_process";
import { test } from "node:test";

const folder = new URL("..", import.meta.url);

function check(project) {
  const tsc = new URL("node_modules/typescript/bin/tsc", folder);
  execFileSync(process.execPath, [tsc.pathname, "--project", project], { cwd: folder, stdio: "inherit" });
}

test("the types fit the results, and refuse what is misused", () => check("test/types"));

test("the demonstration uses the types as they are", () => check("test/demo"));
