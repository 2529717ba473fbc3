// Progress a person can follow: what is being done, how long it took, and the exact command that failed.
import { spawn } from "node:child_process";
import { constants } from "node:os";

/** A failure whose message already tells the person what to do: printed without a stack trace. */
export class SetUpError extends Error {}

/** A command that ran and failed. Its own output, printed above, says why. */
export class CommandError extends SetUpError {
  /** @param {string} command @param {number} exitCode */
  constructor(command, exitCode) {
    super(`\`${command}\` failed with exit code ${exitCode}.`);
    this.exitCode = exitCode;
  }
}

const began = performance.now();

/** "0.4 s", "12 s" or "3 min 07 s". */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** How long this script has been running, in words. */
export function sinceStart() {
  return duration(performance.now() - began);
}

/** Runs `work` under the heading `name`, and says how long it took. A failure is passed on. */
export async function step(name, work) {
  console.log(`\n── ${name}`);
  const start = performance.now();
  try {
    const result = await work();
    console.log(`   ${name}: done in ${duration(performance.now() - start)}`);
    return result;
  } catch (error) {
    console.log(`   ${name}: FAILED after ${duration(performance.now() - start)}`);
    throw error;
  }
}

/**
 * Runs a command to its end with its output on this terminal, and gives its exit code.
 *
 * An interrupt reaches the child, which shares the terminal; this process stays until the child has
 * cleaned up. Each line of standard output also goes to `onLine`, when given.
 * Fails with `SetUpError` when the command cannot be started.
 */
export function run(command, args, { cwd, env = process.env, onLine, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ["inherit", onLine ? "pipe" : "inherit", "inherit"] });
    const stayForTheChild = () => {};
    const passOn = () => child.kill("SIGTERM");
    process.on("SIGINT", stayForTheChild);
    process.on("SIGTERM", passOn);
    if (onLine) forwardLines(child.stdout, onLine);
    child.on("error", (error) => reject(new SetUpError(`Could not start \`${command}\`: ${error.message}`)));
    child.on("close", (code, signal) => {
      process.off("SIGINT", stayForTheChild);
      process.off("SIGTERM", passOn);
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
  });
}

/** As `run`, for a command that must succeed. Fails with `CommandError` when it does not. */
export async function mustRun(command, args, options) {
  const exitCode = await run(command, args, options);
  if (exitCode !== 0) throw new CommandError([command, ...args].join(" "), exitCode);
}

function forwardLines(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    process.stdout.write(text);
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    lines.forEach(onLine);
  });
  stream.on("end", () => rest && onLine(rest));
}

/** Runs a whole script: a known failure is printed as it is, and becomes the exit code. */
export async function main(script) {
  try {
    process.exitCode = (await script()) ?? 0;
  } catch (error) {
    console.error(`\n${error instanceof SetUpError ? error.message : error.stack}`);
    process.exitCode = error instanceof CommandError ? error.exitCode : 1;
  }
}
