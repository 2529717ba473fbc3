import { Copy, LogIn } from "lucide-react";
import { useEffect, useState } from "react";
import type { ClaudeStatus } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { reasonOf, toFailure } from "@/api/failure.ts";
import { useHost } from "@/host/host.ts";
import { Button } from "@/ui/Button.tsx";
import { Code } from "@/ui/Code.tsx";
import { toast } from "@/ui/toast.ts";
import { commandLine, copy } from "./copy.ts";
import { text } from "./messages.ts";

/** Lines of the CLI that are kept: it asks a few things and then waits. */
const MOST_LINES = 40;

/** The Claude CLI's own login: run from here where there is a desktop, and the command for a terminal everywhere. */
export function Login({ claude, onEnded }: { claude: ClaudeStatus; onEnded: () => void }) {
  const host = useHost();
  const isNeeded = claude.is_found && claude.login !== "subscription";
  const command = useApiQuery("login_command", null, { isEnabled: isNeeded && host.can.logIn });
  if (!isNeeded) return null;
  const line = command.data && commandLine(command.data.program, command.data.args);
  return (
    <div className="flex flex-col gap-3">
      {host.can.logIn ? <RunLogin onEnded={onEnded} /> : <p className="text-muted">{text.setup.loginElsewhere}</p>}
      {line && (
        <div className="flex flex-col gap-1.5">
          <p className="text-xs text-faint">{text.setup.loginCommand}</p>
          <div className="flex items-center gap-2">
            <Code className="flex-1">{line}</Code>
            <Button size="sm" icon={<Copy aria-hidden className="size-3.5" />} onClick={() => void copy(line)}>
              {text.setup.copy}
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}

function RunLogin({ onEnded }: { onEnded: () => void }) {
  const host = useHost();
  const [lines, setLines] = useState<readonly string[]>([]);
  const [isRunning, setRunning] = useState(false);

  useEffect(
    () =>
      host.listen({
        loginSaid: (line) => setLines((all) => [...all, line].slice(-MOST_LINES)),
        loginEnded: (isOk) => {
          setRunning(false);
          toast(
            isOk
              ? { tone: "success", title: text.setup.loggedIn }
              : { tone: "danger", title: text.setup.loginEnded, description: text.setup.loginEndedHint },
          );
          onEnded();
        },
      }),
    [host, onEnded],
  );

  const failed = (thrown: unknown) => {
    const failure = toFailure(thrown);
    toast({
      tone: "danger",
      title: text.setup.loginFailed,
      description: reasonOf(failure),
    });
  };
  const start = () => {
    setLines([]);
    setRunning(true);
    host.startLogin().catch((thrown: unknown) => {
      setRunning(false);
      failed(thrown);
    });
  };

  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <Button variant="primary" icon={<LogIn aria-hidden className="size-4" />} isBusy={isRunning} onClick={start}>
          {text.setup.loginButton}
        </Button>
        {isRunning && (
          <Button variant="ghost" onClick={() => void host.cancelLogin().catch(failed)}>
            {text.setup.loginCancel}
          </Button>
        )}
      </div>
      <div role="log" aria-label={text.setup.loginLog}>
        {isRunning && <p className="text-xs text-muted">{text.setup.loginOpenedHint}</p>}
        {lines.length > 0 && (
          <pre className="mt-2 max-h-40 overflow-y-auto rounded-md border border-line bg-canvas p-2.5 font-mono text-xs break-all whitespace-pre-wrap">
            {lines.join("\n")}
          </pre>
        )}
      </div>
    </div>
  );
}
